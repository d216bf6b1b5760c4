"""What a patch asks for, and the record of what it put in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from ..manifests import Manifest

RESOURCES: Final = "resources"
IMAGE_PULL_SECRETS: Final = "imagePullSecrets"
SECRET_STORE_REF: Final = "secretStoreRef"


@dataclass(frozen=True)
class Resource:
    """One entry of ``spec.resources``."""

    id: str
    """Its id, unique in the object."""
    template: Manifest
    """The Kubernetes object that OpenChoreo renders; strings may hold ``${...}`` expressions."""
    include_when: str | None = None
    """Expression that decides whether it is rendered. None: always."""

    def entry(self) -> dict[str, Any]:
        """The entry as the CRD has it."""
        condition = {} if self.include_when is None else {"includeWhen": self.include_when}
        return {"id": self.id, **condition, "template": self.template}


@dataclass(frozen=True)
class Patch:
    """What one OpenChoreo object gains. Everything else in it stays as it is."""

    resources: tuple[Resource, ...] = ()
    """Entries of ``spec.resources``."""
    image_pull_secrets: tuple[str, ...] = ()
    """Names in ``imagePullSecrets`` of the workload's pods; usually with an expression such as ``${metadata.name}``,
    since a fixed name is shared by every component of a project's environment, and goes with the first one deleted."""
    secret_store_ref: str | None = None
    """Name in ``spec.secretStoreRef`` of a plane."""


@dataclass(frozen=True)
class Added:
    """What `patch` put in, so that `unpatch` takes out exactly that; what was there before is not in it."""

    resources: tuple[dict[str, Any], ...] = ()
    """Entries as they were written."""
    image_pull_secrets: tuple[str, ...] = ()
    """Names that were not there before."""
    secret_store_ref: str | None = None
    """The name, if there was none before."""
    kept: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """For each list or mapping that was written into: path of the innermost one around it that stays when it is empty
    again, because it was there before."""

    def plain(self) -> dict[str, Any]:
        """JSON types, as kept in a state."""
        return {
            RESOURCES: list(self.resources),
            IMAGE_PULL_SECRETS: list(self.image_pull_secrets),
            SECRET_STORE_REF: self.secret_store_ref or "",
            "kept": {name: list(path) for name, path in self.kept.items()},
        }

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Added:
        """The record that `plain` made."""
        return cls(
            resources=tuple(plain[RESOURCES]),
            image_pull_secrets=tuple(plain[IMAGE_PULL_SECRETS]),
            secret_store_ref=plain[SECRET_STORE_REF] or None,
            kept={name: tuple(path) for name, path in plain["kept"].items()},
        )


@dataclass(frozen=True)
class Change:
    """One edit, for people and for the engine."""

    path: str
    """``resources["registry-pull-secret"]``."""
    kind: Literal["add", "update", "restore", "delete", "keep"]
    """``restore``: somebody had changed it. ``keep``: it was there before the patch, and will be left there."""
    text: str
    """What happens, in words."""


@dataclass(frozen=True)
class Patched:
    """The outcome of `patch`."""

    object: Manifest
    """The object with the patch."""
    added: Added
    """What the patch put in, now and before."""
    changes: tuple[Change, ...]
    """Every edit, in the order resources, imagePullSecrets, secretStoreRef."""
