"""The store that OpenChoreo's installation creates for everyone: a preview says who of the stack can still use it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import pytest

from tests.platform.harness import Kubernetes, Stack, eventually, kubernetes_store, unwrap
from tests.platform.releases import Builds, on_v1
from tests.platform.samples import git_organization

ESO: Final = "external-secrets.io/v1"
STORE: Final = "ClusterSecretStore"


@pytest.fixture
def shipped(cluster: Kubernetes) -> Iterator[None]:
    """The store without conditions. What it reads does not matter, so it reads nothing real."""
    provider = {"fake": {"data": [{"key": "git", "value": "value"}]}}
    cluster.create({"apiVersion": ESO, "kind": STORE, "metadata": {"name": "default"}, "spec": {"provider": provider}})
    yield
    cluster.delete(ESO, STORE, "default")


def _reader(namespace: str, store: str) -> dict[str, Any]:
    return {
        "apiVersion": ESO,
        "kind": "ExternalSecret",
        "metadata": {"name": "own", "namespace": namespace},
        "spec": {
            "secretStoreRef": {"kind": STORE, "name": store},
            "data": [{"secretKey": "token", "remoteRef": {"key": "git"}}],
        },
    }


@on_v1
def test_who_of_the_stack_uses_the_shipped_store(
    stack: Stack, cluster: Kubernetes, manager: str, organization: str, builds: Builds, shipped: None
) -> None:
    head = f"the {STORE} default has no conditions, so every namespace can read every secret of its role through it; "
    users = "used by the organizations of this stack: "
    namespace = builds.namespace(organization)
    cluster.put_secret(manager, "git", {"token": "value"})
    stack.configure(
        secretStores={"org": kubernetes_store(manager)}, organizations=[git_organization(organization, "git")]
    )
    assert f"{head}{users}none." in unwrap(stack.ok("preview"))
    stack.up()

    cluster.create(_reader(namespace, "default"))
    eventually(lambda: cluster.secret(namespace, "own"), "the Secret that everyone can have")
    assert f"{head}{users}1 ExternalSecret ({namespace}/own)." in unwrap(stack.ok("preview"))

    cluster.edit(ESO, STORE, "default", lambda store: store["spec"].update(conditions=[{"namespaces": ["platform"]}]))
    assert f"the {STORE} default" not in unwrap(stack.ok("preview"))
