"""Rules about a list of two releases, between which a platform moves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ...errors import Problem
from ...openchoreo import RELEASES
from ...schema.text import quote
from ...schema.values import describe_type

_PATH: Final = "release"
_PAIR: Final = 2


def list_release_problems(names: Sequence[object]) -> list[Problem]:
    """What is wrong with a list of releases.

    Args:
        names: the list as it is configured.
    """
    expected = ", ".join(RELEASES)
    unknown = [
        Problem(f"{_PATH}[{index}]", f"{quote(name)} is not a supported OpenChoreo release; expected {expected}")
        if isinstance(name, str)
        else Problem(f"{_PATH}[{index}]", f"must be a string, not {describe_type(name)}; expected {expected}")
        for index, name in enumerate(names)
        if not isinstance(name, str) or name not in RELEASES
    ]
    if unknown:
        return unknown
    if len(names) != _PAIR:
        count = "one release" if len(names) == 1 else f"{len(names)} releases"
        text = f"lists {count}; use one name without a list, or a list of the two that the platform moves between"
        return [Problem(_PATH, text)]
    older, newer = (RELEASES[str(name)] for name in names)
    if older is newer:
        return [Problem(_PATH, f"lists {older.name} twice; use one name without a list")]
    if older.build_namespace("") == newer.build_namespace(""):
        text = f"{older.name} and {newer.name} have the same build namespaces, so nothing moves; use the newer one"
        return [Problem(_PATH, text)]
    order = list(RELEASES)
    if order.index(older.name) > order.index(newer.name):
        text = f"lists the newer release first; use [{newer.name}, {older.name}]"
        return [Problem(_PATH, text)]
    return []
