"""The short form in which the state records what must be synced."""

from __future__ import annotations

from hypothesis import given, strategies as st

from components.plan.expected import (
    Expected,
    FanOut,
    group_expected,
    group_fan_outs,
    list_expected,
    list_fan_outs,
)

NAMES = st.text("ab-", min_size=1, max_size=3)


@given(st.sets(st.builds(Expected, NAMES, NAMES, NAMES)))
def test_external_secrets_survive(expected: set[Expected]) -> None:
    assert list_expected(group_expected(expected)) == sorted(expected)


@given(st.sets(st.builds(FanOut, NAMES, NAMES)))
def test_fan_outs_survive(fan_outs: set[FanOut]) -> None:
    assert list_fan_outs(group_fan_outs(fan_outs)) == sorted(fan_outs)


def test_forms() -> None:
    expected = [Expected("globex", "ci-globex", "git"), Expected("acme", "ci", "b"), Expected("acme", "ci", "a")]
    assert group_expected(expected) == {"acme": {"ci": ["a", "b"]}, "globex": {"ci-globex": ["git"]}}
    assert group_fan_outs([FanOut("acme", "b"), FanOut("acme", "a")]) == {"acme": ["a", "b"]}
