"""The table for people, and the list for programs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from components.table import format_table
from tests.attacks.attack import PHASES
from tests.attacks.running import Result

Say = Callable[[str], None]
_UNEXPECTED: Final = " !"
_NOT_RUN: Final = "-"


def build_rows(results: Iterable[Result]) -> list[dict[str, Any]]:
    """``attack.json``: one entry for each attack and phase."""
    return [
        {
            "threat": result.attack.threat,
            "attack": result.attack.name,
            "attacker": result.attack.attacker,
            "victim": result.attack.victim,
            "layers": result.phase,
            "outcome": result.verdict.outcome,
            "stopped_by": result.verdict.stopped_by,
            "expected": result.expected,
            "ok": result.is_expected,
        }
        for result in results
    ]


def write_rows(results: Iterable[Result], file: Path) -> None:
    """Write ``attack.json``."""
    file.parent.mkdir(exist_ok=True)
    file.write_text(f"{json.dumps(build_rows(results), indent=1)}\n")


def layout(results: Sequence[Result]) -> str:
    """A row for each attack, a column for each phase: the layer that stopped it, or what came of it."""
    phases = [phase for phase in PHASES if any(result.phase == phase for result in results)]
    cells = {(result.attack.slug, result.phase): _cell(result) for result in results}
    attacks = dict.fromkeys(result.attack for result in results)
    rows = [
        (
            attack.threat,
            attack.name,
            f"{attack.attacker} -> {attack.victim}" if attack.threat[0] != "L" else attack.attacker,
            *(cells.get((attack.slug, phase), _NOT_RUN) for phase in phases),
        )
        for attack in attacks
    ]
    return format_table(("THREAT", "ATTACK", "WHO", *(phase.upper() for phase in phases)), rows)


def list_failures(results: Iterable[Result]) -> Iterator[str]:
    """A line for each result that is not expected."""
    for result in results:
        if not result.is_expected:
            attack, verdict = result.attack, result.verdict
            yield (
                f"{attack.threat} {attack.name} ({attack.slug}), {result.phase}: expected {result.expected}, "
                f"but {verdict.text}: {' '.join(verdict.reason.split())}"
            )


def _cell(result: Result) -> str:
    return f"{result.verdict.text}{'' if result.is_expected else _UNEXPECTED}"
