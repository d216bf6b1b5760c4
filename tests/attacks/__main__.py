"""``python -m tests.attacks [PHASE ...]``: attack the platform, and show which layer stops what.

The table is printed, and ``build/attack.json`` written. The exit code is 1 if anything is not as expected.
"""

from __future__ import annotations

import argparse
import logging
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tests.attacks import report
from tests.attacks.attack import PHASES
from tests.attacks.canaries import find_canaries
from tests.attacks.catalog import list_possible
from tests.attacks.layers import prepared, wait_for_quotas
from tests.attacks.names import RELEASE
from tests.attacks.running import Result, run_phase
from tests.attacks.world import World, start_world

_FILE: Final = Path(__file__).resolve().parents[2] / "build" / "attack.json"


def main() -> None:
    """Run the suite."""
    parser = argparse.ArgumentParser(prog="python -m tests.attacks")
    parser.add_argument("phases", nargs="*", metavar="PHASE", help=f"one of: {'; '.join(PHASES)}. Default: all of them")
    phases = parser.parse_args().phases or PHASES
    if unknown := sorted(set(phases) - set(PHASES)):
        parser.error(f"unknown phases: {', '.join(unknown)}")
    # The stand-in for AWS would log each request of the operator.
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    started = time.monotonic()

    def say(text: str) -> None:
        sys.stdout.write(f"{time.monotonic() - started:5.0f} s  {text}\n")
        sys.stdout.flush()

    with tempfile.TemporaryDirectory() as folder, start_world(Path(folder), say) as world:
        results = attack(world, phases, say)
        report.write_rows(results, _FILE)
        table = report.layout(results)
        failures = [*report.list_failures(results)]
        world.stack.ok("preview", "--expect-no-changes")
        say("looking for the values in everything that is written")
        failures += find_canaries(world, [table, *failures, _FILE.read_text()])
        sys.stdout.write(f"\n{table}\n\n")
    for line in failures:
        sys.stdout.write(f"FAILED {line}\n")
    say(f"{len(results)} results in {_FILE}, {len(failures)} not as expected")
    sys.exit(1 if failures else 0)


def attack(world: World, phases: Sequence[str], say: report.Say) -> list[Result]:
    """The results of some phases."""
    results: list[Result] = []
    wait_for_quotas(world)
    for number, phase in enumerate(phases):
        with prepared(world, phase):
            say(f"attacking: {phase}")
            results += run_phase(world, list_possible(RELEASE), phase, number)
    return results


if __name__ == "__main__":
    main()
