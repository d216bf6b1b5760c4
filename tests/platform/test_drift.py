"""Objects that others have edited or deleted: a preview says what, and an update repairs it."""

from __future__ import annotations

import json

import pytest

from tests.platform.harness import Kubernetes, Stack, kubernetes_store
from tests.platform.samples import git_organization

ESO = "external-secrets.io/v1"


@pytest.fixture
def deployed(stack: Stack, cluster: Kubernetes, manager: str, organization: str) -> Stack:
    """A stack with one organization, up."""
    cluster.put_secret(manager, "git", {"token": "value", "other": "wrong"})
    stack.configure(
        secretStores={"org": kubernetes_store(manager)}, organizations=[git_organization(organization, "git")]
    )
    stack.up()
    return stack


def test_explore(deployed: Stack, cluster: Kubernetes, organization: str, manager: str) -> None:
    namespace = f"openchoreo-ci-{organization}"
    deployed.unchanged()
    state = json.loads(deployed.ok("stack", "export"))
    for r in state["deployment"]["resources"]:
        if "LiveObjects" in r["type"]:
            print(json.dumps(r, indent=1))
    for k, a, n, ns in (("ExternalSecret", ESO, "git-clone-secret", namespace), ("Namespace", "v1", namespace, None), ("Role", "rbac.authorization.k8s.io/v1", f"eso-org-{organization}", manager)):
        print(json.dumps(cluster.get(a, k, n, ns), indent=1))
    live = cluster.get(ESO, "ExternalSecret", "git-clone-secret", namespace)
    data = live["spec"]["data"]
    data[0]["remoteRef"]["property"] = "other"
    data.append({"secretKey":"x","remoteRef":{"key":"git","property":"other"}})
    cluster.patch(ESO, "ExternalSecret", "git-clone-secret", {"spec": {"data": data, "target": {"template": {"data": {"a": "b"}}}}}, namespace)
    cluster.patch("rbac.authorization.k8s.io/v1", "Role", f"eso-org-{organization}", {"rules": [{"apiGroups": [""], "resources": ["secrets"], "verbs": ["get"]}]}, manager)
    cluster.delete("v1", "ServiceAccount", f"eso-org-{organization}", manager)
    print(deployed.ok("preview"))
    print(deployed.ok("preview", "--diff"))
    print(deployed.up())
    print(cluster.get(ESO, "ExternalSecret", "git-clone-secret", namespace)["spec"])
    print(cluster.secret(namespace, "git-clone-secret"))
    print(deployed.ok("preview", "--refresh"))
    deployed.unchanged()
