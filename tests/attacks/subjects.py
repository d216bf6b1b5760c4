"""Who acts on the platform: tenants, OpenChoreo's agent, the operator; and what RBAC lets them do."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import yaml

from tests.attacks.api import Api

RBAC: Final = "rbac.authorization.k8s.io"
TENANTS: Final = "tenants"
"""Namespace of the tenants' ServiceAccounts."""
AGENT: Final = ("openchoreo-data-plane", "cluster-agent-dataplane")
"""Namespace and name of OpenChoreo's agent on the cluster."""
OPERATOR: Final = ("external-secrets", "external-secrets")
"""The same of ESO, as its chart names it."""
WIDE: Final = "wide"
"""ClusterRole of a subject that RBAC does not restrict."""

_PAGE: Final = Path(__file__).resolve().parents[2] / "docs" / "admission.md"
_ESO: Final = "external-secrets.io"
_GENERATORS: Final = "generators.external-secrets.io"
_STORES: Final = ["externalsecrets", "secretstores", "pushsecrets"]
_CLUSTER: Final = ["clustersecretstores", "clusterexternalsecrets", "clusterpushsecrets"]
Rule = dict[str, Any]


def _rule(group: str, resources: list[str], *verbs: str) -> Rule:
    return {"apiGroups": [group], "resources": resources, "verbs": list(verbs) or ["*"]}


TENANT_RULES: Final = [
    _rule(_ESO, _STORES),
    _rule(_GENERATORS, ["*"]),
    _rule("", ["secrets", "configmaps", "serviceaccounts", "events", "pods"]),
]
"""What a tenant may do in the namespaces of its organization: everything that a developer can ask for."""

AGENT_RULES: Final = [
    _rule("apps", ["deployments", "statefulsets", "daemonsets", "replicasets"]),
    _rule("", ["pods", "services", "configmaps", "secrets", "serviceaccounts", "namespaces", "endpoints"]),
    _rule("", ["events", "pods/log"], "get", "list"),
    _rule("batch", ["jobs", "cronjobs"]),
    _rule("networking.k8s.io", ["ingresses", "networkpolicies"]),
    _rule(RBAC, ["roles", "rolebindings", "clusterroles", "clusterrolebindings"]),
    _rule(_ESO, [*_STORES, "clustersecretstores"]),
    _rule(_GENERATORS, ["*"]),
]
"""ClusterRole of the agent as OpenChoreo's chart ships it (``openchoreo-data-plane/templates/cluster-agent``)."""
SHIPPED: Final = "shipped"
"""Name of that ClusterRole."""

WIDE_RULES: Final = [
    _rule(_ESO, [*_STORES, *_CLUSTER]),
    _rule(_GENERATORS, ["*"]),
    _rule("", ["namespaces", "serviceaccounts", "serviceaccounts/token", "configmaps"]),
    _rule("", ["secrets"], "create", "update", "patch", "delete"),
    _rule(RBAC, ["roles", "rolebindings"]),
]
"""Everything that the attacks ask for, in every namespace. Not to read Secrets, which would leave nothing to show."""

OPERATOR_RULES: Final = [
    _rule(_ESO, [*_STORES, *_CLUSTER], "get", "list", "watch"),
    _rule(_ESO, [f"{kind}{part}" for kind in (*_STORES, *_CLUSTER) for part in ("", "/status", "/finalizers")], "get")
    | {"verbs": ["get", "update", "patch"]},
    _rule(_ESO, ["externalsecrets", "pushsecrets"], "create", "update", "delete"),
    _rule(_GENERATORS, ["*"], "get", "list", "watch"),
    _rule(_GENERATORS, ["generatorstates"]),
    _rule("", ["serviceaccounts", "namespaces", "configmaps"], "get", "list", "watch"),
    _rule("", ["namespaces"], "update", "patch"),
    _rule("", ["secrets"], "get", "list", "watch", "create", "update", "delete", "patch"),
    _rule("", ["serviceaccounts/token"], "create"),
    _rule("", ["events"], "create", "patch"),
]
"""ClusterRole of ESO as its chart ships it (``deploy/charts/external-secrets/templates/rbac.yaml``)."""


def list_documented_roles() -> list[dict[str, Any]]:
    """ClusterRoles of the agent as this project documents them, one for each plane."""
    blocks = re.findall(r"```yaml\n(.*?)```", _PAGE.read_text(), re.DOTALL)
    documents = [yaml.safe_load(block) for block in blocks]
    return [document for document in documents if document.get("kind") == "ClusterRole"]


def user_of(account: tuple[str, str]) -> str:
    """User name of a ServiceAccount, given by namespace and name."""
    return f"system:serviceaccount:{account[0]}:{account[1]}"


def create_account(admin: Api, account: tuple[str, str]) -> str:
    """Create a ServiceAccount and its namespace; return a token."""
    namespace, name = account
    admin.ensure({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}})
    admin.ensure({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name, "namespace": namespace}})
    return admin.create_token(name, namespace, seconds=24 * 3600)


def create_cluster_role(admin: Api, name: str, rules: list[Rule]) -> None:
    """Create a ClusterRole."""
    admin.ensure({"apiVersion": f"{RBAC}/v1", "kind": "ClusterRole", "metadata": {"name": name}, "rules": rules})


def bind_cluster_role(admin: Api, role: str, *accounts: tuple[str, str]) -> None:
    """Give a ClusterRole to ServiceAccounts, in every namespace."""
    subjects = list(_list_subjects(*accounts))
    reference = {"apiGroup": RBAC, "kind": "ClusterRole", "name": role}
    binding = {"metadata": {"name": role}, "roleRef": reference, "subjects": subjects}
    admin.ensure({"apiVersion": f"{RBAC}/v1", "kind": "ClusterRoleBinding", **binding})


def bind_in(admin: Api, namespace: str, role: str, account: tuple[str, str]) -> None:
    """Give a ClusterRole to a ServiceAccount, in one namespace."""
    reference = {"apiGroup": RBAC, "kind": "ClusterRole", "name": role}
    metadata = {"name": f"{role}-{account[1]}", "namespace": namespace}
    binding = {"metadata": metadata, "roleRef": reference, "subjects": list(_list_subjects(account))}
    admin.ensure({"apiVersion": f"{RBAC}/v1", "kind": "RoleBinding", **binding})


def _list_subjects(*accounts: tuple[str, str]) -> Iterator[Mapping[str, str]]:
    for namespace, name in accounts:
        yield {"kind": "ServiceAccount", "namespace": namespace, "name": name}
