"""Managed stores: the ClusterSecretStore with its identity, and its resources in AWS."""

from __future__ import annotations

from typing import Any

import pytest

from components.errors import SettingsError
from components.iam.account import AwsOperator
from components.iam.trust import build_operator_trust, build_web_identity_trust
from components.managers.cluster_secret_store import render_store
from components.openchoreo.v0_9 import V0_9
from components.plan.aws_managed import ManagedStore, plan_managed_stores
from components.plan.stores import plan_stores
from components.schema.sources import RemoteRef
from components.secrets.external_secret import (
    SecretTemplate,
    Target,
    build_external_secret,
    rename_fan_out_keys,
    rename_remote_keys,
)
from tests.unit.aws_accounts import (
    ACCOUNT,
    DECRYPT,
    KEY_ARN,
    OTHER_ISSUER,
    POD_IDENTITY,
    READ,
    account,
    made,
    managed,
    pod_identity,
    with_account,
)
from tests.unit.expected import DEFAULTS, external_secret_of_acme
from tests.unit.managers import operator
from tests.unit.plans import fan_out
from tests.unit.samples import GIT, Edits, on_every_plane, planned, settings

ROLE = "arn:aws:iam::123456789012:role/eso-default-acme"
ACME = "system:serviceaccount:external-secrets:eso-default-acme"
PULL = {"componentTypes": ["service"], "delivery": "namespace", "dockerConfig": {"remoteKey": "pull"}}


