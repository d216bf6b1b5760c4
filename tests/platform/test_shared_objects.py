"""OpenChoreo v1.x: builds and workloads use the credentials of their organization, through objects that all share."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from typing import Any, Final

import pytest

from components import Organization, PullSecret, RemoteRef, with_pull_secret
from components.openchoreo import V1
from components.patches import Patch, Resource, apply_patch, remove_patch
from local.platform import Platform
from local.proof.cel import render
from local.seed import build_objects
from tests.platform.harness import Stack, kubernetes_store
from tests.platform.newer import COMPONENTS, OBJECTS, PROJECTS, WORKFLOW, Newer, start_newer
from tests.platform.openchoreo import API, Object
from tests.platform.releases import needs_newer
from tests.platform.samples import auth
from tests.platform.warm import Warm

pytestmark = needs_newer

ESO: Final = "external-secrets.io/v1"
PULL_TYPE: Final = "kubernetes.io/dockerconfigjson"


@pytest.fixture(scope="module")
def newer(platform: Platform, warm: Warm, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newer]:
    with start_newer(tmp_path_factory.mktemp("newer"), platform.programs, warm) as started:
        yield started


def _organization(name: str, workflows: dict[str, Any], pull: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": name,
        "secretStore": "org",
        "git": {"remoteKey": f"{name}-git", "property": "token"},
        "registries": [{"server": "quay.io", "remoteKey": f"{name}-push", "property": "config"}],
        "workflows": {"clusterWorkflows": [WORKFLOW[1]], **workflows},
        "pullSecret": {
            "clusterComponentTypes": [COMPONENTS[1]],
            "secretStore": "org",
            "dockerConfig": {"remoteKey": f"{name}-pull", "property": "config"},
            **pull,
        },
    }


def _docker_config(name: str) -> str:
    return json.dumps({"auths": {"quay.io": {"auth": auth(name, f"password of {name}")}}})


def _pushing(name: str) -> tuple[str, dict[str, str]]:
    """What registries deliver of a docker config: user name and password beside ``auth``."""
    user = {"auth": auth(name, f"password of {name}"), "password": f"password of {name}", "username": name}
    return PULL_TYPE, {".dockerconfigjson": json.dumps({"auths": {"quay.io": user}}, separators=(",", ":"))}


AHEAD: Final = {"delivery": "ahead"}
PROJECT: Final = {"delivery": "project", "clusterProjectTypes": [PROJECTS[1]]}


def _start(newer: Newer, stack: str, organizations: list[dict[str, Any]]) -> Stack:
    manager = f"manager-{stack}"
    newer.create_namespace(manager)
    for organization in organizations:
        name = organization["name"]
        newer.create_namespace(name)
        newer.create_namespace(f"dp-{name}", **{"openchoreo.dev/rendered-release-namespace": name})
        newer.cluster.put_secret(manager, f"{name}-git", {"token": f"token-of-{name}"})
        for purpose in ("push", "pull"):
            newer.cluster.put_secret(manager, f"{name}-{purpose}", {"config": _docker_config(f"{name}-{purpose}")})
    return newer.start_stack(stack, secretStores={"org": kubernetes_store(manager)}, namespaces=organizations)


def _arguments(newer: Newer, namespace: str) -> dict[str, str]:
    parameters = newer.get(*WORKFLOW)["spec"]["runTemplate"]["spec"]["arguments"]["parameters"]
    metadata = {"namespaceName": namespace, "workflowRunName": "run-1", "labels": {}}
    variables = {"metadata": metadata, "parameters": {"repository": {"secretRef": ""}}}
    texts = {entry["name"]: entry["value"] for entry in parameters}
    return {name: render(texts[name], variables) for name in ("git-secret", "registry-push-secret")}


def test_two_stacks_with_every_delivery(newer: Newer) -> None:
    before = {place: newer.get(*place) for place in OBJECTS}
    dev = _start(newer, "dev", [_organization("acme", AHEAD, {}), _organization("globex", {}, PROJECT)])
    prod = _start(newer, "prod", [_organization("initech", AHEAD, PROJECT)])
    dev.up()
    dev.unchanged(update=True)
    prod.up()
    prod.unchanged(update=True)
    dev.unchanged(update=True)

    cluster = newer.cluster
    assert cluster.secret("workflows-acme", "git-secret") == (
        "kubernetes.io/basic-auth",
        {"username": "x-access-token", "password": "token-of-acme"},
    )
    assert cluster.secret("workflows-acme", "registry-push-secret") == _pushing("acme-push")
    prepared = {"git-secret": "git-secret", "registry-push-secret": "registry-push-secret"}
    each_run = {name: f"run-1-{name}" for name in prepared}
    assert {name: _arguments(newer, name) for name in ("acme", "globex", "initech", "foreign")} == {
        "acme": prepared,
        "globex": each_run,
        "initech": prepared,
        "foreign": each_run,
    }

    run = {made["metadata"]["name"]: made for made in newer.render(WORKFLOW, "globex", "workflows-globex")}
    assert newer.deliver(run["run-1-git-secret"]) == (
        "kubernetes.io/basic-auth",
        {"username": "x-access-token", "password": "token-of-globex"},
    )
    assert newer.deliver(run["run-1-registry-push-secret"]) == _pushing("globex-push")
    (component,) = newer.render(COMPONENTS, "acme", "dp-acme")
    assert newer.deliver(component) == (PULL_TYPE, {".dockerconfigjson": _docker_config("acme-pull")})
    for name in ("globex", "initech"):
        assert list(newer.render(COMPONENTS, name, f"dp-{name}")) == []
        (project,) = newer.render(PROJECTS, name, f"dp-{name}")
        assert newer.deliver(project) == (PULL_TYPE, {".dockerconfigjson": _docker_config(f"{name}-pull")})
    for place in (COMPONENTS, PROJECTS):
        assert list(newer.render(place, "foreign", "dp-foreign")) == []
    stores = [made["spec"]["secretStoreRef"]["name"] for made in newer.render(WORKFLOW, "foreign", "workflows-foreign")]
    assert stores == ["default"]

    dev.destroy()
    prod.unchanged(update=True)
    assert _arguments(newer, "acme") == each_run
    assert _arguments(newer, "initech") == prepared
    prod.destroy()
    assert {place: newer.get(*place) for place in OBJECTS} == before


def test_the_seeded_objects_satisfy_the_full_crds(newer: Newer) -> None:
    """With names of their own, because objects of the seeded names exist."""
    newer.create_namespace("seeded")
    objects = [item for item in build_objects("seeded", V1) if item["apiVersion"] == V1.api]
    for item in objects:
        renamed = item | {"metadata": item["metadata"] | {"name": "seeded"}}
        assert newer.cluster.dry_run(renamed)["kind"] == item["kind"]
    assert {(item["kind"], item["metadata"]["name"]) for item in objects} >= {*OBJECTS}


def test_an_organization_comes_and_goes(newer: Newer) -> None:
    before = {place: newer.get(*place) for place in OBJECTS}
    first, second = _organization("umbrella", AHEAD, {}), _organization("stark", {}, {})
    stack = _start(newer, "moving", [first, second])
    stack.configure(namespaces=[first])
    stack.up()
    one = newer.get(*COMPONENTS)
    stack.configure(namespaces=[first, second])
    stack.up()
    stack.unchanged(update=True)
    assert len(newer.get(*COMPONENTS)["spec"]["resources"]) == len(one["spec"]["resources"])
    rendered = [made["spec"]["secretStoreRef"]["name"] for made in newer.render(COMPONENTS, "stark", "dp-stark")]
    assert rendered == ["org-pull-stark"]
    stack.configure(refreshInterval="17m")
    restarts = "ClusterComponentType service: restarts every pod of its components of stark, umbrella when"
    assert restarts in stack.ok("preview")
    stack.configure(refreshInterval="1h")
    stack.configure(namespaces=[first])
    stack.up()
    assert newer.get(*COMPONENTS) == one
    stack.destroy()
    assert {place: newer.get(*place) for place in OBJECTS} == before


def test_what_bound_releases_read_is_not_taken_away(newer: Newer) -> None:
    """A component and a project are bound to copies of types from before a change of the remote key."""
    before = {place: newer.get(*place) for place in OBJECTS}
    bound = _organization("tyrell", AHEAD, {})
    project = _organization("wayland", AHEAD, PROJECT)
    stack = _start(newer, "bound", [bound, project])
    for organization in (bound, project):
        name = organization["name"]
        newer.cluster.put_secret("manager-bound", f"{name}-2", {"config": _docker_config(f"{name}-2")})
    stack.up()
    newer.promote(COMPONENTS, "tyrell")
    newer.promote(PROJECTS, "wayland")
    stack.unchanged(update=True)

    changed = [
        organization | {"pullSecret": organization["pullSecret"] | {"dockerConfig": {"remoteKey": f"{name}-2"}}}
        for name, organization in (("tyrell", bound), ("wayland", project))
    ]
    stack.configure(namespaces=changed)
    refusal = stack.preview_fails()
    for name, owner in (("tyrell", "component shop/api"), ("wayland", "project shop")):
        assert f"the environment production of the {owner} in the namespace {name} still renders" in refusal
        assert f"this update takes away the right of the store org-pull-{name} to read {name}-pull" in refusal
    state = partial(newer.cluster.patch, API, "ReleaseBinding", "api-1", namespace="tyrell")
    state({"spec": {"state": "Undeploy"}})
    refusal = stack.preview_fails()
    assert ("the component shop/api" in refusal, "the project shop" in refusal) == (False, True)
    state({"spec": {"state": "Active"}})
    stack.configure(namespaces=[bound])
    assert f"this update takes away its entry in {' '.join(PROJECTS)}" in stack.preview_fails()
    stack.configure(namespaces=[bound, project])
    stack.unchanged(update=True)

    refused = stack.run("destroy", "--yes", "--skip-preview", "--suppress-progress")
    assert refused.returncode != 0
    assert "set releasePromoted: ignore, run pulumi up, and try again" in refused.stdout
    stack.configure(namespaces=[bound, project], releasePromoted="ignore")
    stack.up()
    destroyed = stack.destroy()
    for name in ("tyrell", "wayland"):
        assert f"in the namespace {name} still renders" in destroyed
    assert {place: newer.get(*place) for place in OBJECTS} == before


def _plane(kind: str, name: str, **metadata: str) -> Object:
    spec: Object = {"planeID": name, "clusterAgent": {"clientCA": {"value": "none"}}}
    return {"apiVersion": API, "kind": kind, "metadata": {"name": name, **metadata}, "spec": spec}


def test_the_store_of_each_kind_of_plane(newer: Newer) -> None:
    """One namespace has planes of its own, the other one builds and runs on cluster-scoped planes."""
    planes: dict[str, list[tuple[str, ...]]] = {
        "hooli": [("WorkflowPlane", "builds", "hooli"), ("DataPlane", "edge", "hooli")],
        "raviga": [("ClusterWorkflowPlane", "builds"), ("ClusterDataPlane", "edge")],
    }
    organizations = []
    for name, ((builds, *_), (workloads, *_)) in planes.items():
        stores = {
            "workflowPlane": {"kind": builds, "name": "builds", "secretStoreRef": f"org-{name}"},
            "dataPlane": {"kind": workloads, "name": "edge", "secretStoreRef": "platform"},
        }
        git = {"remoteKey": f"{name}-git", "property": "token"}
        organizations.append({"name": name, "secretStore": "org", "git": git, **stores})
    stack = _start(newer, "planes", organizations)
    places = [place for pair in planes.values() for place in pair]
    for kind, name, *namespace in places:
        newer.cluster.create(_plane(kind, name, **dict(zip(("namespace",), namespace, strict=False))))
    before = {place: newer.get(*place) for place in places}
    stack.up()
    stack.unchanged(update=True)
    assert [newer.get(*place)["spec"]["secretStoreRef"] for place in places] == [
        {"name": store} for store in ("org-hooli", "platform", "org-raviga", "platform")
    ]

    newer.cluster.patch(API, "ClusterDataPlane", "edge", {"spec": {"secretStoreRef": {"name": "other"}}})
    problem = 'ClusterDataPlane edge: spec.secretStoreRef.name is "other", set by someone else'
    assert problem in stack.preview_fails()
    newer.cluster.patch(API, "ClusterDataPlane", "edge", {"spec": {"secretStoreRef": {"name": "platform"}}})
    stack.destroy()
    assert {place: newer.get(*place) for place in places} == before


def test_manifests_that_are_patched_in_git(newer: Newer) -> None:
    """A ComponentType and a ClusterWorkflow are patched as files, then applied; no stack patches them."""
    config = _docker_config("wonka")
    store: Object = {"provider": {"fake": {"data": [{"key": "wonka-pull", "value": config}]}}}
    newer.cluster.create({"apiVersion": ESO, "kind": "ClusterSecretStore", "metadata": {"name": "git"}, "spec": store})
    for name in ("wonka", "dp-wonka", "workflows-wonka"):
        newer.create_namespace(name)
    secret = PullSecret(component_types=("service",), docker_config=RemoteRef(remote_key="wonka-pull"))
    component_type = newer.get(*COMPONENTS) | {"kind": "ComponentType", "metadata": {"name": "service"}}
    component_type["metadata"]["namespace"] = "wonka"
    pulling = with_pull_secret(component_type, Organization(name="wonka", pull_secret=secret), release=V1, store="git")
    workflow = newer.get(*WORKFLOW) | {"metadata": {"name": "kept-in-git"}}
    metadata = {"name": "${metadata.workflowRunName}-cache", "namespace": "${metadata.namespace}"}
    spec: Object = {
        "secretStoreRef": {"kind": "ClusterSecretStore", "name": "git"},
        "target": {"name": metadata["name"]},
    }
    spec["data"] = [{"secretKey": "config", "remoteRef": {"key": "wonka-pull"}}]
    entry = {"apiVersion": ESO, "kind": "ExternalSecret", "metadata": metadata, "spec": spec}
    building = apply_patch(workflow, Patch(resources=(Resource("cache", entry),)), release=V1)

    newer.cluster.create(pulling)
    newer.cluster.create(building.object)

    types, builds = ("ComponentType", "service", "wonka"), ("ClusterWorkflow", "kept-in-git")
    for entry in pulling["spec"]["resources"]:
        # The API server adds it.
        entry.setdefault("targetPlane", "dataplane")
    assert (newer.get(*types)["spec"], newer.get(*builds)["spec"]) == (pulling["spec"], building.object["spec"])
    (component,) = newer.render(types, "wonka", "dp-wonka")
    assert newer.deliver(component) == (PULL_TYPE, {".dockerconfigjson": config})
    run = {made["metadata"]["name"]: made for made in newer.render(builds, "wonka", "workflows-wonka")}
    assert newer.deliver(run["run-1-cache"]) == ("Opaque", {"config": config})
    assert remove_patch(newer.get(*builds), building.added, release=V1)["spec"] == workflow["spec"]
