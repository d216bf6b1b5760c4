"""The exception for OpenChoreo's API for secrets: its stores, and where it is refused."""

from __future__ import annotations

from typing import Any, Final

import pytest

from components.admission.external_secrets import build_push_secret_policy
from components.admission.secret_api import build_api_scope
from components.openchoreo import RELEASES
from components.openchoreo.release import SecretApi
from tests.unit.admission_samples import ONE_CLUSTER, plan_strict, problems
from tests.unit.samples import Raw

API: Final = {"administrators": ["pulumi"], "secretApi": True}
STORES: Final[dict[str, Any]] = {
    "workflowPlane": {"secretStoreRef": "push-builds"},
    "dataPlane": {"secretStoreRef": "push-data"},
}


def acme(name: str = "acme", **keys: Any) -> Raw:
    return {"name": name, "git": {"remoteKey": f"{name}-git"}, **keys}


def test_releases_with_the_api() -> None:
    api = SecretApi(prefix="openchoreo-kv-", keys="secret/")
    assert {name: release.secret_api for name, release in RELEASES.items()} == {
        "v0.9": None,
        "v1.0": None,
        "v1.1": api,
        "v1.2": api,
        "v1": api,
    }


@pytest.mark.parametrize(
    ("clusters", "expected"),
    [
        pytest.param(
            {**ONE_CLUSTER, "dataPlane": {"context": "dev"}},
            {"build": {"acme": ("push-builds", "push-data")}},
            id="one-cluster",
        ),
        pytest.param(
            {**ONE_CLUSTER, "dataPlane": {"context": "data"}},
            {"build": {"acme": ("push-builds",)}, "data": {"acme": ("push-data",)}},
            id="two-clusters",
        ),
    ],
)
def test_stores_are_those_that_planes_name(clusters: Raw, expected: dict[str, dict[str, tuple[str, ...]]]) -> None:
    organizations = [acme(**STORES), acme("globex")]
    planned = plan_strict(clusters=clusters, namespaces=organizations, admission=API).admission
    assert {plane: rules.secret_api_stores for plane, rules in planned.items()} == expected
    assert {rules.secret_api for rules in planned.values()} == {SecretApi(prefix="openchoreo-kv-", keys="secret/")}
    without = plan_strict(clusters=clusters, namespaces=organizations).admission
    assert [rules.secret_api_stores for rules in without.values()] == [{} for _ in without]
    assert [build_api_scope(rules) for rules in without.values()] == [None for _ in without]


def test_a_cluster_on_which_no_plane_names_a_store_has_no_exception() -> None:
    clusters = {**ONE_CLUSTER, "dataPlane": {"context": "data"}}
    organizations = [acme(workflowPlane=STORES["workflowPlane"])]
    planned = plan_strict(clusters=clusters, namespaces=organizations, admission=API).admission
    assert {plane: build_api_scope(rules) is None for plane, rules in planned.items()} == {"build": False, "data": True}


def test_without_a_store_the_setting_is_refused() -> None:
    assert problems(admission=API, namespaces=[acme(**STORES)]) == []
    assert problems(admission=API, namespaces=[acme()]) == [
        (
            "admission.secretApi: true has no effect, because no organization has workflowPlane.secretStoreRef or "
            "dataPlane.secretStoreRef; set one of them, or remove this"
        )
    ]


def test_releases_without_the_api_refuse_the_setting() -> None:
    assert problems(admission=API, release="v1.0", namespaces=[acme(**STORES)]) == [
        "admission.secretApi: true has no effect with OpenChoreo v1.0, which has no API for secrets; remove it"
    ]


def test_two_releases_have_the_api_of_the_newer_one() -> None:
    keys: Raw = {
        "release": ["v0.9", "v1"],
        "clusters": {"buildPlane": {"context": "dev"}, "controlPlane": {"context": "dev"}},
        "admission": API,
    }
    both: Raw = {"buildPlane": {"secretStoreRef": "old"}, "workflowPlane": {"secretStoreRef": "new"}}
    rules = plan_strict(**keys, namespaces=[acme(**both)]).admission["build"]
    assert (rules.secret_api, rules.secret_api_stores) == (RELEASES["v1"].secret_api, {"acme": ("new",)})
    assert problems(**keys, namespaces=[acme(buildPlane=both["buildPlane"])]) == [
        (
            "admission.secretApi: true has no effect, because no organization has workflowPlane.secretStoreRef or "
            "dataPlane.secretStoreRef; set one of them, or remove this"
        )
    ]


