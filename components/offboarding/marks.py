"""Which live objects are of one organization: by a record, the marks of the stack, the state, and what owns them.

Labels alone do not count outside its namespaces, because every tenant can write them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set as AbstractSet
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final

from ..managers.rendering import build_account_name
from ..manifests import (
    CREDENTIAL_LABEL,
    DELETE,
    ESO,
    NAMESPACE,
    OFFBOARDING_ANNOTATION,
    STACK_ANNOTATION,
    Manifest,
    build_field_manager,
    find_owner,
    is_marked_by,
    read_annotation,
    read_creator,
    read_owner,
)
from ..openchoreo import RELEASES
from ..openchoreo.labels import ORGANIZATION_LABEL
from ..plan.orphans import ObjectKey
from .holdings import Holding, RemoteKey

Lists = Mapping[tuple[str, str], Sequence[Manifest]]
"""API and kind -> metadata of every object on a cluster."""
KEPT: Final = "offboarding is keep"
"""Why a build namespace stays."""
LABEL: Final = f"label {ORGANIZATION_LABEL}"
"""The part of an adopted namespace."""
_STORE: Final = "ClusterSecretStore"
_RBAC: Final = "rbac.authorization.k8s.io/v1"
_IDENTITY: Final = frozenset({"ServiceAccount", "Role", "RoleBinding"})
_EXTERNAL: Final = "ExternalSecret"
_SECRET: Final = "Secret"


@dataclass(frozen=True)
class Subject:
    """The organization, and what the state has of it."""

    stack: str
    """``<pulumi organization>/<project>/<stack>``."""
    organization: str
    objects: frozenset[ObjectKey] = frozenset()
    """Its objects in the state."""
    stores: frozenset[str] = frozenset()
    """Its ClusterSecretStores in the state."""
    recorded: tuple[Holding, ...] = ()
    """What it had before its removal. These objects count by their UIDs, whatever their marks are now."""

    @cached_property
    def recorded_objects(self) -> dict[str, Holding]:
        """UID -> recorded object that is the organization's as a whole."""
        return {item.uid: item for item in self.recorded if not item.part and not item.is_in_state}

    @cached_property
    def recorded_parts(self) -> frozenset[tuple[str, str]]:
        """UIDs of recorded shared objects, each with its kind."""
        return frozenset((item.uid, item.kind) for item in self.recorded if item.part)

    @cached_property
    def build_namespaces(self) -> frozenset[str]:
        """Namespaces of its builds, in every release."""
        return frozenset(release.build_namespace(self.organization) for release in RELEASES.values())

    @cached_property
    def control_plane_namespaces(self) -> frozenset[str]:
        """Its namespaces on the control plane, in every release."""
        return frozenset(release.control_plane_namespace(self.organization) for release in RELEASES.values())

    @cached_property
    def selectors(self) -> tuple[dict[str, str], ...]:
        """Labels of the namespaces of its workloads, in every release."""
        return tuple(
            labels for release in RELEASES.values() for labels in release.data_plane_selectors(self.organization)
        )

    def has_label(self, item: Manifest) -> bool:
        """Whether a live object carries its label."""
        return (item["metadata"].get("labels") or {}).get(ORGANIZATION_LABEL) == self.organization


def select_holdings(where: str, lists: Lists, subject: Subject, stores: AbstractSet[str]) -> Iterator[Holding]:
    """Every object of an organization on a cluster, with what the objects have created.

    Args:
        where: name of the cluster.
        lists: every kind that a stack creates.
        subject: the organization.
        stores: names of the ClusterSecretStores that are for the organization alone.
    """
    accounts = {build_account_name(store) for store in stores}
    own: dict[str, Holding] = {}
    for (api, kind), items in lists.items():
        for item in items:
            holding = _read(where, api, kind, item, subject, accounts)
            if holding is not None:
                own[holding.uid] = holding
    # A ClusterExternalSecret owns ExternalSecrets, and each of these owns a Secret.
    for created in (_EXTERNAL, _SECRET):
        for (api, kind), items in lists.items():
            for item in items if kind == created else ():
                if _is_owned(item, own):
                    holding = _hold(where, (api, kind), item)
                    own.setdefault(holding.uid, holding)
    yield from own.values()
    yield from _list_kept_secrets(where, lists, subject, own)


def list_own_stores(lists: Lists, subject: Subject) -> frozenset[str]:
    """Names of the ClusterSecretStores that are for the organization alone."""
    live = {
        item["metadata"]["name"]
        for (_, kind), items in lists.items()
        for item in items
        if kind == _STORE
        and subject.has_label(item)
        and is_marked_by(item, kind, subject.stack)
        and not _is_recorded(item, kind, subject)
    }
    return subject.stores | live | {item.name for item in subject.recorded_objects.values() if item.kind == _STORE}


def list_own_namespaces(lists: Lists, subject: Subject) -> frozenset[str]:
    """Names of the namespaces of its builds, and of those of its workloads on a cluster."""
    labels = {item["metadata"]["name"]: item["metadata"].get("labels") or {} for item in lists["v1", NAMESPACE]}
    return subject.build_namespaces | {
        name for name, own in labels.items() if any(own.items() >= selector.items() for selector in subject.selectors)
    }


def _is_owned(item: Manifest, own: Mapping[str, Holding]) -> bool:
    """Whether an object of the organization owns another one. As for Kubernetes, no owner is in another namespace."""
    metadata = item["metadata"]
    owners = (own.get(str(owner.get("uid"))) for owner in metadata.get("ownerReferences") or ())
    return any(owner is not None and owner.namespace in {"", metadata.get("namespace")} for owner in owners)


