"""Needs of single credentials on the platform: several git hosts and managers, converted keys, pods elsewhere."""

from __future__ import annotations

import json
import secrets
from typing import Any

from tests.platform.harness import Kubernetes, Stack, kubernetes_store
from tests.platform.openchoreo import ControlPlane, component_type, configure, pulling
from tests.platform.releases import Builds, on_each_release
from tests.platform.samples import auth

ROLE = ("rbac.authorization.k8s.io/v1", "Role")


def _names_in_role(cluster: Kubernetes, store: str, namespace: str) -> list[list[str]]:
    """Secrets that the identity of a store may read."""
    role: Any = cluster.get(*ROLE, f"eso-{store}", namespace)
    return [rule["resourceNames"] for rule in role["rules"]]


@on_each_release
def test_each_value_comes_from_its_own_manager(
    stack: Stack, cluster: Kubernetes, manager: str, organization: str, builds: Builds
) -> None:
    other = f"{manager}-other"
    cluster.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": other}})
    github, gitlab, ghcr, quay = (secrets.token_urlsafe(20) for _ in range(4))
    # The same names in both managers, so that a value from the wrong one would arrive.
    cluster.put_secret(manager, "git", {"github": github, "gitlab": "wrong"})
    cluster.put_secret(other, "git", {"github": "wrong", "gitlab": gitlab})
    cluster.put_secret(manager, "images", {"ghcr": ghcr, "quay": "wrong"})
    cluster.put_secret(other, "images", {"ghcr": "wrong", "quay": quay})

    def ref(key: str, field: str) -> dict[str, str]:
        return {"remoteKey": key, "property": field}

    rights = {"remoteKey": "rights", "prefix": "may_", "conversion": "Default"}
    stack.configure(
        secretStores={
            "org": kubernetes_store(manager),
            "other": kubernetes_store(other),
            "fixed": {"fake": {"data": [{"key": "rights", "manual": "rights"}]}},
        },
        organizations=[
            {
                "name": organization,
                "secretStore": "org",
                "git": [
                    ref("git", "github"),
                    {
                        "host": "gitlab.com",
                        "secretName": "git-gitlab",
                        "secretStore": "other",
                        "basicAuth": {"password": ref("git", "gitlab")},
                    },
                ],
                "registries": [
                    {"registry": "ghcr", "username": "bot", "password": ref("images", "ghcr")},
                    {
                        "registry": "quay",
                        "secretStore": "other",
                        "username": "bot",
                        "password": ref("images", "quay"),
                    },
                ],
                "external": [{"name": "rights", "secretStore": "fixed", "extract": [rights]}],
            }
        ],
    )
    stack.set_secret("manualSecrets.rights", json.dumps({"read/write": "both", "read": "one"}))

    stack.up()

    space = builds.namespace(organization)
    assert cluster.secret(space, builds.git) == builds.token(github)
    assert cluster.secret(space, "git-gitlab") == builds.password("oauth2", gitlab)
    assert cluster.secret(space, "rights") == ("Opaque", {"may_read_write": "both", "may_read": "one"})
    pushed = cluster.secret(space, "registry-push-secret")
    assert pushed is not None
    assert json.loads(pushed[1][".dockerconfigjson"]) == {
        "auths": {
            "ghcr.io": {"username": "bot", "password": ghcr, "auth": auth("bot", ghcr)},
            "quay.io": {"username": "bot", "password": quay, "auth": auth("bot", quay)},
        }
    }
    assert _names_in_role(cluster, f"org-{organization}", manager) == [["git", "images"]]
    assert _names_in_role(cluster, f"other-{organization}", other) == [["git", "images"]]
    stack.unchanged()
    stack.destroy()
    cluster.delete("v1", "Namespace", other)


def test_pods_of_a_resource_that_is_no_workload(stack: Stack, control_plane: ControlPlane, organization: str) -> None:
    pods = {"containers": [{"name": "main", "image": "${workload.container.image}"}]}
    sandbox = {
        "apiVersion": "extensions.agents.x-k8s.io/v1alpha1",
        "kind": "SandboxTemplate",
        "metadata": {"name": "${metadata.name}", "namespace": "${metadata.namespace}"},
        "spec": {"podTemplate": {"spec": pods}},
    }
    # OpenChoreo v0.9 requires a resource whose id is the workload type.
    route = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "${metadata.name}"}}
    resources = [{"id": "proxy", "template": route}, {"id": "sandbox-template", "template": sandbox}]
    agent = component_type("ai-agent", organization, workloadType="proxy", resources=resources)
    original = control_plane.create(agent)
    place = {"componentType": "ai-agent", "resource": "sandbox-template", "path": "spec.template.spec"}
    configure(stack, pulling(organization, "ai-agent", pods=[place]), secretStores={})

    where = f"ComponentType {organization}/ai-agent"
    wrong = f'{where}: the resource "sandbox-template" has no pod spec at spec.template.spec; use spec.podTemplate.spec'
    assert wrong in stack.preview_fails()

    place["path"] = "spec.podTemplate.spec"
    configure(stack, pulling(organization, "ai-agent", pods=[place]))
    stack.up()

    live = control_plane.get("ComponentType", "ai-agent")
    patched = live["spec"]["resources"][1]["template"]["spec"]["podTemplate"]["spec"]
    assert patched == {**pods, "imagePullSecrets": [{"name": "${metadata.name}-registry-pull-secret"}]}
    stack.unchanged()
    stack.destroy()
    assert control_plane.get("ComponentType", "ai-agent") == original
