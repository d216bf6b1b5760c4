"""An organization moves to another stack while its credentials stay: the first stack forgets what the second owns."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.platform.harness import Kubernetes, Stack, eventually, kubernetes_store
from tests.platform.releases import Builds, on_v1
from tests.platform.samples import git_organization

ESO = "external-secrets.io/v1"
RBAC = "rbac.authorization.k8s.io/v1"


def test_an_organization_moves_without_a_gap(
    stack: Stack,
    new_stack: Callable[[], Stack],
    cluster: Kubernetes,
    manager: str,
    organization: str,
    builds: Builds,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    moved, second = f"{organization}-b", new_stack()
    owner, objects = f"organization/openchoreo-secrets/{second.name}", _objects(moved, manager, builds)
    cluster.put_secret(manager, "git", {"token": "value"})
    store = {"org": kubernetes_store(manager)}
    kept = git_organization(organization, "git")
    stack.configure(secretStores=store, organizations=[kept, git_organization(moved, "git")])
    stack.up()
    _hand_over(cluster, objects, owner)
    second.configure(secretStores=store, organizations=[git_organization(moved, "git")])
    second.up()
    before = _versions(cluster, objects)
    stack.configure(organizations=[kept])
    monkeypatch.delenv("PULUMI_CONTINUE_ON_ERROR", raising=False)

    for variable in ("", "true"):
        monkeypatch.setenv("PULUMI_CONTINUE_ON_ERROR", variable)
        for message in (stack.preview_fails(), stack.up_fails()):
            assert "nothing was changed. An update would delete these objects" in message
            for _, kind, name, namespace in objects[1:]:
                assert f"  - {kind} {f'{namespace}/' if namespace else ''}{name}: {owner}\n" in message
            assert f"then set OPENCHOREO_SECRETS_HANDED_OVER={owner} for one `pulumi up`" in message
    assert _versions(cluster, objects) == before

    for urn in _recorded(stack, moved):
        stack.ok("state", "delete", urn, "--yes")
    monkeypatch.setenv("OPENCHOREO_SECRETS_HANDED_OVER", owner)
    stack.up()

    monkeypatch.delenv("OPENCHOREO_SECRETS_HANDED_OVER")
    stack.unchanged()
    assert _versions(cluster, objects) == before
    second.unchanged()


@on_v1
def test_a_deletion_that_an_error_held_back(
    stack: Stack, new_stack: Callable[[], Stack], cluster: Kubernetes, manager: str, organization: str, builds: Builds
) -> None:
    """A key of another organization is missing, so Pulumi deletes nothing; meanwhile the second stack takes over."""
    moved, second = f"{organization}-b", new_stack()
    owner, objects = f"organization/openchoreo-secrets/{second.name}", _objects(moved, manager, builds)
    cluster.put_secret(manager, "git", {"token": "value"})
    store = {"org": kubernetes_store(manager)}
    kept, of_second = git_organization(organization, "git"), git_organization(moved, "git")
    stack.configure(secretStores=store, readyTimeout="5s", organizations=[kept, of_second])
    stack.up()
    stack.configure(organizations=[git_organization(organization, "absent")])
    stack.up_fails()
    _hand_over(cluster, objects, owner)
    second.configure(secretStores=store, organizations=[of_second])
    second.up()
    before = _versions(cluster, objects)

    stack.configure(organizations=[kept])
    for message in (stack.preview_fails(), stack.up_fails()):
        for _, kind, name, namespace in objects[1:]:
            assert f"  - {kind} {f'{namespace}/' if namespace else ''}{name}: {owner}\n" in message

    assert len(before) == len(objects)
    assert _versions(cluster, objects) == before
    _hand_over(cluster, objects, f"organization/openchoreo-secrets/{stack.name}")
    stack.up()
    assert _versions(cluster, objects).keys() == {f"{builds.namespace(moved)}Namespace"}
    _hand_over(cluster, objects[:1], owner)
    second.up()
    assert _versions(cluster, objects).keys() == before.keys()
    stack.unchanged()


@on_v1
def test_a_namespace_that_others_created_again(
    stack: Stack,
    cluster: Kubernetes,
    manager: str,
    organization: str,
    builds: Builds,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    moved = f"{organization}-b"
    name = builds.namespace(moved)
    cluster.put_secret(manager, "git", {"token": "value"})
    store, kept = {"org": kubernetes_store(manager)}, git_organization(organization, "git")
    configured = git_organization(moved, "git")
    stack.configure(secretStores=store, offboarding="delete", organizations=[kept, configured])
    stack.up()
    _create_again(cluster, name)
    before = _versions(cluster, [("v1", "Namespace", name, None)])

    stack.configure(organizations=[kept])
    for message in (stack.preview_fails(), stack.up_fails()):
        assert f"  - Namespace {name}: others\n" in message
        assert "then set OPENCHOREO_SECRETS_HANDED_OVER=others for one `pulumi up`" in message

    (urn,) = [urn for urn in _recorded(stack, moved) if ":Namespace::" in urn]
    stack.ok("state", "delete", "--target-dependents", urn, "--yes")
    monkeypatch.setenv("OPENCHOREO_SECRETS_HANDED_OVER", "others")
    stack.up()
    monkeypatch.delenv("OPENCHOREO_SECRETS_HANDED_OVER")
    stack.unchanged()
    assert before
    assert _versions(cluster, [("v1", "Namespace", name, None)]) == before
    stack.destroy()
    assert _versions(cluster, [("v1", "Namespace", name, None)]) == before


def test_own_and_adopted_are_one_namespace(
    stack: Stack, cluster: Kubernetes, manager: str, organization: str, builds: Builds
) -> None:
    """Others create it again, the stack adopts it, then takes it over: it is never deleted, and has all its marks."""
    name = builds.namespace(organization)
    owner = f"organization/openchoreo-secrets/{stack.name}"
    fixed = {"kubernetes.io/metadata.name": name}
    label = {"openchoreo.dev/organization": organization}
    cluster.put_secret(manager, "git", {"token": "value"})
    own = git_organization(organization, "git")
    stack.configure(secretStores={"org": kubernetes_store(manager)}, offboarding="delete", organizations=[own])
    stack.up()
    _create_again(cluster, name)
    before = _versions(cluster, [("v1", "Namespace", name, None)])

    stack.configure(organizations=[{**own, "namespace": "adopt"}])
    stack.up()
    stack.unchanged()
    assert _marks(cluster, name) == (fixed | label, {})

    cluster.patch("v1", "Namespace", name, {"metadata": {"annotations": {"openchoreo-secrets/stack": owner}}})
    stack.configure(organizations=[own])
    stack.up()
    stack.unchanged()
    managed = {"app.kubernetes.io/managed-by": "openchoreo-secrets"}
    marks = {"openchoreo-secrets/stack": owner, "openchoreo-secrets/offboarding": "delete"}
    assert _marks(cluster, name) == (fixed | label | managed, marks)

    cluster.patch("v1", "Namespace", name, {"metadata": {"annotations": {"openchoreo-secrets/stack": None}}})
    stack.configure(organizations=[{**own, "namespace": "adopt"}])
    stack.up()
    stack.unchanged()
    stack.destroy()
    assert before
    assert _versions(cluster, [("v1", "Namespace", name, None)]) == before
    assert _marks(cluster, name) == (fixed, {})
    cluster.delete("v1", "Namespace", name)


def _marks(cluster: Kubernetes, namespace: str) -> tuple[dict[str, str], dict[str, str]]:
    """Labels, and annotations of this package."""
    live = cluster.get("v1", "Namespace", namespace)
    assert live is not None
    annotations = live["metadata"].get("annotations") or {}
    return live["metadata"]["labels"], {
        key: value for key, value in annotations.items() if key.startswith("openchoreo-secrets/")
    }


def _objects(organization: str, manager: str, builds: Builds) -> list[tuple[str, str, str, str | None]]:
    """API, kind, name and namespace of the objects of an organization; its namespace comes first."""
    account = f"eso-org-{organization}"
    return [
        ("v1", "Namespace", builds.namespace(organization), None),
        ("v1", "ServiceAccount", account, manager),
        (RBAC, "Role", account, manager),
        (RBAC, "RoleBinding", account, manager),
        (ESO, "ClusterSecretStore", f"org-{organization}", None),
        (ESO, "ExternalSecret", builds.git, builds.namespace(organization)),
    ]


def _hand_over(cluster: Kubernetes, objects: list[tuple[str, str, str, str | None]], owner: str) -> None:
    for api, kind, name, namespace in objects:
        mark = "openchoreo-secrets/stack" if kind == "Namespace" else "pulumi.com/patchFieldManager"
        cluster.patch(api, kind, name, {"metadata": {"annotations": {mark: owner}}}, namespace)


def _create_again(cluster: Kubernetes, name: str) -> None:
    """A person deletes a namespace, and OpenChoreo creates it without the marks of a stack."""
    cluster.delete("v1", "Namespace", name)
    eventually(lambda: cluster.get("v1", "Namespace", name) is None, f"namespace {name} is gone")
    cluster.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})


def _versions(cluster: Kubernetes, objects: list[tuple[str, str, str, str | None]]) -> dict[str, Any]:
    live = {name + kind: cluster.get(api, kind, name, namespace) for api, kind, name, namespace in objects}
    return {name: (item["metadata"]["uid"], item.get("spec")) for name, item in live.items() if item is not None}


def _recorded(stack: Stack, organization: str) -> list[str]:
    """URNs of the objects of an organization in the state; what uses an object comes first."""
    resources = json.loads(stack.ok("stack", "export"))["deployment"]["resources"]
    return [
        resource["urn"]
        for resource in reversed(resources)
        if resource["type"].startswith("kubernetes:") and organization in resource["id"]
    ]
