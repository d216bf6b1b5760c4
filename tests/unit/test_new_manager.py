"""A new secret manager is one class: this one goes from YAML to its manifests, and no other module mentions it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Annotated, Any, ClassVar

import pytest

from components.managers.manager import PlannedStore, StoreInputs, TypedManager
from components.managers.references import SecretKeyRef, StoreServiceAccount
from components.managers.registry import list_managers, register, register_temporarily
from components.managers.rendering import build_account_reference, build_provider_block, build_service_account, dump
from components.managers.secret_store import SecretStoreSettings
from components.managers.tariff import Place, Tariff, per_10_000
from components.manifests import Manifest
from components.openchoreo.v0_9 import V0_9
from components.plan.stack import plan_stack
from components.polling.estimate import estimate_polling
from components.schema.placeholder import must_match_template
from tests.unit.built import manifests
from tests.unit.samples import AT_ACME, MANAGER_KEYS, STORE_KEYS, Raw, acme, assert_rejected, raw, rejection, settings


def _vault(name: str) -> str | None:
    return "is longer than 12 characters" if len(name) > 12 else None


class StrongboxStore(TypedManager):
    """Strongbox, a manager that exists in this test only."""

    settings_key: ClassVar[str] = "strongbox"
    provider_key: ClassVar[str] = "strongboxsm"
    docs_page: ClassVar[str] = "stores/strongbox.md"
    tariff: ClassVar[Tariff] = Tariff("Strongbox", per_10_000("0.10"), Fraction("0.20"), Fraction(50))

    vault_name: Annotated[str, must_match_template(r"[a-z-]+", "a vault: lower-case letters and hyphens", _vault)]
    """Name of the vault; may contain ``{organization}``."""
    service_account: StoreServiceAccount | None = None
    """Account that the stack creates."""
    token: SecretKeyRef | None = None
    """Token in a Secret."""

    @property
    def isolation_fields(self) -> tuple[str, ...] | None:
        return ("vaultName", "token")

    def key_problem(self, key: str, organization: str) -> str | None:
        return None if re.fullmatch(r"[a-z-]+", key) else "is not a name of Strongbox: lower-case letters and hyphens"

    def identity(self, planned: PlannedStore) -> list[Manifest]:
        return build_service_account(planned, self.service_account, {"strongbox.example/vault": self.vault_name})

    def provider(self, planned: PlannedStore, inputs: StoreInputs) -> dict[str, Any]:
        account = build_account_reference(planned, self.service_account, None)
        block = build_provider_block(planned, vault=self.vault_name, serviceAccountRef=account, token=dump(self.token))
        return {self.provider_key: block}

    @classmethod
    def place_of(cls, block: Mapping[str, Any]) -> Place:
        return Place(cls.tariff, where=block["vault"])


STORE: Raw = {"strongbox": {"vaultName": "{organization}-sb", "serviceAccount": {"identityNamespace": "operators"}}}
EDITS: Raw = {"secretStores.default": STORE}
WITH_STRONGBOX = ", ".join(sorted([*MANAGER_KEYS.split(", "), "strongbox"]))
LABELS = {"app.kubernetes.io/managed-by": "openchoreo-secrets"}
OF_ACME = {**LABELS, "openchoreo.dev/organization": "acme"}


@pytest.fixture(autouse=True)
def _registered() -> Iterator[None]:
    with register_temporarily(StrongboxStore):
        yield


def test_manifests() -> None:
    (account, store) = [made for made in manifests(settings(EDITS)) if made["kind"] != "ExternalSecret"]
    assert account == {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": {
            "name": "eso-default-acme",
            "namespace": "operators",
            "labels": LABELS,
            "annotations": {"strongbox.example/vault": "acme-sb"},
        },
    }
    assert store == {
        "apiVersion": "external-secrets.io/v1",
        "kind": "ClusterSecretStore",
        "metadata": {"name": "default-acme", "labels": OF_ACME},
        "spec": {
            "provider": {
                "strongboxsm": {
                    "vault": "acme-sb",
                    "serviceAccountRef": {"name": "eso-default-acme", "namespace": "operators"},
                }
            },
            "conditions": [{"namespaces": ["openchoreo-ci-acme"]}],
        },
    }


def test_the_settings_of_a_program() -> None:
    store = SecretStoreSettings(strongbox=StrongboxStore(vault_name="{organization}-sb"))
    assert store.manager == StrongboxStore(vault_name="{organization}-sb")
    assert (
        SecretStoreSettings.model_fields["strongbox"].description
        == "Strongbox, a manager that exists in this test only."
    )


@pytest.mark.parametrize(
    ("edits", "problem"),
    [
        pytest.param(
            {**EDITS, **acme(git={"remoteKey": "acme_git"})},
            f'{AT_ACME}: remoteKey "acme_git" is not a name of Strongbox: lower-case letters and hyphens '
            '(store "default")',
            id="key",
        ),
        pytest.param(
            {"secretStores.default": {"strongbox": {"vaultName": "all"}}},
            "secretStores.default.strongbox: gives all organizations the same access, so each could read the others' "
            'secrets; use {organization} in vaultName or token, or scope "shared", or sharedAccess: true if the '
            "manager itself isolates them",
            id="isolation",
        ),
        pytest.param(
            {"secretStores.default": {"strongbox": {**STORE["strongbox"], "vaultNam": "x"}}},
            'secretStores.default.strongbox.vaultNam: unknown key; did you mean "vaultName"? expected one of: '
            "vaultName, serviceAccount, token",
            id="misspelt-key",
        ),
        pytest.param(
            {"secretStores.default": {"strongbox": {"vaultName": "a{organization}"}}, **acme(git={"remoteKey": "git"})}
            | {"organizations.0.name": "a-long-organization"},
            'secretStores.default.strongbox.vaultName: "aa-long-organization" of the organization '
            '"a-long-organization" is longer than 12 characters',
            id="filled-in",
        ),
        pytest.param(
            {"secretStores.default": {"strongbox": {"vaultName": "{organization}-1"}}},
            'secretStores.default.strongbox.vaultName: "{organization}-1" is not a vault: lower-case letters and '
            "hyphens",
            id="field",
        ),
        pytest.param(
            {
                "secretStores.default": {
                    "strongbox": {
                        "vaultName": "builds",
                        "token": {"name": "{organization}", "namespace": "openchoreo-ci-acme", "key": "token"},
                    }
                }
            },
            'secretStores.default.strongbox.token.namespace: "openchoreo-ci-acme" is the build namespace of an '
            "organization, whose builds could read, use or replace what is in it; use another namespace",
            id="beside-builds",
        ),
    ],
)
def test_refusals(edits: Raw, problem: str) -> None:
    assert_rejected(edits, problem)


def test_the_managers_are_listed() -> None:
    assert f"has no provider; expected exactly one of {WITH_STRONGBOX}" in rejection(raw({"secretStores.default": {}}))


@pytest.mark.parametrize("block", [STORE, {"custom": {"strongboxsm": {"vault": "{organization}-sb"}}}])
def test_load(block: Raw, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its prices and its quota are in the estimate, for a custom block of the same provider too."""
    monkeypatch.setattr("components.managers.custom.PROVIDERS", {"strongboxsm"})
    (load,) = estimate_polling(
        plan_stack(settings({"secretStores.default": block, "refreshInterval": "10s"}), V0_9)
    ).stores
    assert load.tariff is StrongboxStore.tariff
    assert (load.quota_share, load.keys_dollars) == (Fraction(1, 500), Fraction("0.20"))


def test_a_manager_without_a_rule_for_keys_can_have_every_key() -> None:
    class FreeStore(StrongboxStore):
        def key_problem(self, key: str, organization: str) -> str | None:
            return TypedManager.key_problem(self, key, organization)

    assert FreeStore(vault_name="sb").key_problem("../Any key", "acme") is None


def test_one_manager_for_each_key() -> None:
    class OtherStore(StrongboxStore):
        settings_key: ClassVar[str] = "other"

    with pytest.raises(ValueError, match=r"^OtherStore has the settings key or the provider key of StrongboxStore$"):
        register(OtherStore)
    assert OtherStore not in list_managers()


def test_unregistering() -> None:
    """After its ``with`` statement a manager is an unknown key again."""

    class OtherStore(StrongboxStore):
        settings_key: ClassVar[str] = "other"
        provider_key: ClassVar[str] = "othersm"

    with register_temporarily(OtherStore):
        assert settings({"secretStores.default": {"other": STORE["strongbox"]}})
    assert_rejected(
        {"secretStores.default": {"other": STORE["strongbox"]}},
        f"secretStores.default.other: unknown key; expected one of: {STORE_KEYS.replace(MANAGER_KEYS, WITH_STRONGBOX)}",
    )
