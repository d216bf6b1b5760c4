"""A SecretReference on a real control plane: created, unchanged, shown and restored after an edit, deleted."""

from __future__ import annotations

from typing import Any, Final

from tests.platform.harness import Kubernetes, Stack, kubernetes_store
from tests.platform.openchoreo import API
from tests.platform.releases import on_v1_control_plane

KIND: Final = "SecretReference"


@on_v1_control_plane
def test_a_whole_life(stack: Stack, cluster: Kubernetes, manager: str, organization: str) -> None:
    cluster.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": organization}})
    cluster.put_secret(manager, "git", {"token": "value"})
    git = {"secretReference": "github", "remoteKey": "git", "property": "token"}
    stack.configure(
        clusters={"buildPlane": stack.here, "controlPlane": stack.here},
        secretStores={"org": kubernetes_store(manager)},
        organizations=[{"name": organization, "secretStore": "org", "git": git}],
    )

    stack.up()

    def spec() -> Any:
        live = cluster.get(API, KIND, "github", organization)
        return None if live is None else live["spec"]

    created = {
        "template": {"type": "kubernetes.io/basic-auth"},
        "data": [{"secretKey": "password", "remoteRef": {"key": "git", "property": "token"}}],
        "refreshInterval": "1h0m0s",
    }
    assert spec() == created
    stack.unchanged()

    edited = [{"secretKey": "password", "remoteRef": {"key": "other"}}]
    cluster.patch(API, KIND, "github", {"spec": {"data": edited}}, organization)
    assert f'SecretReference {organization}/github (organization "{organization}") was edited' in stack.ok("preview")
    stack.up()
    assert spec() == created

    stack.configure(
        organizations=[{"name": organization, "secretStore": "org", "git": {**git, "secretReference": "new"}}]
    )
    stack.up()
    assert cluster.names(API, KIND, organization) == {"new"}
    stack.destroy()
    assert cluster.names(API, KIND, organization) == set()
    cluster.delete("v1", "Namespace", organization)
