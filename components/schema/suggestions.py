"""What a user probably means by a key that does not exist."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches


def suggest_key(key: str, allowed: Sequence[str]) -> str:
    """End of a message about an unknown key: the one that is probably meant, and all of them."""
    meant = find_nearest(key, allowed)
    question = f'; did you mean "{meant}"?' if meant else ";"
    return f"{question} expected one of: {', '.join(allowed)}"


def find_nearest(key: str, allowed: Sequence[str]) -> str | None:
    """The key that is probably meant. None: no key is similar."""
    near = get_close_matches(key, allowed, n=1, cutoff=0.6) or get_close_matches(
        key.lower(), [name.lower() for name in allowed], n=1, cutoff=0.6
    )
    return next((name for name in allowed if near and name.lower() == near[0].lower()), None)
