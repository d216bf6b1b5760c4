"""A change of a patch names the environments that still render what it replaces, in the preview and in the update."""

from __future__ import annotations

import pytest

from tests.mocks.engine import Engine, Patches
from tests.mocks.samples import API, added, component_type, entry, inputs, metadata, patched, state, version
from tests.mocks.stubs import Object, Place

WARNING = (
    "warning",
    (
        "ComponentType acme/service: the environment production of the component shop/api still renders pull as before "
        "(ComponentRelease api-1); deploy the component there again, because its Secret is not refreshed any more "
        "once the old key, store or namespace is removed"
    ),
)


def binding(release: str = "api-1") -> Object:
    owner = {"projectName": "shop", "componentName": "api"}
    spec = {"owner": owner, "environment": "production", "releaseName": release}
    return {"apiVersion": API, "kind": "ReleaseBinding", "metadata": metadata("api-production"), "spec": spec}


def release(resource: Object, name: str = "api-1") -> Object:
    spec = {"componentType": {"workloadType": "deployment", "resources": [resource]}}
    return {"apiVersion": API, "kind": "ComponentRelease", "metadata": metadata(name), "spec": spec}


def warnings(patch: Patches) -> list[tuple[str, str]]:
    return [(level, text) for level, text in patch.said if level == "warning"]


@pytest.mark.parametrize("preview", [True, False])
@pytest.mark.parametrize("bound", [True, False])
def test_update(engine: Engine, place: Place, preview: bool, bound: bool) -> None:
    changed = entry(refreshInterval="5m0s")
    place(patched(), binding(), release(entry() if bound else changed))
    patch = Patches(engine, "ComponentType")

    patch.update(state(), inputs(changed, pull=("${metadata.name}-pull",)), preview=preview)

    assert warnings(patch) == ([WARNING] if bound else [])


def test_an_update_that_replaces_nothing_reads_nothing(engine: Engine, place: Place) -> None:
    memory, patch = place(component_type(), binding(), release(entry())), Patches(engine, "ComponentType")
    memory.refused = {"list": "nothing is asked"}

    patch.update(state(), inputs(), preview=True)

    assert warnings(patch) == []


def test_a_delete_is_refused_until_the_word_is_set(engine: Engine, place: Place) -> None:
    memory, patch = place(patched(), binding(), release(entry())), Patches(engine, "ComponentType")

    message = patch.failure(lambda: patch.delete(state()))

    line = WARNING[1].removeprefix("ComponentType acme/service: ")
    assert message == (
        "ComponentType acme/service: the patch stays, because deployed environments need it:\n"
        f"  - {line}\n"
        "To remove it all the same, set releasePromoted: ignore, run pulumi up, and try again"
    )
    assert memory.live("ComponentType") == patched()

    patch = Patches(engine, "ComponentType", releasePromoted="ignore")
    patch.delete(state())

    assert warnings(patch) == [WARNING]
    assert memory.live("ComponentType") == version(component_type(), 9)


def test_a_snapshot_of_another_release_is_read_too(engine: Engine, place: Place) -> None:
    newer = release(entry())
    newer["spec"]["componentType"] = {"spec": newer["spec"]["componentType"]}
    place(patched(), binding(), newer)
    patch = Patches(engine, "ComponentType", release="v0.9,v1")

    assert patch.failure(lambda: patch.delete(state())).count("the environment production") == 1


def test_a_user_who_may_not_list_them(engine: Engine, place: Place) -> None:
    memory, patch = place(patched()), Patches(engine, "ComponentType")
    memory.refused = {"list": "forbidden"}

    patch.delete(state())

    ((_, text),) = warnings(patch)
    assert text.startswith(
        "ComponentType acme/service: environments that still render the old resources are not listed: "
    )
    assert "/releasebindings was refused (403): forbidden" in text


@pytest.mark.parametrize("kind", ["ClusterComponentType", "ClusterProjectType"])
def test_a_type_that_all_namespaces_share(engine: Engine, place: Place, kind: str) -> None:
    """A delete names the environments of the namespaces in the entry, whose copy is of this type."""
    shared = {**entry(), "includeWhen": '${metadata.componentNamespace in ["acme"]}'}
    live = component_type(kind, None)
    live["spec"]["resources"].append(shared)
    bindings, pointer, holder, unit = {
        "ClusterComponentType": (("ReleaseBinding", "ComponentRelease"), "releaseName", "componentType", "component"),
        "ClusterProjectType": (("ProjectReleaseBinding", "ProjectRelease"), "projectRelease", "projectType", "project"),
    }[kind]
    owner = {"projectName": "shop", "componentName": "api"}
    contents: tuple[Object, Object] = (
        {"owner": owner, "environment": "production", pointer: "api-1"},
        {holder: {"kind": kind, "name": "service", "spec": {"resources": [shared]}}},
    )
    objects = [
        {"apiVersion": API, "kind": name, "metadata": metadata("api-1", namespace), "spec": spec}
        for name, spec in zip(bindings, contents, strict=True)
        for namespace in ("acme", "globex")
    ]
    memory = place(live, *objects)
    patch = Patches(engine, kind, release="v1")

    message = patch.failure(lambda: patch.delete(state({"name": "service", "resources": [shared]}, added(shared))))

    whose = f"{unit} shop/api" if unit == "component" else "project shop"
    assert message == (
        f"{kind} service: the patch stays, because deployed environments need it:\n"
        f"  - the environment production of the {whose} in the namespace acme still renders pull as before "
        f"({bindings[1]} api-1); deploy the {unit} there again, because its Secret is not refreshed any more once the "
        "old key, store or namespace is removed\n"
        "To remove it all the same, set releasePromoted: ignore, run pulumi up, and try again"
    )
    assert memory.live(kind) == live
