"""Stores of a configuration: valid entries, and names that would collide."""

from __future__ import annotations

import pytest

from tests.unit.samples import (
    AT_ACME,
    CA_BUNDLE,
    GIT,
    KUBERNETES,
    MANAGER_KEYS,
    Edits,
    Raw,
    acme,
    assert_rejected,
    settings,
)

FAKE: Raw = {"fake": {"data": [{"key": "acme-git", "manual": "gitToken"}]}}
INCOMPLETE = "is incomplete; use url with one of caBundle and caProvider, or fromKubeconfig: true"
CA: Raw = {"type": "ConfigMap", "name": "ca", "key": "ca.crt", "namespace": "secret-manager"}


@pytest.mark.parametrize(
    ("edits", "problem"),
    [
        pytest.param(
            {"organizations.0.secretStore": "vault"}, '"vault" under secretStores; configured: default', id="one"
        ),
        pytest.param(
            {"organizations.0.secretStore": "vault", "secretStores": {"b": KUBERNETES, "a": KUBERNETES}},
            '"vault" under secretStores; configured: a, b',
            id="known-ones-are-sorted",
        ),
        pytest.param({"secretStores": {}}, '"default" under secretStores; configured: none', id="none"),
    ],
)
def test_unknown_store(edits: Edits, problem: str) -> None:
    assert_rejected(edits, f"{AT_ACME}.secretStore: no store {problem}")


def test_manual_credentials_need_no_store() -> None:
    edits = {"secretStores": {}, **acme(git={"manual": "gitToken"})}
    assert settings(edits).secret_stores == {}


@pytest.mark.parametrize(
    ("store", "problem"),
    [
        pytest.param({}, f": has no provider; expected exactly one of {MANAGER_KEYS}", id="none"),
        pytest.param(
            {**KUBERNETES, **FAKE},
            f": has 2 providers (fake, kubernetes); expected exactly one of {MANAGER_KEYS}",
            id="two",
        ),
        pytest.param(
            {"kubernetes": {"remoteNamespace": "openchoreo-ci-acme"}},
            '.kubernetes.remoteNamespace: "openchoreo-ci-acme" is the build namespace of an organization, '
            "whose builds could read, use or replace what is in it; use another namespace",
            id="builds-run-in-it",
        ),
    ],
)
def test_store(store: Raw, problem: str) -> None:
    assert_rejected({"secretStores.default": store}, f"secretStores.default{problem}")


@pytest.mark.parametrize(
    ("server", "problem"),
    [
        pytest.param({}, INCOMPLETE, id="empty"),
        pytest.param({"url": "https://api"}, INCOMPLETE, id="no-ca"),
        pytest.param({"caBundle": CA_BUNDLE}, INCOMPLETE, id="no-url"),
        pytest.param({"url": "https://api", "caBundle": CA_BUNDLE, "caProvider": CA}, INCOMPLETE, id="two-cas"),
        pytest.param(
            {"fromKubeconfig": True, "url": "https://api"},
            "fromKubeconfig sets url and CA; leave out url, caBundle and caProvider",
            id="url-twice",
        ),
    ],
)
def test_server(server: Raw, problem: str) -> None:
    assert_rejected(
        {"secretStores.default.kubernetes.server": server}, f"secretStores.default.kubernetes.server: {problem}"
    )


@pytest.mark.parametrize(
    ("stores", "second"),
    [
        pytest.param({"a": KUBERNETES, "a-b": KUBERNETES}, "a-b", id="of-an-organization-each"),
        pytest.param({"a": KUBERNETES, "a-b-c": {**KUBERNETES, "scope": "shared"}}, "a-b-c", id="one-is-shared"),
    ],
)
def test_two_stores_that_make_one_name(stores: Raw, second: str) -> None:
    """Merged, the two organizations would read each other's secrets."""
    users = [
        {"name": "b-c", "secretStore": "a", "git": GIT},
        {"name": "c", "secretStore": second, "git": {"remoteKey": "c-git"}},
    ]
    assert_rejected(
        {"secretStores": stores, "organizations": users},
        f'organizations[1] ("c").secretStore: "{second}" has the same ClusterSecretStore "a-b-c" as the store "a"; '
        "rename one of the two entries",
    )


@pytest.mark.parametrize(
    ("scope", "length"),
    [pytest.param("organization", 245, id="with-the-organization"), pytest.param("shared", 250, id="alone")],
)
def test_identity_of_a_store_has_a_valid_name(scope: str, length: int) -> None:
    """Its ServiceAccount is named like the store with `eso-` in front."""
    name = "s" * length
    assert_rejected(
        {"secretStores": {name: {**KUBERNETES, "scope": scope}}, "organizations.0.secretStore": name},
        f"{AT_ACME}.secretStore: gives a ClusterSecretStore a name of 250 characters; the maximum is 249",
    )


def test_longest_name_of_a_store() -> None:
    name = "s" * 244
    assert settings({"secretStores": {name: KUBERNETES}, "organizations.0.secretStore": name}).secret_stores.keys() == {
        name
    }
