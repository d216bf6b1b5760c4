"""The names of each release, and its kinds as its own CustomResourceDefinitions have them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

import pytest

from components.openchoreo import RELEASES, V0_9, V1, V1_0, V1_1, V1_2, Kind, Release, find_release
from components.openchoreo.kinds import Path
from components.openchoreo.release import WorkloadNamespaces
from local.documents import read_documents
from tests.unit.crd_schema import OFFICIAL_OF
from tests.unit.releases import on_each_release

LATER: Final = {"v0.9": {"ClusterComponentType", "Workflow", "ClusterWorkflow"}}
"""Kinds that a release can patch in the form of a later one."""


def test_the_releases() -> None:
    assert {name: release.name for name, release in RELEASES.items()} == {name: name for name in RELEASES}
    assert list(RELEASES.values())[:5] == [V0_9, V1, V1_0, V1_1, V1_2]


def test_the_release_without_a_minor_version_is_the_newest() -> None:
    *_, newest = RELEASES.values()
    assert replace(newest, name="v1") == V1


@pytest.mark.parametrize(
    ("release", "expected"),
    [
        pytest.param(
            V0_9,
            {
                "control_plane": "acme",
                "build": ("openchoreo-ci-acme", "openchoreo-ci-${metadata.orgName}"),
                "data": ({"openchoreo.dev/release-namespace": "acme"},),
                "secrets": ("git-clone-secret", "clone-secret", "registry-push-secret"),
                "run": ("componentworkflowrun", "openchoreo.dev/componentworkflowrun"),
                "served": "organizations buildplanes dataplanes componenttypes componentworkflows",
                "build_planes": ["BuildPlane"],
                "data_planes": ["DataPlane"],
            },
            id="v0.9",
        ),
        pytest.param(
            V1,
            {
                "control_plane": "acme",
                "build": ("workflows-acme", "${metadata.namespace}"),
                "data": (
                    {"openchoreo.dev/rendered-release-namespace": "acme"},
                    {"openchoreo.dev/release-namespace": "acme"},
                ),
                "secrets": ("git-secret", None, "registry-push-secret"),
                "run": ("workflowrun", "openchoreo.dev/workflowrun"),
                "served": "workflowplanes clusterworkflowplanes dataplanes clusterdataplanes workflows "
                "clusterworkflows componenttypes clustercomponenttypes",
                "build_planes": ["WorkflowPlane", "ClusterWorkflowPlane"],
                "data_planes": ["DataPlane", "ClusterDataPlane"],
            },
            id="v1",
        ),
    ],
)
def test_names(release: Release, expected: dict[str, Any]) -> None:
    assert {
        "control_plane": release.control_plane_namespace("acme"),
        "build": (release.build_namespace("acme"), release.expressions.build_namespace),
        "data": release.data_plane_selectors("acme"),
        "secrets": (release.defaults.git_secret, release.defaults.git_key, release.defaults.push_secret),
        "run": (release.run_labels.kind, release.run_labels.name),
        "served": release.served_kinds,
        "build_planes": [kind.name for kind in release.build_planes],
        "data_planes": [kind.name for kind in release.data_planes],
    } == expected | {"served": frozenset(expected["served"].split())}
    assert release.expressions.data_plane_store == "${dataplane.secretStore}"
    assert release.expressions.run_name == "${metadata.workflowRunName}"


def test_a_move_has_the_namespaces_of_both_releases(monkeypatch: pytest.MonkeyPatch) -> None:
    earlier = WorkloadNamespaces("platform.example/tenant", prefix="run-", longest_part=20)
    monkeypatch.setitem(RELEASES, "earlier", replace(V0_9, name="earlier", workload_namespaces=(earlier,)))
    both = find_release(["earlier", "v1"])
    assert both.workload_namespaces == (*V1.workload_namespaces, earlier)
    assert both.data_plane_selectors("acme")[-1] == {"platform.example/tenant": "acme"}
    assert find_release(["v0.9", "v1"]).workload_namespaces == V1.workload_namespaces


def test_types_of_projects_exist_since_the_last_minor_version() -> None:
    names = {
        release.name: {name for name in release.kinds if "Project" in name} for release in (V0_9, V1, V1_0, V1_1, V1_2)
    }
    added = {"ProjectType", "ClusterProjectType"}
    assert names == {"v0.9": set(), "v1": added, "v1.0": set(), "v1.1": set(), "v1.2": added}


@on_each_release
def test_reserved_names(release: Release) -> None:
    names = ("acme", "default", "argo", "kube-system", "openchoreo-data-plane")
    assert [release.is_reserved(name) for name in names] == [False, False, True, True, True]
    # The namespace of another organization's builds.
    assert release.is_reserved(release.build_namespace("acme"))


def _definitions(release: Release) -> dict[str, dict[str, Any]]:
    """Kind -> its definition."""
    folder = OFFICIAL_OF[release.name]
    if not folder.is_dir():
        pytest.skip("OpenChoreo's own definitions are not beside this checkout")
    documents = read_documents(sorted(folder.glob("*.yaml")))
    return {document["spec"]["names"]["kind"]: document["spec"] for document in documents}


def _schema(definition: dict[str, Any], path: Path) -> dict[str, Any]:
    """The schema of a field; empty if the definition lacks it."""
    schema: dict[str, Any] = definition["versions"][0]["schema"]["openAPIV3Schema"]
    for step in path:
        if schema.get("x-kubernetes-preserve-unknown-fields"):
            return schema
        schema = schema.get("properties", {}).get(step, {})
    return schema


def _describe(kind: Kind, definition: dict[str, Any]) -> dict[str, Any]:
    """What a definition says about everything that a `Kind` says."""
    entry = _schema(definition, ("spec", "resources")).get("items", {}).get("properties", {})
    types = _schema(definition, kind.workload.type_path)["enum"] if kind.workload else ()
    return {
        "api": f"{definition['group']}/{definition['versions'][0]['name']}",
        "plural": definition["names"]["plural"],
        "namespaced": definition["scope"] == "Namespaced",
        "resources": bool(entry),
        "include_when": "includeWhen" in entry if entry else kind.include_when,
        "entry_defaults": {name: field["default"] for name, field in entry.items() if "default" in field},
        "workload": set(types),
        "secret_store_ref": bool(_schema(definition, ("spec", "secretStoreRef", "name"))),
    }


@on_each_release
def test_kinds_are_those_of_the_definitions(release: Release) -> None:
    definitions = _definitions(release)
    own = [kind for name, kind in release.kinds.items() if name not in LATER.get(release.name, ())]
    described = {
        kind.name: {
            "api": kind.api,
            "plural": kind.plural,
            "namespaced": kind.namespaced,
            "resources": kind.resources,
            "include_when": kind.include_when,
            "entry_defaults": dict(kind.entry_defaults),
            "workload": set(kind.workload.types) if kind.workload else set(),
            "secret_store_ref": kind.secret_store_ref,
        }
        for kind in own
    }
    assert described == {kind.name: _describe(kind, definitions[kind.name]) for kind in own}
    assert release.served_kinds <= {definition["names"]["plural"] for definition in definitions.values()}


def _paths(release: Release) -> Iterator[tuple[Kind, Path]]:
    """Every field that a release reads in objects that it does not patch, and every schema of parameters."""
    environments = release.environments
    for layout in release.snapshots:
        state = layout.undeployed and layout.undeployed[0]
        for path in (layout.snapshot_name, layout.environment, layout.project, layout.component, state):
            if path is not None:
                yield layout.binding, path
        for path in (layout.resources, layout.type_kind, layout.type_name):
            if path is not None:
                yield layout.snapshot, path
    if environments is not None:
        yield environments.kind, environments.plane_kind
        yield environments.kind, environments.plane_name
    for kind in release.kinds.values():
        for path in kind.schemas.values():
            yield kind, path


@on_each_release
def test_what_a_binding_says_while_it_deploys_nothing(release: Release) -> None:
    """Every release whose bindings have such a field reads it."""
    definitions = _definitions(release)
    states = {
        layout.binding.name: (("spec", "state"), value)
        for layout in release.snapshots
        for value in _schema(definitions[layout.binding.name], ("spec", "state")).get("enum", ())
        if value != "Active"
    }
    assert {layout.binding.name: layout.undeployed for layout in release.snapshots if layout.undeployed} == states


@on_each_release
def test_fields_that_are_read_exist(release: Release) -> None:
    definitions = _definitions(release)
    paths = list(_paths(release))
    assert len(paths) > 5
    assert [(kind.name, path) for kind, path in paths if not _schema(definitions[kind.name], path)] == []