def _hold(where: str, of: tuple[str, str], item: Manifest, part: str = "", stays: str = "") -> Holding:
    (api, kind), metadata = of, item["metadata"]
    namespace = metadata.get("namespace") or ""
    return Holding(where, kind, namespace, metadata["name"], part, api, metadata["uid"], stays)


def _read(  # noqa: PLR0913, PLR0917 -- an object, and what decides about it
    where: str, api: str, kind: str, item: Manifest, subject: Subject, accounts: set[str]
) -> Holding | None:
    """An object as a holding of the organization. None: it is not one, or only its owner says so."""
    if kind != NAMESPACE and _is_recorded(item, kind, subject):
        return None
    holding = _read_marks(where, api, kind, item, subject, accounts)
    recorded = subject.recorded_objects.get(item["metadata"]["uid"])
    if recorded is None:
        return holding
    # Without its marks, a namespace that the stack has created looks like an adopted one.
    goes = holding is not None and not holding.part and not holding.stays
    return replace(_hold(where, (api, kind), item), stays="" if goes else recorded.stays)


def _read_marks(  # noqa: PLR0913, PLR0917 -- an object, and what decides about it
    where: str, api: str, kind: str, item: Manifest, subject: Subject, accounts: set[str]
) -> Holding | None:
    metadata = item["metadata"]
    key = ObjectKey(api, kind, metadata.get("namespace") or "", metadata["name"])
    is_named = subject.has_label(item) or key in subject.objects
    if kind == NAMESPACE:
        return _read_namespace(where, api, item, subject) if is_named else None
    if is_marked_by(item, kind, subject.stack):
        is_identity = kind in _IDENTITY and metadata["name"] in accounts
        return _hold(where, (api, kind), item) if is_named or is_identity else None
    # OpenChoreo has rendered it, from an entry of the stack.
    rendered = kind == _EXTERNAL and subject.has_label(item) and read_creator(item) == subject.stack
    return _hold(where, (api, kind), item) if rendered else None


def _read_namespace(where: str, api: str, item: Manifest, subject: Subject) -> Holding | None:
    if read_creator(item) == subject.stack:
        goes = read_annotation(item, OFFBOARDING_ANNOTATION) == DELETE
        return _hold(where, (api, NAMESPACE), item, stays="" if goes else KEPT)
    adopted = read_owner(item) == build_field_manager(subject.stack) or _is_recorded(item, NAMESPACE, subject)
    return _hold(where, (api, NAMESPACE), item, LABEL) if adopted and subject.has_label(item) else None


def _is_recorded(item: Manifest, kind: str, subject: Subject) -> bool:
    """Whether only a part of an object was the organization's."""
    return (item["metadata"]["uid"], kind) in subject.recorded_parts


def _list_kept_secrets(where: str, lists: Lists, subject: Subject, own: Mapping[str, Holding]) -> Iterator[Holding]:
    """Secrets with its labels that nothing owns: ESO has kept them or merged keys into them, or they are copies.

    Only those in its namespaces: in another one, its tenant may have written the labels.
    """
    namespaces = list_own_namespaces(lists, subject)
    others = {
        (item["metadata"].get("namespace"), item["metadata"]["name"])
        for (_, kind), items in lists.items()
        for item in items
        if kind == _EXTERNAL and item["metadata"]["uid"] not in own
    }
    for (api, kind), items in lists.items():
        for item in items if kind == _SECRET else ():
            metadata = item["metadata"]
            if (
                subject.has_label(item)
                and CREDENTIAL_LABEL in metadata["labels"]
                and metadata.get("namespace") in namespaces
                and metadata["uid"] not in own
                and not metadata.get("ownerReferences")
                and find_owner(item, kind) is None
                and read_annotation(item, STACK_ANNOTATION) is None
                and (metadata.get("namespace"), metadata["name"]) not in others
            ):
                yield _hold(where, (api, kind), item)


def select_grants(
    where: str,
    stores: Iterable[Manifest],
    roles: Iterable[Manifest],
    subject: Subject,
    keys: Iterable[RemoteKey],
) -> Iterator[Holding]:
    """What stores that other organizations use, too, grant to the organization.

    Args:
        where: context of the cluster.
        stores: whole ClusterSecretStores.
        roles: whole Roles.
        subject: the organization.
        keys: what only this organization reads.
    """
    shared: set[str] = set()
    for store in stores:
        name = store["metadata"]["name"]
        is_shared = name not in subject.stores and not subject.has_label(store)
        if _is_recorded(store, _STORE, subject) or (is_marked_by(store, _STORE, subject.stack) and is_shared):
            shared.add(name)
            for part in _list_conditions(store, subject):
                yield _hold(where, (ESO, _STORE), store, part)
    read: dict[str, set[str]] = {}
    for key in keys:
        if key.store in shared:
            read.setdefault(build_account_name(key.store), set()).add(key.key)
    for role in roles:
        names = {name for rule in role.get("rules") or () for name in rule.get("resourceNames") or ()}
        if is_marked_by(role, "Role", subject.stack) or _is_recorded(role, "Role", subject):
            for name in sorted(names & read.get(role["metadata"]["name"], set())):
                yield _hold(where, (_RBAC, "Role"), role, f"right to read {name}")


def _list_conditions(store: Manifest, subject: Subject) -> Iterator[str]:
    for condition in (store.get("spec") or {}).get("conditions") or ():
        for name in sorted(subject.build_namespaces & set(condition.get("namespaces") or ())):
            yield f"condition: namespace {name}"
        labels: Any = (condition.get("namespaceSelector") or {}).get("matchLabels")
        if labels in subject.selectors:
            text = ", ".join(f"{key}={value}" for key, value in sorted(labels.items()))
            yield f"condition: namespaces with {text}"
