"""How deep the configuration may be nested: every function that reads it calls itself for each level."""

from __future__ import annotations

from typing import Final

LEVELS: Final = 100
TOO_DEEP: Final = f"is nested more than {LEVELS} levels deep"


def is_too_deep(value: object) -> bool:
    """Whether JSON data has too many levels; data that contains itself, through an anchor of YAML, has no last one."""
    level = [value]
    for _ in range(LEVELS + 1):
        # Each object once: many aliases of YAML can be one object.
        around = {id(item): item for item in level if isinstance(item, (dict, list))}
        if not around:
            return False
        level = [entry for item in around.values() for entry in (item.values() if isinstance(item, dict) else item)]
    return True
