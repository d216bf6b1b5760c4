"""Rewrite the golden files and the snapshots; see `tests.golden` and `tests.golden.snapshots`."""

from __future__ import annotations

import sys

from tests.golden import (
    EXAMPLES,
    FOLDER,
    SCHEMA,
    STACKS,
    advice,
    lost_urns,
    read,
    registrations,
    resources,
    schema,
    text,
)
from tests.golden.snapshots import write_snapshots


def main() -> int:
    """Write every golden file, except those of stacks that lose URNs. Exit code 1: there are such stacks."""
    problems = []
    for stack in STACKS + EXAMPLES:
        file = FOLDER / f"{stack}.json"
        registered = registrations(stack)
        if problem := advice(stack, lost_urns(read(file), registered)):
            problems.append(problem)
        else:
            file.write_text(text(resources(registered)))
    SCHEMA.write_text(text(schema()))
    write_snapshots()
    sys.stderr.write("".join(f"{problem}\n" for problem in problems))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
