"""The state of a stack: too little space for it, truncated, lost. The commands are those of docs/operations.md."""

from __future__ import annotations

import os
import re
import shutil

import pytest

from tests.platform.harness import Kubernetes, Stack, kubernetes_store
from tests.platform.openchoreo import ControlPlane, component_type, plane
from tests.platform.operations import run_documented
from tests.platform.samples import git_organization


def test_too_little_space_is_refused_before_anything_is_created(
    deployed: Stack, cluster: Kubernetes, organization: str
) -> None:
    """A sparse backup file as large as the free space stands in for a large state on a small disk."""
    folder = deployed.engine.folder / "state" / ".pulumi"
    backup = deployed.state.with_suffix(".json.bak")
    size = shutil.disk_usage(folder).free
    os.truncate(backup, size)
    later = f"{organization}-2"
    deployed.configure(organizations=[git_organization(name, "git") for name in (organization, later)])
    message = re.compile(
        rf"error: {folder}: \d+ MB of free disk space, expected at least {-(-10 * size // 1_000_000)} MB; "
        "free some space, because a full disk can truncate the state and its backup\n"
    )

    assert message.search(deployed.preview_fails())
    assert message.search(deployed.up_fails())

    assert cluster.get("v1", "Namespace", f"openchoreo-ci-{later}") is None
    backup.unlink(missing_ok=True)
    deployed.up()
    deployed.unchanged(update=True)
    assert cluster.get("v1", "Namespace", f"openchoreo-ci-{later}") is not None


def test_a_truncated_state_is_recovered_from_the_history(deployed: Stack) -> None:
    """As a full disk leaves it: the state, its backup and its last copy in the history are truncated."""
    last = deployed.state.parents[2] / "history" / "openchoreo-secrets" / deployed.name
    complete = deployed.state.read_bytes()
    for file in (
        deployed.state,
        deployed.state.with_suffix(".json.bak"),
        last / f"{deployed.name}-9999999999999999999.checkpoint.json",
    ):
        file.write_bytes(complete[: len(complete) // 2])
    assert "unexpected end of JSON input" in deployed.preview_fails()

    printed = run_documented(deployed, "The state cannot be read")

    assert f"{deployed.name}.json has the content of {deployed.name}-" in printed
    assert re.search(r"Resources:\n    \d+ unchanged\n", printed)
    deployed.unchanged(update=True)


@pytest.mark.parametrize(
    ("emptied", "recovered_from"),
    [(".json.attrs", ".json"), (".json", ".json.bak")],
    ids=["killed-while-it-was-written", "full-disk"],
)
def test_an_empty_file_of_the_state(deployed: Stack, emptied: str, recovered_from: str) -> None:
    deployed.state.with_suffix(emptied).write_bytes(b"")
    message = "EOF" if emptied == ".json.attrs" else "place 1: unexpected end of JSON input"
    assert f"failed to load checkpoint: {message}" in deployed.preview_fails()

    printed = run_documented(deployed, "The state cannot be read")

    assert f"{deployed.name}.json has the content of {deployed.name}{recovered_from} now" in printed
    deployed.up()
    deployed.unchanged(update=True)


def test_objects_that_an_older_state_lacks_are_adopted(deployed: Stack, cluster: Kubernetes, organization: str) -> None:
    history = deployed.state.parents[2] / "history" / "openchoreo-secrets" / deployed.name
    later = f"{organization}-2"
    organizations = [git_organization(name, "git") for name in (organization, later)]
    deployed.configure(organizations=organizations)
    deployed.up()
    namespace = cluster.get("v1", "Namespace", f"openchoreo-ci-{later}")
    assert namespace is not None
    for file in (deployed.state, deployed.state.with_suffix(".json.bak"), max(history.glob("*.checkpoint.json"))):
        file.write_bytes(b"")

    assert re.search(r"\+ \d+ to create\n", run_documented(deployed, "The state cannot be read"))
    deployed.up()

    deployed.unchanged(update=True)
    adopted = cluster.get("v1", "Namespace", f"openchoreo-ci-{later}")
    assert adopted is not None
    assert adopted["metadata"]["uid"] == namespace["metadata"]["uid"]
    deployed.configure(organizations=organizations[:1])
    deployed.up()
    assert later not in str(deployed.output())


def test_a_lost_state_is_replaced_by_adopting_everything(
    stack: Stack, cluster: Kubernetes, control_plane: ControlPlane, manager: str, organization: str
) -> None:
    """Secrets of both kinds, and patches; all are removed with the stack afterwards."""
    original = control_plane.create(component_type("service", organization))
    original_plane = control_plane.create(plane("BuildPlane", "default", organization))
    control_plane.create(plane("DataPlane", "default", organization, f"org-{organization}"))
    cluster.put_secret(manager, "git", {"token": "value"})
    stack.set_secret("manualSecrets.scanner", "manual value")
    stack.configure(
        clusters=stack.every_plane,
        secretStores={"org": kubernetes_store(manager)},
        offboarding="delete",
        organizations=[
            git_organization(
                organization,
                "git",
                external=[{"name": "scanner", "keys": {"api-key": {"manual": "scanner"}}}],
                buildPlane={"secretStoreRef": f"org-{organization}"},
                pullSecret={"componentTypes": ["service"], "dockerConfig": {"remoteKey": "docker"}},
            )
        ],
    )
    stack.up()
    namespace = f"openchoreo-ci-{organization}"
    objects = [
        ("v1", "Namespace", namespace),
        ("v1", "Secret", "scanner", namespace),
        ("external-secrets.io/v1", "ExternalSecret", "git-clone-secret", namespace),
        ("external-secrets.io/v1", "ClusterSecretStore", f"org-{organization}"),
    ]
    before = [cluster.get(*each) for each in objects]
    assert None not in before
    patches = [("ComponentType", "service"), ("BuildPlane", "default")]
    patched = [control_plane.get(*each) for each in patches]
    assert patched[0] != original
    stack.state.unlink()
    stack.state.with_suffix(".json.bak").unlink()
    assert f"no stack named '{stack.name}' found" in stack.preview_fails()

    run_documented(stack, "The state is lost")

    stack.unchanged(update=True)
    after = [cluster.get(*each) for each in objects]
    assert [each["metadata"]["uid"] for each in after if each] == [each["metadata"]["uid"] for each in before if each]
    assert cluster.secret(namespace, "scanner") == ("Opaque", {"api-key": "manual value"})
    assert [control_plane.get(*each) for each in patches] == patched
    stack.destroy()
    assert [cluster.get(*each) for each in objects] == [None] * len(objects)
    assert control_plane.get("ComponentType", "service") == original
    assert control_plane.get("BuildPlane", "default") == original_plane