def objects(edits: Edits) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Identity, and provider block, of the only store; ESO takes the store as it is."""
    (only,) = plan_stores(settings(edits), V0_9)
    store = render_store(only, {}, None)
    assert list(operator().problems(store)) == []
    assert list(operator().additions(store)) == []
    return [*only.identity], store["spec"]["provider"]


def test_a_store_signs_in_as_itself() -> None:
    accounts, provider = objects(with_account())
    metadata = {
        "name": "eso-default-acme",
        "namespace": "external-secrets",
        "labels": {"app.kubernetes.io/managed-by": "openchoreo-secrets"},
        "annotations": {"eks.amazonaws.com/role-arn": ROLE},
    }
    assert accounts == [{"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata}]
    assert provider == {
        "aws": {
            "service": "SecretsManager",
            "region": "eu-central-1",
            "auth": {"jwt": {"serviceAccountRef": {"name": "eso-default-acme", "namespace": "external-secrets"}}},
            "prefix": "org/acme/",
        }
    }


def test_the_operator_assumes_the_role() -> None:
    accounts, provider = objects(with_account(managed(identityNamespace=None), aws=POD_IDENTITY))
    assert accounts == []
    assert provider == {
        "aws": {
            "service": "SecretsManager",
            "region": "eu-central-1",
            "role": ROLE,
            "sessionTags": [{"key": "openchoreo-organization", "value": "acme"}],
            "prefix": "org/acme/",
        }
    }


def test_resources_in_aws() -> None:
    (found,) = made(with_account())
    assert found == ManagedStore(
        name="default-acme",
        organization="acme",
        account=account(),
        service="SecretsManager",
        path="org/acme/",
        role="eso-default-acme",
        trust=build_web_identity_trust(account(), [account()], "external-secrets", "eso-default-acme"),
        alias=None,
        containers={"acme-git": "org/acme/acme-git"},
        unique_names=False,
        recovery_window_days=30,
    )
    assert found.trust["Statement"][0]["Condition"]["StringEquals"][f"{ACCOUNT['oidcProvider']}:sub"] == ACME
    assert found.policy() == {"Version": "2012-10-17", "Statement": [READ]}
    assert found.policy(KEY_ARN) == {"Version": "2012-10-17", "Statement": [READ, DECRYPT]}
    assert found.tags == {"openchoreo.dev/organization": "acme"}


def test_a_store_with_everything() -> None:
    store = managed(roleName="x-{organization}", kmsKey="organization", uniqueNames=True, recoveryWindowDays=7)
    (found,) = made(with_account(store))
    assert (found.role, found.alias, found.unique_names, found.recovery_window_days) == (
        "x-acme",
        "alias/x-acme",
        True,
        7,
    )


@pytest.mark.parametrize(
    ("store", "path"), [(managed("ParameterStore"), "/org/acme/"), (managed(containers=False), "org/acme/")]
)
def test_a_store_without_containers(store: dict[str, Any], path: str) -> None:
    (found,) = made(with_account(store))
    assert (found.path, found.containers) == (path, {})


def test_the_operator_of_the_account_is_trusted() -> None:
    (found,) = made(with_account(managed(identityNamespace=None), aws=POD_IDENTITY))
    assert found.trust == build_operator_trust([pod_identity()], "acme")


def test_stores_on_two_clusters_have_a_role_each() -> None:
    """Each role trusts one plane, and each secret is created with that of the builds."""
    there = {"oidcProvider": OTHER_ISSUER}
    edits = {**on_every_plane(git=dict(GIT), pullSecret=PULL), **with_account(aws={**ACCOUNT, "dataPlane": there})}
    assert [(each.name, each.plane) for each in plan_stores(settings(edits), V0_9)] == [
        ("default-acme", "build"),
        ("default-acme", "data"),
    ]
    builds, pulls = made(edits)
    assert (builds.name, builds.role, builds.keys, builds.owner) == ("default-acme", "eso-default-acme", None, None)
    assert builds.containers == {"acme-git": "org/acme/acme-git", "pull": "org/acme/pull"}
    owner = account(dataPlane=there)
    assert builds.trust == build_web_identity_trust(owner, [owner], "external-secrets", "eso-default-acme")
    assert (pulls.name, pulls.role) == ("default-pull-acme", "eso-default-pull-acme")
    assert (pulls.keys, pulls.owner, pulls.containers) == (("pull",), "default-acme", {})
    operators = [AwsOperator(oidc_provider=OTHER_ISSUER)]
    assert pulls.trust == build_web_identity_trust(account(), operators, "external-secrets", "eso-default-acme")


def test_a_store_that_references_an_existing_identity_needs_nothing() -> None:
    store = {"aws": {"service": "SecretsManager", "region": "eu-central-1", "role": f"{ROLE}-{{organization}}"}}
    assert made(with_account(store)) == ()
    assert made({"secretStores.default": store}) == ()


def test_a_managed_store_of_a_program_needs_its_account() -> None:
    alone = planned(managed())
    assert plan_managed_stores([alone]) == ()
    whole = "store org-acme: 1 problem\n  - aws.managed: "
    with pytest.raises(SettingsError) as raised:
        _ = alone.identity
    assert str(raised.value) == f"{whole}creates a role in an AWS account, and the plan of the store has no account"
    other = planned({"kubernetes": {"remoteNamespace": "x"}}, aws=account())
    with pytest.raises(SettingsError) as raised:
        plan_managed_stores([other])
    assert str(raised.value) == f"{whole}is missing, and the plan of the store has an AWS account; set both or none"


@pytest.mark.parametrize("path", ["org/", "org-{organization}/"])
def test_a_program_cannot_give_all_one_path(path: str) -> None:
    """Programs that build their settings by themselves have no `parse` that would refuse it."""
    with pytest.raises(SettingsError) as raised:
        plan_managed_stores([planned(managed(path=path), aws=account())])
    assert str(raised.value) == (
        "store org-acme: 1 problem\n"
        f'  - aws.managed.path: "{path}" is not exclusive to one organization; it must contain {{organization}}'
    )


def test_a_secret_with_another_name_is_read_by_that_name() -> None:
    target = Target("acme", "openchoreo-ci-acme", "default-acme", "1h0m0s")
    refs = {"a": RemoteRef(remote_key="git"), "b": RemoteRef(remote_key="other", property="p")}
    plain = build_external_secret(target, SecretTemplate("git-clone-secret", "git", refs))
    found = rename_remote_keys(plain, {"default-acme": {"git": "git-1f2e"}})
    assert rename_remote_keys(plain, {}) == plain
    assert found == external_secret_of_acme(
        "git-clone-secret",
        "git",
        {"type": "Opaque"},
        [
            {"secretKey": "a", "remoteRef": {"key": "git-1f2e", **DEFAULTS}},
            {"secretKey": "b", "remoteRef": {"key": "other", "property": "p", **DEFAULTS}},
        ],
    )


def test_tokens_of_generators_have_no_remote_name() -> None:
    from_generator = {"sourceRef": {"generatorRef": {"kind": "ECRAuthorizationToken", "name": "git"}}}
    store = {"secretStoreRef": {"name": "org"}}
    plain = {"spec": {**store, "dataFrom": [from_generator, {"extract": {"key": "git"}}]}}
    assert rename_remote_keys(plain, {"org": {"git": "git-1f2e"}}) == {
        "spec": {**store, "dataFrom": [from_generator, {"extract": {"key": "git-1f2e"}}]}
    }


def test_the_same_for_every_namespace_of_an_organization() -> None:
    organization = settings(on_every_plane(pullSecret=PULL)).organizations[0]
    plain = fan_out(organization, store="s")
    assert plain is not None
    found = rename_fan_out_keys(plain, {"s": {"pull": "pull-1f2e"}})
    assert found["spec"]["externalSecretSpec"]["data"][0]["remoteRef"]["key"] == "pull-1f2e"


def test_each_value_is_renamed_as_its_own_store_says() -> None:
    target = Target("acme", "openchoreo-ci-acme", "org-acme", "1h0m0s", {None: "org-acme", "params": "params-acme"})
    refs = {name: RemoteRef(remote_key="git") for name in ("a", "b")}
    plain = build_external_secret(target, SecretTemplate("push", "registry-push", refs, entries={"b": "params"}))
    source = {"sourceRef": {"storeRef": {"kind": "ClusterSecretStore", "name": "params-acme"}}}
    data = [
        {"secretKey": "a", "remoteRef": {"key": "git-1f2e", **DEFAULTS}},
        {"secretKey": "b", "remoteRef": {"key": "git", **DEFAULTS}, **source},
    ]
    assert rename_remote_keys(plain, {"org-acme": {"git": "git-1f2e"}, "params-acme": {}})["spec"]["data"] == data
    other = [{**data[0], "remoteRef": data[1]["remoteRef"]}, {**data[1], "remoteRef": data[0]["remoteRef"]}]
    assert rename_remote_keys(plain, {"params-acme": {"git": "git-1f2e"}})["spec"]["data"] == other
