"""Credentials of external services that an organization's builds call."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from ..openchoreo.release import Defaults
from ..schema.labels import Annotations, Labels
from ..schema.model import DataKey, Example, Interval, Model, ObjectName, Several
from ..schema.policies import Policies
from ..schema.secret_types import SecretType, list_missing_keys
from ..schema.sources import RemoteRef, Source
from ..secrets.credential import NO_VALUE, Owner, SecretContent, StoreRead
from .secret import CREDENTIAL, build_secret


class Extract(RemoteRef):
    """A JSON object in the manager; each of its fields becomes a key of the Secret (``dataFrom.extract``)."""

    example: ClassVar[Example] = {"remoteKey": "acme-sonar"}

    prefix: DataKey | None = None
    """Prefix for every key. None: the keys stay unchanged."""
    conversion: Literal["Default", "Unicode"] | None = None
    """Replacement of characters that a key must not have: ``Default``: ``_``. ``Unicode``: ``_U<code>_``, not with
    ``prefix``. None: ``Default``; with ``prefix`` no replacement, so ESO refuses such a key."""

    @model_validator(mode="after")
    def _one_change(self) -> Self:
        if self.prefix is not None and self.conversion == "Unicode":
            msg = "conversion Unicode does not work with prefix, because ESO cannot convert the keys then; use Default"
            raise ValueError(msg)
        return self


class ExternalCredential(Model):
    """Credentials of a service that builds call (a scanner, a package registry): one Secret with named keys."""

    example: ClassVar[Example] = {"name": "sonar", "keys": {"token": Source.example}}
    refused_keys: ClassVar[Mapping[str, str]] = {
        "find": (
            "reads every secret of the manager that matches, those of other organizations included, and ESO needs "
            "permission to list them; name each secret in keys or extract"
        ),
        "dataFrom": "is a list of ESO; write extract: [{remoteKey: acme-sonar}] for a whole JSON object",
    }

    name: ObjectName
    """Name of the Secret in the build namespace. Plain text: it forms names of resources."""
    keys: dict[DataKey, Source] = Field(default_factory=dict)
    """Key of the Secret -> source of its value: all from the manager, or all manual."""
    extract: Annotated[Several[Extract], Field(min_length=1)] | None = None
    """JSON objects in the manager, whose fields become keys. A key in ``keys`` takes precedence."""
    template: Annotated[dict[DataKey, Annotated[str, Field(min_length=1)]], Field(min_length=1)] | None = None
    """Key of the Secret -> Go template in plain text, over the keys of ``keys`` and ``extract``."""
    merge_policy: Literal["Replace", "Merge"] = "Replace"
    """``Replace``: with a template the Secret has only its keys. ``Merge``: also the others."""
    type: SecretType = "Opaque"
    """Type of the Secret."""
    labels: Labels = Field(default_factory=dict)
    """Additional labels of the Secret."""
    annotations: Annotations = Field(default_factory=dict)
    """Additional annotations of the Secret."""
    secret_store: ObjectName | None = None
    """Entry of ``secretStores`` that its values are read from. None: that of the organization."""
    refresh_interval: Interval | None = None
    """Interval between two polls. None: that of the organization, else of the stack."""
    policies: Policies | None = None
    """ESO's policies for the Secret. None: those of the organization."""

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        problem = next(chain(self._of_values(), self._of_template(), self._of_type()), None)
        if problem is not None:
            raise ValueError(problem)
        return self

    def _of_values(self) -> Iterator[str]:
        if not self.keys and self.extract is None:
            yield "names no value; expected at least one of keys, extract"
        if len({source.manual is None for source in self.keys.values()}) > 1:
            yield "mixes remoteKey and manual in one Secret; use one of them for all keys"
        if self.manual:
            if self.extract is not None:
                yield "mixes extract and manual in one Secret; use one of them"
            if self.template is not None:
                yield "template has no effect on a manual secret; leave it out"
            if self.secret_store is not None:
                yield f"secretStore {NO_VALUE}"
        extracts = [(ref.remote_key, ref.property, ref.version, ref.prefix) for ref in self.extract or ()]
        for index, extract in enumerate(extracts):
            if extract in extracts[:index]:
                yield f"extract[{index}] has the same keys as extract[{extracts.index(extract)}]; remove one of them"

    def _of_template(self) -> Iterator[str]:
        if self.merge_policy == "Replace":
            return
        if self.template is None:
            yield "mergePolicy has no effect without template; leave it out"
        for key in sorted(self.keys.keys() & (self.template or {}).keys()):
            yield f'the key "{key}" comes from keys and template; with mergePolicy Merge use only one of them'

    def _of_type(self) -> Iterator[str]:
        if self.type != "Opaque" and self.policies is not None and self.policies.creation_policy == "Merge":
            yield "type has no effect with creationPolicy Merge, which keeps the existing type; leave it out"
        missing = list_missing_keys(self.type, self.known_keys)
        if missing is not None and not self.has_unknown_keys:
            yield f"type {self.type} requires {missing}"

    @property
    def kind(self) -> str:
        """Value of the credential label."""
        return CREDENTIAL

    def secret_names(self, defaults: Defaults) -> dict[str, str]:  # noqa: ARG002 -- part of the protocol
        """The one Secret."""
        return {"name": self.name}

    @property
    def manuals(self) -> dict[str, str]:
        """Path below this credential -> entry of ``manualSecrets``."""
        return {f"keys.{key}.manual": source.manual for key, source in self.keys.items() if source.manual is not None}

    def secrets(self, owner: Owner) -> tuple[SecretContent, ...]:  # noqa: ARG002 -- part of the protocol
        """The one Secret."""
        return (build_secret(self),)

    @property
    def manual(self) -> bool:
        """Whether the values come from encrypted configuration."""
        return any(source.manual is not None for source in self.keys.values())

    @property
    def known_keys(self) -> frozenset[str]:
        """Keys that the Secret has for certain."""
        if self.template is None:
            return frozenset(self.keys)
        return frozenset(self.template) | (frozenset(self.keys) if self.merge_policy == "Merge" else frozenset())

    @property
    def has_unknown_keys(self) -> bool:
        """Whether the manager decides on more keys."""
        return self.extract is not None and (self.template is None or self.merge_policy == "Merge")

    @property
    def remotes(self) -> tuple[RemoteRef, ...]:
        """All values that are read from the manager."""
        values = [source.remote for source in self.keys.values()]
        return (*(ref for ref in values if ref is not None), *(self.extract or ()))

    @property
    def reads(self) -> tuple[StoreRead, ...]:
        """The same values, all from one store."""
        return tuple(StoreRead(ref, self.secret_store) for ref in self.remotes)
