"""Aggregated discovery of an API server: the kinds that it serves, as far as tests need them."""

from __future__ import annotations

from typing import Final

from tests.unit.api import Object

ALL_VERBS: Final = ("create", "delete", "get", "list", "patch", "update", "watch")


def served(plural: str, kind: str, *, scope: str = "Namespaced", verbs: tuple[str, ...] = ALL_VERBS) -> Object:
    """One kind."""
    return {"resource": plural, "responseKind": {"kind": kind}, "scope": scope, "verbs": [*verbs]}


def version(name: str, *kinds: Object, freshness: str = "Current") -> Object:
    """One version of a group."""
    return {"version": name, "resources": [*kinds], "freshness": freshness}


def group(name: str, *versions: Object) -> Object:
    """One group; the core group has no name."""
    return {"metadata": {"name": name} if name else {}, "versions": [*versions]}


GROUPS: Final = [
    group(
        "",
        version(
            "v1",
            served("bindings", "Binding", verbs=("create",)),
            served("configmaps", "ConfigMap"),
            served("endpoints", "Endpoints"),
            served("events", "Event"),
            served("namespaces", "Namespace", scope="Cluster"),
            served("persistentvolumeclaims", "PersistentVolumeClaim"),
            served("pods", "Pod"),
            served("secrets", "Secret"),
            served("serviceaccounts", "ServiceAccount"),
        ),
    ),
    group("apps", version("v1", served("deployments", "Deployment"), served("replicasets", "ReplicaSet"))),
    group("networking.k8s.io", version("v1", served("networkpolicies", "NetworkPolicy"))),
    group(
        "external-secrets.io",
        version("v1", served("externalsecrets", "ExternalSecret")),
        version("v1beta1", served("externalsecrets", "ExternalSecret")),
        version("v1alpha1", served("pushsecrets", "PushSecret")),
    ),
    group("argoproj.io", version("v1alpha1", served("workflows", "Workflow"))),
    group("discovery.k8s.io", version("v1", served("endpointslices", "EndpointSlice"))),
    group("metrics.k8s.io", version("v1beta1", served("pods", "PodMetrics", verbs=("get", "list")))),
]
"""Kinds of Kubernetes, ESO and Argo."""
