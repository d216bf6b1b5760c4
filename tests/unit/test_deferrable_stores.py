"""Outputs in stores, and in the rules and figures that compare texts."""

from __future__ import annotations

from typing import Any

import pytest

from components.errors import SettingsError
from components.managers.aws import AwsStore
from components.managers.cluster_secret_store import render_store
from components.managers.custom import CustomStore
from components.managers.fake import FakeEntry, FakeStore
from components.managers.kubernetes import KubernetesStore
from components.managers.manager import Manager, PlannedStore
from components.openchoreo.v0_9 import V0_9
from components.plan.aws_managed import plan_managed_stores
from components.plan.stack import plan_stack
from components.polling.estimate import estimate_polling
from components.settings.rules.settings import validate_settings
from components.settings.stack import StackSettings
from tests.unit.aws_accounts import account, managed
from tests.unit.deferrable import Later, revealed
from tests.unit.managers import GUID, ROLE, aws
from tests.unit.registries import ACR, ACR_TOKEN
from tests.unit.samples import Raw, planned, raw

CHANGED = "resources that use the value were not changed"


@pytest.mark.parametrize(
    ("organizations", "text", "problem"),
    [
        (("acme", "globex"), "shared", None),
        (
            ("acme", "globex"),
            "{organization}",
            "has {organization}, but 2 organizations use the store; expected exactly one",
        ),
        ((), "{organization}", "has {organization}, but 0 organizations use the store; expected exactly one"),
    ],
)
def test_a_shared_store_has_no_organization_to_fill_in(
    organizations: tuple[str, ...], text: str, problem: str | None
) -> None:
    role: Any = Later(f"arn:aws:iam::123456789012:role/{text}")
    manager = AwsStore(service="SecretsManager", region="eu-central-1", role=role)
    store = PlannedStore("shared", manager, organizations, ("openchoreo-ci-acme",), ("acme-git",))
    if problem is None:
        assert revealed(render_store(store, {}, None))["spec"]["provider"]["aws"]["role"] == role.value
        return
    with pytest.raises(SettingsError) as raised:
        render_store(store, {}, None)
    assert str(raised.value) == f"store shared: 1 problem; {CHANGED}\n  - aws: {problem}"


CUSTOM: Raw = {
    "connectHost": Later("https://1p.example"),
    "vaults": {"{organization}": 1},
    "auth": {"secretRef": {"connectTokenSecretRef": {"name": Later("t"), "namespace": "eso", "key": "token"}}},
}


def test_a_custom_block_takes_outputs() -> None:
    store = planned({"custom": {"onepassword": CUSTOM}})
    block = revealed(render_store(store, {}, None)["spec"]["provider"])
    expected = {**revealed(CUSTOM), "vaults": {"acme": 1}}
    assert block == {"onepassword": expected}
    assert list(store.manager.references()) == [
        (".onepassword.auth.secretRef.connectTokenSecretRef.namespace", "eso"),
    ]


@pytest.mark.parametrize(
    ("block", "problem"),
    [
        (
            {"webhook": {"headers": {"Authorization": Later("Bearer t0ken")}}},
            "has a header in plain text at webhook.headers.Authorization; use a template over webhook.secrets",
        ),
        (
            {"webhook": {"caProvider": {"name": "ca", "namespace": Later("eso"), "key": "ca"}}},
            "has no namespace at webhook.caProvider; set it, or a ClusterSecretStore would use the namespace of each",
        ),
    ],
)
def test_what_a_custom_block_must_know(block: Raw, problem: str) -> None:
    with pytest.raises(ValueError, match="validation error") as raised:
        CustomStore.model_validate(block)
    assert problem in str(raised.value)


def _planned(manager: Manager, **keys: Any) -> PlannedStore:
    return PlannedStore("org-acme", manager, ("acme",), ("openchoreo-ci-acme",), (Later("git"),), **keys)


def test_managers_whose_keys_are_plain() -> None:
    fake = FakeStore(data=[FakeEntry(key="git", manual="token")])
    assert KubernetesStore(remote_namespace="vault").plain_keys_only is None
    assert fake.plain_keys_only == (
        "is an output, and a fake store contains the values of its keys only; use the text itself"
    )
    own = planned(managed(), aws=account()).manager
    assert planned(managed(containers=False)).manager.plain_keys_only is None
    with pytest.raises(SettingsError) as raised:
        plan_managed_stores([_planned(own, aws=account())])
    assert str(raised.value) == (
        "store org-acme: 1 problem\n"
        "  - remoteKey: is an output, and managed creates a secret for each key; use the text itself, or "
        "containers: false"
    )


def test_a_managed_store_is_in_a_region_that_is_known() -> None:
    region: Any = Later("eu-central-1")
    managed_block: Any = {"path": "org/{organization}/"}
    with pytest.raises(SettingsError) as raised:
        AwsStore(service="SecretsManager", region=region, managed=managed_block)
    assert str(raised.value) == (
        "AwsStore: 1 problem\n  - AwsStore: has an output as region, which is part of "
        "names with managed; use the text itself"
    )


def _settings() -> StackSettings:
    """Settings that a program builds: YAML has no outputs."""
    key: Any = Later("git")
    store = aws(role=ROLE, prefix=Later("org/"))
    acr = {**ACR, "acr": {**ACR_TOKEN, "clientId": Later(GUID)}}
    app = {"appId": Later("1"), "installationId": "2", "privateKey": {"remoteKey": key}}
    return StackSettings.model_validate(
        {
            **raw({"secretStores.default": store}),
            "organizations": [
                {"name": "acme", "git": {"githubApp": app}, "registries": [acr]},
                {"name": "globex", "git": {"remoteKey": "pat"}},
            ],
        }
    )


def test_rules_that_compare_texts_leave_outputs_out() -> None:
    assert list(validate_settings(_settings(), V0_9, frozenset())) == []


def test_polling_counts_outputs() -> None:
    (store,) = estimate_polling(plan_stack(_settings(), V0_9)).stores
    assert (store.external_secrets, sum(store.keys.values())) == (2, 2)
