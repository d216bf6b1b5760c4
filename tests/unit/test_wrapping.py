"""Lines of problems fit a terminal; commands stay whole, so that they can be copied."""

from __future__ import annotations

import pytest
from hypothesis import example, given, strategies as st

from components.cluster.obstacles import Obstacle, PreflightError
from components.cluster.wrapping import wrap, wrap_reason
from tests.unit.api import Api
from tests.unit.preflight_samples import unwrap

STACK = "openchoreo-secrets/stack=organization/openchoreo-secrets/dev"
COMMAND = f"kubectl annotate --overwrite namespace openchoreo-ci-acme {STACK}"
TEXT = (
    'organization "acme": namespace openchoreo-ci-acme exists and was created by something else (OpenChoreo creates it '
    "at the first build); set namespace: adopt, so that destroy keeps it, or let the stack take it over: "
)


def test_a_preflight_error() -> None:
    obstacles = [Obstacle("acme", f"{TEXT}{COMMAND}"), Obstacle(None, "short")]
    assert str(PreflightError(Api({}).cluster, obstacles)).splitlines() == [
        'build plane (context "dev"): nothing was changed',
        '  - organization "acme": namespace openchoreo-ci-acme exists and was created by something else',
        "    (OpenChoreo creates it at the first build); set namespace: adopt, so that destroy keeps it,",
        "    or let the stack take it over:",
        f"    {COMMAND}",
        "  - short",
    ]


@pytest.mark.parametrize("end", ["", ", or use another name", "; then run it again", ". The ExternalSecret x owns it"])
def test_a_command_ends_with_its_clause(end: str) -> None:
    assert COMMAND in [line.strip(" ,;.") for line in wrap(f"run: {COMMAND}{end}", "", "")]


WORDS = st.lists(
    st.text(st.sampled_from("ab:;,.(/"), min_size=1, max_size=130) | st.just(COMMAND), min_size=1, max_size=40
)


@given(words=WORDS)
@example(words=["a" * 97])
def test_nothing_is_lost(words: list[str]) -> None:
    text = " ".join(words)
    lines = wrap(text, "  - ", "    ")
    assert unwrap("\n".join(lines)) == f"  - {text}"
    assert [line for line in lines if len(line) > 96 and " " in line.strip(" -") and "kubectl" not in line] == []


def test_a_reason() -> None:
    assert wrap_reason("  - a:", "b") == ["  - a: b"]
    assert wrap_reason("  - a:", "b" * 90) == ["  - a:", f"      {'b' * 90}"]
