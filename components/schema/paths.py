"""Paths of the configuration, as messages show them: ``organizations[17] ("acme").git.host``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from .names import check_label
from .text import clip

Location = tuple[str | int, ...]
"""Steps from the whole configuration to a place: keys of mappings and indexes of lists."""

ORGANIZATIONS: Final = "organizations"


def organization_path(index: int, name: object = None) -> str:
    """Path of an organization, with its name if that is valid.

    Args:
        index: place in the list, from 0.
        name: its name as it is configured.
    """
    return f"{ORGANIZATIONS}[{index}]{name_suffix(name)}"


def name_suffix(name: object) -> str:
    """`` ("acme")`` for a valid name; empty for any other value, which a problem of its own reports."""
    if not isinstance(name, str):
        return ""
    try:
        return f' ("{check_label(name)}")'
    except ValueError:
        return ""


def path_of(location: Iterable[str | int], raw: object) -> str:
    """A location in words. Empty: the whole input.

    Args:
        location: place of a problem.
        raw: the whole input, with the names of the organizations.
    """
    path = ""
    for index, step in enumerate(steps := tuple(location)):
        if isinstance(step, int):
            path += f"[{step}]"
            if steps[:index] == (ORGANIZATIONS,):
                path += name_suffix(value_at((*steps[: index + 1], "name"), raw))
        else:
            path += f".{clip(step)}" if path else clip(step)
    return path


def value_at(location: Iterable[str | int], raw: object) -> object:
    """The value at a location; None if there is none."""
    value = raw
    for step in location:
        if isinstance(value, Mapping):
            value = value.get(step)
        elif isinstance(value, (list, tuple)) and isinstance(step, int) and step < len(value):
            value = value[step]
        else:
            return None
    return value
