"""What a lost state leaves behind: listed, deleted on request in a safe order, and nothing of others with it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from local.platform import CONTEXT
from tests.platform.harness import Kubernetes, Stack
from tests.platform.operations import lose_resources
from tests.platform.releases import Builds, on_v1

ESO = "external-secrets.io/v1"
FINALIZER = "example.com/stuck"
COPIED = "carries this stack's annotations, but the stack did not apply it, so it is never deleted"


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
    """Kind, name and status of each object that was not deleted; the exit code must fit."""
    code, text = _orphans(stack, "--json", *arguments)
    rows: list[dict[str, Any]] = [row for row in json.loads(text) if row["status"].partition(", ")[0] != "deleted"]
    assert code == (1 if rows else 0)
    assert {row["cluster"] for row in rows} <= {CONTEXT}
    return [(row["kind"], f"{row['namespace']}/{row['name']}".lstrip("/"), row["status"]) for row in rows]


def _marks(live: dict[str, Any]) -> dict[str, Any]:
    return {key: live["metadata"][key] for key in ("labels", "annotations")}


def _use(cluster: Kubernetes, namespace: str) -> None:
    """What others have in a build namespace; it needs no build to be of use to them."""
    cluster.put_secret(namespace, "of-others", {"a": "b"})
    labels, web = {"app": "web"}, {"name": "web", "namespace": namespace}
    container = {"name": "web", "image": "registry.example/web"}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [container]}}
    cluster.create({"apiVersion": "v1", "kind": "Service", "metadata": web, "spec": {"ports": [{"port": 80}]}})
    cluster.create(
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": web,
            "spec": {"replicas": 0, "selector": {"matchLabels": labels}, "template": template},
        }
    )
    reader = {"name": "reader", "namespace": namespace}
    cluster.create({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": reader, "rules": []})


def _finalize(cluster: Kubernetes, namespace: str, name: str, *finalizers: str) -> None:
    cluster.patch(ESO, "ExternalSecret", name, {"metadata": {"finalizers": list(finalizers)}}, namespace)


def test_nothing_in_the_state_is_an_orphan(deployed: Stack) -> None:
    assert _orphans(deployed) == (0, "No orphans.\n")


@on_v1
def test_a_lost_state_is_cleaned_up(
    deployed: Stack, cluster: Kubernetes, manager: str, organization: str, builds: Builds
) -> None:
    namespace, store, git = builds.namespace(organization), f"org-{organization}", builds.git
    identity = f"{manager}/eso-{store}"
    ours = [
        ("ExternalSecret", f"{namespace}/{git}"),
        ("ClusterSecretStore", store),
        ("RoleBinding", identity),
        ("Role", identity),
        ("ServiceAccount", identity),
        ("Namespace", namespace),
    ]
    _use(cluster, namespace)
    rendered = cluster.get(ESO, "ExternalSecret", git, namespace)
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

    lose_resources(deployed)

    assert sorted(_rows(deployed)) == sorted((kind, name, "not in the state") for kind, name in ours)
    assert cluster.get(ESO, "ExternalSecret", git, namespace) is not None

    _finalize(cluster, namespace, git, FINALIZER)
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
    assert ("ExternalSecret", f"{namespace}/{git}", status) in _rows(deployed)
    assert cluster.get(ESO, "ClusterSecretStore", store) is not None

    _finalize(cluster, namespace, git)
    inside = "1 Secret (of-others), 1 Service (web), 1 Deployment (web), 1 Role (reader), 1 ExternalSecret (of-a-run)"
    held = ("Namespace", namespace, f"not deleted without --namespaces; in it: {inside}")
    assert _rows(deployed, "--delete") == [
        (
            "ClusterSecretStore",
            store,
            f"not deleted without --stores; used by: 1 ExternalSecret ({namespace}/of-a-run)",
        ),
        ("Role", identity, kept),
        ("RoleBinding", identity, kept),
        ("ServiceAccount", identity, kept),
        held,
    ]
    assert _rows(deployed, "--delete", "--stores") == [held]
    assert cluster.get(ESO, "ExternalSecret", "of-a-run", namespace) is not None

    losing = f"in it: {inside}"
    assert _rows(deployed, "--namespaces") == [("Namespace", namespace, f"--delete would delete it, {losing}")]
    assert cluster.get("v1", "Namespace", namespace) is not None
    code, text = _orphans(deployed, "--delete", "--namespaces", "--json")
    assert (code, [(row["name"], row["status"]) for row in json.loads(text)]) == (
        0,
        [(namespace, f"deleted, {losing}")],
    )
    assert cluster.get("v1", "Namespace", namespace) is None


def test_what_the_stack_did_not_apply_stays(
    deployed: Stack, cluster: Kubernetes, manager: str, organization: str
) -> None:
    """Copies with every annotation: by hand, and by a backup tool, which restores the record of writers too."""
    namespace, store = f"openchoreo-ci-{organization}", f"org-{organization}"
    external = cluster.get(ESO, "ExternalSecret", "git-clone-secret", namespace)
    original = cluster.get(ESO, "ClusterSecretStore", store)
    assert external is not None
    assert original is not None
    elsewhere = {"kind": "SecretStore", "name": "elsewhere"}
    copied = {"name": "copied", "namespace": namespace, **_marks(external)}
    cluster.create({**external, "metadata": copied, "spec": {**external["spec"], "secretStoreRef": elsewhere}})
    restored = f"{store}-restored"
    cluster.create({**original, "metadata": {"name": restored, **_marks(original)}})
    writers = [{**entry, "time": "2026-01-01T00:00:00Z"} for entry in original["metadata"]["managedFields"]]
    cluster.patch(ESO, "ClusterSecretStore", restored, {"metadata": {"managedFields": writers}})
    cluster.patch("v1", "ServiceAccount", f"eso-{store}", {"metadata": {"managedFields": [{}]}}, manager)
    copies = [
        ("ExternalSecret", f"{namespace}/copied"),
        ("ClusterSecretStore", restored),
        ("ServiceAccount", f"{manager}/eso-{store}"),
    ]
    lose_resources(deployed)

    left = [(*copy, COPIED) for copy in copies]
    assert set(left) < set(_rows(deployed))

    inside = "not deleted without --namespaces; in it: 1 ExternalSecret (copied)"
    assert sorted(_rows(deployed, "--delete")) == sorted([*left, ("Namespace", namespace, inside)])
    assert cluster.get(ESO, "ClusterSecretStore", store) is None
    assert cluster.get(ESO, "ClusterSecretStore", restored) is not None
    assert cluster.get("v1", "ServiceAccount", f"eso-{store}", manager) is not None
    assert cluster.names(ESO, "ExternalSecret", namespace) == {"copied"}
    cluster.delete(ESO, "ClusterSecretStore", restored)


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
    _finalize(cluster, namespace, "git-clone-secret", FINALIZER)

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
    _finalize(cluster, namespace, "git-clone-secret")
    deployed.destroy()
    assert cluster.get(ESO, "ClusterSecretStore", store) is None
