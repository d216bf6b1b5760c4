"""Objects in messages and in paths of the Kubernetes API."""

from __future__ import annotations

import pytest

from components.object_names import build_path, format_object, name_object, pluralize

ESO = "external-secrets.io/v1"


def test_names() -> None:
    assert format_object("Secret", "scanner", "ns") == "Secret ns/scanner"
    assert format_object("ClusterSecretStore", "org") == "ClusterSecretStore org"
    assert format_object("ClusterSecretStore", "org", "") == "ClusterSecretStore org"
    assert name_object({"kind": "Secret", "metadata": {"name": "scanner", "namespace": "ns"}}) == "Secret ns/scanner"
    assert name_object({"kind": "Namespace", "metadata": {"name": "ns"}}) == "Namespace ns"
    assert pluralize("ClusterSecretStore") == "clustersecretstores"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (build_path("v1", "Secret", "ns", "scanner"), "/api/v1/namespaces/ns/secrets/scanner"),
        (build_path("v1", "Secret", "ns"), "/api/v1/namespaces/ns/secrets"),
        (build_path("v1", "Secret"), "/api/v1/secrets"),
        (build_path(ESO, "ClusterSecretStore", name="org"), f"/apis/{ESO}/clustersecretstores/org"),
        (build_path("a.dev/v1", "Proxy", "ns", "x", plural="proxies"), "/apis/a.dev/v1/namespaces/ns/proxies/x"),
    ],
)
def test_paths(path: str, expected: str) -> None:
    assert path == expected
