"""Expected object counts and polling budget: accepted values and error messages."""

from __future__ import annotations

from typing import Any

import pytest

from components.settings.load import Budget, ExpectedLoad
from tests.unit.samples import DURATION, assert_rejected, settings

BUDGET_KEYS = "dollarsPerMonth, callsPerSecond, revocationLag"
NOT_POSITIVE = "must be greater than 0"


def test_nothing_is_limited_and_one_of_each_is_expected() -> None:
    found = settings()
    assert found.budget == Budget(dollars_per_month=None, calls_per_second=None, revocation_lag=None)
    assert found.load == found.organizations[0].load == ExpectedLoad(components=None, namespaces=None, runs=None)


def test_whole_numbers_are_numbers() -> None:
    assert settings({"budget": {"dollarsPerMonth": 50}}).budget.dollars_per_month == 50.0


@pytest.mark.parametrize(
    ("key", "value", "problem"),
    [
        ("budget", {"dollarsPerMonth": 0}, f"budget.dollarsPerMonth: 0 {NOT_POSITIVE}"),
        ("budget", {"callsPerSecond": -0.5}, f"budget.callsPerSecond: -0.5 {NOT_POSITIVE}"),
        ("budget", {"dollarsPerMonth": "50"}, "budget.dollarsPerMonth: must be a number, not a string"),
        (
            "budget",
            {"dollarsPerMonth": float("inf")},
            "budget.dollarsPerMonth: inf must be a finite number",
        ),
        ("budget", {"revocationLag": "soon"}, f'budget.revocationLag: "soon" is not a duration; {DURATION}'),
        (
            "budget",
            {"revocationLag": "0"},
            'budget.revocationLag: "0" must be greater than zero',
        ),
        (
            "budget",
            {"dollars": 5},
            f'budget.dollars: unknown key; did you mean "dollarsPerMonth"? expected one of: {BUDGET_KEYS}',
        ),
        (
            "budget",
            {"revocationLag": "500ms"},
            f'budget.revocationLag: "500ms" is not a whole number of seconds; {DURATION}',
        ),
        ("load", {"runs": 1.5}, "load.runs: must be a whole number, not a number"),
        ("load", {"runs": -1}, "load.runs: -1 must be 0 or more"),
        ("load", {"builds": 1}, "load.builds: unknown key; expected one of: components, namespaces, runs"),
        ("load", 3, "load: must be a mapping, such as {components: 20}"),
    ],
)
def test_mistakes(key: str, value: Any, problem: str) -> None:
    assert_rejected({key: value}, problem)
