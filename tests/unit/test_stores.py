"""Whole manifests of the secret managers and of the identities that read them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from components.errors import SettingsError
from components.managers.cluster_secret_store import render_store
from components.managers.manager import Endpoint, PlannedStore
from components.managers.secret_store import SecretStoreSettings
from components.openchoreo.v0_9 import V0_9
from components.plan.stores import plan_stores
from tests.unit.samples import CA_BUNDLE, GIT, KUBERNETES, Raw, planned, settings

LABELS = {"app.kubernetes.io/managed-by": "openchoreo-secrets"}
OF_ACME = {**LABELS, "openchoreo.dev/organization": "acme"}
ENDPOINT = Endpoint("https://127.0.0.1:6443", "Q0E=")
CA = {"type": "ConfigMap", "name": "ca", "key": "ca.crt", "namespace": "platform"}
OWN_IDENTITY = {"serviceAccount": {"name": "eso-org-acme", "namespace": "secret-manager"}}


def _kubernetes(**keys: Any) -> Raw:
    return {"kubernetes": {"remoteNamespace": "secret-manager", **keys}}


@pytest.mark.parametrize(
    ("store", "block"),
    [
        pytest.param(
            _kubernetes(),
            {
                "remoteNamespace": "secret-manager",
                "server": {
                    "url": "https://kubernetes.default",
                    "caProvider": {
                        "type": "ConfigMap",
                        "name": "kube-root-ca.crt",
                        "key": "ca.crt",
                        "namespace": "secret-manager",
                    },
                },
                "auth": OWN_IDENTITY,
            },
            id="the-operator's-own-cluster",
        ),
        pytest.param(
            _kubernetes(server={"fromKubeconfig": True}),
            {
                "remoteNamespace": "secret-manager",
                "server": {"url": "https://127.0.0.1:6443", "caBundle": "Q0E="},
                "auth": OWN_IDENTITY,
            },
            id="from-the-kubeconfig",
        ),
        pytest.param(
            _kubernetes(server={"url": "https://api:6443", "caBundle": CA_BUNDLE}),
            {
                "remoteNamespace": "secret-manager",
                "server": {"url": "https://api:6443", "caBundle": CA_BUNDLE},
                "auth": OWN_IDENTITY,
            },
            id="a-bundle-is-not-replaced-by-the-endpoint",
        ),
        pytest.param(
            _kubernetes(server={"url": "https://api:6443", "caProvider": CA}),
            {
                "remoteNamespace": "secret-manager",
                "server": {"url": "https://api:6443", "caProvider": CA},
                "auth": OWN_IDENTITY,
            },
            id="ca-by-reference",
        ),
        pytest.param(
            _kubernetes(
                server={"fromKubeconfig": True}, serviceAccount={"name": "reader", "namespace": "external-secrets"}
            ),
            {
                "remoteNamespace": "secret-manager",
                "server": {"url": "https://127.0.0.1:6443", "caBundle": "Q0E="},
                "auth": {"serviceAccount": {"name": "reader", "namespace": "external-secrets"}},
            },
            id="an-identity-that-exists",
        ),
        pytest.param(
            _kubernetes(
                server={"url": "https://{organization}.api", "caBundle": CA_BUNDLE},
                serviceAccount={"name": "reader-{organization}", "namespace": "platform", "audiences": ["api"]},
            ),
            {
                "remoteNamespace": "secret-manager",
                "server": {"url": "https://acme.api", "caBundle": CA_BUNDLE},
                "auth": {"serviceAccount": {"name": "reader-acme", "namespace": "platform", "audiences": ["api"]}},
            },
            id="an-identity-that-exists-for-each-organization",
        ),
    ],
)
def test_kubernetes(store: Raw, block: dict[str, Any]) -> None:
    assert render_store(planned(store), {}, ENDPOINT) == {
        "apiVersion": "external-secrets.io/v1",
        "kind": "ClusterSecretStore",
        "metadata": {"name": "org-acme", "labels": OF_ACME},
        "spec": {
            "provider": {"kubernetes": block},
            "conditions": [{"namespaces": ["openchoreo-ci-acme"]}],
        },
    }


def test_kubeconfig_without_an_endpoint_is_a_mistake_of_the_program() -> None:
    with pytest.raises(SettingsError) as raised:
        render_store(planned(_kubernetes(server={"fromKubeconfig": True})), {}, None)
    assert str(raised.value) == (
        "store org-acme: 1 problem\n  - kubernetes.server.fromKubeconfig: the endpoint is "
        "missing; pass the address and the CA certificates of the API server of the store's plane"
    )


def test_fake_has_no_unread_key() -> None:
    data = [
        {"key": "acme-quay", "manual": "quayPassword", "version": "2"},
        {"key": "globex-git", "manual": "globexToken"},
        {"key": "acme-git", "manual": "gitToken"},
    ]
    store = planned({"fake": {"data": data}}, namespaces=("openchoreo-ci-acme", "openchoreo-ci-b"))
    values = {"gitToken": "one", "quayPassword": 'two"\n', "globexToken": "three"}
    assert render_store(store, values, None) == {
        "apiVersion": "external-secrets.io/v1",
        "kind": "ClusterSecretStore",
        "metadata": {"name": "org-acme", "labels": OF_ACME},
        "spec": {
            "provider": {
                "fake": {
                    "data": [
                        {"key": "acme-quay", "value": 'two"\n', "version": "2"},
                        {"key": "acme-git", "value": "one"},
                    ]
                }
            },
            "conditions": [{"namespaces": ["openchoreo-ci-acme", "openchoreo-ci-b"]}],
        },
    }


def test_an_identity_without_keys_may_get_nothing() -> None:
    """In RBAC, an empty list of names means every Secret of the namespace."""
    (role,) = (item for item in replace(planned(_kubernetes()), keys=()).identity if item["kind"] == "Role")
    assert role["rules"] == []


def test_identity_may_get_exactly_the_planned_keys() -> None:
    where = {"name": "eso-org-acme", "namespace": "secret-manager"}
    metadata = {**where, "labels": LABELS}
    assert [*planned(_kubernetes()).identity] == [
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata},
        {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "Role",
            "metadata": metadata,
            "rules": [
                {
                    "apiGroups": [""],
                    "resources": ["secrets"],
                    "resourceNames": ["acme-git", "acme-quay"],
                    "verbs": ["get"],
                }
            ],
        },
        {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "RoleBinding",
            "metadata": metadata,
            "subjects": [{"kind": "ServiceAccount", **where}],
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "eso-org-acme"},
        },
    ]


@pytest.mark.parametrize(
    "store",
    [
        pytest.param(_kubernetes(serviceAccount={"name": "reader", "namespace": "platform"}), id="account-that-exists"),
        pytest.param({"fake": {"data": [{"key": "acme-git", "manual": "gitToken"}]}}, id="fake-needs-none"),
    ],
)
def test_no_identity_is_created(store: Raw) -> None:
    assert [*planned(store).identity] == []


TWO: Raw = {
    "organizations": [
        {"name": "globex", "git": {"remoteKey": "globex-git"}},
        {
            "name": "acme",
            "git": {"remoteKey": "common"},
            "registries": [{"server": "quay.io", "remoteKey": "acme-quay"}],
        },
        {"name": "initech", "git": {"manual": "gitToken"}},
    ]
}
STORE = SecretStoreSettings.model_validate(KUBERNETES).manager


def test_plan_of_a_store_for_each_organization() -> None:
    assert plan_stores(settings(TWO), V0_9) == (
        PlannedStore("default-acme", STORE, ("acme",), ("openchoreo-ci-acme",), ("acme-quay", "common")),
        PlannedStore("default-globex", STORE, ("globex",), ("openchoreo-ci-globex",), ("globex-git",)),
    )


def test_plan_of_a_shared_store() -> None:
    assert plan_stores(settings({**TWO, "secretStores.default.scope": "shared"}), V0_9) == (
        PlannedStore(
            "default",
            STORE,
            ("acme", "globex"),
            ("openchoreo-ci-acme", "openchoreo-ci-globex"),
            ("acme-quay", "common", "globex-git"),
        ),
    )


def test_plan_is_empty_when_all_is_manual() -> None:
    assert plan_stores(settings({"organizations.0.git": {"manual": "gitToken"}}), V0_9) == ()


def test_two_stores_share_nothing() -> None:
    stores = {"a": {**KUBERNETES, "scope": "shared"}, "b": KUBERNETES, "unused": KUBERNETES}
    users = [{"name": "acme", "secretStore": "b", "git": GIT}, {"name": "globex", "secretStore": "a", "git": GIT}]
    found = settings({"secretStores": stores, "organizations": users})
    assert plan_stores(found, V0_9) == (
        PlannedStore("a", STORE, ("globex",), ("openchoreo-ci-globex",), ("acme-git",)),
        PlannedStore("b-acme", STORE, ("acme",), ("openchoreo-ci-acme",), ("acme-git",)),
    )
    assert [found.cluster_store_name(user, user.secret_store) for user in found.organizations] == ["b-acme", "a"]
