"""The documented role of each plane is enough for every command, and what is missing in roles is listed at once."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from local.platform import CONTEXT, Platform
from tests.platform.harness import Kubernetes, Stack, kubernetes_store
from tests.platform.openchoreo import ControlPlane, component_type, plane
from tests.platform.samples import git_organization
from tests.unit.rights_samples import documented_roles

RBAC = "rbac.authorization.k8s.io/v1"
PREFIX = "openchoreo-secrets-"


class User:
    """A user of a cluster with one ClusterRole, and nothing else."""

    def __init__(self, platform: Platform, namespace: str, name: str, folder: Path) -> None:
        self._cluster = Kubernetes(platform.kubeconfig)
        self.name = f"{namespace}-{name}"
        self.rules: list[dict[str, Any]] = documented_roles()[f"{PREFIX}{name}"]["rules"]
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
def user(manager: str, new_stack: Callable[[], Stack], tmp_path: Path) -> Iterator[Callable[[Platform, str], User]]:
    """Creates users; they are removed after the test, whose stacks are destroyed by an administrator."""
    users: list[User] = []

    def create(platform: Platform, name: str) -> User:
        users.append(User(platform, manager, name, tmp_path))
        return users[-1]

    yield create
    for created in users:
        created.remove()


def test_the_documented_roles(
    stack: Stack,
    platform: Platform,
    data_platform: Platform,
    cluster: Kubernetes,
    data_cluster: Kubernetes,
    control_plane: ControlPlane,
    manager: str,
    organization: str,
    user: Callable[[Platform, str], User],
) -> None:
    cluster.put_secret(manager, "git", {"token": "value"})
    original = control_plane.create(component_type("service", organization))
    control_plane.create(plane("DataPlane", "default", organization, "platform"))
    build, control = user(platform, "build-plane"), user(platform, "control-plane")
    data = user(data_platform, "data-plane")
    data_cluster.put_secret(manager, "registry-credentials", {"config": "{}"})
    pull = {
        "componentTypes": ["service"],
        "delivery": "namespace",
        "secretStore": "org",
        "dockerConfig": {"remoteKey": "registry-credentials", "property": "config"},
    }
    stack.configure(
        clusters={"buildPlane": build.settings, "controlPlane": control.settings, "dataPlane": data.settings},
        secretStores={"org": kubernetes_store(manager)},
        organizations=[{**git_organization(organization, "git"), "pullSecret": pull}],
        offboarding="delete",
    )

    for loser, missing in ((build, ("list", "secrets")), (control, ("get", "componenttypes"))):
        loser.lose(missing)
        refused = stack.preview_fails()
        assert "rights are missing on the clusters; nothing was changed:" in refused
        loser.lose()
    build.lose(("create", "externalsecrets"), ("delete", "roles"))
    control.lose(("patch", "componenttypes"))
    data.lose(("watch", "clusterexternalsecrets"), ("patch", "serviceaccounts"))
    table = [
        "plane verbs resource where",
        f"build plane create externalsecrets.external-secrets.io openchoreo-ci-{organization}",
        f"build plane delete roles.rbac.authorization.k8s.io {manager}/eso-org-{organization}",
        f"control plane patch componenttypes.openchoreo.dev {organization}/service",
        f"data plane patch serviceaccounts {manager}/eso-org-{organization}",
        "data plane watch clusterexternalsecrets.external-secrets.io the whole cluster",
    ]
    for output in (stack.ok("preview", "--suppress-progress"), stack.up_fails()):
        lines = [" ".join(line.split()) for line in output.splitlines()]
        assert [line for line in lines if line.startswith(("plane ", "build ", "control ", "data "))] == table
        assert "Apply the roles of docs/permissions.md to the user of: " in output
    assert cluster.get("v1", "Namespace", f"openchoreo-ci-{organization}") is None

    for loser in (build, control, data):
        loser.lose()
    stack.ok("preview")
    printed = stack.up()
    assert "forbidden" not in printed
    stack.unchanged()
    stack.ok("refresh", "--yes")
    assert "forbidden" not in stack.destroy()
    assert control_plane.get("ComponentType", "service") == original
    assert cluster.get("v1", "Namespace", f"openchoreo-ci-{organization}") is None
