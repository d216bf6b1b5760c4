"""Kinds that are deleted with a namespace, as the API server lists them."""

from __future__ import annotations

from components.cluster.discovery import Discovery, ServedKind, discover_kinds
from tests.unit.api import Api
from tests.unit.discovery_samples import GROUPS, group, served, version


def _discover(*groups: object) -> Discovery:
    api = Api()
    api.groups = [*groups]  # type: ignore[list-item]
    return discover_kinds(api.cluster)


def test_every_kind_that_someone_can_delete() -> None:
    """Once each, in the preferred version; no records that controllers write, no measurements."""
    discovery = _discover(*GROUPS)
    assert discovery.unavailable == ()
    assert [(str(kind), kind.path("ci-a")) for kind in discovery.kinds] == [
        ("ConfigMaps", "/api/v1/namespaces/ci-a/configmaps"),
        ("PersistentVolumeClaims", "/api/v1/namespaces/ci-a/persistentvolumeclaims"),
        ("Pods", "/api/v1/namespaces/ci-a/pods"),
        ("Secrets", "/api/v1/namespaces/ci-a/secrets"),
        ("ServiceAccounts", "/api/v1/namespaces/ci-a/serviceaccounts"),
        ("Deployments", "/apis/apps/v1/namespaces/ci-a/deployments"),
        ("ReplicaSets", "/apis/apps/v1/namespaces/ci-a/replicasets"),
        ("NetworkPolicies", "/apis/networking.k8s.io/v1/namespaces/ci-a/networkpolicies"),
        ("ExternalSecrets", "/apis/external-secrets.io/v1/namespaces/ci-a/externalsecrets"),
        ("PushSecrets", "/apis/external-secrets.io/v1alpha1/namespaces/ci-a/pushsecrets"),
        ("Workflows", "/apis/argoproj.io/v1alpha1/namespaces/ci-a/workflows"),
    ]
    assert [kind.path() for kind in discovery.kinds[:1]] == ["/api/v1/configmaps"]


def test_a_server_that_does_not_answer_hides_kinds() -> None:
    discovery = _discover(
        group("example.com", version("v1", served("widgets", "Widget"), freshness="Stale"), version("v1beta1")),
        group("metrics.k8s.io", version("v1beta1", freshness="Stale")),
        group("custom.metrics.k8s.io", {"version": "v1", "freshness": "Stale"}),
    )
    assert discovery == Discovery((ServedKind("example.com", "v1", "widgets", "Widget"),), ("example.com/v1",))
