"""Cluster-scoped objects that OpenChoreo v1.2.3 ships, from settings on: each organization gets its own credentials."""

from __future__ import annotations

from copy import deepcopy
from typing import Any, Final

import pytest

from components.errors import PatchError
from components.manifests import Manifest
from components.openchoreo import V1, V1_1
from components.patches.patch import apply_patch, remove_patch
from components.patches.record import Identity
from components.patches.validity import validate_patch
from components.plan.combined_patches import CombinedPatch
from components.plan.stack import Plan, plan_stack
from components.settings.parsing import parse
from local.proof.cel import render
from tests.unit.crd_schema import OFFICIAL, Definitions
from tests.unit.objects import shipped_v1
from tests.unit.samples import Raw

DEV, PROD = Identity("corp/secrets/dev", "shared"), Identity("corp/secrets/prod", "shared")
NEWEST: Final = OFFICIAL.with_name("openchoreo-v1.2.3")
CONFIG: Final[Raw] = {
    "release": "v1",
    "clusters": {plane: {"context": plane} for plane in ("workflowPlane", "controlPlane", "dataPlane")},
    "secretStores": {"org": {"kubernetes": {"remoteNamespace": "vault"}}},
    "namespaces": [
        {
            "name": "acme",
            "secretStore": "org",
            "git": {"remoteKey": "acme-git"},
            "registries": [{"server": "quay.io", "remoteKey": "acme-quay"}],
            "workflows": {"clusterWorkflows": ["docker"], "delivery": "ahead"},
            "pullSecret": {
                "clusterComponentTypes": ["service"],
                "secretStore": "org",
                "dockerConfig": {"remoteKey": "acme-pull"},
            },
        },
        {
            "name": "globex",
            "secretStore": "org",
            "git": {"remoteKey": "code-of-globex"},
            "registries": [{"server": "quay.io", "remoteKey": "images-of-globex"}],
            "workflows": {"clusterWorkflows": ["docker"]},
            "pullSecret": {
                "clusterComponentTypes": ["service"],
                "delivery": "project",
                "clusterProjectTypes": ["default"],
                "dockerConfig": {"remoteKey": "globex-pull"},
            },
        },
        {
            "name": "initech",
            "secretStore": "org",
            "git": {"remoteKey": "initech-git"},
            "workflows": {"clusterWorkflows": ["docker"], "delivery": "ahead"},
            "pullSecret": {
                "clusterComponentTypes": ["service"],
                "componentTypes": ["own"],
                "delivery": "namespace",
                "dockerConfig": {"remoteKey": "initech-pull"},
            },
        },
    ],
}
SHIPPED: Final = {
    "ClusterComponentType": "clustercomponenttype-service",
    "ClusterProjectType": "clusterprojecttype-default",
    "ClusterWorkflow": "clusterworkflow-dockerfile-builder",
}


def _plan(stack: str = DEV.stack, **keys: Any) -> Plan:
    settings = parse({**deepcopy(CONFIG), **keys}, source="test")
    return plan_stack(settings, V1, stack=stack)


def _combined(plan: Plan) -> dict[str, CombinedPatch]:
    return {patch.place.kind.name: patch for patch in plan.combined_patches}


def _variables(namespace: str, secret_ref: str = "") -> dict[str, Any]:
    fields = dict.fromkeys(("componentNamespace", "projectNamespace", "namespaceName"), namespace)
    place = {"name": "api", "namespace": f"dp-{namespace}", "workflowRunName": "run-1", "labels": {}, **fields}
    return {
        "metadata": place,
        "parameters": {"repository": {"secretRef": secret_ref}},
        "workflowplane": {"secretStore": "default"},
        "dataplane": {"secretStore": "default"},
    }


def _external_secrets(target: Manifest, namespace: str) -> dict[str, tuple[str, str]]:
    """Name -> store and key of every ExternalSecret that is rendered for a namespace."""
    variables, rendered = _variables(namespace), {}
    for entry in target["spec"]["resources"]:
        if entry["template"]["kind"] != "ExternalSecret" or "forEach" in entry:
            continue
        if render(entry.get("includeWhen", True), variables):
            manifest = render(entry["template"], variables)
            key = manifest["spec"]["data"][0]["remoteRef"]["key"]
            rendered[manifest["metadata"]["name"]] = (manifest["spec"]["secretStoreRef"]["name"], key)
    return rendered


