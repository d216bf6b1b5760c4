"""ESO provider ``fake``: fixed values inside the ClusterSecretStore itself, for development.

Source: ``FakeProvider`` of ``external-secrets.io/v1``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar

from pydantic import Field

from ..schema.model import Example, ManualName, Model, RemoteKey, Several
from ..schema.text import clip
from .manager import PlannedStore, StoreInputs, TypedManager
from .registry import register
from .remote_keys import RemotePlace
from .tariff import FREE, Place, Tariff


class FakeEntry(Model):
    """One secret of the fake manager."""

    example: ClassVar[Example] = {"key": "acme-git", "manual": "acmeGitToken"}

    key: RemoteKey
    """Name of the secret."""
    manual: ManualName
    """Entry of ``manualSecrets`` with its value: JSON if a credential reads a ``property`` of it."""
    version: RemoteKey | None = None
    """Version. None: unversioned."""


@register
class FakeStore(TypedManager):
    """Fixed values for development.

    Whoever may read the ClusterSecretStore reads them (ESO provider ``fake``).
    """

    example: ClassVar[Example] = {"data": [FakeEntry.example]}
    settings_key: ClassVar[str] = "fake"
    provider_key: ClassVar[str] = "fake"
    docs_page: ClassVar[str] = "secret-stores.md#fake"
    retries: ClassVar[bool] = False
    tariff: ClassVar[Tariff] = Tariff("fake", FREE, FREE)

    data: Annotated[Several[FakeEntry], Field(min_length=1)]
    """The secrets."""

    @property
    def isolation_fields(self) -> tuple[str, ...] | None:
        """A store contains only the keys that its organizations read."""
        return None

    def template(self) -> Any:
        """Empty: ``{organization}`` in a key is part of the key."""
        return {}

    def locate(self, key: str, organization: str) -> RemotePlace | None:
        """Nowhere: its values are in the configuration, beside the organizations that read them."""
        return None

    def manuals(self) -> Iterator[tuple[str, str]]:
        """The values of its secrets."""
        for index, entry in enumerate(self.data):
            yield f".data[{index}].manual", entry.manual

    def manuals_of(self, key: str) -> Iterator[str]:
        """The values of all its versions."""
        return (entry.manual for entry in self.data if entry.key == key)

    def key_problem(self, key: str, organization: str) -> str | None:
        """Only the secrets of ``data`` exist."""
        keys = {entry.key for entry in self.data}
        if key in keys:
            return None
        return f"is not a key of fake.data; expected one of: {', '.join(clip(key) for key in sorted(keys))}"

    @property
    def plain_keys_only(self) -> str | None:
        """The keys decide which values a store contains."""
        return "is an output, and a fake store contains the values of its keys only; use the text itself"

    @property
    def enforces_keys(self) -> bool:
        """No other value is in the block."""
        return True

    def provider(self, planned: PlannedStore, inputs: StoreInputs) -> dict[str, Any]:
        """The ``fake`` block of a ClusterSecretStore, without keys that its organizations do not read."""
        entries: list[dict[str, Any]] = []
        for entry in self.data:
            if entry.key in planned.keys:
                version = {} if entry.version is None else {"version": entry.version}
                entries.append({"key": entry.key, "value": inputs.values[entry.manual], **version})
        return {self.provider_key: {"data": entries}}

    def place(self, planned: PlannedStore) -> Place:
        """Reads are free, whatever the values."""
        return self.place_of({})
