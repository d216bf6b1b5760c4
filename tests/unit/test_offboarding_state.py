"""What of an organization is in a state, and what a receipt says about resources of secret managers."""

from __future__ import annotations

import pytest

from components.offboarding.holdings import STATE, Holding, Holdings
from components.offboarding.receipt import Answer, build_receipt
from components.offboarding.record import Record
from components.offboarding.state import read_state_holdings
from tests.unit.api import Object
from tests.unit.preflight_samples import STACK


def _urn(kind: str, name: str) -> str:
    return f"urn:pulumi:dev::openchoreo-secrets::{kind}::{name}"


def test_a_state_of_two_managers() -> None:
    provider: Object = {
        "urn": _urn("pulumi:providers:vault", "vault"),
        "type": "pulumi:providers:vault",
        "id": "1",
        "inputs": {"address": "https://user:s3cr3t@vault", "namespace": "platform"},
    }
    component: Object = {
        "urn": _urn("openchoreo:index:VaultSecretStore", "org-acme"),
        "type": "openchoreo:index:VaultSecretStore",
        "inputs": {"organization": "acme", "store": "org-acme"},
    }
    policy: Object = {
        "urn": _urn("vault:index/policy:Policy", "org-acme"),
        "type": "vault:index/policy:Policy",
        "id": "org-acme",
        "parent": component["urn"],
        "provider": f"{provider['urn']}::1",
        "inputs": {"namespace": "acme"},
    }
    mount: Object = {**policy, "urn": _urn("vault:index/mount:Mount", "org-acme"), "type": "vault:index/mount:Mount"}
    del mount["parent"]
    shared: Object = {**mount, "urn": _urn("vault:index/mount:Mount", "org")}
    key: Object = {
        "urn": _urn("aws:kms/key:Key", "org-acme"),
        "type": "aws:kms/key:Key",
        "id": "k",
        "parent": component["urn"],
    }
    exported = {"deployment": {"resources": [provider, component, policy, mount, shared, key]}}

    state = read_state_holdings(exported, "acme")

    role = Holding(STATE, "vault:index/policy:Policy", "platform/acme", "org-acme", uid=policy["urn"])
    stays = "unmounting it would delete the secrets in it"
    mounted = Holding(STATE, "vault:index/mount:Mount", "platform/acme", "org-acme", uid=mount["urn"], stays=stays)
    aws = Holding(STATE, "aws:kms/key:Key", "", "k", uid=key["urn"])
    assert state.resources == (aws, mounted, role)
    assert state.addresses == {policy["urn"]: "https://vault", mount["urn"]: "https://vault", key["urn"]: ""}
    assert (state.stores, state.organizations, state.updated) == (frozenset({"org-acme"}), frozenset({"acme"}), "")
    assert read_state_holdings(exported, "acme2").resources == ()
    assert read_state_holdings({}, "acme").objects == frozenset()


def _replaced(resource: Object, **fields: object) -> list[Object]:
    """A resource after a replacement whose last step, the deletion of the old one, did not happen."""
    return [resource, {**resource, "delete": True, **fields}]


@pytest.mark.parametrize("order", [1, -1], ids=["new-first", "old-first"])
def test_a_replacement_that_was_interrupted(order: int) -> None:
    component: Object = {
        "urn": _urn("openchoreo:index:Organization", "acme"),
        "type": "openchoreo:index:Organization",
        "inputs": {"organization": "acme"},
    }
    account: Object = {
        "urn": _urn("kubernetes:core/v1:ServiceAccount", "acme"),
        "type": "kubernetes:core/v1:ServiceAccount",
        "id": "new/acme",
        "parent": component["urn"],
    }
    provider: Object = {
        "urn": _urn("pulumi:providers:vault", "vault"),
        "type": "pulumi:providers:vault",
        "id": "2",
        "inputs": {"address": "https://new", "namespace": "new"},
    }
    old: Object = {"id": "1", "inputs": {"address": "https://old", "namespace": "old"}}
    moved: Object = {
        "urn": _urn("vault:index/policy:Policy", "moved"),
        "type": "vault:index/policy:Policy",
        "id": "org-acme",
        "parent": component["urn"],
        "provider": f"{provider['urn']}::2",
    }
    renamed: Object = {**moved, "urn": _urn("vault:index/policy:Policy", "renamed")}
    unknown: Object = {**moved, "urn": _urn("vault:index/policy:Policy", "unknown")}
    resources = [
        *_replaced(component, inputs={"organization": "globex"}),
        *_replaced(account, id="old/acme"),
        *_replaced(provider, **old),
        *_replaced(moved, provider=f"{provider['urn']}::1"),
        *_replaced(renamed, id="org-acme-old"),
        *_replaced(unknown, provider=""),
    ]

    state = read_state_holdings({"deployment": {"resources": resources[::order]}}, "acme")

    assert {(key.namespace, key.name) for key in state.objects} == {("new", "acme"), ("old", "acme")}
    policies = {(item.uid, item.namespace, item.name) for item in state.resources}
    assert policies == {
        (moved["urn"], "new", "org-acme"),
        (moved["urn"], "old", "org-acme"),
        (renamed["urn"], "new", "org-acme"),
        (renamed["urn"], "new", "org-acme-old"),
        (unknown["urn"], "new", "org-acme"),
        (unknown["urn"], "", "org-acme"),
    }
    assert state.addresses == {
        moved["urn"]: "https://new and https://old",
        renamed["urn"]: "https://new",
        unknown["urn"]: "an unknown server and https://new",
    }


@pytest.mark.parametrize(
    ("answer", "place", "status"),
    [
        pytest.param((True, "it is there"), "left", "it is there", id="left"),
        pytest.param((False, ""), "gone", None, id="gone"),
        pytest.param((None, "not asked"), "unchecked", "not asked", id="not asked"),
        pytest.param(
            None,
            "unchecked",
            "not checked: aws kms describe-key --key-id k; AWS deletes it after its waiting period",
            id="not checked",
        ),
    ],
)
def test_resources_of_managers_in_a_receipt(answer: Answer | None, place: str, status: str | None) -> None:
    key = Holding(STATE, "aws:kms/key:Key", "", "k")
    mount = Holding(STATE, "vault:index/mount:Mount", "", "kv", stays="it stays")
    record = Record(STACK, "acme", "t1", {}, Holdings((key, mount)))

    receipt = build_receipt(record, Holdings(), {}, {} if answer is None else {key: answer}, ("", "t2"))

    assert receipt.stays == ((mount, "it stays; not checked"),)
    places = {"left": receipt.left, "gone": receipt.gone, "unchecked": receipt.unchecked}
    assert places.pop(place) == ((key,) if status is None else ((key, status),))
    assert set(places.values()) == {()}
    assert "recorded t1, checked t2" in receipt.format()


def test_an_unknown_resource_is_not_checked() -> None:
    other = Holding(STATE, "random:index/randomId:RandomId", "", "a")
    receipt = build_receipt(Record(STACK, "acme", "t1", {}, Holdings((other,))), Holdings(), {}, {}, ("", "t2"))
    assert receipt.unchecked == ((other, "not checked"),)
