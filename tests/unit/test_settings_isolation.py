"""``isolation``: what each word refuses, and what it warns about; every message in full."""

from __future__ import annotations

from typing import Any

import pytest

from components.errors import SettingsError
from components.openchoreo import Release
from components.settings.parsing import parse
from components.settings.warnings import list_warnings
from tests.unit.managers import AZURE_OWN, GCP_OWN, VAULT_OWN, aws, azure, custom, gcp, vault
from tests.unit.releases import in_words, on_each_release, word
from tests.unit.samples import (
    AT_ACME,
    GIT,
    KUBERNETES,
    Edits,
    Raw,
    assert_rejected,
    on_every_plane,
    raw,
    settings,
)


@pytest.mark.parametrize(
    ("isolation", "scope", "expected"),
    [
        pytest.param("shared", {}, "default", id="shared"),
        pytest.param("shared", {"scope": "organization"}, "default-acme", id="organization-under-shared"),
        pytest.param("store", {}, "default-acme", id="store"),
        pytest.param("store", {"scope": "shared"}, "default", id="shared-under-store"),
        pytest.param("strict", {}, "default-acme", id="strict"),
        pytest.param("strict", {"scope": "organization"}, "default-acme", id="organization-under-strict"),
    ],
)
def test_isolation_decides_the_scope_of_an_entry_without_one(isolation: str, scope: Raw, expected: str) -> None:
    valid = settings({"isolation": isolation, "secretStores.default": {**KUBERNETES, **scope}})
    assert valid.cluster_store_name(valid.organizations[0], "default") == expected


def test_strict_refuses_what_is_shared() -> None:
    assert_rejected(
        {"isolation": "strict", "secretStores": {"one": {**KUBERNETES, "scope": "shared"}, "default": KUBERNETES}},
        'secretStores.one.scope: "shared" lets all organizations use one store, which isolation: strict refuses; '
        "remove it, or use isolation: store",
    )
    assert_rejected(
        {"isolation": "strict", "secretStores.default": {"sharedAccess": True, **aws()}},
        "secretStores.default.sharedAccess: true accepts that the block does not keep organizations apart, which "
        "isolation: strict refuses; give each organization its own access with {organization}, or use isolation: store",
    )


def test_a_placeholder_under_isolation_shared() -> None:
    assert_rejected(
        {"isolation": "shared", "secretStores.default": VAULT_OWN},
        "secretStores.default.vault.auth.kubernetes.role: has {organization}, but several organizations share the "
        'store; use scope "organization"',
    )


def test_unknown_isolation() -> None:
    assert_rejected({"isolation": "none"}, 'isolation: "none" must be one of shared, store, strict')


def _pull(key: str, **keys: Any) -> Raw:
    return {"componentTypes": ["service"], "delivery": "namespace", "dockerConfig": {"remoteKey": key}, **keys}


SHARED_BLOCKS = [
    pytest.param(KUBERNETES, id="kubernetes"),
    pytest.param(aws(), id="aws"),
    pytest.param(vault({"kubernetes": {"role": "eso"}}), id="vault"),
    pytest.param(azure(vaultUrl="https://kv-all.vault.azure.net"), id="azure"),
    pytest.param(gcp(), id="gcp"),
    pytest.param(custom("doppler", {"project": "p"}), id="custom"),
]


def _sharing(count: int, **more: Any) -> Edits:
    """Organizations with a pull secret each."""
    names = [f"o{number}" for number in range(count)]
    organizations = [
        {"name": name, "git": {"remoteKey": f"{name}-git"}, "pullSecret": _pull(f"{name}-pull")} for name in names
    ]
    return {**on_every_plane(), "organizations": organizations, **more}


ALL = "read through one store, so each organization can read the credentials of all others there"
OWN = "for a store and an identity of each organization, use"


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        pytest.param(
            _sharing(2, isolation="shared"),
            f"secretStores.default: builds of o0, o1 and workloads of o0, o1 {ALL}; {OWN} isolation: store",
            id="isolation",
        ),
        pytest.param(
            _sharing(7, **{"secretStores.default": {**KUBERNETES, "scope": "shared"}}),
            "secretStores.default: builds of o0, o1, o2, o3, o4, 2 more and workloads of o0, o1, o2, o3, o4, 2 more "
            f"{ALL}; {OWN} scope: organization",
            id="scope-under-store",
        ),
        pytest.param(
            {
                "isolation": "shared",
                "secretStores.default": aws(),
                "organizations": [{"name": name, "git": {"remoteKey": f"{name}-git"}} for name in ("acme", "globex")],
            },
            f"secretStores.default: builds of acme, globex {ALL}, and everything else that its identity may read; "
            f"{OWN} isolation: store",
            id="an-identity-of-the-user",
        ),
    ],
)
def test_shared_stores_are_named(edits: Edits, expected: str) -> None:
    assert list(list_warnings(settings(edits))) == [expected]


@pytest.mark.parametrize("count", [1, 2])
def test_one_identity_for_builds_and_workloads_of_a_shared_store(count: int) -> None:
    store = {"scope": "shared", **vault({"kubernetes": {"role": "eso"}})}
    found = list(list_warnings(settings(_sharing(count, **{"secretStores.default": store}))))
    names = [f"o{number}" for number in range(count)]
    assert found[0] == (
        "secretStores.default: has one identity for builds and for workloads, so workloads of "
        f"{', '.join(names)} can read the credentials of builds of {', '.join(names)}; use an entry of its own whose "
        "identity may read pull secrets only, such as pullSecret.secretStore: default-pull"
    )
    more = [f"secretStores.default: builds of o0, o1 and workloads of o0, o1 {ALL}, and everything else that its "]
    assert found[1:] == [f"{line}identity may read; {OWN} scope: organization" for line in more if count > 1]


