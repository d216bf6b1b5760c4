"""Builds on one cluster and workloads on another: a lost state of both, and a stack for each."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from local.platform import CONTEXT, Platform
from tests.platform.harness import Kubernetes, Stack, eventually, kubernetes_store
from tests.platform.openchoreo import ControlPlane, component_type
from tests.platform.operations import lose_resources
from tests.platform.samples import git_organization

ESO = "external-secrets.io/v1"
NAME = "registry-pull-secret"
CONFIG = json.dumps({"auths": {"ghcr.io": {"auth": "YTpi"}}})


@pytest.fixture
def workloads(data_cluster: Kubernetes, organization: str) -> Iterator[str]:
    """A namespace of the organization's workloads on the second cluster, which is also its secret manager."""
    name = f"pulls-{organization}"
    labels = {"openchoreo.dev/release-namespace": organization}
    data_cluster.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}})
    data_cluster.put_secret(name, "pull", {"config": CONFIG})
    yield name
    data_cluster.delete("v1", "Namespace", name)


@pytest.fixture
def builds(control_plane: ControlPlane, cluster: Kubernetes, manager: str, organization: str) -> dict[str, Any]:
    """An organization with a git credential."""
    control_plane.create(component_type("service", organization))
    cluster.put_secret(manager, "git", {"token": "value"})
    return git_organization(organization, "git")


@pytest.fixture
def second_cluster(data_platform: Platform) -> dict[str, str]:
    """The second cluster, as in the setting ``clusters``."""
    return {"kubeconfig": str(data_platform.kubeconfig), "context": CONTEXT}


def _pulling(store: str) -> dict[str, Any]:
    secret = {"componentTypes": ["service"], "dockerConfig": {"remoteKey": "pull", "property": "config"}}
    return {**secret, "delivery": "namespace", "secretStore": store}


def _orphans(stack: Stack, *arguments: str) -> list[tuple[str, str]]:
    """Kind and name of each object in the list, and why it is left after a deletion; deleted ones are left out."""
    done = subprocess.run(
        [sys.executable, "-m", "components", "orphans", "--stack", stack.name, "--json", *arguments],
        cwd=stack.engine.project,
        env=os.environ | stack.engine.variables(),
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    stack.outputs.append(done.stdout)
    rows = [row for row in json.loads(done.stdout) if row["status"].partition(", ")[0] != "deleted"]
    assert done.returncode == (1 if rows else 0)
    return sorted((f"{row['kind']} {row['namespace']}/{row['name']}".replace(" /", " "), row["status"]) for row in rows)


def test_a_lost_state_is_cleaned_up_on_both(
    stack: Stack,
    data_cluster: Kubernetes,
    manager: str,
    organization: str,
    workloads: str,
    builds: dict[str, Any],
    second_cluster: dict[str, str],
) -> None:
    store = f"pulls-{organization}"
    stack.configure(
        clusters={**stack.every_plane, "dataPlane": second_cluster},
        secretStores={"org": kubernetes_store(manager), "pulls": kubernetes_store(workloads)},
        organizations=[{**builds, "pullSecret": _pulling("pulls")}],
    )
    stack.up()
    assert _orphans(stack) == []

    lose_resources(stack)

    on_both = [
        f"{kind} {place}/eso-{name}-{organization}"
        for place, name in ((manager, "org"), (workloads, "pulls"))
        for kind in ("Role", "RoleBinding", "ServiceAccount")
    ]
    on_builds = [
        f"ClusterSecretStore org-{organization}",
        f"ExternalSecret openchoreo-ci-{organization}/git-clone-secret",
    ]
    on_data = [f"ClusterExternalSecret {NAME}-{organization}", f"ClusterSecretStore {store}"]
    names = [*on_both, *on_builds, *on_data, f"Namespace openchoreo-ci-{organization}"]
    assert _orphans(stack) == sorted((name, "not in the state") for name in names)

    used = {
        "apiVersion": ESO,
        "kind": "ExternalSecret",
        "metadata": {"name": "theirs", "namespace": workloads},
        "spec": {
            "secretStoreRef": {"kind": "ClusterSecretStore", "name": store},
            "data": [{"secretKey": "a", "remoteRef": {"key": "pull", "property": "config"}}],
        },
    }
    data_cluster.create(used)
    left = _orphans(stack, "--delete")
    in_use = f"not deleted without --stores; used by: 1 ExternalSecret ({workloads}/theirs)"
    assert (f"ClusterSecretStore {store}", in_use) in left
    assert {name for name, _ in left} == {f"ClusterSecretStore {store}", *on_both[3:]}
    eventually(lambda: data_cluster.secret(workloads, NAME) is None, "the pull secret to go")

    data_cluster.delete(ESO, "ExternalSecret", "theirs", workloads)
    assert _orphans(stack, "--delete") == []


def test_a_stack_for_each(
    stack: Stack,
    new_stack: Callable[[], Stack],
    data_cluster: Kubernetes,
    manager: str,
    organization: str,
    workloads: str,
    builds: dict[str, Any],
    second_cluster: dict[str, str],
) -> None:
    """The same organization in two stacks: on different clusters it is fine, on one of them it is refused."""
    second, user = new_stack(), {"name": organization, "secretStore": "org", "pullSecret": _pulling("org")}
    elsewhere = {"buildPlane": second_cluster, "controlPlane": second.here, "dataPlane": second_cluster}
    stack.configure(secretStores={"org": kubernetes_store(manager)}, organizations=[builds])
    second.configure(clusters=elsewhere, secretStores={"org": kubernetes_store(workloads)}, organizations=[user])
    stack.up()
    second.up()
    stack.unchanged()
    second.unchanged()
    secret = eventually(lambda: data_cluster.secret(workloads, NAME), "the pull secret")
    assert secret == ("kubernetes.io/dockerconfigjson", {".dockerconfigjson": CONFIG})

    owner = f"organization/openchoreo-secrets/{second.name}"
    third = new_stack()
    third.configure(
        clusters={**stack.every_plane, "dataPlane": second_cluster},
        secretStores={"org": kubernetes_store(manager), "pulls": kubernetes_store(workloads)},
        organizations=[{"name": organization, "secretStore": "org", "pullSecret": _pulling("pulls")}],
    )
    for message in (third.preview_fails(), third.up_fails()):
        creator = f"organization/openchoreo-secrets/{stack.name}"
        assert f"namespace openchoreo-ci-{organization} exists and was created by the stack {creator}" in message
    stack.unchanged()
    second.unchanged()
    second.destroy()
    stack.unchanged()
    assert owner not in json.dumps(data_cluster.list(ESO, "ClusterSecretStore"))
    data_cluster.delete("v1", "Namespace", f"openchoreo-ci-{organization}")
