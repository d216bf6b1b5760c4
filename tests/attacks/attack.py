"""What an attack is, what may come of it, and how a refusal of the operator names its layer."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tests.attacks.scene import Scene

REACHED: Final = "reached"
STOPPED: Final = "stopped"
WORKS: Final = "works"
UNDECIDED: Final = "undecided"

ALL: Final = "all"
NONE: Final = "none"
"""Every layer removed: there, each attack must succeed, or it is no attack."""
STOCK: Final = "stock"
"""The ClusterSecretStore ``default`` as OpenChoreo ships it, instead of the layers of this project."""
STORE: Final = "isolation: store"
SHARED: Final = "isolation: shared"
"""Stacks that are deployed with less; the agent has the role that OpenChoreo ships."""
LAYERS: Final = ("admission", "store", "identity", "rbac", "quota")
"""Layers that the suite removes, one at a time."""
PHASES: Final = (ALL, *(f"without {layer}" for layer in LAYERS), NONE, STOCK, STORE, SHARED)


def expect(
    everywhere: str,
    *,
    none: str = REACHED,
    stock: str | None = None,
    deployed: str | None = None,
    shared: str | None = None,
    **without: str,
) -> dict[str, str]:
    """Phase -> outcome.

    Args:
        everywhere: with all layers, and in each phase without another outcome.
        none: without any layer.
        stock: with the stock store. None: the attack makes no sense there.
        deployed: with ``isolation: store``. None: as without admission.
        shared: with ``isolation: shared``. None: the attack makes no sense there.
        without: layer -> outcome without it.
    """
    outcomes = {ALL: everywhere} | {f"without {layer}": without.get(layer, everywhere) for layer in LAYERS}
    outcomes |= {NONE: none, STORE: deployed or without.get("admission", everywhere)}
    return outcomes | {phase: word for phase, word in ((STOCK, stock), (SHARED, shared)) if word is not None}


@dataclass(frozen=True)
class Verdict:
    """What has come of an attack."""

    outcome: str
    stopped_by: str | None = None
    reason: str = ""
    """Words of the API server, the operator or the secret manager."""

    @property
    def text(self) -> str:
        """The layer that has stopped it, otherwise the outcome."""
        return self.stopped_by or self.outcome


Attempt = Generator[None, None, Verdict]
"""An attack under way: yields while it is undecided."""


@dataclass(frozen=True, eq=False)
class Attack:
    """One attack of an organization on another."""

    threat: str
    """``T1``, ``H3``; ``L1`` for a legitimate use."""
    name: str
    """What the attacker does."""
    slug: str
    """Beginning of the names of its objects."""
    run: Callable[[Scene], Attempt]
    expected: Mapping[str, str]
    """Phase -> the layer that stops it, `REACHED` or `WORKS`. It does not run in other phases."""
    attacker: str = "acme"
    victim: str = "acme2"
    alone: bool = False
    """It changes objects that other attacks use."""
    uses_api: bool = False
    """It uses OpenChoreo's API for secrets, which not every release has."""


_LAYER_OF: Final = {
    r"is not allowed from namespace .*denied by spec\.condition": "store",
    r"Code: 403|permission denied|not authorized": "identity",
    r'is forbidden: User "system:serviceaccount:': "identity",
    r"relative paths not supported": "identity",
    r'cannot (get|list|create|update) resource "secrets"': "identity",
}
"""Words of a refusal -> the layer that speaks."""


def find_layer(message: str) -> str | None:
    """The layer that has refused, from the words of the operator. None: it is another failure, or will pass."""
    return next((layer for words, layer in _LAYER_OF.items() if re.search(words, message)), None)
