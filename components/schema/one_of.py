"""Fields that exclude each other: exactly one of them, or at most one, may be set."""

from __future__ import annotations

from collections.abc import Mapping


def check_one_of(alternatives: Mapping[str, object], *, required: bool) -> None:
    """Check that at most one of several fields is set; with ``required``, exactly one.

    Args:
        alternatives: name of each field, as YAML writes it -> its value; None means not set.
        required: whether one of them must be set.

    Raises:
        ValueError: several fields are set, or none although one is required.
    """
    names = [name for name, value in alternatives.items() if value is not None]
    if len(names) > 1 or (required and not names):
        what = f"names {' and '.join(names)}" if names else "is incomplete"
        msg = f"{what}; expected {'exactly' if required else 'at most'} one of {', '.join(alternatives)}"
        raise ValueError(msg)
