"""Which stores a configuration may describe, and what their names must not do to each other."""

from __future__ import annotations

import pytest

from tests.unit.samples import GIT, KUBERNETES, Edits, Raw, acme, message, raw, rejection, settings

FAKE: Raw = {"fake": {"data": [{"key": "acme-git", "manual": "gitToken"}]}}
INCOMPLETE = "is incomplete; allowed is url with one of caBundle and caProvider, or fromKubeconfig: true"
CA: Raw = {"type": "ConfigMap", "name": "ca", "key": "ca.crt", "namespace": "secret-manager"}


def _rejected(edits: Edits, *problems: str) -> None:
    assert rejection(raw(edits)) == message(*problems)


@pytest.mark.parametrize(
    ("edits", "problem"),
    [
        pytest.param({"organizations.0.secretStore": "vault"}, '"vault" under secretStores; known: default', id="one"),
        pytest.param(
            {"organizations.0.secretStore": "vault", "secretStores": {"b": KUBERNETES, "a": KUBERNETES}},
            '"vault" under secretStores; known: a, b',
            id="known-ones-are-sorted",
        ),
        pytest.param({"secretStores": {}}, '"default" under secretStores; known: none is configured', id="none"),
    ],
)
def test_unknown_store(edits: Edits, problem: str) -> None:
    _rejected(edits, f"organizations[0].secretStore: no store {problem}")


def test_manual_credentials_need_no_store() -> None:
    edits = {"secretStores": {}, **acme(git={"manual": "gitToken"})}
    assert settings(edits).secret_stores == {}


@pytest.mark.parametrize(
    ("store", "problem"),
    [
        pytest.param({}, ": has no provider; allowed is exactly one of kubernetes, fake", id="none"),
        pytest.param(
            {**KUBERNETES, **FAKE},
            ": has 2 providers (kubernetes, fake); allowed is exactly one of kubernetes, fake",
            id="two",
        ),
        pytest.param(
            {"kubernetes": {"remoteNamespace": "openchoreo-ci-acme"}},
            '.kubernetes.remoteNamespace: "openchoreo-ci-acme" is the build namespace of an organization; '
            "builds could read every secret there",
            id="builds-run-in-it",
        ),
    ],
)
def test_store(store: Raw, problem: str) -> None:
    _rejected({"secretStores.default": store}, f"secretStores.default{problem}")


@pytest.mark.parametrize(
    ("server", "problem"),
    [
        pytest.param({}, INCOMPLETE, id="empty"),
        pytest.param({"url": "https://api"}, INCOMPLETE, id="no-ca"),
        pytest.param({"caBundle": "Q0E="}, INCOMPLETE, id="no-url"),
        pytest.param({"url": "https://api", "caBundle": "Q0E=", "caProvider": CA}, INCOMPLETE, id="two-cas"),
        pytest.param(
            {"fromKubeconfig": True, "url": "https://api"},
            "fromKubeconfig brings url and CA; leave url, caBundle and caProvider out",
            id="url-twice",
        ),
    ],
)
def test_server(server: Raw, problem: str) -> None:
    _rejected({"secretStores.default.kubernetes.server": server}, f"secretStores.default.kubernetes.server: {problem}")


@pytest.mark.parametrize(
    ("stores", "name"),
    [
        pytest.param({"a": KUBERNETES, "a-b": KUBERNETES}, "a-b-c", id="two-organizations-of-two-stores"),
        pytest.param(
            {"a": KUBERNETES, "a-b": {}, "a-b-c": {**KUBERNETES, "scope": "shared"}}, "a-b-c", id="one-is-shared"
        ),
    ],
)
def test_no_two_stores_make_one_cluster_secret_store(stores: Raw, name: str) -> None:
    """Merged, the two organizations would read each other's secrets."""
    other = "a-b" if stores["a-b"] else "a-b-c"
    users = [{"name": "b-c", "secretStore": "a", "git": GIT}, {"name": "c", "secretStore": other, "git": GIT}]
    used = {key: store for key, store in stores.items() if store}
    said = rejection(raw({"secretStores": used, "organizations": users}))
    assert "  - organizations[1].secretStore: " in said
    assert f'"{name}"' in said


@pytest.mark.parametrize(
    ("store", "length"),
    [
        pytest.param(KUBERNETES, 245, id="with-organization"),
        pytest.param({**KUBERNETES, "scope": "shared"}, 250, id="shared"),
    ],
)
def test_identity_of_a_store_has_a_valid_name(store: Raw, length: int) -> None:
    """Its ServiceAccount is named like the store with `eso-` in front."""
    name = "s" * length
    said = rejection(raw({"secretStores": {name: store}, "organizations.0.secretStore": name}))
    assert said.startswith(message("organizations[0].secretStore: ").rstrip())
