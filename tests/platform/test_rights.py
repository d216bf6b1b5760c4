"""The documented role of each plane is enough for every command, and what is missing in roles is listed at once."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from components.openchoreo import V0_9, Release
from local.platform import CONTEXT, Platform
from tests.platform.harness import Kubernetes, Stack, kubernetes_store
from tests.platform.openchoreo import API, ControlPlane, Object, comparable, component_type, plane
from tests.platform.releases import Builds, on_each_control_plane
from tests.platform.workflows import start_workflow
from tests.unit.rights_samples import documented_roles

RBAC = "rbac.authorization.k8s.io/v1"
PREFIX = "openchoreo-secrets-"


class User:
    """A user of a cluster with the rules of some documented roles, and nothing else."""

    def __init__(self, platform: Platform, namespace: str, roles: tuple[str, ...], folder: Path) -> None:
        self._cluster = Kubernetes(platform.kubeconfig)
        name = roles[0]
        self.name = f"{namespace}-{name}"
        documented = documented_roles()
        self.rules: list[dict[str, Any]] = [rule for role in roles for rule in documented[f"{PREFIX}{role}"]["rules"]]
        account = {"name": name, "namespace": namespace}
        if self._cluster.get("v1", "Namespace", namespace) is None:
            self._cluster.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}})
        self._cluster.create({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": account})
        role = {"apiVersion": RBAC, "kind": "ClusterRole", "metadata": {"name": self.name}, "rules": self.rules}
        self._cluster.create(role)
        binding = {
            "apiVersion": RBAC,
            "kind": "ClusterRoleBinding",
            "metadata": {"name": self.name},
            "subjects": [{"kind": "ServiceAccount", **account}],
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": self.name},
        }
        self._cluster.create(binding)
        written = yaml.safe_load(platform.kubeconfig.read_text())
        written["users"][0]["user"] = {"token": self._cluster.token(name, namespace)}
        self.kubeconfig = folder / f"{name}.kubeconfig"
        self.kubeconfig.touch(mode=0o600)
        self.kubeconfig.write_text(yaml.safe_dump(written))

    @property
    def settings(self) -> dict[str, str]:
        """Its kubeconfig and context, as in the setting ``clusters``."""
        return {"kubeconfig": str(self.kubeconfig), "context": CONTEXT}

    def lose(self, *missing: tuple[str, str]) -> None:
        """Take verbs on resources from the documented role; none restores it."""
        rules = copy.deepcopy(self.rules)
        for verb, resource in missing:
            for rule in [rule for rule in rules if resource in rule["resources"] and verb in rule["verbs"]]:
                rule["resources"].remove(resource)
                verbs = [other for other in rule["verbs"] if other != verb]
                rules.append({**rule, "resources": [resource], "verbs": verbs})
        rules = [rule for rule in rules if rule["resources"] and rule["verbs"]]
        self._cluster.patch(RBAC, "ClusterRole", self.name, {"rules": rules})

    def remove(self) -> None:
        """Delete the role and its binding; the account goes with its namespace."""
        for kind in ("ClusterRoleBinding", "ClusterRole"):
            self._cluster.delete(RBAC, kind, self.name)


@pytest.fixture
def user(manager: str, new_stack: Callable[[], Stack], tmp_path: Path) -> Iterator[Callable[..., User]]:
    """Creates users; they are removed after the test, whose stacks are destroyed by an administrator."""
    users: list[User] = []

    def create(platform: Platform, *roles: str) -> User:
        users.append(User(platform, manager, roles, tmp_path))
        return users[-1]

    yield create
    for created in users:
        created.remove()


@dataclass(frozen=True)
class Setup:
    """What a stack of one release patches, and the users whose roles the page about permissions has for it."""

    release: Release
    organization: str
    places: tuple[tuple[str, str, str | None], ...]
    """Kind, name and namespace of the objects."""
    roles: tuple[tuple[str, ...], tuple[str, ...]]
    """Of the users of the cluster for builds and of the control plane."""
    settings: dict[str, Any]
    """More keys of the organization."""
    types: dict[str, list[str]]
    """Keys of its pull secret that name types."""

    def read(self, cluster: Kubernetes) -> list[Object]:
        """The patched objects."""
        return [comparable(cluster.get(API, *place)) for place in self.places]


@pytest.fixture
def setup(cluster: Kubernetes, control_plane: ControlPlane, organization: str, release: Release) -> Iterator[Setup]:
    """With v1.x, every kind of object that a stack patches except types of projects, which v0.9 also lacks here."""
    control_plane.create(component_type("service", organization))
    control_plane.create(plane("DataPlane", "default", organization, "platform"))
    types = {"componentTypes": ["service"]}
    places: tuple[tuple[str, str, str | None], ...] = (("ComponentType", "service", organization),)
    if release is V0_9:
        yield Setup(release, organization, places, (("build-plane",), ("control-plane",)), {}, types)
        return
    shared = f"service-{organization}"
    cluster.create({**component_type(shared, ""), "kind": "ClusterComponentType", "metadata": {"name": shared}})
    control_plane.create(plane("WorkflowPlane", "builds", organization))
    with start_workflow(cluster, organization, release) as workflow:
        kind, name, _ = workflow.place
        settings = {
            "componentWorkflows": {"clusterWorkflows": [name], "delivery": "ahead"},
            "buildPlane": {"name": "builds", "secretStoreRef": f"org-{organization}"},
        }
        places += (
            (kind, name, None),
            ("ClusterComponentType", shared, None),
            ("WorkflowPlane", "builds", organization),
        )
        roles = (("build-plane", "build-plane-v1"), ("control-plane-v1",))
        yield Setup(release, organization, places, roles, settings, {**types, "clusterComponentTypes": [shared]})
    cluster.delete(API, "ClusterComponentType", shared)


@on_each_control_plane
def test_the_documented_roles(
    stack: Stack,
    platform: Platform,
    data_platform: Platform,
    cluster: Kubernetes,
    data_cluster: Kubernetes,
    setup: Setup,
    manager: str,
    organization: str,
    builds: Builds,
    user: Callable[..., User],
) -> None:
    cluster.put_secret(manager, "git", {"token": "value"})
    original = setup.read(cluster)
    build, control = (user(platform, *roles) for roles in setup.roles)
    data = user(data_platform, "data-plane")
    data_cluster.put_secret(manager, "registry-credentials", {"config": "{}"})
    pull = {
        **setup.types,
        "delivery": "namespace",
        "secretStore": "org",
        "dockerConfig": {"remoteKey": "registry-credentials", "property": "config"},
    }
    later = setup.release is not V0_9
    git: Object = {"remoteKey": "git", "property": "token", **({"secretReference": "git"} if later else {})}
    stack.configure(
        clusters={"buildPlane": build.settings, "controlPlane": control.settings, "dataPlane": data.settings},
        secretStores={"org": kubernetes_store(manager)},
        organizations=[{"name": organization, "secretStore": "org", "git": git, "pullSecret": pull, **setup.settings}],
        offboarding="delete",
    )

    to_read = [(build, ("list", "secrets")), (control, ("get", "componenttypes"))]
    if later:
        to_read += [
            *((build, ("list", resource)) for resource in ("clusterworkflowtemplates", "workflowtemplates")),
            *((control, right) for right in (("list", "clusterworkflows"), ("get", "secretreferences"))),
        ]
    for loser, missing in to_read:
        loser.lose(missing)
        refused = stack.preview_fails()
        assert "rights are missing on the clusters; nothing was changed:" in refused
        loser.lose()
    build.lose(("create", "externalsecrets"), ("delete", "roles"))
    control.lose(("patch", "componenttypes"), ("patch", "clusterworkflows"), ("create", "secretreferences"))
    data.lose(("watch", "clusterexternalsecrets"), ("patch", "serviceaccounts"))
    of_v1 = [
        f"control plane patch clusterworkflows.openchoreo.dev docker-{organization}",
        f"control plane patch componenttypes.openchoreo.dev {organization}/service",
        f"control plane create secretreferences.openchoreo.dev {organization}",
    ]
    table = [
        "plane verbs resource where",
        f"build plane create externalsecrets.external-secrets.io {builds.namespace(organization)}",
        f"build plane delete roles.rbac.authorization.k8s.io {manager}/eso-org-{organization}",
        *(of_v1 if later else of_v1[1:2]),
        f"data plane patch serviceaccounts {manager}/eso-org-{organization}",
        "data plane watch clusterexternalsecrets.external-secrets.io the whole cluster",
    ]
    for output in (stack.ok("preview", "--suppress-progress"), stack.up_fails()):
        lines = [" ".join(line.split()) for line in output.splitlines()]
        assert [line for line in lines if line.startswith(("plane ", "build ", "control ", "data "))] == table
        assert "Apply the roles of docs/permissions.md to the user of: " in output
    assert cluster.get("v1", "Namespace", builds.namespace(organization)) is None

    for loser in (build, control, data):
        loser.lose()
    stack.ok("preview")
    printed = stack.up()
    assert "forbidden" not in printed
    assert all(live != before for live, before in zip(setup.read(cluster), original, strict=True))
    stack.unchanged()
    stack.ok("refresh", "--yes")
    assert "forbidden" not in stack.destroy()
    assert setup.read(cluster) == original
    assert cluster.get("v1", "Namespace", builds.namespace(organization)) is None
