"""RBAC that reaches what stores read: who may act as their identities, read their Secrets, or change who may.

Source: Kubernetes' RBAC (``rules``, ``resourceNames``; a RoleBinding grants a ClusterRole in its own namespace; a right
to ``namespaces`` in a namespace is one to this namespace; clients connect to a pod with GET or POST, so ``get`` is
enough for ``pods/exec``). Rights that Kubernetes gives to its own controllers are left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ..object_names import read_account_user
from ..openchoreo import RELEASES

_BOOTSTRAPPING: Final = "kubernetes.io/bootstrapping"
_SYSTEM: Final = "system:"
_OWN_NAMESPACE: Final = "kube-system"
ANYONE: Final = frozenset(
    {"system:anonymous", "system:authenticated", "system:serviceaccounts", "system:unauthenticated"}
)
"""Users and groups to which every ServiceAccount belongs, or can."""
ACCOUNTS_OF: Final = "system:serviceaccounts:"
"""A group follows: the ServiceAccounts of the namespace after it."""
_WRITE: Final = ("create", "patch", "update")
_CONNECT: Final = ("create", "get")
_WORKLOADS: Final = (
    *("cronjobs", "daemonsets", "deployments", "jobs", "replicasets", "replicationcontrollers", "statefulsets"),
    *("pods", "pods/ephemeralcontainers"),
    # Of Argo, whose controllers create pods for whoever creates these.
    *("cronworkflows", "eventsources", "rollouts", "sensors", "workflowtemplates"),
    *sorted({release.build_runs.rpartition("/")[2] for release in RELEASES.values()}),
)
_ESO: Final = "external-secrets.io"
_GENERATORS: Final = f"generators.{_ESO}"
_EVERY: Final = "*"


@dataclass(frozen=True, order=True)
class Right:
    """What a rule of a role allows, as far as it matters here."""

    kind: str
    words: str
    groups: tuple[str, ...]
    resources: tuple[str, ...]
    """``*``: every one of the groups."""
    verbs: tuple[str, ...]


RIGHTS: Final = (
    Right("token", "create tokens of ServiceAccounts", ("",), ("serviceaccounts/token",), ("create",)),
    Right("impersonate", "impersonate ServiceAccounts", ("",), ("serviceaccounts", "users"), ("impersonate",)),
    Right("secrets", "read Secrets", ("",), ("secrets",), ("get", "list", "watch")),
    # A new Secret may be a token of a ServiceAccount.
    Right("write", "write Secrets", ("",), ("secrets",), _WRITE),
    # ESO reads and writes with its own rights: with any identity of the namespace, and any Secret in it.
    Right("eso", "write objects of ESO", (_ESO,), ("externalsecrets", "pushsecrets", "secretstores"), _WRITE),
    Right("generators", "write generators of ESO", (_GENERATORS,), (_EVERY,), _WRITE),
    Right("pods", "run pods", ("", "apps", "argoproj.io", "batch"), _WORKLOADS, _WRITE),
    Right("exec", "run commands in pods", ("",), ("pods/attach", "pods/exec"), _CONNECT),
    Right("nodes", "run commands through the API of nodes", ("",), ("nodes/proxy",), _CONNECT),
    Right("bind", "grant roles", ("rbac.authorization.k8s.io",), ("roles", "clusterroles"), ("bind", "escalate")),
    Right(
        "stores",
        "write cluster-scoped stores",
        (_ESO, _GENERATORS),
        ("clusterexternalsecrets", "clustergenerators", "clusterpushsecrets", "clustersecretstores"),
        _WRITE,
    ),
    Right("templates", "write templates of all builds", ("argoproj.io",), ("clusterworkflowtemplates",), _WRITE),
    Right("labels", "label namespaces", ("",), ("namespaces",), _WRITE),
    Right("groups", "impersonate groups", ("",), ("groups",), ("impersonate",)),
    Right(
        "webhooks",
        "change what the API server accepts",
        ("admissionregistration.k8s.io",),
        ("mutatingadmissionpolicies", "mutatingadmissionpolicybindings", "mutatingwebhookconfigurations"),
        _WRITE,
    ),
    Right("certificates", "approve certificates", ("certificates.k8s.io",), ("signers",), ("approve", "sign")),
)
"""In the order in which a subject's rights are listed."""
BY_KIND: Final = {right.kind: right for right in RIGHTS}
CLUSTER_SCOPED: Final = frozenset({"certificates", "groups", "nodes", "stores", "templates", "webhooks"})
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
        elif item["kind"] in {"RoleBinding", "ClusterRoleBinding"}:
            bindings.append(item)
    return tuple(grant for binding in bindings for grant in _read_binding(binding, roles))


def _is_of_kubernetes(binding: Mapping[str, Any]) -> bool:
    labels = binding["metadata"].get("labels") or {}
    role = str((binding.get("roleRef") or {}).get("name"))
    return _BOOTSTRAPPING in labels and role.startswith(_SYSTEM)


def _is_own(subject: Subject) -> bool:
    """Whether a subject is a component of Kubernetes: anyone who may write a binding may also set its label."""
    if subject.kind == "ServiceAccount":
        return subject.namespace == _OWN_NAMESPACE
    name = subject.name
    return name.startswith(_SYSTEM) and name not in ANYONE and not name.startswith(ACCOUNTS_OF)


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
    return any(item == _EVERY or item in needed for item in allowed or ())


def _names(allowed: Sequence[str] | None, resource: str) -> bool:
    _, _, part = resource.partition("/")
    return any(
        _EVERY in {item, resource} or item == resource or (part and item == f"*/{part}") for item in allowed or ()
    )


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
    of_kubernetes = _is_of_kubernetes(binding)
    for item in binding.get("subjects") or ():
        subject = _read_subject(item)
        if not (of_kubernetes and _is_own(subject)):
            yield Grant(subject, namespace, through, rights)


def _read_subject(subject: Mapping[str, Any]) -> Subject:
    kind, name = str(subject.get("kind")), str(subject.get("name"))
    account = read_account_user(name) if kind == "User" else None
    if account is not None:
        return Subject("ServiceAccount", *account)
    return Subject(kind, str(subject.get("namespace") or ""), name)
