"""What a lost state leaves behind: listed, deleted on request in a safe order, and nothing of others with it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from local.platform import CONTEXT
from tests.platform.harness import Kubernetes, Stack, kubernetes_store
from tests.platform.samples import git_organization

ESO = "external-secrets.io/v1"
FINALIZER = "example.com/stuck"


def _orphans(stack: Stack, *arguments: str) -> tuple[int, str]:
    """Exit code, and everything that the command prints."""
    command = [sys.executable, "-m", "components", "orphans", "--stack", stack.name, *arguments]
    environment = os.environ | stack.engine.variables()
    done = subprocess.run(
        command,
        cwd=stack.engine.project,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    stack.outputs.append(done.stdout)
    return done.returncode, done.stdout


def _rows(stack: Stack, *arguments: str) -> list[tuple[str, str, str]]:
    """Kind, name and status of each object; the exit code must fit."""
    code, text = _orphans(stack, "--json", *arguments)
    rows: list[dict[str, Any]] = json.loads(text)
    assert code == (1 if rows else 0)
    assert {row["cluster"] for row in rows} <= {CONTEXT}
    return [(row["kind"], f"{row['namespace']}/{row['name']}".lstrip("/"), row["status"]) for row in rows]


def _forget(stack: Stack) -> None:
    exported = json.loads(stack.ok("stack", "export"))
    exported["deployment"] = {"manifest": exported["deployment"]["manifest"]}
    stack.restore(exported)


def _finalize(cluster: Kubernetes, namespace: str, *finalizers: str) -> None:
    body = {"metadata": {"finalizers": list(finalizers)}}
    cluster.patch(ESO, "ExternalSecret", "git-clone-secret", body, namespace)


@pytest.fixture
def deployed(stack: Stack, cluster: Kubernetes, manager: str, organization: str) -> Stack:
    """A stack with one organization, up."""
    cluster.put_secret(manager, "git", {"token": "value"})
    stack.configure(
        secretStores={"org": kubernetes_store(manager)}, organizations=[git_organization(organization, "git")]
    )
    stack.up()
    return stack


def test_nothing_in_the_state_is_an_orphan(deployed: Stack) -> None:
    assert _orphans(deployed) == (0, "No orphans.\n")


def test_a_lost_state_is_cleaned_up(deployed: Stack, cluster: Kubernetes, manager: str, organization: str) -> None:
    namespace, store = f"openchoreo-ci-{organization}", f"org-{organization}"
    identity = f"{manager}/eso-{store}"
    ours = [
        ("ExternalSecret", f"{namespace}/git-clone-secret"),
        ("ClusterSecretStore", store),
        ("RoleBinding", identity),
        ("Role", identity),
        ("ServiceAccount", identity),
        ("Namespace", namespace),
    ]
    cluster.put_secret(namespace, "of-others", {"a": "b"})
    rendered = cluster.get(ESO, "ExternalSecret", "git-clone-secret", namespace)
    assert rendered is not None
    stack_annotation = {"openchoreo-secrets/stack": f"organization/openchoreo-secrets/{deployed.name}"}
    cluster.create(
        {
            "apiVersion": ESO,
            "kind": "ExternalSecret",
            "metadata": {"name": "of-a-run", "namespace": namespace, "annotations": stack_annotation},
            "spec": {**rendered["spec"], "target": {"name": "of-a-run"}},
        }
    )
    assert _rows(deployed) == []

    _forget(deployed)

    assert sorted(_rows(deployed)) == sorted((kind, name, "not in the state") for kind, name in ours)
    assert cluster.get(ESO, "ExternalSecret", "git-clone-secret", namespace) is not None

    _finalize(cluster, namespace, FINALIZER)
    left = {kind: status for kind, _, status in _rows(deployed, "--delete", "--timeout", "2")}
    kept = "not deleted, because an object that may need it is left"
    assert left == {
        "ExternalSecret": f"still there after 2 s; its deletion waits for its finalizers: {FINALIZER}",
        "ClusterSecretStore": kept,
        "RoleBinding": kept,
        "Role": kept,
        "ServiceAccount": kept,
        "Namespace": "not deleted, because an object in it is left",
    }
    status = f"not in the state; its deletion waits for its finalizers: {FINALIZER}"
    assert ("ExternalSecret", f"{namespace}/git-clone-secret", status) in _rows(deployed)
    assert cluster.get(ESO, "ClusterSecretStore", store) is not None

    _finalize(cluster, namespace)
    inside = "1 Secrets (of-others), 1 ExternalSecrets (of-a-run)"
    code, text = _orphans(deployed, "--delete")
    assert code == 1
    assert text.splitlines()[2:] == [
        f"{CONTEXT}  Namespace             {namespace}  not deleted without --namespaces; in it: {inside}"
    ]
    assert cluster.get(ESO, "ExternalSecret", "of-a-run", namespace) is not None

    assert _orphans(deployed, "--delete", "--namespaces") == (0, "No orphans.\n")
    assert cluster.get("v1", "Namespace", namespace) is None


def test_a_running_update_is_not_disturbed(deployed: Stack, cluster: Kubernetes, organization: str) -> None:
    locks = deployed.engine.folder / "state" / ".pulumi" / "locks" / "organization" / "openchoreo-secrets"
    lock = locks / deployed.name / "1.json"
    lock.parent.mkdir(parents=True, exist_ok=True)
    lock.write_text("{}")
    try:
        code, text = _orphans(deployed, "--delete")
    finally:
        lock.unlink()
    assert (code, text) == (
        2,
        (
            f"stack {deployed.name}: the stack is locked (1.json), so an update may be running; wait for its end. If "
            f"there is none, run: pulumi cancel --stack {deployed.name}, then pulumi refresh --stack {deployed.name}; "
            "or use --force\n"
        ),
    )
    assert cluster.get("v1", "Namespace", f"openchoreo-ci-{organization}") is not None


def test_a_stuck_deletion_ends_and_nothing_that_it_needs_is_deleted(
    deployed: Stack, cluster: Kubernetes, organization: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    namespace, store = f"openchoreo-ci-{organization}", f"org-{organization}"
    exported = json.loads(deployed.ok("stack", "export"))
    limits = {}
    for resource in exported["deployment"]["resources"]:
        if "customTimeouts" in resource:
            limits[resource["type"].rpartition(":")[2]] = resource["customTimeouts"]["delete"]
            resource["customTimeouts"]["delete"] = 5
    assert limits == {"ExternalSecret": 300, "ClusterSecretStore": 300, "Namespace": 300}
    deployed.restore(exported)
    _finalize(cluster, namespace, FINALIZER)

    for variable in ("false", "true"):
        monkeypatch.setenv("PULUMI_CONTINUE_ON_ERROR", variable)
        done = deployed.run("destroy", "--yes", "--skip-preview", "--suppress-progress")
        assert done.returncode != 0
        assert "git-clone-secret" in done.stdout
        assert cluster.get(ESO, "ClusterSecretStore", store) is not None

    assert _rows(deployed) == [
        (
            "ExternalSecret",
            f"{namespace}/git-clone-secret",
            f"in the state; its deletion waits for its finalizers: {FINALIZER}",
        )
    ]
    _finalize(cluster, namespace)
    deployed.destroy()
    assert cluster.get(ESO, "ClusterSecretStore", store) is None
