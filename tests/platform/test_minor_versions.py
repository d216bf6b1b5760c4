"""OpenChoreo v1.0 and v1.1: the definitions of v1.2 without the kinds that they lack, and the same objects as there.

Their own definitions are not here, so what else differs in them does not show.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

import pytest

from components.manifests import is_marked_by
from components.openchoreo import Release
from local.platform import Platform
from tests.platform.harness import Stack, eventually, kubernetes_store
from tests.platform.newer import COMPONENTS, WORKFLOW, Newer, start_newer
from tests.platform.openchoreo import API, Object
from tests.platform.releases import NOT_BEFORE_V1_2, needs_newer, on_older_minor_versions
from tests.platform.samples import auth
from tests.platform.stack_files import has_resources
from tests.platform.warm import Warm

pytestmark = needs_newer

ESO: Final = "external-secrets.io/v1"
RBAC: Final = "rbac.authorization.k8s.io/v1"
PLANE: Final = ("ClusterDataPlane", "edge")
PLACES: Final = (WORKFLOW, COMPONENTS, PLANE)
KINDS: Final = (
    *(("v1", kind) for kind in ("Namespace", "ServiceAccount")),
    *((RBAC, kind) for kind in ("Role", "RoleBinding")),
    *((ESO, kind) for kind in ("ClusterExternalSecret", "ClusterSecretStore", "ExternalSecret")),
    (API, "SecretReference"),
)
OBJECTS: Final = {
    "ClusterExternalSecret registry-pull-secret-globex",
    "ClusterSecretStore org-acme",
    "ClusterSecretStore org-globex",
    "ClusterSecretStore org-pull-acme",
    "ClusterSecretStore org-pull-globex",
    "ExternalSecret workflows-acme/git-secret",
    "ExternalSecret workflows-acme/registry-push-secret",
    "ExternalSecret workflows-acme/sonar",
    "Namespace workflows-acme",
    "Namespace workflows-globex",
    "Role manager/eso-org-acme",
    "Role manager/eso-org-globex",
    "Role manager/eso-org-pull-acme",
    "Role manager/eso-org-pull-globex",
    "RoleBinding manager/eso-org-acme",
    "RoleBinding manager/eso-org-globex",
    "RoleBinding manager/eso-org-pull-acme",
    "RoleBinding manager/eso-org-pull-globex",
    "SecretReference acme/github",
    "ServiceAccount manager/eso-org-acme",
    "ServiceAccount manager/eso-org-globex",
    "ServiceAccount manager/eso-org-pull-acme",
    "ServiceAccount manager/eso-org-pull-globex",
}
PULL_TYPE: Final = "kubernetes.io/dockerconfigjson"


@pytest.fixture(scope="module")
def newer(platform: Platform, warm: Warm, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newer]:
    folder = tmp_path_factory.mktemp("minor")
    with start_newer(folder, platform.programs, warm, NOT_BEFORE_V1_2) as started:
        agent = {"clientCA": {"value": "none"}}
        kind, name = PLANE
        spec: Object = {"planeID": name, "clusterAgent": agent}
        started.cluster.create({"apiVersion": API, "kind": kind, "metadata": {"name": name}, "spec": spec})
        started.create_namespace("manager")
        started.cluster.put_secret("manager", "sonar", {"token": "sonar"})
        for organization in ("acme", "globex"):
            started.create_namespace(organization)
            started.create_namespace(
                f"dp-{organization}", **{"openchoreo.dev/rendered-release-namespace": organization}
            )
            started.cluster.put_secret("manager", f"{organization}-git", {"token": f"token-of-{organization}"})
            for purpose in ("push", "pull"):
                name = f"{organization}-{purpose}"
                started.cluster.put_secret("manager", name, {"config": _docker_config(name)})
        yield started


def _docker_config(name: str) -> str:
    return json.dumps({"auths": {"quay.io": {"auth": auth(name, f"password of {name}")}}})


def _organization(name: str, pull: Object, **keys: Any) -> Object:
    return {
        "name": name,
        "secretStore": "org",
        "git": {"remoteKey": f"{name}-git", "property": "token"},
        "registries": [{"server": "quay.io", "remoteKey": f"{name}-push", "property": "config"}],
        "pullSecret": {
            "clusterComponentTypes": [COMPONENTS[1]],
            "secretStore": "org",
            "dockerConfig": {"remoteKey": f"{name}-pull", "property": "config"},
            **pull,
        },
        **keys,
    }


def _configuration() -> Object:
    acme = _organization(
        "acme",
        {"delivery": "component"},
        workflows={"clusterWorkflows": [WORKFLOW[1]], "delivery": "ahead"},
        external=[{"name": "sonar", "keys": {"token": {"remoteKey": "sonar", "property": "token"}}}],
        dataPlane={"kind": PLANE[0], "name": PLANE[1], "secretStoreRef": "platform"},
    )
    acme["git"]["secretReference"] = "github"
    globex = _organization(
        "globex", {"delivery": "namespace"}, workflows={"clusterWorkflows": [WORKFLOW[1]], "delivery": "run"}
    )
    return {"secretStores": {"org": kubernetes_store("manager")}, "namespaces": [acme, globex]}


def _collect(newer: Newer, stack: Stack) -> dict[str, Object]:
    """Every object of the stack -> what it has, without status and what the API server adds."""
    collected = {}
    for api, kind in KINDS:
        for item in newer.cluster.list(api, kind):
            metadata = item["metadata"]
            if is_marked_by(item, kind, f"organization/openchoreo-secrets/{stack.name}"):
                place = "/".join(part for part in (metadata.get("namespace"), metadata["name"]) if part)
                content = {key: value for key, value in item.items() if key not in {"metadata", "status"}}
                kept = {field: metadata.get(field) for field in ("labels", "annotations")}
                collected[f"{kind} {place}"] = {**content, **kept}
    return collected


def _patched(newer: Newer) -> list[Object]:
    return [newer.get(*place) for place in PLACES]


def _check_delivery(newer: Newer) -> None:
    """Every credential arrives, and builds and workloads use it."""
    cluster = newer.cluster
    token = ("kubernetes.io/basic-auth", {"username": "x-access-token", "password": "token-of-acme"})
    assert cluster.secret("workflows-acme", "git-secret") == token
    assert cluster.secret("workflows-acme", "sonar") == ("Opaque", {"token": "sonar"})
    arrived = eventually(lambda: cluster.secret("dp-globex", "registry-pull-secret"), "the pull secret of globex")
    assert arrived == (PULL_TYPE, {".dockerconfigjson": _docker_config("globex-pull")})
    rendered = {made["metadata"]["name"]: made for made in newer.render(WORKFLOW, "globex", "workflows-globex")}
    assert sorted(rendered) == ["run-1-git-secret", "run-1-registry-push-secret"]
    assert {made["spec"]["secretStoreRef"]["name"] for made in rendered.values()} == {"org-globex"}
    assert list(newer.render(WORKFLOW, "acme", "workflows-acme")) == []
    (component,) = newer.render(COMPONENTS, "acme", "dp-acme")
    assert component["spec"]["secretStoreRef"]["name"] == "org-pull-acme"
    assert newer.get(*PLANE)["spec"]["secretStoreRef"] == {"name": "platform"}


@pytest.fixture
def minor(newer: Newer, release: Release) -> Iterator[Stack]:
    """A stack of the minor version, destroyed at the end with its namespaces."""
    name = f"minor-{release.name.replace('.', '-')}"
    stack = newer.start_stack(name, release=release.name, offboarding="delete", **_configuration())
    yield stack
    if has_resources(stack):
        stack.destroy()


@on_older_minor_versions
def test_a_minor_version(newer: Newer, minor: Stack) -> None:
    """The objects are those of the newest minor version, to which the stack then moves without a change of any."""
    before = _patched(newer)
    minor.ok("preview")
    minor.up()
    minor.unchanged(update=True)
    objects, patched = _collect(newer, minor), _patched(newer)
    assert objects.keys() == OBJECTS
    _check_delivery(newer)

    minor.configure(release="v1")
    minor.up()
    minor.unchanged()
    assert (_collect(newer, minor), _patched(newer)) == (objects, patched)

    minor.destroy()
    assert _collect(newer, minor) == {}
    assert _patched(newer) == before


@on_older_minor_versions
def test_types_of_projects_do_not_exist(newer: Newer, release: Release) -> None:
    pull = {"delivery": "project", "clusterProjectTypes": ["default"]}
    stack = newer.start_stack(f"types-{release.name.replace('.', '-')}", release=release.name, **_configuration())
    stack.configure(namespaces=[_organization("acme", pull)])
    problem = f"pullSecret.clusterProjectTypes: OpenChoreo {release.name} has no such types; leave it out"
    assert problem in stack.preview_fails()
