"""Who uses a ClusterSecretStore, by name or perhaps."""

from __future__ import annotations

from typing import Any

import pytest

from components.cluster.store_users import StoreUser, describe_users, list_store_users
from tests.unit.api import Api, Object

STORE = {"kind": "ClusterSecretStore", "name": "org-acme"}
METADATA: Object = {"name": "git", "namespace": "a"}


def _user(kind: str = "ExternalSecrets", *stores: str, **more: Any) -> StoreUser:
    return StoreUser(kind, "a", "git", frozenset(stores or ("org-acme",)), **more)


@pytest.mark.parametrize(
    ("kinds", "spec", "user"),
    [
        pytest.param("externalsecrets", {"secretStoreRef": STORE}, _user(), id="its-own-store"),
        pytest.param(
            "externalsecrets",
            {
                "secretStoreRef": {"kind": "SecretStore", "name": "own"},
                "data": [{"remoteRef": {}}, {"sourceRef": {"storeRef": STORE}}],
                "dataFrom": [
                    {"sourceRef": {"generatorRef": {"kind": "Password", "name": "x"}}},
                    {"sourceRef": {"storeRef": {**STORE, "name": "more"}}},
                ],
            },
            _user("ExternalSecrets", "org-acme", "more"),
            id="the-stores-of-its-entries",
        ),
        pytest.param(
            "clusterexternalsecrets",
            {"externalSecretSpec": {"secretStoreRef": STORE}},
            _user("ClusterExternalSecrets"),
            id="in-every-namespace",
        ),
        pytest.param(
            "pushsecrets",
            {"secretStoreRefs": [STORE, {"name": "own"}]},
            _user("PushSecrets"),
            id="that-it-writes-to",
        ),
        pytest.param(
            "clusterpushsecrets",
            {"pushSecretSpec": {"secretStoreRefs": [{"kind": "ClusterSecretStore", "labelSelector": {}}]}},
            StoreUser("ClusterPushSecrets", "a", "git", None),
            id="any-store-with-labels",
        ),
        pytest.param("externalsecrets", {"secretStoreRef": {"name": "org-acme"}}, None, id="a-store-of-its-namespace"),
        pytest.param("clusterexternalsecrets", {}, None, id="no-store"),
        pytest.param("externalsecrets", None, None, id="no-spec"),
    ],
)
def test_references(kinds: str, spec: Object | None, user: StoreUser | None) -> None:
    api = Api(**{kinds: [{"metadata": METADATA, "spec": spec}]})
    assert list_store_users(api.cluster) == ([] if user is None else [user])


def test_owners_and_cluster_scope() -> None:
    owner = {"ownerReferences": [{"uid": "1"}, {"uid": "2"}]}
    api = Api(externalsecrets=[{"metadata": {"name": "git", **owner}, "spec": {"secretStoreRef": STORE}}])
    assert list_store_users(api.cluster) == [
        StoreUser("ExternalSecrets", "", "git", frozenset({"org-acme"}), frozenset({"1", "2"}))
    ]


def test_a_kind_that_cannot_be_listed_may_use_every_store() -> None:
    api = Api()
    api.forbidden = {"/apis/external-secrets.io/v1alpha1/pushsecrets"}
    (user,) = list_store_users(api.cluster)
    assert user.uses("any")
    assert describe_users([user]) == "PushSecrets that cannot be listed"
    assert [path for path, _ in api.queries] == [
        "/apis/external-secrets.io/v1/externalsecrets",
        "/apis/external-secrets.io/v1/clusterexternalsecrets",
        "/apis/external-secrets.io/v1alpha1/pushsecrets",
        "/apis/external-secrets.io/v1alpha1/clusterpushsecrets",
    ]


def test_many_users_are_shortened() -> None:
    users = [StoreUser("ExternalSecrets", f"ns-{number}", "git", None) for number in range(6, -1, -1)]
    fan_out = StoreUser("ClusterExternalSecrets", "", "pull", frozenset({"org"}))
    assert not fan_out.uses("org-acme")
    assert describe_users([*users, fan_out]) == (
        "7 ExternalSecrets (ns-0/git, ns-1/git, ns-2/git, ns-3/git, ns-4/git, ...), 1 ClusterExternalSecret (pull)"
    )
    assert describe_users([]) == ""
