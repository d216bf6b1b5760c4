"""What is checked in the same way in the arguments of several components."""

from __future__ import annotations

from collections.abc import Iterator

from ..errors import Problem
from ..schema.durations import canonical
from ..schema.text import quoted


def interval_problems(refresh_interval: str) -> Iterator[Problem]:
    """What is wrong with an interval, in the words of ``refreshInterval`` in YAML."""
    try:
        canonical(refresh_interval)
    except ValueError as error:
        yield Problem("refresh_interval", f"{quoted(refresh_interval)} {error}")
