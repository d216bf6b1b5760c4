"""What a patch adds to an object, and the record of what it added."""

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
    """Unique in the object."""
    template: Manifest
    """The Kubernetes object that OpenChoreo renders; strings may contain ``${...}`` expressions."""
    include_when: str | None = None
    """Expression that decides whether it is rendered. None: always."""

    def entry(self) -> dict[str, Any]:
        """The entry in the form of the CRD."""
        condition = {} if self.include_when is None else {"includeWhen": self.include_when}
        return {"id": self.id, **condition, "template": self.template}


@dataclass(frozen=True)
class Patch:
    """What is added to one OpenChoreo object. Everything else in it stays."""

    resources: tuple[Resource, ...] = ()
    """Entries of ``spec.resources``."""
    image_pull_secrets: tuple[str, ...] = ()
    """Names in ``imagePullSecrets`` of the workload's pods. They usually contain an expression for the component's
    name: all components of a project's environment would share a fixed name, and the first one deleted would delete
    the Secret."""
    secret_store_ref: str | None = None
    """Name in ``spec.secretStoreRef`` of a plane."""


@dataclass(frozen=True)
class Added:
    """What `apply_patch` added, so that `remove_patch` removes exactly that. It excludes what existed before."""

    resources: tuple[dict[str, Any], ...] = ()
    """Entries as they were written."""
    image_pull_secrets: tuple[str, ...] = ()
    """Names that did not exist before."""
    secret_store_ref: str | None = None
    """The name. None: another one was set before, or none was added."""
    kept: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Part of the patch -> path of the innermost container that existed before, and stays when it becomes empty."""

    def plain(self) -> dict[str, Any]:
        """The record as JSON data, for the state."""
        return {
            RESOURCES: list(self.resources),
            IMAGE_PULL_SECRETS: list(self.image_pull_secrets),
            SECRET_STORE_REF: self.secret_store_ref or "",
            "kept": {part: list(path) for part, path in self.kept.items()},
        }

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Added:
        """The record that `plain` returned."""
        return cls(
            resources=tuple(plain[RESOURCES]),
            image_pull_secrets=tuple(plain[IMAGE_PULL_SECRETS]),
            secret_store_ref=plain[SECRET_STORE_REF] or None,
            kept={part: tuple(path) for part, path in plain["kept"].items()},
        )


@dataclass(frozen=True)
class Change:
    """One edit of the object."""

    path: str
    """``resources["<id>"]``, ``imagePullSecrets["<name>"]`` or ``secretStoreRef.name``."""
    kind: Literal["add", "update", "restore", "delete", "keep"]
    """``restore``: someone else had changed it. ``keep``: it existed before the patch and will stay after it."""
    text: str
    """The edit as a sentence without a subject: ``removes the resource ...``."""


@dataclass(frozen=True)
class Patched:
    """Result of `apply_patch`."""

    object: Manifest
    """The object with the patch."""
    added: Added
    """What this patch and earlier ones added."""
    changes: tuple[Change, ...]
    """Every edit, in the order resources, imagePullSecrets, secretStoreRef."""
