"""An organization moves to another stack while its credentials stay: the first stack forgets what the second owns."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.platform.harness import Kubernetes, Stack, kubernetes_store
from tests.platform.samples import git_organization

ESO = "external-secrets.io/v1"
RBAC = "rbac.authorization.k8s.io/v1"


def test_an_organization_moves_without_a_gap(
    stack: Stack,
    new_stack: Callable[[], Stack],
    cluster: Kubernetes,
    manager: str,
    organization: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    moved, second = f"{organization}-b", new_stack()
    owner, account = f"organization/openchoreo-secrets/{second.name}", f"eso-org-{moved}"
    objects = [
        ("v1", "Namespace", f"openchoreo-ci-{moved}", None),
        ("v1", "ServiceAccount", account, manager),
        (RBAC, "Role", account, manager),
        (RBAC, "RoleBinding", account, manager),
        (ESO, "ClusterSecretStore", f"org-{moved}", None),
        (ESO, "ExternalSecret", "git-clone-secret", f"openchoreo-ci-{moved}"),
    ]
    cluster.put_secret(manager, "git", {"token": "value"})
    store = {"org": kubernetes_store(manager)}
    kept = git_organization(organization, "git")
    stack.configure(secretStores=store, organizations=[kept, git_organization(moved, "git")])
    stack.up()
    for api, kind, name, namespace in objects:
        mark = "openchoreo-secrets/stack" if kind == "Namespace" else "pulumi.com/patchFieldManager"
        cluster.patch(api, kind, name, {"metadata": {"annotations": {mark: owner}}}, namespace)
    second.configure(secretStores=store, organizations=[git_organization(moved, "git")])
    second.up()
    before = _versions(cluster, objects)
    stack.configure(organizations=[kept])
    monkeypatch.delenv("PULUMI_CONTINUE_ON_ERROR", raising=False)

    for variable in ("", "true"):
        monkeypatch.setenv("PULUMI_CONTINUE_ON_ERROR", variable)
        for message in (stack.preview_fails(), stack.up_fails()):
            assert "nothing was changed. These objects are no longer configured" in message
            for _, kind, name, namespace in objects[1:]:
                assert f"  - {kind} {f'{namespace}/' if namespace else ''}{name}: {owner}\n" in message
            assert f"then set OPENCHOREO_SECRETS_HANDED_OVER={owner} for one `pulumi up`" in message
    assert _versions(cluster, objects) == before

    for urn in _recorded(stack, moved):
        stack.ok("state", "delete", urn, "--yes")
    monkeypatch.setenv("OPENCHOREO_SECRETS_HANDED_OVER", owner)
    stack.up()

    monkeypatch.delenv("OPENCHOREO_SECRETS_HANDED_OVER")
    stack.unchanged()
    assert _versions(cluster, objects) == before
    second.unchanged()


def _versions(cluster: Kubernetes, objects: list[tuple[str, str, str, str | None]]) -> dict[str, Any]:
    live = {name + kind: cluster.get(api, kind, name, namespace) for api, kind, name, namespace in objects}
    return {name: (item["metadata"]["uid"], item.get("spec")) for name, item in live.items() if item is not None}


def _recorded(stack: Stack, organization: str) -> list[str]:
    """URNs of the objects of an organization in the state, except its namespace; what uses an object comes first."""
    resources = json.loads(stack.ok("stack", "export"))["deployment"]["resources"]
    return [
        resource["urn"]
        for resource in reversed(resources)
        if resource["type"].startswith("kubernetes:")
        and not resource["type"].endswith(":Namespace")
        and organization in resource["id"]
    ]
