"""What the stack owns is recognized without its state; what it does not own is never changed, adopted or deleted."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.platform.harness import Kubernetes, Stack, eventually, kubernetes_store
from tests.platform.operations import lose_resources
from tests.platform.samples import git_organization

ESO = "external-secrets.io/v1"
RBAC = "rbac.authorization.k8s.io/v1"


def _content(live: dict[str, Any] | None) -> dict[str, Any]:
    """A live object without what the API server and the operator keep about it."""
    assert live is not None
    kept = copy.deepcopy(live)
    kept.pop("status", None)
    return {
        **kept,
        "metadata": {key: kept["metadata"].get(key) for key in ("name", "namespace", "uid", "labels", "annotations")},
    }


@pytest.mark.parametrize("times", [1, 2])
def test_a_lost_state_is_rebuilt_and_any_change_works(
    configured: Stack, cluster: Kubernetes, organization: str, times: int
) -> None:
    namespace = f"openchoreo-ci-{organization}"
    configured.up()
    before = _content(cluster.get(ESO, "ExternalSecret", "git-clone-secret", namespace))

    for _ in range(times):
        lose_resources(configured)
        configured.up()
    configured.unchanged()

    assert _content(cluster.get(ESO, "ExternalSecret", "git-clone-secret", namespace)) == before
    configured.configure(refreshInterval="17m")
    configured.up()
    changed = cluster.get(ESO, "ExternalSecret", "git-clone-secret", namespace)
    assert changed is not None
    assert changed["spec"]["refreshInterval"] == "17m0s"
    configured.destroy()
    assert cluster.names(ESO, "ExternalSecret", namespace) == set()
    assert cluster.get(ESO, "ClusterSecretStore", f"org-{organization}") is None


def test_an_old_state_comes_back(configured: Stack, cluster: Kubernetes, organization: str) -> None:
    """A backup from before an organization and a change: both are found again."""
    configured.up()
    backup = json.loads(configured.ok("stack", "export"))
    (first,) = (git_organization(organization, "git"),)
    second = git_organization(f"{organization}-b", "git")
    configured.configure(organizations=[first, second], refreshInterval="17m")
    configured.up()

    configured.restore(backup)
    configured.configure(refreshInterval="18m")
    configured.up()
    configured.unchanged()

    for name in (organization, f"{organization}-b"):
        live = cluster.get(ESO, "ExternalSecret", "git-clone-secret", f"openchoreo-ci-{name}")
        assert live is not None
        assert live["spec"]["refreshInterval"] == "18m0s"
    configured.destroy()
    assert cluster.names(ESO, "ExternalSecret", f"openchoreo-ci-{organization}-b") == set()


def test_a_store_of_others_with_the_same_content(
    configured: Stack, new_stack: Callable[[], Stack], cluster: Kubernetes, manager: str, organization: str
) -> None:
    """Even one that is equal in every field: destroy would delete it."""
    configured.configure(secretStores={"org": kubernetes_store(manager, "shared")})
    configured.up()
    live = cluster.get(ESO, "ClusterSecretStore", "org")
    assert live is not None
    configured.destroy()
    metadata = {"name": "org", "labels": live["metadata"]["labels"]}
    cluster.create({"apiVersion": ESO, "kind": "ClusterSecretStore", "metadata": metadata, "spec": live["spec"]})
    before = _content(cluster.get(ESO, "ClusterSecretStore", "org"))

    message = configured.up_fails()
    assert 'store "org": ClusterSecretStore org exists and this stack did not create it' in message
    configured.destroy()
    assert _content(cluster.get(ESO, "ClusterSecretStore", "org")) == before

    annotation = {"pulumi.com/patchFieldManager": f"organization/openchoreo-secrets/{configured.name}"}
    cluster.patch(ESO, "ClusterSecretStore", "org", {"metadata": {"annotations": annotation}})
    configured.up()
    configured.unchanged()
    configured.destroy()
    assert cluster.get(ESO, "ClusterSecretStore", "org") is None, "the stack was told to take it over"


FOREIGN = [
    ("v1", "ServiceAccount", "eso-org-{}", "{manager}", {}),
    (RBAC, "Role", "eso-org-{}", "{manager}", {"rules": []}),
    (
        RBAC,
        "RoleBinding",
        "eso-org-{}",
        "{manager}",
        {"roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "other"}, "subjects": []},
    ),
]


@pytest.mark.parametrize(("api", "kind", "name", "namespace", "body"), FOREIGN, ids=[kind for _, kind, *_ in FOREIGN])
def test_an_object_of_others_is_never_touched(
    configured: Stack,
    cluster: Kubernetes,
    manager: str,
    organization: str,
    api: str,
    kind: str,
    name: str,
    namespace: str,
    body: dict[str, Any],
) -> None:
    name, namespace = name.format(organization), namespace.format(manager=manager)
    cluster.create({"apiVersion": api, "kind": kind, "metadata": {"name": name, "namespace": namespace}, **body})
    before = _content(cluster.get(api, kind, name, namespace))

    assert f"{kind} {namespace}/{name} exists and this stack did not create it" in configured.preview_fails()
    assert f"{kind} {namespace}/{name} exists and this stack did not create it" in configured.up_fails()
    configured.destroy()

    assert _content(cluster.get(api, kind, name, namespace)) == before
    assert cluster.get("v1", "Namespace", f"openchoreo-ci-{organization}") is None, "nothing was created"


@pytest.mark.parametrize("theirs", ["owned", "labelled", "helm", "token"])
def test_a_secret_that_the_operator_would_overwrite_is_refused(
    configured: Stack, cluster: Kubernetes, manager: str, organization: str, theirs: str
) -> None:
    """Also one with ESO's own label, as another ExternalSecret or a copy of its Secret has it."""
    namespace, name = f"openchoreo-ci-{organization}", "git-clone-secret"
    cluster.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}})
    configured.configure(organizations=[git_organization(organization, "git", namespace="adopt")])
    label = {"labels": {"reconcile.external-secrets.io/managed": "true"}}
    metadata: dict[str, Any] = {"name": name, "namespace": namespace}
    secret: dict[str, Any] = {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "data": {"b": "Yg=="}}
    keeper = ""
    if theirs == "owned":
        _sync_theirs(cluster, namespace, name)
        keeper = ". The ExternalSecret theirs owns it and creates it again"
    elif theirs == "labelled":
        cluster.create({**secret, "metadata": {**metadata, **label}})
    elif theirs == "helm":
        cluster.create({**secret, "type": "helm.sh/release.v1"})
    else:
        cluster.create({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {**metadata, "name": "robot"}})
        account = {"annotations": {"kubernetes.io/service-account.name": "robot"}}
        cluster.create({**secret, "metadata": {**metadata, **account}, "type": "kubernetes.io/service-account-token"})
    before = cluster.get("v1", "Secret", name, namespace)

    message = configured.up_fails()

    assert (
        f"Secret {namespace}/{name} exists and this stack did not create it; delete it, or use another name "
        f"(git.secretName){keeper}\n"
    ) in message
    assert cluster.get("v1", "Secret", name, namespace) == before
    assert "git-clone-secret" not in cluster.names(ESO, "ExternalSecret", namespace)
    assert cluster.names("v1", "ServiceAccount", manager) <= {"default"}
    cluster.delete("v1", "Namespace", namespace)


