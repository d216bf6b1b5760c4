"""Which live objects of a stack are not in its state, and the order in which they can be deleted.

The state is the JSON of ``pulumi stack export``. Only types, ids and providers of resources are read from it, never
inputs or outputs of objects.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ..admission.policy import API as POLICY_API, BINDING, POLICY
from ..git.secret import APP_GENERATOR
from ..manifests import ESO, Manifest, is_applied_by, is_marked_by
from ..object_names import build_path, format_object
from ..openchoreo import RELEASES
from ..registries.tokens import TOKENS
from ..secrets.generator import API as GENERATORS

REFERENCES: Final = sorted(
    {(kind.api, kind.name) for release in RELEASES.values() if (kind := release.secret_reference) is not None}
)
"""API and kind of what a stack creates on a control plane."""
_RBAC: Final = "rbac.authorization.k8s.io/v1"
NAMESPACE: Final = ("v1", "Namespace")
STORE: Final = (ESO, "ClusterSecretStore")
_GENERATOR_KINDS: Final = sorted({APP_GENERATOR, *(token.generator_kind for token in TOKENS)})
STAGES: Final[tuple[tuple[tuple[str, str], ...], ...]] = (
    ((ESO, "ExternalSecret"), (ESO, "ClusterExternalSecret"), *REFERENCES),
    (
        *((GENERATORS, kind) for kind in _GENERATOR_KINDS),
        ("v1", "Secret"),
        STORE,
    ),
    ((_RBAC, "RoleBinding"), (_RBAC, "Role"), ("v1", "ServiceAccount"), ("v1", "ResourceQuota")),
    ((POLICY_API, BINDING), (POLICY_API, POLICY)),
    (NAMESPACE,),
)
"""API and kind of everything that a stack creates on a cluster, in the order of deletion: what uses an object is gone
before the object is deleted."""

STRICT_ONLY: Final = frozenset({(POLICY_API, BINDING), (POLICY_API, POLICY), ("v1", "ResourceQuota")})
"""Those of ``isolation: strict``. Without it, the users of the contexts may not list them."""

_KUBERNETES: Final = "kubernetes:"
_OPENCHOREO_PROVIDER: Final = "pulumi:providers:openchoreo"


@dataclass(frozen=True, order=True)
class ObjectKey:
    """One object of a cluster."""

    api: str
    kind: str
    namespace: str
    """Empty: cluster-scoped."""
    name: str

    def __str__(self) -> str:
        return format_object(self.kind, self.name, self.namespace)

    @property
    def path(self) -> str:
        """Path of the object in the Kubernetes API."""
        return build_path(self.api, self.kind, self.namespace, self.name)


@dataclass(frozen=True)
class LiveObject:
    """An object that carries the stack's annotations, as the cluster has it."""

    key: ObjectKey
    uid: str
    finalizers: tuple[str, ...] = ()
    """What its deletion waits for."""
    deleting: bool = False
    """Whether its deletion has been requested."""
    copied: bool = False
    """Whether the stack did not apply it: someone has copied the annotations, or removed the record of writers."""


@dataclass(frozen=True)
class RecordedState:
    """The part of a state that identifies objects."""

    objects: Mapping[str, frozenset[ObjectKey]]
    """Name of the Kubernetes provider -> its objects."""
    identities: Mapping[str, str]
    """Name of the ``openchoreo`` provider -> UID of the cluster that the state is about."""
    pending: int
    """Number of operations that were running when the state was written."""

    def on_planes(self, planes: Iterable[str]) -> frozenset[ObjectKey]:
        """Objects on a cluster.

        Args:
            planes: names of the planes on it: ``build``, ``control``, ``data``. Objects of providers with other names
                count too, so that nothing is taken for an orphan because a program has names of its own.
        """
        here = {f"{plane}-plane" for plane in planes}
        elsewhere = {f"{plane}-plane" for plane in ("build", "control", "data")} - here
        keys = (keys for provider, keys in self.objects.items() if provider not in elsewhere)
        return frozenset().union(*keys)


def read_state(exported: Mapping[str, Any]) -> RecordedState:
    """The objects in the output of ``pulumi stack export``."""
    snapshot = read_snapshot(exported)
    resources = snapshot.get("resources") or ()
    objects: dict[str, set[ObjectKey]] = {}
    identities: dict[str, str] = {}
    # After an interrupted replacement, a provider is twice in a state; what replaces the other one comes last here.
    for resource in sorted(resources, key=lambda resource: not resource.get("delete")):
        kind = str(resource.get("type", ""))
        if kind == _OPENCHOREO_PROVIDER and (identity := (resource.get("inputs") or {}).get("clusterIdentity")):
            identities[_name(resource["urn"])] = str(identity)
        key = read_object_key(kind, str(resource.get("id", "")))
        if key is not None:
            objects.setdefault(_name(str(resource.get("provider", "")).rpartition("::")[0]), set()).add(key)
    frozen = {provider: frozenset(keys) for provider, keys in objects.items()}
    return RecordedState(frozen, identities, len(snapshot.get("pending_operations") or ()))


def read_snapshot(exported: Mapping[str, Any]) -> Mapping[str, Any]:
    """The state without its envelope: ``resources``, ``pending_operations`` and ``manifest``."""
    return exported.get("deployment") or {}


def read_object_key(kind: str, identifier: str) -> ObjectKey | None:
    """``kubernetes:core/v1:Secret`` and ``namespace/name``. None: not an object of a cluster."""
    if not kind.startswith(_KUBERNETES) or not identifier:
        return None
    _, api, name = kind.split(":")
    namespace, _, own = identifier.rpartition("/")
    return ObjectKey(api.removeprefix("core/"), name, namespace, own)


def _name(urn: str) -> str:
    return urn.rpartition("::")[2]


def select_owned(items: Iterable[Manifest], api: str, kind: str, stack: str) -> Iterator[LiveObject]:
    """Objects with a stack's annotations; `LiveObject.copied` if the stack has not applied them itself.

    Args:
        items: live objects of one kind; metadata is enough.
        api: group and version of the kind.
        kind: name of the kind.
        stack: ``<pulumi organization>/<project>/<stack>``.
    """
    for item in items:
        if not is_marked_by(item, kind, stack):
            continue
        metadata = item["metadata"]
        yield LiveObject(
            ObjectKey(api, kind, metadata.get("namespace") or "", metadata["name"]),
            metadata["uid"],
            tuple(metadata.get("finalizers") or ()),
            deleting=bool(metadata.get("deletionTimestamp")),
            copied=not is_applied_by(item, kind, stack),
        )


def find_orphans(live: Iterable[LiveObject], recorded: frozenset[ObjectKey]) -> list[LiveObject]:
    """Live objects that are not in the state, in the order of deletion."""
    ranks = {kind: rank for rank, stage in enumerate(STAGES) for kind in stage}
    orphans = (item for item in live if item.key not in recorded)
    return sorted(orphans, key=lambda item: (ranks[item.key.api, item.key.kind], item.key))
