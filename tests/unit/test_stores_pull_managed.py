"""Managed pull stores: a role of their own that reads exactly the keys of the pull secret."""

from __future__ import annotations

from typing import Any

import pytest

from components.errors import SettingsError
from components.iam.arn import build_secret_arn
from components.iam.trust import build_web_identity_trust
from components.managers.manager import PlannedStore, StoreInputs
from components.managers.secret_store import SecretStoreSettings
from components.managers.vault_policy import build_exact_policy
from components.openchoreo.v0_9 import V0_9
from components.plan.aws_managed import NOT_PLAIN, plan_managed_stores
from components.plan.stores import plan_stores
from components.plan.vault_managed import plan_managed_vault_stores
from components.schema.text import quote
from tests.unit import aws_accounts, vault_managed
from tests.unit.aws_accounts import DECRYPT, KEY_ARN, READ, account, made
from tests.unit.deferrable import Later
from tests.unit.samples import Edits, Raw, assert_rejected, on_every_plane, settings
from tests.unit.vault_managed import list_rules

ONE_CLUSTER: Raw = {plane: {"context": "dev"} for plane in ("buildPlane", "controlPlane", "dataPlane")}


def _stack(store: Raw, git: str | None, pull: str, name: str = "acme", **more: Any) -> Edits:
    """One organization on one cluster. None: its builds read nothing."""
    reads = {} if git is None else {"git": {"remoteKey": git}}
    secret = {"componentTypes": ["service"], "delivery": "namespace", "dockerConfig": {"remoteKey": pull}}
    edits = on_every_plane()
    organization = {"name": name, "pullSecret": secret, **reads}
    return {**edits, "clusters": ONE_CLUSTER, "secretStores.default": store, "organizations": [organization], **more}


def _aws(git: str | None = "git", name: str = "acme", **managed: Any) -> Edits:
    return _stack(aws_accounts.managed(**managed), git, "pull", name, aws=aws_accounts.ACCOUNT)


def test_a_role_in_aws_for_the_keys_of_the_pull_secret() -> None:
    builds, pulls = made(_aws(kmsKey="organization"))
    assert (builds.name, builds.role, builds.owner) == ("default-acme", "eso-default-acme", None)
    assert builds.containers == {"git": "org/acme/git", "pull": "org/acme/pull"}
    assert (pulls.name, pulls.role, pulls.owner) == ("default-pull-acme", "eso-default-pull-acme", "default-acme")
    assert (pulls.containers, pulls.alias) == ({}, None)
    assert pulls.trust == build_web_identity_trust(account(), [account()], "external-secrets", "eso-default-pull-acme")
    exact = {**READ, "Resource": ["arn:aws:secretsmanager:eu-central-1:123456789012:secret:org/acme/pull-??????"]}
    assert pulls.policy(KEY_ARN) == {"Version": "2012-10-17", "Statement": [exact, DECRYPT]}
    renamed = {**READ, "Resource": [f"{exact['Resource'][0].removesuffix('-??????')}-1f2e-??????"]}
    assert pulls.policy(names={"pull": "pull-1f2e"}) == {"Version": "2012-10-17", "Statement": [renamed]}


def test_each_store_signs_in_as_its_own_account() -> None:
    stores = plan_stores(settings(_aws(roleName="x-{organization}")), V0_9)
    roles = {
        store.identity[0]["metadata"]["name"]: store.identity[0]["metadata"]["annotations"][
            "eks.amazonaws.com/role-arn"
        ]
        for store in stores
    }
    role = "arn:aws:iam::123456789012:role/x-acme"
    assert roles == {"eso-default-acme": role, "eso-default-pull-acme": f"{role}-pull"}


def test_secrets_stay_where_they_are_when_builds_begin_to_read() -> None:
    (alone,) = made(_aws(None))
    builds, _ = made(_aws())
    assert (alone.name, alone.role, alone.keys) == ("default-acme", "eso-default-acme", ("pull",))
    assert alone.containers == {"pull": "org/acme/pull"}
    assert (builds.name, builds.containers["pull"]) == (alone.name, "org/acme/pull")
    assert alone.trust == build_web_identity_trust(account(), [account()], "external-secrets", "eso-default-pull-acme")


