"""The documented minimal Role of a patch, and the error when a verb is missing."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from local.platform import CONTEXT, Platform
from tests.platform.harness import ROOT, Kubernetes, Stack
from tests.platform.openchoreo import ControlPlane, component_type, plane, pulling

RBAC = "rbac.authorization.k8s.io/v1"


def documented(namespace: str = "acme") -> list[dict[str, Any]]:
    """Rules of the Role in the docs, in the namespace of an organization or in ``kube-system``."""
    page = (ROOT / "docs" / "patches.md").read_text()
    (role,) = (
        document
        for block in re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
        for document in yaml.safe_load_all(block)
        if document.get("kind") == "Role" and document["metadata"]["namespace"] == namespace
    )
    rules: list[dict[str, Any]] = role["rules"]
    return rules


def without(verb: str, resource: str) -> list[dict[str, Any]]:
    """The documented rules without one verb."""
    rules = copy.deepcopy(documented())
    (rule,) = (rule for rule in rules if resource in rule["resources"] and verb in rule["verbs"])
    rule["verbs"].remove(verb)
    return [rule for rule in rules if rule["verbs"]]


@pytest.fixture
def limited(
    platform: Platform, cluster: Kubernetes, control_plane: ControlPlane, tmp_path: Path
) -> Callable[..., Path]:
    """A kubeconfig whose user has only these rules in the organization's namespace, and may identify the cluster."""
    namespace = control_plane.namespace
    account = {"name": "patcher", "namespace": namespace}
    cluster.create({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": account})
    identity = {"name": f"patcher-{namespace}", "namespace": "kube-system"}
    cluster.create(
        {"apiVersion": RBAC, "kind": "Role", "metadata": identity, "rules": documented(identity["namespace"])}
    )
    for metadata in (account, identity):
        cluster.create(
            {
                "apiVersion": RBAC,
                "kind": "RoleBinding",
                "metadata": metadata,
                "subjects": [{"kind": "ServiceAccount", **account}],
                "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": metadata["name"]},
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

    return allow


def test_the_documented_role_is_enough_and_nothing_in_it_is_too_much(
    stack: Stack, control_plane: ControlPlane, organization: str, limited: Callable[..., Path]
) -> None:
    original = control_plane.create(component_type("service", organization))
    control_plane.create(plane("DataPlane", "default", organization, "platform"))
    file = limited(documented())
    clusters = {**stack.every_plane, "controlPlane": {"kubeconfig": str(file), "context": CONTEXT}}
    stack.configure(clusters=clusters, organizations=[pulling(organization, "service")])

    def missing(verb: str, resource: str, where: str) -> str:
        return f"control plane {verb} {resource}.openchoreo.dev {where}"

    def lines(output: str) -> list[str]:
        return [" ".join(line.split()) for line in output.splitlines() if line.startswith("    ")]

    for verb, resource, where in (
        ("get", "componenttypes", f"{organization}/service"),
        ("list", "dataplanes", organization),
    ):
        limited(without(verb, resource))
        assert missing(verb, resource, where) in lines(stack.preview_fails())
    limited(without("patch", "componenttypes"))
    stack.ok("preview")
    assert missing("patch", "componenttypes", f"{organization}/service") in lines(stack.up_fails())
    assert control_plane.get("ComponentType", "service") == original

    limited(documented())
    stack.up()
    assert control_plane.pull_secrets("service") == [{"name": "${metadata.name}-registry-pull-secret"}]
    stack.unchanged()
    limited(without("list", "releasebindings"))
    assert 'cannot list resource "releasebindings"' in stack.destroy()
    assert control_plane.get("ComponentType", "service") == original
