"""The state of a stack is about one cluster: no command changes another one, or forgets objects because of it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from local.platform import CONTEXT, Platform
from tests.platform.harness import Kubernetes, Stack, kubernetes_store
from tests.platform.kills import owned
from tests.platform.samples import git_organization

COMMANDS = (
    ["preview"],
    ["refresh", "--yes"],
    ["up", "--yes"],
    ["up", "--yes", "--skip-preview", "--refresh"],
    ["destroy", "--yes"],
    ["destroy", "--yes", "--refresh"],
)


def _resources(stack: Stack) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(stack.state.read_text())["checkpoint"]["latest"]["resources"]
    return found


def _namespaces(cluster: Kubernetes) -> set[str]:
    """Those that stay: Kubernetes may still delete those of an earlier test."""
    names = {item["metadata"]["name"]: item["status"]["phase"] for item in cluster.list("v1", "Namespace")}
    return {name for name, phase in names.items() if name.startswith("openchoreo-ci-") and phase == "Active"}


@pytest.fixture
def kubeconfig(platform: Platform, tmp_path: Path) -> Path:
    """A kubeconfig of this test only."""
    return Path(shutil.copy(platform.kubeconfig, tmp_path / "kubeconfig"))


@pytest.fixture
def deployed(stack: Stack, cluster: Kubernetes, manager: str, organization: str, kubeconfig: Path) -> Stack:
    """A stack with one organization on the platform, reached through that kubeconfig."""
    cluster.put_secret(manager, "git", {"token": "value"})
    stack.configure(
        clusters={"buildPlane": {"kubeconfig": str(kubeconfig), "context": CONTEXT}},
        secretStores={"org": kubernetes_store(manager)},
        organizations=[git_organization(organization, "git")],
    )
    stack.up()
    return stack


def test_the_same_context_on_another_cluster(
    deployed: Stack,
    cluster: Kubernetes,
    data_cluster: Kubernetes,
    platform: Platform,
    data_platform: Platform,
    kubeconfig: Path,
) -> None:
    before, here, there = _resources(deployed), _namespaces(cluster), _namespaces(data_cluster)
    shutil.copy(data_platform.kubeconfig, kubeconfig)

    for command in COMMANDS:
        done = deployed.run(*command, "--suppress-progress")
        assert done.returncode != 0, done.stdout
        assert "the state is about another cluster" in done.stdout
        assert "Traceback" not in done.stdout
        assert _resources(deployed) == before

    assert (_namespaces(cluster), _namespaces(data_cluster)) == (here, there)
    shutil.copy(platform.kubeconfig, kubeconfig)
    deployed.unchanged()


def test_a_server_that_does_not_answer(
    deployed: Stack, cluster: Kubernetes, platform: Platform, kubeconfig: Path
) -> None:
    before, here = _resources(deployed), _namespaces(cluster)
    content = platform.kubeconfig.read_text()
    (line,) = (line for line in content.splitlines() if "server:" in line)
    kubeconfig.write_text(content.replace(line, line.partition("https://")[0] + "https://127.0.0.1:9"))

    for command in COMMANDS:
        done = deployed.run(*command, "--suppress-progress")
        assert done.returncode != 0, done.stdout
        assert "https://127.0.0.1:9 cannot be reached" in done.stdout
        assert _resources(deployed) == before

    assert _namespaces(cluster) == here
    shutil.copy(platform.kubeconfig, kubeconfig)
    deployed.unchanged()


def test_a_rebuilt_cluster_gets_everything_again(
    deployed: Stack,
    cluster: Kubernetes,
    data_cluster: Kubernetes,
    platform: Platform,
    data_platform: Platform,
    kubeconfig: Path,
    manager: str,
    organization: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The second cluster stands for the same one after a rebuild: nothing is there but the secret manager."""
    data_cluster.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": manager}})
    data_cluster.put_secret(manager, "git", {"token": "value"})
    shutil.copy(data_platform.kubeconfig, kubeconfig)
    uid = data_cluster.get("v1", "Namespace", "kube-system")
    assert uid is not None

    monkeypatch.setenv("OPENCHOREO_SECRETS_CLUSTER", uid["metadata"]["uid"])
    deployed.ok("up", "--yes", "--skip-preview", "--refresh", "--suppress-progress")
    monkeypatch.delenv("OPENCHOREO_SECRETS_CLUSTER")

    secret = data_cluster.secret(f"openchoreo-ci-{organization}", "git-clone-secret")
    assert secret == ("Opaque", {"clone-secret": "value"})
    deployed.unchanged()
    deployed.destroy()
    assert data_cluster.secret(f"openchoreo-ci-{organization}", "git-clone-secret") is None
    data_cluster.delete("v1", "Namespace", manager)
    # The state is about the second cluster now; the first one stays as it is.
    cluster.delete("v1", "Namespace", f"openchoreo-ci-{organization}")
    cluster.delete("external-secrets.io/v1", "ClusterSecretStore", f"org-{organization}")
    shutil.copy(platform.kubeconfig, kubeconfig)


@pytest.mark.parametrize("offboarding", ["keep", "delete"])
def test_another_context_of_the_same_cluster_changes_nothing(
    deployed: Stack, cluster: Kubernetes, kubeconfig: Path, organization: str, offboarding: str
) -> None:
    content = yaml.safe_load(kubeconfig.read_text())
    (context,) = (entry for entry in content["contexts"] if entry["name"] == CONTEXT)
    content["contexts"].append({**context, "name": "renamed"})
    kubeconfig.write_text(yaml.safe_dump(content))
    deployed.configure(offboarding=offboarding)
    deployed.up()
    before = owned(cluster, deployed)
    cluster.put_secret(f"openchoreo-ci-{organization}", "of-others", {"a": "b"})

    deployed.configure(clusters={"buildPlane": {"kubeconfig": str(kubeconfig), "context": "renamed"}})
    printed = deployed.up()

    assert [line for line in printed.splitlines() if line.lstrip().startswith(("+-", "++", "--", "-  "))] == []
    assert owned(cluster, deployed) == before
    assert cluster.secret(f"openchoreo-ci-{organization}", "of-others") == ("Opaque", {"a": "b"})
    deployed.unchanged()
