"""The place of a remote key: every spelling of a secret has one, and what nobody can tell may be any."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from components.managers.kubernetes import KubernetesServer, KubernetesStore
from components.managers.remote_keys import (
    PlaceIndex,
    RemotePlace,
    clean_address,
    clean_path,
    locate_in_aws,
    locate_in_vault,
    overlap,
)
from components.managers.secret_store import SecretStoreSettings
from components.schema.text import quote
from tests.unit.deferrable import Later
from tests.unit.managers import AZURE_OWN, GCP_OWN, aws, custom, vault
from tests.unit.samples import CA_BUNDLE, Raw, assert_rejected, settings

ROLE = "arn:aws:iam::123456789012:role/x"
LOGIN = {"kubernetes": {"role": "eso-{organization}"}}


@pytest.mark.parametrize(
    ("store", "field", "value", "place"),
    [
        (aws(role=ROLE), "region", "eu-central-1", ("SecretsManager", None, "123456789012", "git")),
        (aws(role=ROLE), "role", ROLE, ("SecretsManager", "eu-central-1", None, "git")),
        (aws(role=ROLE), "prefix", "x/", None),
        (vault(LOGIN), "server", "https://vault.example", ("vault", None, "git/data")),
        (vault(LOGIN), "path", "kv", None),
        (AZURE_OWN, "vault_url", "https://builds.vault.azure.net", ("azure", None, "git")),
        (GCP_OWN, "project_id", "builds-prod", ("gcp", None, None, "", "git")),
        (GCP_OWN, "location", "europe-west3", ("gcp", "secrets-prod", None, None, "git")),
    ],
)
def test_an_output_in_a_place_may_be_any_text(store: Raw, field: str, value: str, place: RemotePlace | None) -> None:
    """A name that an output begins with is no place at all."""
    manager = SecretStoreSettings.model_validate(store).manager
    assert None not in (manager.locate("git", "acme") or (None,))[:2]
    assert manager.model_copy(update={field: Later(value)}).locate("git", "acme") == place


@pytest.mark.parametrize(
    ("block", "place"),
    [
        ({"doppler": {"project": Later("x")}}, ("custom", "doppler", None, "git")),
        ({"doppler": {"project": [Later("x")]}}, ("custom", "doppler", None, "git")),
        ({"doppler": {"project": {"name": Later("x")}}}, ("custom", "doppler", None, "git")),
        ({"doppler": {}}, ("custom", "doppler", "[]", "git")),
        (
            {"aws": {"service": "SecretsManager", "region": Later("x"), "role": ROLE}},
            ("SecretsManager", None, "123456789012", "git"),
        ),
        ({"aws": {"service": "SecretsManager", "prefix": Later("x")}}, None),
        ({"azurekv": {"vaultUrl": Later("x")}}, ("azure", None, "git")),
        ({"gcpsm": {"projectID": "acme-prod"}}, ("gcp", "acme-prod", None, "", "git")),
        ({"kubernetes": {"server": {"url": Later("x")}}}, ("kubernetes", None, "default", "git")),
        ({"kubernetes": {"remoteNamespace": "n"}}, ("kubernetes", "", "n", "git")),
        ({"kubernetes": {"server": {"url": "https://kubernetes.default"}}}, ("kubernetes", "", "default", "git")),
        ({"vault": {"server": Later("x"), "version": "v1", "path": "kv"}}, ("vault", None, "kv/git")),
        ({"vault": {"server": "https://v", "path": Later("x")}}, None),
        ({"vault": {"server": "https://v", "namespace": Later("x")}}, None),
    ],
)
def test_place_in_a_block_of_eso(block: Raw, place: RemotePlace | None) -> None:
    manager = SecretStoreSettings.model_validate(custom("doppler", {"project": "{organization}"})).manager
    assert manager.model_copy(update={"root": block}).locate("git", "acme") == place


def test_place_in_kubernetes() -> None:
    listed = SecretStoreSettings.model_validate(custom("doppler", {"project": ["{organization}"]})).manager
    assert listed.locate("git", "acme") != listed.locate("git", "globex")
    server = {"server": {"url": "https://x", "caBundle": CA_BUNDLE}, "remoteNamespace": "n"}
    kubernetes = SecretStoreSettings.model_validate({"kubernetes": server}).manager
    assert kubernetes.locate("git", "acme") == ("kubernetes", "https://x", "n", "git")
    late_server = KubernetesServer(url=Later("https://x"), ca_bundle=CA_BUNDLE)
    late = KubernetesStore(remote_namespace="n", server=late_server)
    assert late.locate("git", "acme") == ("kubernetes", None, "n", "git")
    assert not late.reads_own_cluster


NAMES = st.from_regex(r"(?!\.{1,2}$)[a-z0-9._-]{1,6}", fullmatch=True)
PARTS = st.lists(NAMES, min_size=1, max_size=4)
SPELLINGS = st.sampled_from(["{}", "kv/{}", "kv/data/{}", "{}#3", "{}/", "./{}", "a/../{}", "{}/.", "//{}"])


@given(PARTS, SPELLINGS, SPELLINGS)
def test_every_spelling_of_a_secret_is_one_place(parts: list[str], first: str, second: str) -> None:
    path = "x/" + "/".join(parts)
    places = {locate_in_vault("https://v", "", "kv", "v2", form.format(path)) for form in (first, second)}
    assert places == {("vault", "https://v", clean_path(f"kv/data/{path}"))}


@given(PARTS)
def test_a_slash_in_front_hides_the_mount(parts: list[str]) -> None:
    """Source: ``buildPath`` of ESO removes a mount only where the key begins with it."""
    path = "/".join(parts)
    assert locate_in_vault("https://v", "", "kv", "v2", f"/kv/{path}") == ("vault", "https://v", f"kv/data/kv/{path}")
    assert locate_in_vault("https://v", "", "kv", "v2", f"kv/kv/{path}") == ("vault", "https://v", f"kv/data/kv/{path}")


@given(PARTS, PARTS)
def test_two_secrets_are_two_places(one: list[str], other: list[str]) -> None:
    """``acme`` is no part of ``acme2``, nor of ``acme-corp``."""
    places = {locate_in_vault("https://v", "", "kv", "v2", "x/" + "/".join(parts)) for parts in (one, other)}
    assert len(places) == len({tuple(one), tuple(other)})


HOSTS = st.from_regex(r"[a-z][a-z0-9]{0,5}(\.[a-z][a-z0-9]{0,5}){0,2}", fullmatch=True)
PORTS = st.sampled_from(["", ":443", ":", ":0443"])
ENDS = st.sampled_from(["", "/", "//", "/a/..", "/."])


@given(HOSTS, st.booleans(), st.sampled_from(["", "."]), PORTS, ENDS, st.sampled_from(["", "me@", "me:word@"]))
def test_every_spelling_of_a_server_is_one_address(
    host: str, upper: bool, dot: str, port: str, end: str, user: str
) -> None:
    spelling = f"{user}{host.upper() if upper else host}{dot}{port}{end}"
    assert clean_address(f"{'HTTPS' if upper else 'https'}://{spelling}") == f"https://{host}"


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://v:8200", "https://v:8200"),
        ("http://v:443", "http://v:443"),
        ("http://v:80", "http://v"),
        ("https://v/Path/", "https://v/Path"),
        ("https://[0:0::1]:443", "https://::1"),
        ("https://b\u00fccher.example", "https://xn--bcher-kva.example"),
        ("https://v:port/", "https://v:port"),
        ("", "://"),
    ],
)
def test_address_of_a_server(address: str, expected: str) -> None:
    assert clean_address(address) == expected


@pytest.mark.parametrize(
    ("service", "name", "place"),
    [
        ("ParameterStore", "/aws/reference/secretsmanager/org/git", ("SecretsManager", "r", "1", "org/git")),
        ("ParameterStore", "aws/reference/secretsmanager/org/git:3", ("SecretsManager", "r", "1", "org/git")),
        ("ParameterStore", "arn:aws:ssm:q:2:parameter/org/git", ("ParameterStore", "q", "2", "org/git")),
        ("SecretsManager", "team-github", ("SecretsManager", "r", "1", "team-github")),
        (
            "SecretsManager",
            "arn:aws:secretsmanager:q:2:secret:team-github",
            ("SecretsManager", "q", "2", frozenset({"team", "team-github"})),
        ),
        ("SecretsManager", "arn:aws:secretsmanager:q:2:secret:git", ("SecretsManager", "q", "2", "git")),
    ],
)
def test_place_in_aws(service: str, name: str, place: RemotePlace) -> None:
    assert locate_in_aws(service, "r", "1", name) == place


PART = st.sampled_from(["a", "b", None, frozenset({"a", "c"})])
LAST = st.sampled_from(["a", "b", frozenset({"a", "c"})])
PLACE = st.one_of(st.tuples(PART, LAST), st.tuples(PART, PART, LAST))


@given(st.lists(PLACE, max_size=8), PLACE)
def test_the_index_finds_what_may_be_one_secret(places: list[RemotePlace], place: RemotePlace) -> None:
    assert set(PlaceIndex(places).find(place)) == {other for other in places if overlap(place, other)}
    assert set(PlaceIndex([*places, place]).find(place)) == {place, *PlaceIndex(places).find(place)}


@given(PLACE, PLACE)
def test_overlap_has_no_direction(one: RemotePlace, other: RemotePlace) -> None:
    assert overlap(one, one)
    assert overlap(one, other) == overlap(other, one)


ODD = (
    "has an empty part, . or .., so Vault's client requests another path; expected names between single slashes, "
    "without / at the ends"
)


@pytest.mark.parametrize(
    "key", ["org/./git", "../globex/git", "acme/..", "/org/git", "org//git", "org/git/", "git#/../x"]
)
@pytest.mark.parametrize(
    "store",
    [
        vault(LOGIN, path="kv"),
        custom("vault", {"server": "https://v", "auth": {"kubernetes": {"role": "{organization}"}}}),
    ],
)
def test_a_path_that_the_client_of_vault_changes_is_refused(store: Raw, key: str) -> None:
    assert_rejected(
        {"secretStores.default": store, "organizations.0.git": {"remoteKey": key}},
        f'organizations[0] ("acme"): remoteKey {quote(key)} {ODD} (store "default")',
    )


def test_a_path_of_another_provider() -> None:
    store = {"secretStores.default": custom("doppler", {"project": "{organization}"})}
    assert_rejected(
        {**store, "organizations.0.git": {"remoteKey": "/a/../b"}},
        'organizations[0] ("acme"): remoteKey "/a/../b" has . or .. as part of its path, which may lead to another '
        'secret; use the path without it (store "default")',
    )
    assert settings({**store, "organizations.0.git": {"remoteKey": "/a//b.c/..d"}})


@pytest.mark.parametrize("path", ["..", ".", "kv/..", "./kv", "a/../b"])
def test_a_mount_that_the_client_of_vault_changes_is_refused(path: str) -> None:
    for field in ("path", "namespace"):
        assert_rejected(
            {"secretStores.default": vault(LOGIN, **{field: path})},
            f"secretStores.default.vault.{field}: {quote(path)} is not a path of Vault; expected <name>[/<name>...], "
            "without / at the ends",
        )
    assert settings({"secretStores.default": vault(LOGIN, path="..kv/.a/b..")})


@pytest.mark.parametrize(
    ("server", "shown"),
    [
        ("https://me@vault.example", "(value not shown)"),
        ("https://vault.example?a=b", quote("https://vault.example?a=b")),
        ("https://vault.example/#a", quote("https://vault.example/#a")),
    ],
)
def test_an_address_with_more_than_a_server_is_refused(server: str, shown: str) -> None:
    assert_rejected(
        {"secretStores.default": vault(LOGIN, server=server)},
        f"secretStores.default.vault.server: {shown} is not an address; expected an address such as "
        "https://vault.acme.example:8200, without a user",
    )
