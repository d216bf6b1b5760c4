"""The documented minimal Role of a patch, and the error when a verb is missing."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from components.openchoreo import V1, Release
from local.platform import CONTEXT, Platform
from tests.platform.harness import ROOT, Kubernetes, Stack
from tests.platform.openchoreo import ControlPlane, component_type, plane, pulling
from tests.platform.releases import on_each_control_plane

RBAC = "rbac.authorization.k8s.io/v1"


def documented(name: str) -> list[dict[str, Any]]:
    """Rules of the Role or ClusterRole of this name in the docs."""
    page = (ROOT / "docs" / "patches.md").read_text()
    (role,) = (
        document
        for block in re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
        for document in yaml.safe_load_all(block)
        if document.get("kind") in ("Role", "ClusterRole") and document["metadata"]["name"] == name
    )
    rules: list[dict[str, Any]] = role["rules"]
    return rules


def without(rules: list[dict[str, Any]], verb: str, resource: str) -> list[dict[str, Any]]:
    """Rules without one verb."""
    rules = copy.deepcopy(rules)
    (rule,) = (rule for rule in rules if resource in rule["resources"] and verb in rule["verbs"])
    rule["verbs"].remove(verb)
    return [rule for rule in rules if rule["verbs"]]


@pytest.fixture
def limited(
    platform: Platform, cluster: Kubernetes, control_plane: ControlPlane, release: Release, tmp_path: Path
) -> Iterator[Callable[..., Path]]:
    """A kubeconfig whose user has only these rules in the organization's namespace, and may identify the cluster.

    With v1.x, the user also has the documented ClusterRole.
    """
    namespace = control_plane.namespace
    account = {"name": "patcher", "namespace": namespace}
    cluster.create({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": account})
    identity = {"name": f"patcher-{namespace}", "namespace": "kube-system"}
    rules = documented("openchoreo-secrets-identity")
    cluster.create({"apiVersion": RBAC, "kind": "Role", "metadata": identity, "rules": rules})
    everywhere = {"name": identity["name"]}
    if release is V1:
        rules = documented("openchoreo-secrets-data-planes-v1")
        cluster.create({"apiVersion": RBAC, "kind": "ClusterRole", "metadata": everywhere, "rules": rules})
    for scope, metadata in (("", account), ("", identity), *([("Cluster", everywhere)] if release is V1 else ())):
        role = {"apiGroup": "rbac.authorization.k8s.io", "kind": f"{scope}Role", "name": metadata["name"]}
        cluster.create(
            {
                "apiVersion": RBAC,
                "kind": f"{scope}RoleBinding",
                "metadata": metadata,
                "subjects": [{"kind": "ServiceAccount", **account}],
                "roleRef": role,
            }
        )
    written = yaml.safe_load(platform.kubeconfig.read_text())
    written["users"][0]["user"] = {"token": cluster.token("patcher", namespace)}
    file = tmp_path / "kubeconfig"
    file.touch(mode=0o600)
    file.write_text(yaml.safe_dump(written))

    def allow(rules: list[dict[str, Any]]) -> Path:
        cluster.delete(RBAC, "Role", "patcher", namespace)
        cluster.create({"apiVersion": RBAC, "kind": "Role", "metadata": account, "rules": rules})
        return file

    yield allow
    for kind in ("ClusterRoleBinding", "ClusterRole"):
        cluster.delete(RBAC, kind, everywhere["name"])


@on_each_control_plane
def test_the_documented_role_is_enough_and_nothing_in_it_is_too_much(
    stack: Stack, control_plane: ControlPlane, organization: str, release: Release, limited: Callable[..., Path]
) -> None:
    role = documented("openchoreo-secrets-v1" if release is V1 else "openchoreo-secrets")
    original = control_plane.create(component_type("service", organization))
    control_plane.create(plane("DataPlane", "default", organization, "platform"))
    file = limited(role)
    clusters = {**stack.every_plane, "controlPlane": {"kubeconfig": str(file), "context": CONTEXT}}
    stack.configure(clusters=clusters, organizations=[pulling(organization, "service")])

    def missing(verb: str, resource: str, where: str) -> str:
        return f"control plane {verb} {resource}.openchoreo.dev {where}"

    def lines(output: str) -> list[str]:
        return [" ".join(line.split()) for line in output.splitlines() if line.startswith("    ")]

    to_read = [("list", "dataplanes", organization)]
    if release is V1:
        to_read = [("list", "environments", organization), ("get", "dataplanes", organization)]
    for verb, resource, where in (("get", "componenttypes", f"{organization}/service"), *to_read):
        limited(without(role, verb, resource))
        assert missing(verb, resource, where) in lines(stack.preview_fails())
    limited(without(role, "patch", "componenttypes"))
    stack.ok("preview")
    assert missing("patch", "componenttypes", f"{organization}/service") in lines(stack.up_fails())
    assert control_plane.get("ComponentType", "service") == original

    limited(role)
    stack.up()
    assert control_plane.pull_secrets("service") == [{"name": "${metadata.name}-registry-pull-secret"}]
    stack.unchanged()
    limited(without(role, "list", "releasebindings"))
    assert 'cannot list resource "releasebindings"' in stack.destroy()
    assert control_plane.get("ComponentType", "service") == original
