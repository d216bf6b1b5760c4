"""Mistakes in a block of any other manager: every message in full."""

from __future__ import annotations

from datetime import date

import pytest

from components.managers.custom import CustomStore
from tests.unit.managers import (
    ESO,
    custom,
)
from tests.unit.samples import CANARY, Raw, assert_rejected, raw, rejection, settings

NO_NAMESPACE = "set it, or a ClusterSecretStore would use the namespace of each ExternalSecret"
REFERENCE = "use a reference to a Kubernetes Secret"
OVER_SECRETS = 'use a template over webhook.secrets, such as "{{ .login.token }}"'


JSON = "expected strings, numbers, booleans, lists, and mappings with string keys"


def _rejected(store: Raw, problem: str) -> None:
    assert_rejected({"secretStores.default": store}, f"secretStores.default.{problem}")


@pytest.mark.parametrize(
    ("store", "problem"),
    [
        pytest.param({"custom": {}}, "is empty; expected exactly one ESO provider with its block", id="empty"),
        pytest.param(
            {"custom": {"doppler": {}, "gitlab": {}}},
            "has 2 keys (doppler, gitlab); expected exactly one ESO provider with its block",
            id="two",
        ),
        pytest.param(
            {"custom": ["doppler"]},
            'must be a mapping, such as {doppler: {auth: {secretRef: {dopplerToken: {name: "login-{organization}", '
            "namespace: external-secrets, key: token}}}}}",
            id="list",
        ),
        pytest.param(custom("doppler", "x"), "has no block for doppler; expected a mapping", id="no-block"),
        pytest.param(
            custom("fake", {"data": [{"key": "a", "value": CANARY}]}),
            "contains the values of fake in plain text; use the block fake with manualSecrets instead",
            id="fake",
        ),
        *(
            pytest.param(
                custom("delinea", {"tenant": "{organization}", field: {"value": CANARY}}),
                f"has a secret in plain text at delinea.{field}.value; {REFERENCE}",
                id=f"value-of-{field}",
            )
            for field in ("apiKey", "certificateKey", "clientSecret", "password", "secretKey")
        ),
        pytest.param(
            custom("webhook", {"url": "https://{organization}", "headers": {"authorization": f"Bearer {CANARY}"}}),
            f"has a header in plain text at webhook.headers.authorization; {OVER_SECRETS}",
            id="a-login-in-a-header",
        ),
        pytest.param(
            custom("webhook", {"url": "https://{organization}", "headers": {"X-API-Key": CANARY}}),
            f"has a header in plain text at webhook.headers.X-API-Key; {OVER_SECRETS}",
            id="a-key-in-a-header",
        ),
        pytest.param(
            custom("webhook", {"url": "https://{organization}", "headers": {"X-Vault-Token": CANARY}}),
            f"has a header in plain text at webhook.headers.X-Vault-Token; {OVER_SECRETS}",
            id="a-token-in-a-header",
        ),
        pytest.param(
            custom("gitlab", {"auth": {"SecretRef": {"accessToken": {"name": "{organization}", "key": "token"}}}}),
            f"has no namespace at gitlab.auth.SecretRef.accessToken; {NO_NAMESPACE}",
            id="secret-without-namespace",
        ),
        pytest.param(
            custom(
                "akeyless", {"authSecretRef": {"kubernetesAuth": {"serviceAccountRef": {"name": "{organization}"}}}}
            ),
            f"has no namespace at akeyless.authSecretRef.kubernetesAuth.serviceAccountRef; {NO_NAMESPACE}",
            id="account-without-namespace",
        ),
        pytest.param(
            custom("webhook", {"secrets": [{"name": "auth", "secretRef": {"name": "{organization}"}}]}),
            f"has no namespace at webhook.secrets[0].secretRef; {NO_NAMESPACE}",
            id="in-a-list",
        ),
        pytest.param(
            custom("doppler", {"project": "{organization}", "config": None}),
            f"has no value at doppler.config; {JSON}",
            id="nothing",
        ),
        pytest.param(
            custom("doppler", {"list": ["{organization}", float("nan")]}),
            f"has a value that JSON cannot represent at doppler.list[1]; {JSON}",
            id="not-a-number",
        ),
        pytest.param(
            custom("doppler", {"since": date(2026, 1, 1)}),
            f"has a value that JSON cannot represent at doppler.since; {JSON}",
            id="date",
        ),
        pytest.param(
            custom("doppler", {"config": {1: "{organization}"}}),
            f"has a key that is not a string at doppler.config.1; {JSON}",
            id="number-as-key",
        ),
        pytest.param(
            custom("onepassword", {"vaults": {"{organization}": 1, "acme": 2}}),
            'has two keys of one mapping that are equal for the organization "acme"',
            id="keys-that-merge",
        ),
    ],
)
def test_custom(store: Raw, problem: str) -> None:
    _rejected(store, f"custom: {problem}")


def test_unknown_custom_provider_names_the_known_ones() -> None:
    said = rejection(raw({"secretStores.default": custom("onepasword", {})}))
    assert (
        "secretStores.default.custom: has the unknown provider onepasword; expected one of: akeyless, alibaba, aws, "
        in said
    )
    assert "onepassword, onepasswordSDK" in said


def test_webhook_may_fill_a_header() -> None:
    block: Raw = {
        "url": "https://secrets.example/{organization}",
        "headers": {"Authorization": "Bearer {{ .auth.token }}", "Accept": "text/plain"},
        "secrets": [{"name": "auth", "secretRef": {"name": "webhook", "namespace": ESO}}],
    }
    assert settings({"secretStores.default": custom("webhook", block)}).secret_stores["default"].manager == CustomStore(
        {"webhook": block}
    )


def test_headers_of_another_shape_are_left_to_the_operator() -> None:
    block: Raw = {"url": "https://secrets.example/{organization}", "headers": "{{ .auth.headers }}"}
    assert settings({"secretStores.default": custom("webhook", block)}).secret_stores["default"].manager == CustomStore(
        {"webhook": block}
    )