def _sync_theirs(cluster: Kubernetes, namespace: str, target: str) -> None:
    """An ExternalSecret ``theirs`` of others, whose Secret is delivered."""
    fake = {"provider": {"fake": {"data": [{"key": "a", "value": "theirs"}]}}}
    store = {"name": "theirs", "namespace": namespace}
    cluster.create({"apiVersion": ESO, "kind": "SecretStore", "metadata": store, "spec": fake})
    spec = {
        "secretStoreRef": {"kind": "SecretStore", "name": "theirs"},
        "target": {"name": target},
        "data": [{"secretKey": "a", "remoteRef": {"key": "a"}}],
    }
    cluster.create({"apiVersion": ESO, "kind": "ExternalSecret", "metadata": store, "spec": spec})

    def is_delivered() -> bool:
        conditions = (cluster.get(ESO, "ExternalSecret", "theirs", namespace) or {}).get("status", {})
        return any(condition["status"] == "True" for condition in conditions.get("conditions", ()))

    eventually(is_delivered, "the Secret of theirs")


def test_a_secret_that_the_operator_keeps_without_an_owner_is_ours(
    configured: Stack, cluster: Kubernetes, organization: str
) -> None:
    """Under the policy Orphan, it outlives its ExternalSecret; only the record of writers shows its origin."""
    namespace = f"openchoreo-ci-{organization}"
    orphan = git_organization(organization, "git", policies={"creationPolicy": "Orphan"})
    configured.configure(organizations=[orphan])
    configured.up()
    kept = cluster.get("v1", "Secret", "git-clone-secret", namespace)
    assert kept is not None
    assert "ownerReferences" not in kept["metadata"]
    configured.configure(refreshInterval="17m")
    configured.up()
    configured.destroy()

    assert cluster.get("v1", "Secret", "git-clone-secret", namespace) is not None
    configured.up()
    configured.unchanged()


def test_a_second_stack_with_the_same_organization(
    configured: Stack, new_stack: Callable[[], Stack], cluster: Kubernetes, manager: str, organization: str
) -> None:
    """It is refused, and its destroy takes nothing of the first."""
    configured.up()
    names = {
        "ServiceAccount": ("v1", f"eso-org-{organization}", manager),
        "Role": (RBAC, f"eso-org-{organization}", manager),
        "RoleBinding": (RBAC, f"eso-org-{organization}", manager),
        "ClusterSecretStore": (ESO, f"org-{organization}", None),
        "ExternalSecret": (ESO, "git-clone-secret", f"openchoreo-ci-{organization}"),
    }
    before = {kind: _content(cluster.get(api, kind, name, space)) for kind, (api, name, space) in names.items()}
    second = new_stack()
    second.configure(
        secretStores={"org": kubernetes_store(manager)}, organizations=[git_organization(organization, "git")]
    )

    message = second.up_fails()

    owner = f"belongs to the stack organization/openchoreo-secrets/{configured.name}"
    for kind, (_, name, space) in names.items():
        assert f"{kind} {space}/{name} {owner}" in message or f"{kind} {name} {owner}" in message
    second.destroy()
    after = {kind: _content(cluster.get(api, kind, name, space)) for kind, (api, name, space) in names.items()}
    assert after == before
    configured.unchanged()


def test_an_edit_under_another_field_manager_is_overwritten(
    configured: Stack, cluster: Kubernetes, organization: str
) -> None:
    """A tenant's tool that applies with force would make every later update fail with a conflict."""
    configured.up()
    namespace = f"openchoreo-ci-{organization}"
    cluster.apply(
        {
            "apiVersion": ESO,
            "kind": "ExternalSecret",
            "metadata": {"name": "git-clone-secret", "namespace": namespace},
            "spec": {"refreshInterval": "5m0s"},
        },
        field_manager="argocd",
    )

    configured.configure(refreshInterval="17m")
    configured.up()

    live = cluster.get(ESO, "ExternalSecret", "git-clone-secret", namespace)
    assert live is not None
    assert live["spec"]["refreshInterval"] == "17m0s"
    configured.unchanged()
