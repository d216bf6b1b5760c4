"""``python -m tests.bench [ORGANIZATIONS]``: compare this program with a flat one for the same kinds of objects.

All programs run on one local platform, in turn. The result is the ratio: the cost of components, checks and
readiness. Seconds depend on the machine and its load, so this is not a test.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from components.table import format_table
from local.obtain import list_operator_crds, obtain_programs
from local.platform import Platform
from local.seed import Seeder, list_openchoreo_crds
from tests.bench import stacks
from tests.bench.measure import Cost
from tests.platform.harness import Stack

_ORGANIZATIONS: Final = 100
_SMALL: Final = 4
_RUNS: Final = 5
_TARGETS: Final = {"preview": 1.0, "small": 2.5, "memory": 1.2, "state": 1.2}
_MEGABYTE: Final = 1_000_000
_KILOBYTE: Final = 1_000


class Row(NamedTuple):
    """One line of the table: what is measured, of two programs, run by run."""

    name: str
    unit: str
    ours: Sequence[float]
    other: Sequence[float]
    target: float | None = None


def main() -> None:
    """Start a platform, deploy the stacks, measure them, print the table."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else _ORGANIZATIONS
    with tempfile.TemporaryDirectory() as folder:
        platform = Platform(Path(folder) / "platform", obtain_programs(say))
        try:
            platform.start_control_plane()
            seeder = Seeder(platform.kubeconfig)
            seeder.apply_definitions(
                [*list_operator_crds(), *list_openchoreo_crds()], platform.process("kube-apiserver")
            )
            platform.start_operator()
            say(layout(measure(platform, count)))
        finally:
            platform.stop()


def measure(platform: Platform, count: int) -> list[Row]:
    """What this program costs and what the programs beside it cost, after an update of each."""
    stacks.seed(platform, count + _SMALL)
    ours, flat = stacks.our_stack(platform, count), stacks.flat_stack(platform, count)
    small, empty = stacks.our_stack(platform, _SMALL, "small", first=count), stacks.empty_stack(platform)
    first = {stack.name: stacks.update(stack) for stack in (ours, flat, small, empty)}
    say(f"{count} organizations are up; timing {_RUNS} previews of each")
    costs: dict[str, list[Cost]] = {name: [] for name in first}
    for _ in range(_RUNS):
        for stack in (ours, flat, small, empty):
            costs[stack.name].append(stacks.preview(stack))

    def row(
        name: str, unit: str, one: Stack, other: Stack, figure: Callable[[Cost], float], target: float | None = None
    ) -> Row:
        ours, others = ([figure(cost) for cost in costs[stack.name]] for stack in (one, other))
        return Row(name, unit, ours, others, target)

    preview, tiny = _TARGETS["preview"], _TARGETS["small"]
    return [
        Row("update, first", "s", [first[ours.name].wall], [first[flat.name].wall]),
        row("preview, no change", "s", ours, flat, lambda cost: cost.wall, preview),
        row("preview, no change", "CPU s", ours, flat, lambda cost: cost.cpu, preview),
        row(f"preview, {_SMALL} organizations", "s", small, empty, lambda cost: cost.wall, tiny),
        row(f"preview, {_SMALL} organizations", "CPU s", small, empty, lambda cost: cost.cpu, tiny),
        row("peak memory of the program", "MB", ours, flat, lambda c: c.program_peak / _MEGABYTE, _TARGETS["memory"]),
        Row(
            "state of an organization",
            "kB",
            [stacks.state_bytes(ours) / count / _KILOBYTE],
            [stacks.state_bytes(flat) / count / _KILOBYTE],
            _TARGETS["state"],
        ),
    ]


def layout(rows: Sequence[Row]) -> str:
    """The table; medians, and the median of the ratios of runs that followed each other."""
    return format_table(
        ("MEASURED", "OURS", "BESIDE", "RATIO", "TARGET"),
        [
            (
                f"{row.name} [{row.unit}]",
                f"{statistics.median(row.ours):.1f}",
                f"{statistics.median(row.other):.1f}",
                f"{statistics.median(a / b for a, b in zip(row.ours, row.other, strict=True)):.2f}",
                "" if row.target is None else f"{row.target:.1f}",
            )
            for row in rows
        ],
    )


def say(text: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