@pytest.mark.parametrize("name", ["/org/acme/pull", "/org/acme/pull:3"])
def test_the_arn_of_one_parameter(name: str) -> None:
    arn = "arn:aws:ssm:eu-central-1:123456789012:parameter/org/acme/pull"
    assert build_secret_arn(account(), "ParameterStore", name) == arn


def test_the_name_of_a_role_for_pulling_that_is_too_long() -> None:
    name = "o" * 48
    problem = f'of the organization "{name}" is not a name of a role: letters, digits, _ and -, at most 64 characters'
    assert settings(_aws(None, name))
    for keys, role in (
        ({}, f"eso-default-pull-{name}"),
        ({"roleName": "role-of-reading-{organization}"}, f"role-of-reading-{name}-pull"),
    ):
        assert_rejected(
            _aws("git", name, **keys),
            f"secretStores.default.aws.managed.roleName: {quote(role)} {problem}; set roleName",
        )


def test_the_role_for_pulling_of_one_is_that_for_builds_of_another() -> None:
    edits = _aws(roleName="x-{organization}")
    edits["organizations"].append({"name": "acme-pull", "git": {"remoteKey": "git"}})
    assert_rejected(
        edits,
        'secretStores.default.aws.managed.roleName: "x-acme-pull" of the organization "acme-pull" is also the role of '
        'the organization "acme" in the store "default", because IAM ignores case; use another name',
    )


def _vault(git: str | None = "org/acme/git", **managed: Any) -> Edits:
    return _stack(vault_managed.managed(**managed), git, "org/acme/pull")


def test_a_role_in_vault_for_the_keys_of_the_pull_secret() -> None:
    builds, pulls = vault_managed.plan(_vault())
    assert (builds.name, builds.role, builds.account[1]) == ("default-acme", "eso-default-acme", "eso-default-acme")
    assert (pulls.name, pulls.role) == ("default-pull-acme", "eso-default-pull-acme")
    assert pulls.account == ("external-secrets", "eso-default-pull-acme")
    own = {"auth/token/lookup-self": ["read"], "auth/token/revoke-self": ["update"]}
    assert list_rules(builds.policy) == {"secret/data/org/acme/*": ["read"], **own}
    assert list_rules(pulls.policy) == {"secret/data/org/acme/pull": ["read"], **own}
    assert [builds.server, builds.mount] == [pulls.server, pulls.mount]


def test_a_named_role_in_vault() -> None:
    stores = plan_stores(settings(_vault(roleName="x-{organization}", createMount=True)), V0_9)
    assert [store.role for store in plan_managed_vault_stores(stores)] == ["x-acme", "x-acme-pull"]
    blocks = [store.manager.provider(store, StoreInputs())["vault"]["auth"]["kubernetes"]["role"] for store in stores]
    assert blocks == ["x-acme", "x-acme-pull"]


def test_a_mount_of_an_organization_is_one_for_both() -> None:
    edits = _stack(
        vault_managed.managed({"path": "kv-{organization}"}, createMount=True), "org/acme/git", "org/acme/pull"
    )
    mounts = {store.mount for store in vault_managed.plan(edits)}
    assert [mount.name for mount in mounts if mount] == ["default-acme"]


@pytest.mark.parametrize("path", ["secret/data/org/acme/*", "secret/data/+/git", "secret//x"])
def test_a_key_that_would_match_others(path: str) -> None:
    with pytest.raises(SettingsError) as caught:
        build_exact_policy([path])
    assert str(caught.value) == (
        f'policy of Vault: 1 problem\n  - remoteKey: "{path}" is not a plain path, so a policy for it would match '
        "other paths; use another remote key"
    )


def test_a_key_that_is_an_output_cannot_be_in_a_policy() -> None:
    problem = f"remoteKey: {NOT_PLAIN}"
    late = Later("org/acme/pull")
    for store, plan in (
        (aws_accounts.managed(containers=False), plan_managed_stores),
        (vault_managed.managed(), plan_managed_vault_stores),
    ):
        manager = SecretStoreSettings.model_validate(store).manager
        pulls = PlannedStore("org-acme", manager, ("acme",), (), (late,), ({"a": "b"},), aws=account(), entry="org")
        with pytest.raises(SettingsError) as caught:
            plan([pulls])
        assert str(caught.value) == f"store org-acme: 1 problem\n  - {problem}"
