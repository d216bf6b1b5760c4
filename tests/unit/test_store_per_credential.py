"""Credentials that name a store of their own: what each store is planned with, what reads from it, and the rules."""

from __future__ import annotations

from typing import Any

import pytest

from components.openchoreo.v0_9 import V0_9
from components.plan.organization import OrganizationPlan
from components.plan.stack import Plan, plan_stack
from components.polling.estimate import estimate_polling
from components.polling.report import describe_load, export_load
from components.schema.secret_types import DOCKER_CONFIG
from local.obtain import list_operator_crds
from tests.unit.aws_accounts import managed, with_account
from tests.unit.crd_schema import Definitions
from tests.unit.expected import DEFAULTS, external_secret_of_acme
from tests.unit.managers import aws
from tests.unit.samples import (
    APP,
    AT_ACME,
    GIT,
    KUBERNETES,
    NOT_AN_OBJECT_NAME,
    Edits,
    Raw,
    acme,
    assert_rejected,
    on_every_plane,
    settings,
)
from tests.unit.templates import key

ROLE = "arn:aws:iam::123456789012:role/eso-{organization}"
STORES: Raw = {
    "params": {"aws": {"service": "ParameterStore", "region": "eu-central-1", "role": ROLE}},
    "secrets": {"aws": {"service": "SecretsManager", "region": "eu-central-1", "role": ROLE}},
}
TWO_MANAGERS: Raw = {
    "name": "acme",
    "secretStore": "secrets",
    "git": {"remoteKey": "acme/github", "property": "token"},
    "external": [{"name": "sonar", "secretStore": "params", "keys": {"token": {"remoteKey": "/acme/sonar"}}}],
}
GHCR: Raw = {"registry": "ghcr", "remoteKey": "acme-ghcr"}
QUAY: Raw = {
    "registry": "quay",
    "secretStore": "vault",
    "username": "bot",
    "password": {"remoteKey": "acme-quay", "property": "password"},
}
IN_VAULT: Raw = {**GIT, "secretStore": "vault"}
LOUD: Raw = {**QUAY, "password": {"remoteKey": "A"}}
ECR: Raw = {"registry": "ecr", "account": "123456789012", "region": "eu-central-1"}
NO_VALUE = "secretStore has no effect without a value from the secret manager; leave it out"


@pytest.fixture(scope="module")
def operator() -> Definitions:
    return Definitions.read(list_operator_crds())


def _two_stores(**keys: Any) -> Edits:
    return {**on_every_plane(**keys), "secretStores": {"default": KUBERNETES, "vault": KUBERNETES}}


def _plan(edits: Edits) -> Plan:
    return plan_stack(settings(edits), V0_9)


def _organization(edits: Edits) -> OrganizationPlan:
    (organization,) = _plan(edits).organizations
    return organization


def test_each_store_has_exactly_the_keys_that_are_read_through_it() -> None:
    plan = _plan({"secretStores": STORES, "organizations": [TWO_MANAGERS]})
    assert [(store.name, store.keys, store.namespaces, store.organizations) for store in plan.stores] == [
        ("params-acme", ("/acme/sonar",), ("openchoreo-ci-acme",), ("acme",)),
        ("secrets-acme", ("acme/github",), ("openchoreo-ci-acme",), ("acme",)),
    ]


def test_each_secret_reads_from_the_store_of_its_credential() -> None:
    plan = _organization({"secretStores": STORES, "organizations": [TWO_MANAGERS]})
    git, sonar = plan.external_secrets
    assert git["spec"]["secretStoreRef"] == {"kind": "ClusterSecretStore", "name": "secrets-acme"}
    data = [{"secretKey": "token", "remoteRef": {"key": "/acme/sonar", **DEFAULTS}}]
    assert sonar == external_secret_of_acme(
        "sonar", "external", {"type": "Opaque", "data": {"token": key(".token")}}, data, store="params-acme"
    )


def test_the_identity_of_each_store_may_read_its_own_keys_only() -> None:
    plan = _plan(_two_stores(git={**GIT, "secretStore": "vault"}, registries=[GHCR]))
    rules = {
        store.name: [manifest["rules"] for manifest in store.identity if manifest["kind"] == "Role"]
        for store in plan.stores
    }
    rule = {"apiGroups": [""], "resources": ["secrets"], "verbs": ["get"]}
    assert rules == {
        "default-acme": [[{**rule, "resourceNames": ["acme-ghcr"]}]],
        "vault-acme": [[{**rule, "resourceNames": ["acme-git"]}]],
    }


