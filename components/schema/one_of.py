"""Alternatives of which exactly one, or at most one, is allowed."""

from __future__ import annotations


def check_one_of(given: dict[str, object], *, required: bool) -> None:
    """Whether one of several alternatives is given.

    Raises:
        ValueError: more than one is, or none where one is ``required``.
    """
    found = [name for name, value in given.items() if value is not None]
    if len(found) > 1 or (required and not found):
        what = f"names {' and '.join(found)}" if found else "is incomplete"
        msg = f"{what}; expected {'exactly' if required else 'at most'} one of {', '.join(given)}"
        raise ValueError(msg)
