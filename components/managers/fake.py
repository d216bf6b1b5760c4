"""ESO provider ``fake``: fixed values inside the ClusterSecretStore itself, for development.

Source: ``FakeProvider`` of ``external-secrets.io/v1``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from ..schema.model import ManualName, Model, RemoteKey
from .manager import Manager
from .planned import PlannedStore


def provider(planned: PlannedStore, store: FakeStore, values: Mapping[str, Any]) -> dict[str, Any]:
    """The ``fake`` block of a ClusterSecretStore, with no key that its organizations do not read.

    Args:
        planned: the store that is built.
        store: its settings.
        values: entries of ``manualSecrets``; in a program they are secret outputs and pass through untouched.
    """
    entries: list[dict[str, Any]] = []
    for entry in store.data:
        if entry.key in planned.keys:
            version = {} if entry.version is None else {"version": entry.version}
            entries.append({"key": entry.key, "value": values[entry.manual], **version})
    return {"data": entries}


class FakeEntry(Model):
    """One secret of the fake manager."""

    key: RemoteKey
    """Name of the secret."""
    manual: ManualName
    """Entry of ``manualSecrets`` with its value (JSON where a ``property`` is asked for)."""
    version: RemoteKey | None = None
    """Version. None: unversioned."""


class FakeStore(Manager):
    """Fixed values, for development: whoever may read the ClusterSecretStore reads them (ESO provider ``fake``)."""

    data: Annotated[tuple[FakeEntry, ...], Field(strict=False, min_length=1)]
    """The secrets."""