def test_both_secrets_of_an_app_read_from_the_store() -> None:
    plan = _organization(_two_stores(git={"secretStore": "vault", "githubApp": APP}))
    key, token = plan.external_secrets
    assert key["spec"]["secretStoreRef"]["name"] == "vault-acme"
    assert "secretStoreRef" not in token["spec"]


@pytest.mark.parametrize(
    ("registries", "store", "sources"),
    [
        ([GHCR, QUAY], "default-acme", [None, "vault-acme"]),
        ([QUAY, GHCR], "vault-acme", [None, "default-acme"]),
        ([QUAY], "vault-acme", [None]),
        ([{**GHCR, "secretStore": "default"}, QUAY], "default-acme", [None, "vault-acme"]),
        ([GHCR, {**QUAY, "secretStore": "default"}], "default-acme", [None, None]),
        ([{**ECR, "ecr": {"roleArn": ROLE}}, QUAY], "vault-acme", [None]),
    ],
)
def test_registries_of_several_stores_are_in_one_secret(
    operator: Definitions, registries: list[Raw], store: str, sources: list[str | None]
) -> None:
    (push,) = _organization(_two_stores(registries=registries)).external_secrets
    assert push["spec"]["secretStoreRef"] == {"kind": "ClusterSecretStore", "name": store}
    assert push["spec"]["target"]["template"]["type"] == DOCKER_CONFIG
    assert [entry.get("sourceRef") for entry in push["spec"]["data"]] == [
        None if name is None else {"storeRef": {"kind": "ClusterSecretStore", "name": name}} for name in sources
    ]
    assert list(operator.problems(push)) == []


def test_secrets_of_each_run_read_from_the_same_stores() -> None:
    runs = {"names": ["docker"]}
    plan = _organization(
        _two_stores(git={**GIT, "secretStore": "vault"}, registries=[GHCR, QUAY], componentWorkflows=runs)
    )
    (patch,) = plan.patches
    git, push = (resource.template["spec"] for resource in patch.patch.resources)
    assert git["secretStoreRef"]["name"] == "vault-acme"
    assert push["secretStoreRef"]["name"] == "default-acme"
    assert push["data"][1]["sourceRef"] == {"storeRef": {"kind": "ClusterSecretStore", "name": "vault-acme"}}


def test_the_store_of_the_organization_by_its_name() -> None:
    named, inherited = (
        _organization(_two_stores(git={**GIT, **store}, registries=[GHCR]))
        for store in ({"secretStore": "default"}, {})
    )
    assert named.external_secrets == inherited.external_secrets


def test_a_store_that_no_credential_reads_from_is_not_created() -> None:
    plan = _plan(_two_stores(git={**GIT, "secretStore": "vault"}))
    assert [store.name for store in plan.stores] == ["vault-acme"]


def test_polling_counts_each_key_for_the_store_that_it_is_read_from() -> None:
    plan = _plan(_two_stores(git={**GIT, "secretStore": "vault"}, registries=[GHCR, QUAY]))
    load = estimate_polling(plan)
    assert [(store.entry, store.external_secrets, store.keys) for store in load.stores] == [
        ("default", 1, {"acme": 1}),
        ("vault", 2, {"acme": 2}),
    ]
    assert load.external_secrets == 2
    assert export_load(load)["callsPerSecond"] == round(3 / 3600, 9)
    assert describe_load(load).startswith("Polling: 2 Secrets, ")


