"""One remote key for two organizations: every spelling of it, and what allows it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, strategies as st

from components.managers.kubernetes import KubernetesServer, KubernetesStore
from components.managers.remote_keys import clean_path, locate_in_vault
from components.managers.secret_store import SecretStoreSettings
from components.schema.text import quote
from tests.unit.deferrable import Later
from tests.unit.managers import AZURE_OWN, GCP_OWN, aws, azure, custom, gcp, vault
from tests.unit.samples import CA_BUNDLE, KUBERNETES, Edits, Raw, assert_rejected, settings

ACCOUNT = "arn:aws:iam::123456789012:role"
OTHER_ACCOUNT = "arn:aws:iam::210987654321:role"
ARN = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:org/git-a1B2c3"
LOGIN = {"kubernetes": {"role": "eso-{organization}"}}
TWO = 'organizations[1] ("globex")'


def _two(first: Raw, key: str, second: Raw | None = None, other: str | None = None, **more: Any) -> Edits:
    """Two organizations, each with one key. None: both have the same store, or the same key."""
    stores = {"default": first} if second is None else {"default": first, "other": second}
    organizations = [
        {"name": "acme", "git": {"remoteKey": key}},
        {"name": "globex", "secretStore": list(stores)[-1], "git": {"remoteKey": key if other is None else other}},
    ]
    return {"secretStores": stores, "organizations": organizations, **more}


def _problem(key: str, spelling: str = "", store: str = "", entry: str = "default") -> str:
    return (
        f'{TWO}: remoteKey {quote(key)} is also read by the organization "acme"{spelling}{store}; use a key of its '
        f"own, or list it in secretStores.{entry}.sharedKeys if both may read it"
    )


def _role(role: str = f"{ACCOUNT}/eso-{{organization}}", **keys: Any) -> Raw:
    return aws(role=role, **keys)


PARAMETERS = _role(service="ParameterStore")
SAME = [
    pytest.param(KUBERNETES, "git", "git", id="kubernetes"),
    pytest.param(_role(), "org/git", "org/git", id="aws"),
    pytest.param(_role(), "org/git", ARN, id="aws-by-its-arn"),
    pytest.param(_role(), ARN, ARN.removesuffix("-a1B2c3"), id="aws-two-forms-of-an-arn"),
    pytest.param(PARAMETERS, "/org/git", "org/git", id="parameter-with-and-without-slash"),
    pytest.param(PARAMETERS, "/org/git", "/org/git:3", id="version-of-a-parameter"),
    pytest.param(vault(LOGIN), "secret/org/git", "secret/data/org/git", id="vault-without-mount"),
    pytest.param(vault(LOGIN), "secret/org/git", "/secret/data/org//git", id="vault-slashes"),
    pytest.param(vault(LOGIN, path="kv"), "org/git", "kv/org/git", id="vault-key-with-mount"),
    pytest.param(vault(LOGIN, path="kv"), "org/git", "kv/data/org/git", id="vault-key-with-mount-and-data"),
    pytest.param(vault(LOGIN, path="kv", version="v1"), "org/git", "kv/org/git", id="vault-version-1"),
    pytest.param(vault(LOGIN, path="kv"), "org/git", "/org/git#2", id="vault-key-with-version"),
    pytest.param(
        azure(
            vaultUrl="https://one.vault.azure.net", serviceAccountRef={"name": "eso-{organization}", "namespace": "eso"}
        ),
        "Git",
        "secret/git",
        id="azure",
    ),
    pytest.param(GCP_OWN, "git", "git", id="gcp"),
    pytest.param(
        custom("doppler", {"project": "p", "auth": {"secretRef": {"name": "x-{organization}", "namespace": "eso"}}}),
        "git",
        "/git#1",
        id="custom",
    ),
]


@pytest.mark.parametrize(("store", "key", "other"), SAME)
def test_one_secret_of_two_organizations(store: Raw, key: str, other: str) -> None:
    spelling = "" if key == other else f" as {quote(key)}"
    assert_rejected(_two(store, key, other=other), _problem(other, spelling))


@pytest.mark.parametrize(("store", "key", "other"), SAME)
def test_a_shared_key_may_be_listed_in_any_spelling(store: Raw, key: str, other: str) -> None:
    for listed in (key, other):
        assert settings(_two({**store, "sharedKeys": [listed]}, key, other=other))


SERVER = {"url": "https://kubernetes.default.svc:443/", "caBundle": CA_BUNDLE}


@pytest.mark.parametrize(
    ("first", "second", "key"),
    [
        pytest.param(KUBERNETES, KUBERNETES, "git", id="a-copy"),
        pytest.param(
            KUBERNETES, {"kubernetes": {"remoteNamespace": "secret-manager", "server": SERVER}}, "git", id="kubernetes"
        ),
        pytest.param(
            vault(LOGIN, server="https://Vault.example:8200/", path="kv"),
            vault(LOGIN, server="https://vault.example:8200", path="kv"),
            "git",
            id="one-server",
        ),
        pytest.param(_role(), _role(f"{ACCOUNT}/other-{{organization}}"), "git", id="one-account"),
    ],
)
def test_two_entries_for_one_place_are_one(first: Raw, second: Raw, key: str) -> None:
    assert_rejected(_two(first, key, second), _problem(key, store=' through the store "default"', entry="other"))
    assert_rejected(
        _two(first, key, {**second, "sharedKeys": [key]}), _problem(key, store=' through the store "default"')
    )
    listed = {"sharedKeys": [key]}
    assert settings(_two({**first, **listed}, key, {**second, **listed}))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param(_role(prefix="org/{organization}/"), None, id="a-prefix-of-each"),
        pytest.param(vault(LOGIN, path="kv-{organization}"), None, id="a-mount-of-each"),
        pytest.param(vault(LOGIN, namespace="{organization}"), None, id="a-namespace-of-each"),
        pytest.param(AZURE_OWN, None, id="a-vault-of-each"),
        pytest.param(gcp(projectID="builds-{organization}"), None, id="a-project-of-each"),
        pytest.param(custom("doppler", {"project": "{organization}"}), None, id="a-custom-place-of-each"),
        pytest.param(_role(), _role(f"{OTHER_ACCOUNT}/eso-{{organization}}"), id="two-accounts"),
        pytest.param(_role(), _role(region="eu-west-1"), id="two-regions"),
        pytest.param(_role(), PARAMETERS, id="two-services"),
        pytest.param(KUBERNETES, {"kubernetes": {"remoteNamespace": "other"}}, id="two-namespaces"),
        pytest.param(
            KUBERNETES,
            {"kubernetes": {"remoteNamespace": "secret-manager", "server": {**SERVER, "url": "https://other"}}},
            id="two-clusters",
        ),
        pytest.param({**KUBERNETES, "scope": "shared"}, None, id="shared-on-purpose"),
        pytest.param({"fake": {"data": [{"key": "x/git", "manual": "gitToken"}]}}, None, id="fake"),
    ],
)
def test_keys_that_are_not_shared(first: Raw, second: Raw | None) -> None:
    key = "x/git" if "fake" in first else "git"
    assert settings(_two(first, key, second))


def test_shared_keys_of_a_shared_store() -> None:
    assert_rejected(
        _two({**KUBERNETES, "scope": "shared", "sharedKeys": ["git"]}, "git"),
        'secretStores.default.sharedKeys: has no effect with scope "shared", which shares every key; leave it out',
    )
    assert_rejected(
        {"secretStores.default": {**KUBERNETES, "sharedKeys": []}},
        "secretStores.default.sharedKeys: is empty; expected at least one entry",
    )


def test_one_organization_may_read_a_key_twice() -> None:
    edits = _two(KUBERNETES, "acme-git", other="globex-git")
    edits["organizations"][0]["registries"] = [{"server": "quay.io", "remoteKey": "acme-git"}]
    assert settings(edits)


@pytest.mark.parametrize(
    ("store", "field", "value"),
    [
        (_role(), "region", "eu-central-1"),
        (_role(), "prefix", "x/"),
        (vault(LOGIN), "server", "https://vault.example"),
        (vault(LOGIN), "path", "kv"),
        (AZURE_OWN, "vault_url", "https://builds.vault.azure.net"),
        (GCP_OWN, "project_id", "builds-prod"),
        (GCP_OWN, "location", "europe-west3"),
    ],
)
def test_nobody_can_tell_where_an_output_leads(store: Raw, field: str, value: str) -> None:
    manager = SecretStoreSettings.model_validate(store).manager
    assert manager.locate("git", "acme") is not None
    assert manager.model_copy(update={field: Later(value)}).locate("git", "acme") is None


def test_an_output_in_a_place_of_another_manager() -> None:
    manager = SecretStoreSettings.model_validate(custom("doppler", {"project": "{organization}"})).manager
    for project in (Later("x"), [Later("x")], {"name": Later("x")}):
        late = manager.model_copy(update={"root": {"doppler": {"project": project}}})
        assert late.locate("git", "acme") is None
    listed = manager.model_copy(update={"root": {"doppler": {"project": ["{organization}"]}}})
    assert listed.locate("git", "acme") != listed.locate("git", "globex")
    server = {"server": {"url": "https://x", "caBundle": CA_BUNDLE}, "remoteNamespace": "n"}
    kubernetes = SecretStoreSettings.model_validate({"kubernetes": server}).manager
    assert kubernetes.locate("git", "acme") == ("kubernetes", "https://x", "n", "git")
    late_server = KubernetesServer(url=Later("https://x"), ca_bundle=CA_BUNDLE)
    assert KubernetesStore(remote_namespace="n", server=late_server).locate("git", "acme") is None


PARTS = st.lists(st.from_regex(r"[a-z0-9._-]{1,6}", fullmatch=True), min_size=1, max_size=4)
SPELLINGS = st.sampled_from(["{}", "/{}", "kv/{}", "/kv/{}", "kv/data/{}", "{}#3", "{}/"])


@given(PARTS, SPELLINGS, SPELLINGS)
def test_every_spelling_of_a_secret_is_one_place(parts: list[str], first: str, second: str) -> None:
    path = "x/" + "/".join(parts)
    places = {locate_in_vault("https://v", "", "kv", "v2", form.format(path)) for form in (first, second)}
    assert places == {("vault", "https://v", clean_path(f"kv/data/{path}"))}


@given(PARTS, PARTS)
def test_two_secrets_are_two_places(one: list[str], other: list[str]) -> None:
    """``acme`` is no part of ``acme2``, nor of ``acme-corp``."""
    places = {locate_in_vault("https://v", "", "kv", "v2", "x/" + "/".join(parts)) for parts in (one, other)}
    assert len(places) == len({tuple(one), tuple(other)})
