"""The security model lists every threat of the attack suite, with the layers that the suite expects to stop it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.attacks import report
from tests.attacks.attack import ALL, NONE, PHASES, REACHED, SHARED, STOPPED, STORE, UNDECIDED, Attack, Verdict
from tests.attacks.catalog import ATTACKS, LEGITIMATE
from tests.attacks.running import Result
from tests.unit.documented import ROOT

PAGE = ROOT / "docs" / "security.md"
WORDS = {REACHED: "open"}


def read_rows() -> dict[str, tuple[str, ...]]:
    """Threat -> cells with what stops it, for each value of ``isolation``."""
    section = PAGE.read_text().partition("\n## Threats\n")[2].partition("\n### ")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines() if line[:1] == "|"]
    titles, _, *threats = rows
    assert titles == ["threat", "attack", "`shared`", "`store`", "`strict`"]
    return {threat: tuple(cells) for threat, _, *cells in threats}


def summarize(attacks: Iterable[Attack], phase: str) -> str:
    """What stops the attacks of one threat, each word once."""
    outcomes = dict.fromkeys(attack.expected[phase] for attack in attacks if phase in attack.expected)
    return ", ".join(WORDS.get(outcome, outcome) for outcome in outcomes) or "-"


def test_each_threat_is_on_the_page_with_what_stops_it() -> None:
    threats = dict.fromkeys(attack.threat for attack in ATTACKS)
    expected = {
        threat: tuple(
            summarize([attack for attack in ATTACKS if attack.threat == threat], phase)
            for phase in (SHARED, STORE, ALL)
        )
        for threat in threats
    }
    assert read_rows() == expected


def test_each_threat_that_is_open_or_not_tried_is_in_the_list_of_what_is_not_stopped() -> None:
    section = PAGE.read_text().partition("\n## What is not stopped\n")[2]
    unstopped = set(re.findall(r"\b[TH]\d+\b", section))
    ours = {attack.threat for attack in ATTACKS}
    everything = {*(f"T{number}" for number in range(1, 18)), "H1", "H2", "H3", "H7"}
    assert everything - ours == {"T16"}
    assert ours <= everything
    open_anyway = {attack.threat for attack in ATTACKS for phase in (ALL, STORE) if attack.expected[phase] == REACHED}
    assert {"T16", *open_anyway} <= unstopped


def test_each_attack_succeeds_where_nothing_stops_it() -> None:
    """An attack that never succeeds may have a mistake; nothing removes the preview."""
    never = {attack.slug for attack in ATTACKS if REACHED not in attack.expected.values()}
    assert never == {attack.slug for attack in ATTACKS if attack.threat == "H7"}
    without_layers = {attack.expected[NONE] for attack in ATTACKS if NONE in attack.expected}
    assert without_layers == {REACHED}


def test_names_of_objects_are_unique() -> None:
    slugs = [attack.slug for attack in (*ATTACKS, *LEGITIMATE)]
    assert len(slugs) == len(set(slugs))
    assert {phase for attack in ATTACKS for phase in attack.expected} <= set(PHASES)


@pytest.fixture
def attack() -> Attack:
    """Any attack that admission stops."""
    return next(attack for attack in ATTACKS if attack.slug == "t3-data")


def test_a_layer_that_stops_nothing_any_more_is_a_failure(attack: Attack, tmp_path: Path) -> None:
    late = Result(attack, ALL, Verdict(STOPPED, "store", "denied by spec.condition"))
    gone = Result(attack, STORE, Verdict(REACHED, reason="Secret a/b"))
    lost = Result(attack, NONE, Verdict(UNDECIDED, reason="no answer"))
    good = Result(attack, SHARED, Verdict(REACHED))
    results = [late, gone, lost, good]

    assert [*report.list_failures(results)] == [
        "T3 overrides the store in data (t3-data), all: expected admission, but store: denied by spec.condition",
        "T3 overrides the store in data (t3-data), isolation: store: expected store, but reached: Secret a/b",
        "T3 overrides the store in data (t3-data), none: expected reached, but undecided: no answer",
    ]
    headings, _, row = report.layout(results).splitlines()
    assert re.split(" {2,}", headings) == [
        *("THREAT", "ATTACK", "WHO", "ALL", "NONE", "ISOLATION: STORE", "ISOLATION: SHARED"),
    ]
    assert re.split(" {2,}", row) == [
        *("T3", "overrides the store in data", "acme -> acme2", "store !", "undecided !", "reached !", "reached"),
    ]
    assert report.build_rows([late]) == [
        {
            "threat": "T3",
            "attack": "overrides the store in data",
            "attacker": "acme",
            "victim": "acme2",
            "layers": "all",
            "outcome": "stopped",
            "stopped_by": "store",
            "expected": "admission",
            "ok": False,
        }
    ]
    report.write_rows([good], tmp_path / "build" / "attack.json")
    assert '"ok": true' in (tmp_path / "build" / "attack.json").read_text()