def _arguments(target: Manifest, namespace: str) -> tuple[str, str]:
    parameters = {entry["name"]: entry["value"] for entry in _parameters(target)}
    variables = _variables(namespace)
    return render(parameters["git-secret"], variables), render(parameters["registry-push-secret"], variables)


def _parameters(target: Manifest) -> list[dict[str, str]]:
    parameters: list[dict[str, str]] = target["spec"]["runTemplate"]["spec"]["arguments"]["parameters"]
    return parameters


def test_each_object_is_patched_once() -> None:
    plan = _plan()
    assert [
        (patch.place.kind.name, patch.place.name, [member.name for member in patch.organizations])
        for patch in plan.combined_patches
    ] == [
        ("ClusterComponentType", "service", ["acme", "globex", "initech"]),
        ("ClusterProjectType", "default", ["globex"]),
        ("ClusterWorkflow", "docker", ["acme", "globex", "initech"]),
    ]
    assert [[patch.name for patch in member.patches] for member in plan.organizations] == [[], [], ["own"]]


@pytest.mark.parametrize("delivery", ["ahead", "run"])
@pytest.mark.parametrize("name", ["acme", "globex"])
def test_two_stacks_for_one_organization(delivery: str, name: str) -> None:
    """The builds of acme use prepared Secrets already, those of globex create them."""
    done = apply_patch(
        shipped_v1(SHIPPED["ClusterWorkflow"]),
        _combined(_plan())["ClusterWorkflow"].plan({}).patch,
        release=V1,
        identity=DEV,
    )
    organization: Raw = {
        "name": name,
        "secretStore": "org",
        "git": {"remoteKey": "other"},
        "workflows": {"clusterWorkflows": ["docker"], "delivery": delivery},
    }
    second = _combined(_plan(PROD.stack, namespaces=[organization]))["ClusterWorkflow"].plan({}).patch
    with pytest.raises(PatchError) as caught:
        apply_patch(done.object, second, release=V1, identity=PROD)
    what = 'overrides spec.resources["git-secret"].includeWhen'
    if name == "acme" and delivery == "ahead":
        what = 'overrides spec.runTemplate.spec.arguments.parameters["git-secret"].value'
    if name == "globex" and delivery == "run":
        what = 'creates the ExternalSecret "${metadata.workflowRunName}-git-secret"'
    assert str(caught.value) == (
        f"ClusterWorkflow dockerfile-builder: the stack corp/secrets/dev {what} for {name} already, so the stack "
        "corp/secrets/prod cannot; remove the organization from one of the stacks"
    )


def test_builds() -> None:
    patch = _combined(_plan())["ClusterWorkflow"].plan({}).patch
    shipped = shipped_v1(SHIPPED["ClusterWorkflow"])
    done = apply_patch(shipped, patch, release=V1, identity=DEV)
    assert {name: _arguments(done.object, name) for name in ("acme", "globex", "initech", "foreign")} == {
        "acme": ("git-secret", "registry-push-secret"),
        "globex": ("run-1-git-secret", "run-1-registry-push-secret"),
        "initech": ("git-secret", "run-1-registry-push-secret"),
        "foreign": ("run-1-git-secret", "run-1-registry-push-secret"),
    }
    default = {"run-1-registry-push-secret": ("default", "registry-push-secret")}
    assert {name: _external_secrets(done.object, name) for name in ("acme", "globex", "initech", "foreign")} == {
        "acme": {},
        "globex": {
            "run-1-git-secret": ("org-globex", "code-of-globex"),
            "run-1-registry-push-secret": ("org-globex", "images-of-globex"),
        },
        "initech": default,
        "foreign": default,
    }
    assert remove_patch(done.object, done.added, release=V1, identity=DEV) == shipped


def test_workloads() -> None:
    combined = _combined(_plan())
    components = apply_patch(
        shipped_v1(SHIPPED["ClusterComponentType"]),
        combined["ClusterComponentType"].plan({}).patch,
        release=V1,
        identity=DEV,
    )
    projects = apply_patch(
        shipped_v1(SHIPPED["ClusterProjectType"]),
        combined["ClusterProjectType"].plan({}).patch,
        release=V1,
        identity=DEV,
    )
    names = ("acme", "globex", "initech", "foreign")
    assert {name: _external_secrets(components.object, name) for name in names} == {
        "acme": {"api-registry-pull-secret": ("org-acme", "acme-pull")},
        "globex": {},
        "initech": {},
        "foreign": {},
    }
    assert {name: _external_secrets(projects.object, name) for name in names} == {
        "acme": {},
        "globex": {"registry-pull-secret": ("org-globex", "globex-pull")},
        "initech": {},
        "foreign": {},
    }
    assert components.added.image_pull_secrets == ("${metadata.name}-registry-pull-secret", "registry-pull-secret")


