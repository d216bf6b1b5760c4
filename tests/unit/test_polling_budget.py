"""Over the budget: by how much, who, and what to change. Whole texts."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from components.polling.budget import check_budget
from components.polling.model import Load
from components.settings.load import Budget
from tests.unit.managers import AWS_OWN, ONEPASSWORD
from tests.unit.polling_samples import GHCR, GIT, PULL, acme, load, several
from tests.unit.samples import KUBERNETES, Raw


def thousand(interval: str) -> Load:
    """A thousand organizations with two keys each."""
    organizations = [
        {"name": f"org{number}", "git": {"remoteKey": f"{number}/git"}, "registries": [_registry(f"{number}/push")]}
        for number in range(1000)
    ]
    return load(AWS_OWN, *organizations, refreshInterval=interval)


def _registry(key: str) -> Raw:
    return {"server": "ghcr.io", "remoteKey": key, "property": "dockerconfigjson"}


def test_without_a_budget_nothing_is_too_much() -> None:
    assert check_budget(thousand("1s"), Budget()) == []


def test_a_limit_may_be_reached() -> None:
    found = load(AWS_OWN, acme(git=GIT), refreshInterval="2s")
    reached = Budget(dollars_per_month=6.88, calls_per_second=0.5, revocation_lag="2s")
    assert found.dollars_per_month == Fraction("6.88")
    assert check_budget(found, reached) == []


def test_dollars_that_longer_intervals_save() -> None:
    assert check_budget(thousand("15s"), Budget(dollars_per_month=1000)) == [SAVES]


SAVES = """\
budget.dollarsPerMonth: $2,528.00 a month (calls $1,728.00, keys $800.00) is $1,528.00 over $1,000.00
  by organization: org0 $2.53, org1 $2.53, org10 $2.53 and 997 more
  refreshInterval of org0, org1, org2 and 997 more from 15s to 1h saves $1,720.80 a month"""


def test_the_documented_warning_is_the_one_that_is_given() -> None:
    page = Path(__file__).parents[2] / "docs" / "cost-and-load.md"
    assert f"```\n{SAVES}\n```" in page.read_text()


def test_dollars_of_keys() -> None:
    assert check_budget(thousand("1h"), Budget(dollars_per_month=500)) == [
        (
            "budget.dollarsPerMonth: $807.20 a month (calls $7.20, keys $800.00) is $307.20 over $500.00\n"
            "  by organization: org0 $0.81, org1 $0.81, org10 $0.81 and 997 more\n"
            "  the keys alone exceed it; store several values as properties of one key"
        )
    ]


def test_dollars_of_several_intervals_and_stores() -> None:
    """Free calls save nothing, and unknown prices promise nothing."""
    found = several(
        {"aws": AWS_OWN, "other": ONEPASSWORD, "local": KUBERNETES},
        {"name": "acme", "secretStore": "aws", "git": {**GIT, "refreshInterval": "10s"}, "registries": [GHCR]},
        {"name": "globex", "secretStore": "aws", "git": {"remoteKey": "g"}, "refreshInterval": "1m"},
        {"name": "initech", "secretStore": "other", "git": GIT, "refreshInterval": "1s"},
        {"name": "umbrella", "secretStore": "local", "git": GIT, "refreshInterval": "1s"},
    )
    assert check_budget(found, Budget(dollars_per_month=2)) == [
        (
            "budget.dollarsPerMonth: $2.72 a month (calls $1.52, keys $1.20) is $0.72 over $2.00\n"
            "  by organization: acme $2.10, globex $0.62\n"
            "  refreshInterval of acme from 10s to 1h saves $1.29 a month\n"
            "  refreshInterval of globex from 1m to 1h saves $0.21 a month"
        )
    ]
    assert check_budget(found, Budget(calls_per_second=2)) == [
        (
            "budget.callsPerSecond: 2.12 calls per second is 0.117 over 2\n"
            "  by organization: initech 1, umbrella 1, acme 0.1 and 1 more\n"
            "  refreshInterval of umbrella, initech from 1s to 1h saves 2 calls per second\n"
            "  refreshInterval of acme from 10s to 1h saves 0.0997 calls per second\n"
            "  refreshInterval of globex from 1m to 1h saves 0.0164 calls per second"
        )
    ]


def test_advice_keeps_to_the_lag_that_is_allowed() -> None:
    found = load(AWS_OWN, acme(git=GIT), refreshInterval="15s")
    assert check_budget(found, Budget(dollars_per_month=1, revocation_lag="90s")) == [
        (
            "budget.dollarsPerMonth: $1.26 a month (calls $0.86, keys $0.40) is $0.26 over $1.00\n"
            "  by organization: acme $1.26\n"
            "  refreshInterval of acme from 15s to 1m30s saves $0.72 a month"
        )
    ]
    assert check_budget(found, Budget(dollars_per_month=1, revocation_lag="15s")) == [
        (
            "budget.dollarsPerMonth: $1.26 a month (calls $0.86, keys $0.40) is $0.26 over $1.00\n"
            "  by organization: acme $1.26"
        )
    ]


def test_values_that_stay_too_long() -> None:
    organization = acme(
        git={**GIT, "refreshInterval": "0s"},
        registries=[_registry("push")],
        external=[{"name": "sonar", "keys": {"token": {"remoteKey": "sonar"}}, "refreshInterval": "5m"}],
        pullSecret={**PULL, "secretStore": "org", "refreshInterval": "2h"},
        load={"components": 20},
    )
    assert check_budget(load(AWS_OWN, organization), Budget(revocation_lag="5m")) == [
        (
            "budget.revocationLag: 22 of 23 Secrets keep a replaced value over 5m: "
            "acme git-clone-secret (never), acme ${metadata.name}-registry-pull-secret (2h), "
            "acme registry-push-secret (1h)\n"
            "  refreshInterval: 5m for acme adds 0.0703 calls per second and $0.91 a month"
        )
    ]