def test_two_releases_without_the_api_refuse_the_setting_once() -> None:
    keys: Raw = {"release": ["v0.9", "v1.0"], "clusters": {**ONE_CLUSTER, "dataPlane": {"context": "dev"}}}
    assert problems(**keys, admission=API, namespaces=[acme(**STORES)]) == [
        "admission.secretApi: true has no effect with OpenChoreo v1.0, which has no API for secrets; remove it"
    ]
    pull: Raw = {"delivery": "project", "dockerConfig": {"remoteKey": "acme-pull"}}
    pull |= {"componentTypes": ["service"], "projectTypes": ["default"]}
    assert problems(**keys, namespaces=[acme(pullSecret=pull)]) == [
        'namespaces[0] ("acme").pullSecret.projectTypes: OpenChoreo v1.0 has no such types; leave it out'
    ]


def test_an_organization_whose_keys_vault_reads_as_those_of_all() -> None:
    assert problems(admission=API, namespaces=[acme("data", **STORES), acme("metadata", **STORES)]) == [
        (
            'namespaces[0] ("data").name: "data" allows keys secret/data/..., which are those of every organization '
            "in version 2 of the key-value engine of Vault and OpenBao; use another name, or remove "
            "admission.secretApi"
        )
    ]


def test_the_policy_about_push_secrets() -> None:
    rules = plan_strict(namespaces=[acme(**STORES)], admission=API).admission["build"]
    policy = build_push_secret_policy(rules)
    agents = ", ".join(f'"{user}"' for user in rules.agents)
    prefix = '"openchoreo-kv-"'
    assert dict(list(policy.variables.items())[-4:]) == {
        "apiStores": '{"acme": ["push-builds", "push-data"]}',
        "apiOwner": f"request.namespace.startsWith({prefix}) ? request.namespace.substring(14) : ''",
        "fromApi": f"request.userInfo.username in [{agents}] && variables.apiOwner in variables.organizations",
        "pusher": "variables.fromApi ? variables.apiOwner : variables.ours ? variables.organization : ''",
    }
    stores, keys, *_ = policy.validations
    assert stores.expression.startswith(
        "object.spec.?secretStoreRefs.orValue([]).all(e, (variables.fromApi ? !has(e.labelSelector) && "
        "!(e.?kind.orValue('SecretStore') != 'ClusterSecretStore') && "
        "e.?name.orValue('') in variables.apiStores[?variables.apiOwner].orValue([]) : "
    )
    assert keys.message == (
        "spec.data[].match.remoteRef.remoteKey: is not a key of the organization; use secret/<organization>/<name>, "
        "with letters, digits, . _ - and /, without metadata and dataTo"
    )


@pytest.mark.parametrize("key", ["administrators", "operators"])
def test_accounts_in_its_namespaces_are_of_an_organization(key: str) -> None:
    user = "system:serviceaccount:openchoreo-kv-acme:default"
    index = 1 if key == "administrators" else 0
    users = ["pulumi", user] if key == "administrators" else [user]
    assert problems(admission={**API, key: users}, namespaces=[acme(**STORES)]) == [
        (
            f'admission.{key}[{index}]: "{user}" is a ServiceAccount of "openchoreo-kv-acme", which is a namespace of '
            "OpenChoreo's API for secrets; use one of another namespace"
        )
    ]


def test_a_name_that_reaches_all_keys_is_refused_without_a_store_too() -> None:
    first, second = problems(admission=API, namespaces=[acme(name="data")])
    assert first.startswith("admission.secretApi: true has no effect, because no organization has ")
    assert second.startswith('namespaces[0] ("data").name: "data" allows keys secret/data/..., ')
