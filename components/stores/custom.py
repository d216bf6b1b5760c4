"""Any other ESO provider, its block as it is configured.

Source: ``SecretStoreProvider`` of ``external-secrets.io/v1``.
"""

from __future__ import annotations

from typing import Any

from ..settings import CustomStore
from .block import filled
from .plan import PlannedStore


def provider(planned: PlannedStore, store: CustomStore) -> dict[str, Any]:
    """The provider with its block, the organization's name filled in."""
    block: dict[str, Any] = filled(planned, store.model_dump(mode="json"))
    return block
