"""What a patch added is recognized on the object itself: the state may be lost, old, or unaware of an update."""

from __future__ import annotations

import copy
import json

import pytest

from tests.platform.harness import Stack
from tests.platform.openchoreo import ControlPlane, Object, component_type, configure, get_annotation, plane

PULL = "registry-pull-secret"


def with_null(name: str, organization: str) -> Object:
    """A ComponentType whose imagePullSecrets are null."""
    manifest = component_type(name, organization)
    manifest["spec"]["resources"][0]["template"]["spec"]["template"]["spec"]["imagePullSecrets"] = None
    return manifest


def bare(organization: str, *types: str) -> Object:
    """An organization whose patches add a name and a store, which have no place for the stack's name."""
    pull = {
        "componentTypes": list(types),
        "delivery": "manual",
        "namespaces": [f"dp-{organization}-dev"],
        "registries": [{"server": "quay.io", "manual": {"username": "robot", "password": "quay"}}],
    }
    return {"name": organization, "pullSecret": pull, "dataPlane": {"secretStoreRef": "platform"}}


def objects(control_plane: ControlPlane) -> list[Object]:
    """The ComponentType and the DataPlane."""
    return [control_plane.get("ComponentType", "service"), control_plane.get("DataPlane", "default")]


def start(control_plane: ControlPlane, organization: str) -> list[Object]:
    control_plane.create_workloads()
    control_plane.create(with_null("service", organization))
    control_plane.create(plane("DataPlane", "default", organization))
    originals = objects(control_plane)
    assert originals[0]["spec"]["resources"][0]["template"]["spec"]["template"]["spec"]["imagePullSecrets"] is None
    assert "annotations" not in {key for original in originals for key in original["metadata"]}
    return originals


@pytest.mark.parametrize("backup", ["empty", "older"])
def test_an_old_state_does_not_matter(
    backup: str, stack: Stack, control_plane: ControlPlane, organization: str
) -> None:
    """An update that is killed before it records its patches leaves the same state."""
    originals = start(control_plane, organization)
    stack.set_secret("manualSecrets.quay", "hush")
    types = ["service"]
    if backup == "older":
        control_plane.create(component_type("other", organization))
        types = ["other", "service"]
        organized = bare(organization, "other")
        del organized["dataPlane"]
        configure(stack, organized)
        stack.up()
    saved = stack.export_state(backup)
    configure(stack, bare(organization, *types))
    stack.up()
    after = objects(control_plane)
    assert control_plane.pull_secrets("service") == [{"name": PULL}]
    for live in after:
        record = json.loads(live["metadata"]["annotations"][get_annotation(stack, organization)])
        assert (record["name"], record["object"].partition("/")[0]) == (organization, f"{live['kind']} {organization}")

    stack.import_state(saved)
    stack.up()

    assert objects(control_plane) == after
    stack.unchanged()
    stack.destroy()
    assert objects(control_plane) == originals


def test_a_destroy_with_a_state_from_before_the_last_update_removes_everything(
    stack: Stack, control_plane: ControlPlane, organization: str
) -> None:
    originals = start(control_plane, organization)
    stack.set_secret("manualSecrets.quay", "hush")
    organized = bare(organization, "service")
    organized["pullSecret"]["secretName"] = "earlier"
    configure(stack, organized)
    stack.up()
    saved = stack.export_state("older")
    configure(stack, bare(organization, "service"))
    stack.up()
    assert control_plane.pull_secrets("service") == [{"name": PULL}]

    stack.import_state(saved)
    stack.destroy()

    assert objects(control_plane) == originals


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        pytest.param(None, "", id="removed"),
        pytest.param("{}", "which somebody has changed; the state of the stack is used instead", id="garbage"),
    ],
)
def test_without_a_genuine_record_the_state_counts(
    value: str | None, reason: str, stack: Stack, control_plane: ControlPlane, organization: str
) -> None:
    originals = start(control_plane, organization)
    stack.set_secret("manualSecrets.quay", "hush")
    configure(stack, bare(organization, "service"))
    stack.up()
    after = objects(control_plane)
    key = get_annotation(stack, organization)

    for live in after:
        control_plane.patch(live["kind"], live["metadata"]["name"], {"metadata": {"annotations": {key: value}}})
    said = stack.ok("preview")

    words = f"ignores the annotation {key}, {reason}" if reason else f"writes what it added to the annotation {key}"
    for where in (f"ComponentType {organization}/service", f"DataPlane {organization}/default"):
        assert f"{where}: {words}" in said
    stack.up()
    assert objects(control_plane) == after
    stack.unchanged()
    for live in after:
        control_plane.patch(live["kind"], live["metadata"]["name"], {"metadata": {"annotations": {key: value}}})
    assert (reason in stack.destroy()) is True
    assert objects(control_plane) == originals


def test_a_copy_with_the_record_belongs_to_whoever_copied_it(
    stack: Stack, control_plane: ControlPlane, organization: str
) -> None:
    start(control_plane, organization)
    stack.set_secret("manualSecrets.quay", "hush")
    configure(stack, bare(organization, "service"))
    stack.up()
    copied = copy.deepcopy(control_plane.get("ComponentType", "service"))
    copied["metadata"]["name"] = "copy"
    control_plane.create(copied)
    configure(stack, bare(organization, "service", "copy"))

    said = stack.up()

    key = get_annotation(stack, organization)
    assert (
        f"ComponentType {organization}/copy: ignores the annotation {key}, which was copied from ComponentType "
        f"{organization}/service with another uid; what it lists is kept"
    ) in said
    stack.unchanged()
    stack.destroy()
    assert control_plane.get("ComponentType", "copy")["spec"] == copied["spec"]
    assert "annotations" not in control_plane.get("ComponentType", "copy")["metadata"]
