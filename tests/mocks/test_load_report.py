"""report_load: the log messages of a preview, their severity, and the outputs of the stack."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from components import Configuration, parse, report_load
from components.openchoreo.v0_9 import V0_9
from tests.mocks.recorder import Recorder

AWS = {"service": "SecretsManager", "region": "eu-central-1", "role": "arn:aws:iam::123456789012:role/{organization}"}
STORES = {"aws": {"aws": AWS}, "here": {"kubernetes": {"remoteNamespace": "vault"}}}
TABLE = """\
Expected calls to secret managers in 30 days, at list prices:
STORE  MANAGER              SECRETS  KEYS  CALLS/S  CALLS/MONTH  FOR CALLS  FOR KEYS  QUOTA  LAG
-----  -------------------  -------  ----  -------  -----------  ---------  --------  -----  ---
aws    AWS Secrets Manager  1        1     0.0667   172,800      $0.86      $0.40     <0.1%  15s"""
DOLLARS = """\
budget.dollarsPerMonth: $1.26 a month (calls $0.86, keys $0.40) is $0.26 over $1.00
  by organization: acme $1.26
  refreshInterval of acme from 15s to 1h saves $0.86 a month"""
CALLS = """\
budget.callsPerSecond: 0.0667 calls per second is 0.0167 over 0.05
  by organization: acme 0.0667
  refreshInterval of acme from 15s to 1h saves 0.0664 calls per second"""

Told = list[tuple[int, str]]


class Teller:
    """Runs `report_load`, and keeps what Pulumi would show."""

    def __init__(self, recorder: Recorder, caplog: pytest.LogCaptureFixture) -> None:
        self._recorder = recorder
        self._caplog = caplog
        self.outputs: dict[str, Any] = {}

    def tell(self, store: str, *, preview: bool = False, **keys: Any) -> Told:
        organization = {"name": "acme", "secretStore": store, "git": keys.pop("git", {"remoteKey": "pat"})}
        raw = {"clusters": {"buildPlane": {"context": "dev"}}, "secretStores": STORES, "organizations": [organization]}
        settings = parse(raw | keys, source="test", manual_names=frozenset({"token"}))

        def program() -> None:
            self.outputs = report_load(Configuration(settings, V0_9, {}))

        self._recorder.preview = preview
        self._caplog.clear()
        with self._caplog.at_level(logging.INFO):
            assert self._recorder.run(program) == []
        return [(record.levelno, record.getMessage()) for record in self._caplog.records if record.name == "root"]


@pytest.fixture
def teller(recorder: Recorder, caplog: pytest.LogCaptureFixture) -> Teller:
    return Teller(recorder, caplog)


@pytest.mark.parametrize("preview", [False, True])
def test_the_table_is_one_message_and_each_limit_a_warning(teller: Teller, preview: bool) -> None:
    told = teller.tell(
        "aws", preview=preview, refreshInterval="15s", budget={"dollarsPerMonth": 1, "callsPerSecond": 0.05}
    )
    assert told == [(logging.INFO, TABLE), (logging.WARNING, DOLLARS), (logging.WARNING, CALLS)]


def test_within_the_budget_nothing_is_warned_of(teller: Teller) -> None:
    assert teller.tell("aws", refreshInterval="15s", budget={"dollarsPerMonth": 2}) == [(logging.INFO, TABLE)]


def test_secrets_of_the_cluster_are_one_line(teller: Teller) -> None:
    line = "Polling: 1 Secret, 0.000278 calls per second, free; a replaced value arrives within 1h"
    assert teller.tell("here") == [(logging.INFO, line)]


def test_manual_secrets_are_silent(teller: Teller) -> None:
    assert teller.tell("here", git={"manual": "token"}) == []


def test_the_output_is_plain_numbers(teller: Teller) -> None:
    teller.tell("aws")
    assert teller.outputs == {
        "__stores": {
            "aws": {
                "manager": "AWS Secrets Manager",
                "externalSecrets": 1,
                "keys": 1,
                "callsPerSecond": 0.000277778,
                "callsPerMonth": 720,
                "dollarsPerMonth": {"calls": 0.0036, "keys": 0.4},
                "revocationLag": "1h",
                "slowest": {"organization": "acme", "secret": "git-clone-secret"},
                "quotaShare": 2.8e-08,
            }
        },
        "generatorsPerSecond": {},
        "callsPerSecond": 0.000277778,
        "callsPerMonth": 720,
        "dollarsPerMonth": {"calls": 0.0036, "keys": 0.4},
    }