SHARED_ROLE = vault({"kubernetes": {"role": "eso"}})


def test_entries_with_one_identity_are_one_store() -> None:
    """Also if no entry alone serves two organizations."""
    stores = {"default": SHARED_ROLE, "other": SHARED_ROLE, "third": SHARED_ROLE, "own": aws()}
    organizations = [
        {"name": "acme", "git": {"remoteKey": "a"}},
        {
            "name": "globex",
            "secretStore": "other",
            "git": {"remoteKey": "b"},
            "pullSecret": _pull("c", secretStore="own"),
        },
    ]
    edits = {**on_every_plane(), "isolation": "shared", "secretStores": stores, "organizations": organizations}
    assert list(list_warnings(settings(edits))) == [
        (
            "secretStores.default: has the same block as secretStores.other, so builds of acme, globex read with one "
            "identity, and each of them can read the credentials of all others there; give each entry an identity of "
            "its own"
        )
    ]


@pytest.mark.parametrize("store", SHARED_BLOCKS)
def test_every_manager_warns_once_with_names(store: Raw) -> None:
    organizations = [{"name": name, "git": {"remoteKey": f"{name}-git"}} for name in ("acme", "globex")]
    found = list(
        list_warnings(settings({"isolation": "shared", "secretStores.default": store, "organizations": organizations}))
    )
    more = "" if store == KUBERNETES else ", and everything else that its identity may read"
    assert found == [f"secretStores.default: builds of acme, globex {ALL}{more}; {OWN} isolation: store"]


def test_a_shared_store_of_one_organization_is_no_risk() -> None:
    assert list(list_warnings(settings({"isolation": "shared"}))) == []


COPY = {**VAULT_OWN, "retrySettings": {"maxRetries": 3}}


def _reading(store: Raw, pull: Raw, **more: Any) -> Edits:
    edits = on_every_plane(git={"remoteKey": "acme/git"}, pullSecret=pull)
    return {**edits, "secretStores": {"default": store, "copy": COPY, "own": vault({"kubernetes": _OTHER})}, **more}


_OTHER = {"role": "pull-{organization}", "serviceAccount": {"identityNamespace": "external-secrets"}}
BOTH = (
    "one identity for builds and for workloads, so every namespace of acme's workloads can read the credentials of its"
)
ONLY = "builds; use an entry of its own, such as default-pull, whose identity may read the pull secret only"
COPIED = 'builds; give "copy" an identity that may read the pull secret only'


@on_each_release
@pytest.mark.parametrize("isolation", ["store", "strict"])
@pytest.mark.parametrize(
    ("pull", "path", "entries"),
    [
        pytest.param(_pull("acme/pull"), "secretStore", '"default" has', id="the-organization-s"),
        pytest.param(
            _pull("acme/pull", secretStore="default"), "pullSecret.secretStore", '"default" has', id="the-same"
        ),
        pytest.param(
            _pull("acme/pull", secretStore="copy"), "pullSecret.secretStore", '"copy" and "default" have', id="a-copy"
        ),
        pytest.param(_pull("acme/pull", secretStore="own"), None, "", id="an-own-one"),
    ],
)
def test_one_identity_for_builds_and_workloads(
    pull: Raw, path: str | None, entries: str, isolation: str, release: Release
) -> None:
    """A warning, and an error with ``strict``."""
    edits = _reading(VAULT_OWN, pull, isolation=isolation)
    place = f'{word(release, "organizations")}[0] ("acme")'
    expected = [] if path is None else [f"{place}.{path}: {entries} {BOTH} {COPIED if 'copy' in entries else ONLY}"]
    if isolation == "strict" and expected:
        with pytest.raises(SettingsError) as caught:
            parse(in_words(raw(edits), release), source="test")
        assert str(caught.value) == f"test: 1 problem; nothing was changed\n  - {expected[0]}"
        return
    assert list(list_warnings(parse(in_words(raw(edits), release), source="test"))) == expected


@pytest.mark.parametrize(
    ("store", "one_cluster", "one_identity"),
    [
        pytest.param(KUBERNETES, True, False, id="kubernetes"),
        pytest.param(KUBERNETES, False, False, id="kubernetes-on-two-clusters"),
        pytest.param(AZURE_OWN, True, True, id="azure"),
        pytest.param(GCP_OWN, True, False, id="gcp-by-its-principal"),
        pytest.param(GCP_OWN, False, True, id="gcp-has-one-principal-on-two-clusters"),
    ],
)
def test_managers_with_an_identity_for_each_store(store: Raw, one_cluster: bool, one_identity: bool) -> None:
    edits = {**on_every_plane(git=GIT, pullSecret=_pull("acme-pull")), "secretStores.default": store}
    if one_cluster:
        edits["clusters"] = {plane: {"context": "dev"} for plane in ("buildPlane", "controlPlane", "dataPlane")}
    expected = [f'{AT_ACME}.secretStore: "default" has {BOTH} {ONLY}'] if one_identity else []
    assert list(list_warnings(settings(edits))) == expected