@pytest.mark.parametrize(
    ("keys", "problems"),
    [
        pytest.param(
            {
                "git": [GIT, {**GIT, "secretName": "b", "secretStore": "volt"}],
                "registries": [GHCR, {**QUAY, "secretStore": "volt"}],
                "external": [{"name": "a", "keys": {"k": GIT}, "secretStore": "volt"}],
            },
            [
                f'{place}.secretStore: no store "volt" under secretStores; configured: default, vault'
                for place in ("git[1]", "registries[1]", "external[0]")
            ],
            id="no-such-store",
        ),
        pytest.param(
            {"git": IN_VAULT, "external": [{"name": "a", "keys": {"k": {"remoteKey": "A"}}}]},
            [(f': remoteKey "A" {NOT_AN_OBJECT_NAME} (store "default")')],
            id="a-key-of-the-organization's-store",
        ),
        pytest.param(
            {"registries": [GHCR, LOUD]},
            [(f'registries[1]: remoteKey "A" {NOT_AN_OBJECT_NAME} (store "vault")')],
            id="a-key-of-another-store",
        ),
        pytest.param({"git": {"manual": "gitToken", "secretStore": "vault"}}, [f"git: {NO_VALUE}"], id="manual-git"),
        pytest.param(
            {"external": [{"name": "a", "keys": {"k": {"manual": "gitToken"}}, "secretStore": "vault"}]},
            [f"external[0]: {NO_VALUE}"],
            id="manual-service",
        ),
        pytest.param(
            {"registries": [{**ECR, "ecr": {"roleArn": ROLE}, "secretStore": "vault"}]},
            [f"registries[0]: {NO_VALUE}"],
            id="a-token-from-a-generator",
        ),
        pytest.param(
            {"pullSecret": {"componentTypes": ["service"], "registries": [GHCR, QUAY]}},
            [
                (
                    "pullSecret.registries: [1].secretStore is for registries that builds push to; a pull secret has "
                    "one store, so set pullSecret.secretStore"
                )
            ],
            id="a-registry-to-pull-from",
        ),
        pytest.param(
            {
                "git": {**GIT, "secretStore": "vault"},
                "pullSecret": {"componentTypes": ["service"], "dockerConfig": GIT},
                "dataPlane": {"secretStoreRef": "vault-acme"},
            },
            [
                (
                    'dataPlane.secretStoreRef: "vault-acme" may be used by builds only; set pullSecret.secretStore: '
                    "vault, which creates a store for workloads, and remove this"
                )
            ],
            id="a-store-for-builds-only",
        ),
    ],
)
def test_rules_name_the_credential(keys: Raw, problems: list[str]) -> None:
    where = [f"{AT_ACME}{'' if problem.startswith(':') else '.'}{problem}" for problem in problems]
    assert_rejected(_two_stores(**keys), *where)


def test_a_run_that_reads_names_which_aws_has_yet_to_choose() -> None:
    edits = {
        **on_every_plane(git={**GIT, "secretStore": "unique"}, componentWorkflows={"names": ["docker"]}),
        **with_account(),
        "secretStores": {"unique": managed(uniqueNames=True), "default": KUBERNETES},
    }
    assert_rejected(
        edits,
        f'{AT_ACME}.componentWorkflows: the store "unique" has uniqueNames, and OpenChoreo needs the names before they '
        "are chosen; use uniqueNames: false, or no componentWorkflows",
    )


def test_a_mistake_in_one_credential_leaves_the_stores_of_the_others_checked() -> None:
    assert_rejected(
        {**acme(git={**GIT, "hots": "x"}, external=[{"name": "a", "keys": {"k": GIT}, "secretStore": "volt"}])},
        f'{AT_ACME}.git.hots: unknown key; did you mean "host"? expected one of: remoteKey, property, version, '
        "decoding, manual, basicAuth, ssh, githubApp, host, provider, secretName, secretKey, secretStore, "
        "secretReference, refreshInterval, policies",
        f'{AT_ACME}.external[0].secretStore: no store "volt" under secretStores; configured: default',
    )


def test_one_key_in_two_managers() -> None:
    plan = _plan(
        {
            "secretStores": {"a": aws(role=ROLE), "b": KUBERNETES},
            **acme(secretStore="a", git=GIT, external=[{"name": "x", "secretStore": "b", "keys": {"k": GIT}}]),
        }
    )
    assert [(store.name, store.keys) for store in plan.stores] == [("a-acme", ("acme-git",)), ("b-acme", ("acme-git",))]


def test_every_credential_says_what_it_reads_where() -> None:
    git = {"remoteKey": "a", "secretStore": "vault"}
    pull = {"componentTypes": ["service"], "dockerConfig": {"remoteKey": "b"}, "secretStore": "vault"}
    (user,) = settings(_two_stores(git=git, registries=[GHCR, QUAY], pullSecret=pull)).organizations
    reads = {located.place: located.credential.reads for located in user.credentials}
    places = {
        place: [(read.ref.remote_key, read.entry, read.prefix) for read in items] for place, items in reads.items()
    }
    assert places == {
        "git": [("a", "vault", "")],
        "registries": [("acme-ghcr", None, "registries[0]."), ("acme-quay", "vault", "registries[1].")],
        "pullSecret": [("b", "vault", "")],
    }
