"""RBAC that reaches what stores read: who may act as their identities, read their Secrets, or change who may.

Source: Kubernetes' RBAC (``rules``, ``resourceNames``; a RoleBinding grants a ClusterRole in its own namespace; a right
to ``namespaces`` in a namespace is one to this namespace). Rights that Kubernetes gives to its own controllers are left
out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

_BOOTSTRAPPING: Final = "kubernetes.io/bootstrapping"
_SYSTEM: Final = "system:"
_WORKLOADS: Final = ("cronjobs", "daemonsets", "deployments", "jobs", "pods", "replicasets", "statefulsets")
_WRITE: Final = ("create", "patch", "update")


@dataclass(frozen=True, order=True)
class Right:
    """What a rule of a role allows, as far as it matters here."""

    kind: str
    words: str
    groups: tuple[str, ...]
    resources: tuple[str, ...]
    verbs: tuple[str, ...]


RIGHTS: Final = (
    Right("token", "create tokens of ServiceAccounts", ("",), ("serviceaccounts/token",), ("create",)),
    Right("impersonate", "impersonate ServiceAccounts", ("",), ("serviceaccounts", "users"), ("impersonate",)),
    Right("secrets", "read Secrets", ("",), ("secrets",), ("get", "list", "watch")),
    Right("pods", "run pods", ("", "apps", "batch"), _WORKLOADS, _WRITE),
    Right("exec", "run commands in pods", ("",), ("pods/exec", "pods/attach", "pods/ephemeralcontainers"), _WRITE),
    Right("bind", "grant roles", ("rbac.authorization.k8s.io",), ("roles", "clusterroles"), ("bind", "escalate")),
    Right(
        "stores",
        "write cluster-scoped stores",
        ("external-secrets.io",),
        ("clusterexternalsecrets", "clusterpushsecrets", "clustersecretstores"),
        _WRITE,
    ),
    Right("labels", "label namespaces", ("",), ("namespaces",), _WRITE),
)
"""In the order in which a subject's rights are listed."""
BY_KIND: Final = {right.kind: right for right in RIGHTS}
CLUSTER_SCOPED: Final = frozenset({"stores"})
"""Rights that a RoleBinding cannot grant."""


@dataclass(frozen=True, order=True)
class Subject:
    """A user, a group or a ServiceAccount."""

    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind} {self.namespace}/{self.name}" if self.namespace else f"{self.kind} {self.name}"


@dataclass(frozen=True)
class Grant:
    """The rights of one subject by one binding."""

    subject: Subject
    namespace: str
    """Empty: everywhere."""
    through: str
    rights: Mapping[str, frozenset[str] | None]
    """Kind of right -> names of the objects. None: every object."""


def read_grants(objects: Iterable[Mapping[str, Any]]) -> tuple[Grant, ...]:
    """Every grant of a right that matters, in the order of the bindings.

    Args:
        objects: roles and bindings, among others.
    """
    roles: dict[tuple[str, str, str], Mapping[str, frozenset[str] | None]] = {}
    bindings: list[Mapping[str, Any]] = []
    for item in objects:
        if item["kind"] in {"Role", "ClusterRole"}:
            metadata = item["metadata"]
            roles[item["kind"], metadata.get("namespace") or "", metadata["name"]] = _read_rules(item.get("rules"))
        elif item["kind"] in {"RoleBinding", "ClusterRoleBinding"} and not _is_of_kubernetes(item):
            bindings.append(item)
    return tuple(grant for binding in bindings for grant in _read_binding(binding, roles))


def _is_of_kubernetes(binding: Mapping[str, Any]) -> bool:
    labels = binding["metadata"].get("labels") or {}
    role = str((binding.get("roleRef") or {}).get("name"))
    return _BOOTSTRAPPING in labels and role.startswith(_SYSTEM)


def _read_rules(rules: Sequence[Mapping[str, Any]] | None) -> Mapping[str, frozenset[str] | None]:
    rights: dict[str, frozenset[str] | None] = {}
    for rule in rules or ():
        for right in RIGHTS:
            if not _allows(rule, right):
                continue
            names = frozenset(map(str, rule.get("resourceNames") or ())) or None
            before = rights.get(right.kind, frozenset())
            rights[right.kind] = None if names is None or before is None else before | names
    return rights


def _allows(rule: Mapping[str, Any], right: Right) -> bool:
    return (
        _overlaps(rule.get("apiGroups"), right.groups)
        and _overlaps(rule.get("verbs"), right.verbs)
        and any(_names(rule.get("resources"), resource) for resource in right.resources)
    )


def _overlaps(allowed: Sequence[str] | None, needed: Sequence[str]) -> bool:
    return any(item == "*" or item in needed for item in allowed or ())


def _names(allowed: Sequence[str] | None, resource: str) -> bool:
    _, _, part = resource.partition("/")
    return any(item in {"*", resource} or (part and item == f"*/{part}") for item in allowed or ())


def _read_binding(
    binding: Mapping[str, Any], roles: Mapping[tuple[str, str, str], Mapping[str, frozenset[str] | None]]
) -> Iterator[Grant]:
    metadata, reference = binding["metadata"], binding.get("roleRef") or {}
    namespace = metadata.get("namespace") or ""
    kind, name = str(reference.get("kind")), str(reference.get("name"))
    rights = roles.get((kind, namespace if kind == "Role" else "", name), {})
    if namespace:
        rights = {right: names for right, names in rights.items() if right not in CLUSTER_SCOPED}
    if not rights:
        return
    place = f"{namespace}/" if namespace else ""
    through = f"{binding['kind']} {place}{metadata['name']} -> {kind} {name}"
    for subject in binding.get("subjects") or ():
        yield Grant(_read_subject(subject), namespace, through, rights)


def _read_subject(subject: Mapping[str, Any]) -> Subject:
    kind, name = str(subject.get("kind")), str(subject.get("name"))
    parts = name.split(":")
    if kind == "User" and name.startswith("system:serviceaccount:") and len(parts) == len(("", "", "", "")):
        return Subject("ServiceAccount", parts[2], parts[3])
    return Subject(kind, str(subject.get("namespace") or ""), name)
