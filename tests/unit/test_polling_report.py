"""A load as people and programs read it: whole texts, whole outputs."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from components.polling.amounts import format_interval, format_money, format_names, format_rate, format_share
from components.polling.model import Load
from components.polling.poll import read_poll
from components.polling.report import describe_load, export_load
from components.secrets.external_secret import DataFrom, SecretTemplate, Target, build_external_secret
from components.secrets.generator import Generator
from tests.unit.managers import AWS_OWN, AZURE_OWN, GCP_OWN, ONEPASSWORD, VAULT_OWN
from tests.unit.polling_samples import GHCR, GIT, PULL, acme, load, several
from tests.unit.samples import KUBERNETES, Raw

CLOUDS = {
    "aws": AWS_OWN,
    "azure": AZURE_OWN,
    "gcp": GCP_OWN,
    "other": ONEPASSWORD,
    "vault": VAULT_OWN,
}


def clouds() -> Load:
    """An organization on each manager, with expected numbers."""
    organizations: list[Raw] = [
        {"name": name, "secretStore": name, "git": GIT, "registries": [GHCR]} for name in CLOUDS
    ]
    organizations[0]["git"] = {**GIT, "refreshInterval": "15s"}
    organizations[0]["external"] = [{"name": "sonar", "keys": {"token": {"remoteKey": "s"}}, "refreshInterval": "2h"}]
    organizations[1]["pullSecret"] = {**PULL, "secretStore": "azure"}
    organizations[2]["pullSecret"] = {**PULL, "delivery": "namespace"}
    organizations[4]["componentWorkflows"] = {"names": ["docker"]}
    return several(CLOUDS, *organizations, load={"components": 20, "namespaces": 5, "runs": 10})


def test_a_row_for_each_store_and_their_total() -> None:
    assert describe_load(clouds()) == TABLE


TABLE = """\
Expected calls to secret managers in 30 days, at list prices:
STORE  MANAGER                SECRETS  KEYS  CALLS/S   CALLS/MONTH  FOR CALLS  FOR KEYS   QUOTA  LAG
-----  ---------------------  -------  ----  --------  -----------  ---------  ---------  -----  --------------
aws    AWS Secrets Manager    3        3     0.0671    173,880      $0.87      $1.20      <0.1%  2h (aws sonar)
azure  Azure Key Vault        22       3     0.00639   16,560       $0.05      -          <0.1%  1h
gcp    Google Secret Manager  7        3     0.00222   5,760        $0.02      $0.18      <0.1%  1h
other  onepassword            2        2     0.000833  2,160        not known  not known  -      1h
vault  Vault                  20       2     0.00833   21,600       -          -          -      1h
total                         54       13    0.0849    219,960      >=$0.94    >=$1.38
Assumes 20 components, 5 namespaces, 10 runs; set the expected numbers in load."""


def test_the_table_does_not_grow_with_the_stack() -> None:
    """The ten busiest stores have a row, all others have one together."""
    names = [f"store-{number:02}" for number in range(30)]
    organizations: list[Raw] = [
        {"name": name, "secretStore": name, "git": {**GIT, "refreshInterval": f"{100 - number}s"}}
        for number, name in enumerate(names)
    ]
    lines = describe_load(
        several({name: {**AWS_OWN, "sharedKeys": ["git"]} for name in names}, *organizations)
    ).splitlines()
    assert [line.split("  ")[0] for line in lines[3:]] == [*names[20:], "20 others", "total"]
    assert lines[-2:] == OTHERS.splitlines()


OTHERS = """\
20 others                       20       20    0.222    575,160      $2.88      $8.00
total                           30       30    0.355    918,970      $4.59      $12.00"""


def test_one_store_needs_no_total() -> None:
    assert describe_load(load(AWS_OWN, acme(git=GIT))) == ONE_ROW


ONE_ROW = """\
Expected calls to secret managers in 30 days, at list prices:
STORE  MANAGER              SECRETS  KEYS  CALLS/S   CALLS/MONTH  FOR CALLS  FOR KEYS  QUOTA  LAG
-----  -------------------  -------  ----  --------  -----------  ---------  --------  -----  ---
org    AWS Secrets Manager  1        1     0.000278  720          $0.0036    $0.40     <0.1%  1h"""


@pytest.mark.parametrize(
    ("organization", "line"),
    [
        ({"git": GIT}, "1 Secret, 0.000278 calls per second, free; a replaced value arrives within 1h"),
        (
            {"git": {**GIT, "refreshInterval": "90s"}, "registries": [GHCR]},
            "2 Secrets, 0.0117 calls per second, free; a replaced value arrives within 1h (acme registry-push-secret)",
        ),
        (
            {"git": GIT, "refreshInterval": "0s"},
            "1 Secret, 0 calls per second, free; a replaced value arrives never",
        ),
        (
            {"git": {**GIT, "refreshInterval": "0s"}, "pullSecret": {**PULL, "secretStore": "org"}},
            "2 Secrets, 0.000278 calls per second, free; a replaced value arrives never (acme git-clone-secret)",
        ),
    ],
)
def test_the_cluster_itself_gets_one_line(organization: Raw, line: str) -> None:
    assert describe_load(load(KUBERNETES, acme(**organization))) == f"Polling: {line}"


def test_nothing_is_said_of_nothing() -> None:
    assert describe_load(load(KUBERNETES, acme(git={"manual": "gitToken"}))) == ""


def test_generators_have_a_section_of_their_own() -> None:
    target = Target(organization="acme", namespace="builds", store="org", refresh_interval="30m0s")
    ecr = Generator("ECRAuthorizationToken", "ecr", {}, "12h0m0s")
    secret = SecretTemplate("push", "registry-push", {}, data_from=(DataFrom(ecr),))
    spec = build_external_secret(target, secret)["spec"]
    poll = read_poll("acme", "push", spec, copies=1, brought_by="", store_name="", store="", reads_once=False)
    found = Load((), (poll,))
    assert (
        describe_load(found) == "ECRAuthorizationToken: 0.000556 values per second, each from one call to another API."
    )
    assert export_load(found) == {
        "__stores": {},
        "generatorsPerSecond": {"ECRAuthorizationToken": 0.000555556},
        "callsPerSecond": 0.0,
        "callsPerMonth": 0,
        "dollarsPerMonth": {"calls": 0.0, "keys": 0.0},
    }


def test_outputs_leave_out_what_is_not_known() -> None:
    found = export_load(clouds())
    assert found["__stores"]["aws"] == {
        "manager": "AWS Secrets Manager",
        "externalSecrets": 3,
        "keys": 3,
        "callsPerSecond": 0.067083333,
        "callsPerMonth": 173_880,
        "dollarsPerMonth": {"calls": 0.8694, "keys": 1.2},
        "revocationLag": "2h",
        "slowest": {"organization": "aws", "secret": "sonar"},
        "quotaShare": 6.708e-06,
    }
    assert found["__stores"]["other"] == {
        "manager": "onepassword",
        "externalSecrets": 2,
        "keys": 2,
        "callsPerSecond": 0.000833333,
        "callsPerMonth": 2160,
        "dollarsPerMonth": {},
        "revocationLag": "1h",
        "slowest": {"organization": "other", "secret": "git-clone-secret"},
    }
    assert {key: each for key, each in found.items() if key != "__stores"} == {
        "generatorsPerSecond": {},
        "callsPerSecond": 0.084861111,
        "callsPerMonth": 219_960,
        "dollarsPerMonth": {"calls": 0.93636, "keys": 1.38},
    }


@pytest.mark.parametrize(
    ("dollars", "text"),
    [
        ("0", "$0"),
        ("0.00009", "<$0.0001"),
        ("0.0001", "$0.0001"),
        ("0.0036", "$0.0036"),
        ("0.00999", "$0.01"),
        ("0.864", "$0.86"),
        ("7.2", "$7.20"),
        ("1728", "$1,728.00"),
    ],
)
def test_money(dollars: str, text: str) -> None:
    assert format_money(Fraction(dollars)) == text


@pytest.mark.parametrize(
    ("per_second", "text"),
    [
        ("0", "0"),
        ("0.00009", "<0.0001"),
        ("1/3600", "0.000278"),
        ("2.5", "2.5"),
        ("9.996", "10"),
        ("10", "10.0"),
        ("400/3", "133.3"),
        ("12345", "12,345.0"),
    ],
)
def test_rates(per_second: str, text: str) -> None:
    assert format_rate(Fraction(per_second)) == text


def test_shares() -> None:
    assert [format_share(Fraction(part)) for part in ("0", "0.0009", "0.001", "1/75", "2")] == [
        "0%",
        "<0.1%",
        "0.1%",
        "1.3%",
        "200.0%",
    ]


def test_intervals() -> None:
    assert [format_interval(seconds) for seconds in (1, 90, 3600, 5400, 86_401, None)] == [
        "1s",
        "1m30s",
        "1h",
        "1h30m",
        "24h1s",
        "never",
    ]


def test_lists() -> None:
    assert [format_names("abcdef"[:count]) for count in (0, 1, 3, 4)] == ["", "a", "a, b, c", "a, b, c and 1 more"]
    assert format_names(map(str, range(1003))) == "0, 1, 2 and 1,000 more"


def test_the_documented_table_is_the_one_that_is_printed() -> None:
    page = Path(__file__).parents[2] / "docs" / "cost-and-load.md"
    assert f"```\n{TABLE}\n```" in page.read_text()