def test_names_in_the_manager_are_those_of_each_organization() -> None:
    names = {"org-globex": {"code-of-globex": "prefix/code-of-globex"}, "org-acme": {"code-of-globex": "wrong"}}
    patch = _combined(_plan())["ClusterWorkflow"].plan(names).patch
    done = apply_patch(shipped_v1(SHIPPED["ClusterWorkflow"]), patch, release=V1, identity=DEV)
    assert _external_secrets(done.object, "globex")["run-1-git-secret"] == ("org-globex", "prefix/code-of-globex")


@pytest.mark.parametrize("kind", SHIPPED)
def test_two_stacks(kind: str) -> None:
    """Each has its own organizations; either can be destroyed first."""
    other = deepcopy(CONFIG)
    for organization in other["namespaces"]:
        organization["name"] += "-two"
    shipped = shipped_v1(SHIPPED[kind])
    plans = (_plan(), _plan(PROD.stack, **other))
    patches = [_combined(plan)[kind].plan({}).patch for plan in plans]
    one = apply_patch(shipped, patches[0], release=V1, identity=DEV)
    two = apply_patch(one.object, patches[1], release=V1, identity=PROD)
    for name in ("acme", "globex", "initech"):
        assert _external_secrets(two.object, name) == _external_secrets(one.object, name)
    left = remove_patch(two.object, one.added, release=V1, identity=DEV)
    assert left != shipped
    assert remove_patch(left, two.added, release=V1, identity=PROD) == shipped


@pytest.mark.skipif(not NEWEST.is_dir(), reason="OpenChoreo's own definitions are not beside this checkout")
@pytest.mark.parametrize("kind", SHIPPED)
def test_the_definitions_accept_it(kind: str) -> None:
    combined = _combined(_plan())[kind]
    patch = combined.plan({}).patch
    assert list(validate_patch(combined.place.kind, patch, V1)) == []
    done = apply_patch(shipped_v1(SHIPPED[kind]), patch, release=V1, identity=DEV)
    assert list(Definitions.read(sorted(NEWEST.glob("*.yaml"))).problems(done.object)) == []


def test_objects_in_the_namespace_of_an_organization() -> None:
    """Workflows and types of projects of one organization have the same entries, for it alone."""
    organization = deepcopy(CONFIG["namespaces"][1])
    organization["workflows"] = {"names": ["docker"]}
    organization["pullSecret"] |= {"projectTypes": ["team"]}
    plan = _plan(namespaces=[organization])
    (member,) = plan.organizations
    assert [(place.kind.name, place.namespace, place.name, place.alone) for place in member.patched_objects] == [
        ("ClusterComponentType", None, "service", False),
        ("ProjectType", "globex", "team", True),
        ("ClusterProjectType", None, "default", False),
        ("Workflow", "globex", "docker", True),
    ]


def test_a_release_without_types_of_projects() -> None:
    assert (V1_1.project_type, V1_1.shared_project_type) == (None, None)
    assert V1_1.kinds.keys() == V1.kinds.keys() - {"ProjectType", "ClusterProjectType"}


@pytest.mark.parametrize("delivery", ["run", "ahead"])
def test_builds_use_the_first_of_several_git_credentials(delivery: str) -> None:
    """Developers select the others."""
    organization = deepcopy(CONFIG["namespaces"][1])
    second = {"remoteKey": "second", "secretName": "second", "secretReference": "second"}
    organization |= {"git": [organization["git"], second], "workflows": {"clusterWorkflows": ["docker"]}}
    organization["workflows"]["delivery"] = delivery
    patch = _combined(_plan(namespaces=[organization]))["ClusterWorkflow"].plan({}).patch
    done = apply_patch(shipped_v1(SHIPPED["ClusterWorkflow"]), patch, release=V1, identity=DEV)
    expected = {
        "run": {
            "run-1-git-secret": ("org-globex", "code-of-globex"),
            "run-1-registry-push-secret": ("org-globex", "images-of-globex"),
        },
        "ahead": {},
    }
    assert _external_secrets(done.object, "globex") == expected[delivery]
    assert _arguments(done.object, "globex")[0] == {"run": "run-1-git-secret", "ahead": "git-secret"}[delivery]
