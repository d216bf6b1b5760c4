"""Pull secrets in their three deliveries, from the secret manager to the bytes that a pod pulls with."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from components.openchoreo import Release
from local.platform import CONTEXT, Platform
from tests.platform.harness import Kubernetes, Stack, eventually, kubernetes_store
from tests.platform.openchoreo import ControlPlane, component_type, workload_namespace
from tests.platform.releases import on_each_control_plane
from tests.platform.samples import auth

ES = ("external-secrets.io/v1", "ExternalSecret")
DOCKER = "kubernetes.io/dockerconfigjson"


def rendered(value: Any, expressions: Mapping[str, str]) -> Any:
    """A template as OpenChoreo renders it."""
    if isinstance(value, str):
        for expression, text in expressions.items():
            value = value.replace(f"${{{expression}}}", text)
        return value
    if isinstance(value, dict):
        return {key: rendered(item, expressions) for key, item in value.items()}
    return [rendered(item, expressions) for item in value] if isinstance(value, list) else value


@pytest.fixture
def data_manager(data_cluster: Kubernetes, names: Iterator[int]) -> Iterator[str]:
    """A namespace that is the secret manager of the second cluster."""
    name = f"data-manager-{next(names)}"
    data_cluster.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    yield name
    data_cluster.delete("v1", "Namespace", name)


def two_clusters(stack: Stack, data_platform: Platform) -> dict[str, Any]:
    """Builds and OpenChoreo on one cluster, workloads on the other."""
    return {**stack.every_plane, "dataPlane": {"kubeconfig": str(data_platform.kubeconfig), "context": CONTEXT}}


def ready(cluster: Kubernetes, namespace: str, name: str) -> str:
    """Status of the Ready condition of an ExternalSecret."""
    found = cluster.get(*ES, name, namespace) or {}
    conditions = found.get("status", {}).get("conditions") or [{}]
    return str(conditions[0].get("status", ""))


def arrives(cluster: Kubernetes, namespace: str, name: str) -> tuple[str, dict[str, str]]:
    """Wait for a Secret and return its type and data."""
    return eventually(lambda: cluster.secret(namespace, name), f"the Secret {namespace}/{name}")


def leaves(cluster: Kubernetes, namespace: str, name: str) -> None:
    """A Secret that is deleted by hand."""
    eventually(lambda: cluster.secret(namespace, name) is None, f"the Secret {namespace}/{name} to go")


def test_components_create_their_own_secrets_and_other_organizations_cannot(
    stack: Stack, control_plane: ControlPlane, cluster: Kubernetes, manager: str, organization: str
) -> None:
    control_plane.create(component_type("service", organization))
    whole = json.dumps({"auths": {"ghcr.io": {"auth": auth("robot", secrets.token_urlsafe(30))}}})
    cluster.put_secret(manager, "pull", {"config": whole})
    stack.configure(
        clusters=stack.every_plane,
        secretStores={"org": kubernetes_store(manager)},
        organizations=[
            {
                "name": organization,
                "pullSecret": {
                    "componentTypes": ["service"],
                    "dockerConfig": {"remoteKey": "pull", "property": "config"},
                    "secretStore": "org",
                },
            }
        ],
    )
    stack.up()
    (entry,) = (each for each in control_plane.entries("service") if each["id"] == "registry-pull-secret")
    own, foreign = f"dp-{organization}-dev", f"dp-{organization}-other"
    cluster.create(workload_namespace(own, organization))
    cluster.create(workload_namespace(foreign, f"{organization}-other"))
    try:
        for namespace, name in ((own, "one"), (own, "two"), (foreign, "thief")):
            cluster.create(rendered(entry["template"], {"metadata.name": name, "metadata.namespace": namespace}))

        for name in ("one", "two"):
            assert arrives(cluster, own, f"{name}-registry-pull-secret") == (DOCKER, {".dockerconfigjson": whole})
        refused = f"{foreign}/thief-registry-pull-secret"
        eventually(lambda: ready(cluster, *refused.split("/")) == "False", f"{refused} to be refused")
        assert cluster.secret(*refused.split("/")) is None
        cluster.delete(*ES, "one-registry-pull-secret", own)
        leaves(cluster, own, "one-registry-pull-secret")
        assert cluster.secret(own, "two-registry-pull-secret") == (DOCKER, {".dockerconfigjson": whole})
    finally:
        cluster.delete("v1", "Namespace", own)
        cluster.delete("v1", "Namespace", foreign)


@on_each_control_plane
def test_one_secret_fans_out_to_every_namespace_of_the_organization_on_another_cluster(
    stack: Stack,
    control_plane: ControlPlane,
    cluster: Kubernetes,
    data_platform: Platform,
    data_cluster: Kubernetes,
    data_manager: str,
    organization: str,
    release: Release,
) -> None:
    original = control_plane.create(component_type("service", organization))
    first, later, foreign = (f"dp-{organization}-{name}" for name in ("dev", "prod", "other"))
    data_cluster.create(workload_namespace(first, organization, release))
    data_cluster.create(workload_namespace(foreign, f"{organization}-other", release))
    password = secrets.token_urlsafe(30)
    data_cluster.put_secret(data_manager, "ghcr", {"username": "robot", "password": password})
    key = {"username": {"remoteKey": "ghcr", "property": "username"}}
    stack.configure(
        clusters=two_clusters(stack, data_platform),
        secretStores={"data": kubernetes_store(data_manager)},
        organizations=[
            {
                "name": organization,
                "secretStore": "data",
                "pullSecret": {
                    "delivery": "namespace",
                    "componentTypes": ["service"],
                    "registries": [
                        {"server": "ghcr.io", **key, "password": {"remoteKey": "ghcr", "property": "password"}}
                    ],
                },
            }
        ],
    )
    try:
        stack.up()
        config = {"auths": {"ghcr.io": {"username": "robot", "password": password, "auth": auth("robot", password)}}}

        def arrived(namespace: str) -> bool:
            found = data_cluster.secret(namespace, "registry-pull-secret")
            return found is not None and (found[0], json.loads(found[1][".dockerconfigjson"])) == (DOCKER, config)

        eventually(lambda: arrived(first), f"the pull secret in {first}")
        data_cluster.create(workload_namespace(later, organization, release))
        eventually(lambda: arrived(later), f"the pull secret in {later}, which was made after the update")
        assert data_cluster.names(*ES, foreign) == set()
        assert control_plane.pull_secrets("service") == [{"name": "registry-pull-secret"}]
        assert [each["id"] for each in control_plane.entries("service")] == ["deployment"]
        assert f"data-{organization}" not in cluster.names("external-secrets.io/v1", "ClusterSecretStore")
        stack.unchanged()

        stack.destroy()

        assert control_plane.get("ComponentType", "service") == original
        for namespace in (first, later):
            leaves(data_cluster, namespace, "registry-pull-secret")
    finally:
        for namespace in (first, later, foreign):
            data_cluster.delete("v1", "Namespace", namespace)


@on_each_control_plane
def test_a_manual_secret_goes_into_the_named_namespaces_only(
    stack: Stack,
    control_plane: ControlPlane,
    data_platform: Platform,
    data_cluster: Kubernetes,
    organization: str,
    release: Release,
) -> None:
    control_plane.create(component_type("service", organization))
    own, foreign = f"dp-{organization}-dev", f"dp-{organization}-other"
    pull = {
        "delivery": "manual",
        "componentTypes": ["service"],
        "registries": [{"server": "quay.io", "manual": {"username": "robot", "password": "quay"}}],
        "namespaces": [own, foreign],
    }
    password = f'"{secrets.token_urlsafe(30)}\\{{{{'
    stack.set_secret("manualSecrets.quay", password)
    stack.configure(
        clusters=two_clusters(stack, data_platform), organizations=[{"name": organization, "pullSecret": pull}]
    )
    said = stack.preview_fails()
    assert f"namespace {own} does not exist on the data plane" in said
    data_cluster.create(workload_namespace(own, organization, release))
    data_cluster.create(workload_namespace(foreign, f"{organization}-other", release))
    try:
        ((key, value),) = release.data_plane_selectors(f"{organization}-other")[0].items()
        label = f"{key}={value}"
        assert f"namespace {foreign} belongs to another organization ({label})" in stack.preview_fails()
        stack.configure(organizations=[{"name": organization, "pullSecret": {**pull, "namespaces": [own]}}])
        stack.up()

        found = data_cluster.secret(own, "registry-pull-secret")
        assert found is not None
        entry = {"username": "robot", "password": password, "auth": auth("robot", password)}
        assert (found[0], json.loads(found[1][".dockerconfigjson"])) == (DOCKER, {"auths": {"quay.io": entry}})
        assert control_plane.pull_secrets("service") == [{"name": "registry-pull-secret"}]
        stack.unchanged()
        everything = "".join([*stack.outputs, stack.state.read_text(), stack.file.read_text()])
        assert password not in everything
        stack.destroy()
        assert data_cluster.secret(own, "registry-pull-secret") is None
    finally:
        for namespace in (own, foreign):
            data_cluster.delete("v1", "Namespace", namespace)


def test_one_cluster_under_two_names_is_refused(
    stack: Stack, control_plane: ControlPlane, platform: Platform, manager: str, organization: str
) -> None:
    control_plane.create(component_type("service", organization))
    copy = platform.kubeconfig.with_name("kubeconfig-copy")
    copy.write_bytes(platform.kubeconfig.read_bytes())
    stack.configure(
        clusters={**stack.every_plane, "dataPlane": {"kubeconfig": str(copy), "context": CONTEXT}},
        secretStores={"org": kubernetes_store(manager)},
        organizations=[
            {
                "name": organization,
                "secretStore": "org",
                "pullSecret": {
                    "delivery": "namespace",
                    "componentTypes": ["service"],
                    "dockerConfig": {"remoteKey": "pull"},
                },
            }
        ],
    )
    assert "are the same cluster; use the same kubeconfig and context for both" in stack.preview_fails()
