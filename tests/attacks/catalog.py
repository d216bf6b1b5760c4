"""Every attack and every legitimate use of any release, with what must come of it."""

from __future__ import annotations

from typing import Final

from components.openchoreo import Release
from tests.attacks import agents, documents, legitimate, pushing, reading, settings, stores, writing
from tests.attacks.attack import Attack

ATTACKS: Final[tuple[Attack, ...]] = tuple(
    sorted(
        (
            attack
            for module in (reading, writing, stores, agents, documents, settings, pushing)
            for attack in module.list_attacks()
        ),
        key=lambda attack: (attack.threat[0] != "T", int(attack.threat[1:])),
    )
)
LEGITIMATE: Final[tuple[Attack, ...]] = (
    *legitimate.list_attacks(),
    *documents.list_legitimate(),
    *settings.list_legitimate(),
    *pushing.list_legitimate(),
)


def list_possible(release: Release) -> list[Attack]:
    """All of them that a release can have."""
    return [attack for attack in (*ATTACKS, *LEGITIMATE) if release.secret_api is not None or not attack.uses_api]
