"""The roles for OpenChoreo's agents on the page about admission, with the policies of isolation: strict."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

import pytest
import yaml

from local.platform import Platform
from tests.platform.admission import DATA, ESO, RBAC, RELEASE, Object, Protected, external_secret, namespace, store_ref
from tests.platform.harness import ROOT, Kubernetes
from tests.platform.subjects import AGENT, Subject, dry_run, find_denial

_PAGE: Final = (ROOT / "docs" / "admission.md").read_text()
_BLOCKS: Final = [yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", _PAGE, re.DOTALL)]
ROLES: Final[dict[str, Object]] = {
    block["metadata"]["name"].removeprefix("openchoreo-agent-"): block
    for block in _BLOCKS
    if block.get("kind") == "ClusterRole"
}


@pytest.fixture(params=["build-plane", "data-plane"])
def agent(request: pytest.FixtureRequest, platform: Platform, cluster: Kubernetes) -> Iterator[Subject]:
    """An agent with the documented role of a plane, and no other right."""
    role = ROLES[request.param]
    name = role["metadata"]["name"]
    cluster.create(role)
    cluster.create(
        {
            "apiVersion": RBAC,
            "kind": "ClusterRoleBinding",
            "metadata": {"name": name},
            "subjects": [{"kind": "User", "name": AGENT, "apiGroup": "rbac.authorization.k8s.io"}],
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": name},
        }
    )
    yield Subject(platform.kubeconfig, AGENT, "system:authenticated")
    cluster.delete(RBAC, "ClusterRoleBinding", name)
    cluster.delete(RBAC, "ClusterRole", name)


def test_agents_do_what_openchoreo_needs(protected: Protected, agent: Subject) -> None:
    """A namespace of workloads, and in it and in that of the builds an ExternalSecret and a Secret."""
    own, pull = (store_ref(f"org-{part}{protected.own}") for part in ("", "pull-"))

    def secret(where: str) -> dict[str, Any]:
        return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "one", "namespace": where}}

    answers = dry_run(
        agent,
        namespace(f"dp-{protected.own}-shop-prod-1", **{RELEASE: protected.own}),
        external_secret(protected.workloads, secretStoreRef=pull, data=DATA),
        external_secret(protected.builds, secretStoreRef=own, data=DATA),
        secret(protected.workloads),
        secret(protected.builds),
    )
    assert answers == [None] * 5


def test_agents_have_no_rights_beyond(protected: Protected, agent: Subject) -> None:
    """RBAC refuses what policies cannot see, such as impersonation, and what they would deny."""
    place = {"name": "one", "namespace": protected.builds}
    admin = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin"}
    fake = {"provider": {"fake": {"data": [{"key": "a", "value": "b"}]}}}
    objects: list[Object] = [
        {"apiVersion": ESO, "kind": "ClusterSecretStore", "metadata": {"name": "one"}, "spec": fake},
        {"apiVersion": ESO, "kind": "SecretStore", "metadata": place, "spec": fake},
        {"apiVersion": RBAC, "kind": "ClusterRole", "metadata": {"name": "one"}, "rules": []},
        {"apiVersion": RBAC, "kind": "RoleBinding", "metadata": place, "roleRef": admin, "subjects": []},
    ]
    for answer in dry_run(agent, *objects):
        assert answer is not None
        assert f'User "{AGENT}" cannot create resource' in answer or "is attempting to grant RBAC" in answer
    review = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": {"verb": "impersonate", "resource": "serviceaccounts"}},
    }
    assert agent.create_review(review) is False
    token = find_denial(lambda: agent.token(f"eso-org-{protected.own}", protected.manager))
    assert token is not None
    assert 'cannot create resource "serviceaccounts/token"' in token
