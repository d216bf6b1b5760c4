"""Every attack and every legitimate use, with what must come of it."""

from __future__ import annotations

from typing import Final

from tests.attacks import agents, documents, legitimate, reading, settings, stores, writing
from tests.attacks.attack import Attack

ATTACKS: Final[tuple[Attack, ...]] = tuple(
    sorted(
        (
            attack
            for module in (reading, writing, stores, agents, documents, settings)
            for attack in module.list_attacks()
        ),
        key=lambda attack: (attack.threat[0] != "T", int(attack.threat[1:])),
    )
)
LEGITIMATE: Final[tuple[Attack, ...]] = (
    *legitimate.list_attacks(),
    *documents.list_legitimate(),
    *settings.list_legitimate(),
)
