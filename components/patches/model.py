"""What a patch adds to an object, and the record of what it added."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from ..manifests import Manifest
from ..openchoreo.kinds import Path
from ..schema.arguments import check_arguments
from .containers import Original
from .override import Overridden, Override, list_plain, read_plain

RESOURCES: Final = "resources"
IMAGE_PULL_SECRETS: Final = "imagePullSecrets"
SECRET_STORE_REF: Final = "secretStoreRef"
PODS: Final = "pods"
OVERRIDES: Final = "overrides"
RECORD: Final = "identity"
"""The input of a patch that says whose it is; path of a `Change` of its record on the object."""


@check_arguments()
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


@check_arguments()
@dataclass(frozen=True)
class PodPath:
    """The pods of a resource that is not the primary workload."""

    resource: str
    """Id of the entry of ``spec.resources``."""
    path: str
    """Path of the pod spec in its template, keys joined by dots: ``spec.podTemplate.spec``. Lists are not supported:
    others may insert entries, so that an index would mean another pod."""

    @property
    def steps(self) -> Path:
        """The keys."""
        return tuple(self.path.split("."))

    def __str__(self) -> str:
        return f'resource "{self.resource}"'


@check_arguments(deferred="secret_store_ref")
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
    pods: tuple[PodPath, ...] = ()
    """Further pods that get ``image_pull_secrets``, beside those of the primary workload; the only ones if it has
    none."""
    overrides: tuple[Override, ...] = ()
    """Values that are other ones for some namespaces; at most one override for each path."""


@dataclass(frozen=True)
class AddedPods:
    """What a patch added to the pods of one resource that is not the primary workload."""

    place: PodPath
    names: tuple[str, ...]
    """Names that did not exist before."""
    original: Original
    """What was there before."""

    def plain(self) -> dict[str, Any]:
        """The record as JSON data."""
        replaced = {} if self.original.replaced is None else {"replaced": self.original.replaced}
        place = {"resource": self.place.resource, "path": self.place.path}
        return {**place, "names": list(self.names), "kept": list(self.original.kept), **replaced}

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> AddedPods:
        """The record that `plain` returned."""
        original = Original(tuple(plain["kept"]), plain.get("replaced"))
        return cls(PodPath(plain["resource"], plain["path"]), tuple(plain["names"]), original)


@dataclass(frozen=True)
class Added:
    """What `apply_patch` added, so that `remove_patch` removes exactly that. It excludes what existed before."""

    resources: tuple[dict[str, Any], ...] = ()
    """Entries as they were written."""
    image_pull_secrets: tuple[str, ...] = ()
    """Names that did not exist before."""
    secret_store_ref: str | None = None
    """The name. None: another one was set before, or none was added."""
    kept: Mapping[str, Path] = field(default_factory=dict)
    """Part of the patch -> path of the innermost container that existed before, and stays when it becomes empty."""
    replaced: Mapping[str, str] = field(default_factory=dict)
    """Part of the patch -> the null or the empty string below that container that it replaced, as JSON."""
    pods: tuple[AddedPods, ...] = ()
    """Names in the pods of resources that are not the primary workload."""
    overrides: tuple[Overridden, ...] = ()
    """Values that were overridden, with what was there before."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing was added: everything existed before."""
        parts = (self.resources, self.image_pull_secrets, self.secret_store_ref, self.pods, self.overrides)
        return not any(parts)

    def original(self, part: str) -> Original | None:
        """What was in the object before this part of the patch. None: it is not recorded."""
        kept = self.kept.get(part)
        return None if kept is None else Original(kept, self.replaced.get(part))

    def plain(self) -> dict[str, Any]:
        """The record as JSON data, for the state and the annotation."""
        replaced = {"replaced": dict(self.replaced)} if self.replaced else {}
        pods = {PODS: [added.plain() for added in self.pods]} if self.pods else {}
        overrides = {OVERRIDES: list_plain(self.overrides)} if self.overrides else {}
        return {
            RESOURCES: list(self.resources),
            IMAGE_PULL_SECRETS: list(self.image_pull_secrets),
            SECRET_STORE_REF: self.secret_store_ref or "",
            "kept": {part: list(path) for part, path in self.kept.items()},
            **replaced,
            **pods,
            **overrides,
        }

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Added:
        """The record that `plain` returned."""
        return cls(
            resources=tuple(plain[RESOURCES]),
            image_pull_secrets=tuple(plain[IMAGE_PULL_SECRETS]),
            secret_store_ref=plain[SECRET_STORE_REF] or None,
            pods=tuple(AddedPods.from_plain(entry) for entry in plain.get(PODS) or ()),
            kept={part: tuple(path) for part, path in plain["kept"].items()},
            replaced=dict(plain.get("replaced") or {}),
            overrides=read_plain(plain.get(OVERRIDES) or ()),
        )


@dataclass(frozen=True)
class History:
    """What patches have added to an object so far."""

    own: Added = field(default_factory=Added)
    """What earlier versions of this patch added."""
    others: tuple[Added, ...] = ()
    """What other patches with a record on the object added. What both want stays until the last of them is removed."""
    stacks: tuple[str, ...] = ()
    """Stack of each of the others. Empty: they are unknown."""
    secrets: frozenset[str] = frozenset()
    """Names of Secrets that entries of other stacks create, although no record lists the entries."""
    by_stack: bool = True
    """Whether an entry with this stack's name that is not in ``own`` is of this patch too, whose record was lost."""
    warnings: tuple[str, ...] = ()
    """Why a record on the object is not used, as sentences without the object."""

    @property
    def all(self) -> tuple[Added, ...]:
        """The records of this patch and of the others."""
        return (self.own, *self.others)


@dataclass(frozen=True)
class Change:
    """One edit of the object."""

    path: str
    """``resources["<id>"]``, ``imagePullSecrets["<name>"]``, ``secretStoreRef.name``, ``overrides.<path>`` or
    ``identity``."""
    kind: Literal["add", "update", "restore", "delete", "keep"]
    """``restore``: someone else had changed it. ``keep``: it existed before the patch and will stay after it."""
    text: str
    """The edit as a sentence without a subject: ``removes the resource ...``."""


def describe_kept(existing: str, *, shared: bool) -> str:
    """The text of a change of the kind ``keep``.

    Args:
        existing: what exists.
        shared: whether another patch with a record has added it.
    """
    if shared:
        return f"shares the existing {existing} with another patch; the last destroy removes it"
    return f"keeps the existing {existing}; destroy keeps it"


@dataclass(frozen=True)
class Patched:
    """Result of `apply_patch`."""

    object: Manifest
    """The object with the patch."""
    added: Added
    """What this patch and earlier ones added."""
    changes: tuple[Change, ...]
    """Every edit, in the order of warnings about the record, overrides, resources, imagePullSecrets, secretStoreRef."""
