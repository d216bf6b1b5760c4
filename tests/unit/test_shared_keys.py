"""One remote key for two organizations: every spelling of it, and what allows it."""

from __future__ import annotations

from typing import Any

import pytest

from components.schema.text import quote
from tests.unit.managers import AZURE_OWN, GCP_OWN, aws, azure, custom, gcp, vault
from tests.unit.samples import CA_BUNDLE, KUBERNETES, Edits, Raw, assert_rejected, settings

ACCOUNT = "arn:aws:iam::123456789012:role"
OTHER_ACCOUNT = "arn:aws:iam::210987654321:role"
ARN = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:org/git-a1B2c3"
PARTIAL = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:"
WORKLOAD = {"workloadIdentity": {"serviceAccount": {"identityNamespace": "external-secrets"}}}
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


KEYS_REF = {
    "accessKeyIDSecretRef": {"name": "keys-{organization}", "namespace": "eso", "key": "id"},
    "secretAccessKeySecretRef": {"name": "keys-{organization}", "namespace": "eso", "key": "key"},
}
SIGNED_IN = aws(auth={"secretRef": KEYS_REF})
"""A store whose account only AWS can tell."""
PARAMETERS = _role(service="ParameterStore")
SAME = [
    pytest.param(KUBERNETES, "git", "git", id="kubernetes"),
    pytest.param(_role(), "org/git", "org/git", id="aws"),
    pytest.param(_role(), "org/git", ARN, id="aws-by-its-arn"),
    pytest.param(_role(), ARN, ARN.removesuffix("-a1B2c3"), id="aws-two-forms-of-an-arn"),
    pytest.param(PARAMETERS, "/org/git", "org/git", id="parameter-with-and-without-slash"),
    pytest.param(PARAMETERS, "/org/git", "/org/git:3", id="version-of-a-parameter"),
    pytest.param(vault(LOGIN), "secret/org/git", "secret/data/org/git", id="vault-without-mount"),
    pytest.param(vault(LOGIN, path="kv"), "org/git", "kv/org/git", id="vault-key-with-mount"),
    pytest.param(vault(LOGIN, path="kv"), "org/git", "kv/data/org/git", id="vault-key-with-mount-and-data"),
    pytest.param(vault(LOGIN, path="kv", version="v1"), "org/git", "kv/org/git", id="vault-version-1"),
    pytest.param(vault(LOGIN, path="kv"), "org/git", "org/git#2", id="vault-key-with-version"),
    pytest.param(vault(LOGIN, path="kv", namespace="team"), "org/git", "kv/data/org/git", id="vault-in-a-namespace"),
    pytest.param(_role(), "team-github", f"{PARTIAL}team-github", id="aws-partial-arn-that-ends-like-a-full-one"),
    pytest.param(_role(), "team", f"{PARTIAL}team-github", id="aws-full-arn-that-ends-like-a-name"),
    pytest.param(_role(), f"{PARTIAL}team-github", "team", id="aws-the-other-way-round"),
    pytest.param(SIGNED_IN, "org/git", ARN, id="aws-account-of-access-keys"),
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
        *(
            pytest.param(
                vault(LOGIN, server=server, path="kv"),
                vault(LOGIN, server="https://vault.example", path="kv"),
                "git",
                id=f"one-server-{index}",
            )
            for index, server in enumerate(
                [
                    "https://vault.example:443",
                    "https://VAULT.example.:443/",
                    "https://vault.example:",
                    "https://vault.example//",
                ]
            )
        ),
        pytest.param(
            custom(
                "vault",
                {
                    "server": "https://vault.example:443",
                    "path": "kv",
                    "auth": {"kubernetes": {"role": "{organization}"}},
                },
            ),
            vault(LOGIN, server="https://vault.example", path="kv"),
            "git",
            id="one-server-in-a-custom-block",
        ),
        pytest.param(_role(), _role(f"{ACCOUNT}/other-{{organization}}"), "git", id="one-account"),
        pytest.param(_role(), SIGNED_IN, "git", id="an-account-that-only-aws-can-tell"),
        pytest.param(SIGNED_IN, _role(), "git", id="an-account-that-only-aws-can-tell-first"),
        pytest.param(
            gcp(WORKLOAD, projectID="builds-prod"),
            gcp(WORKLOAD, projectID="123456789012"),
            "git",
            id="number-of-a-project",
        ),
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
        pytest.param(
            vault(LOGIN, server="https://vault.example", path="kv"),
            vault(LOGIN, server="https://vault.example:8200", path="kv"),
            id="two-ports",
        ),
        pytest.param(
            gcp(WORKLOAD, projectID="123456789012"),
            gcp(WORKLOAD, projectID="210987654321"),
            id="two-numbers-of-projects",
        ),
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


def _two_planes(store: Raw, data_plane: str) -> Edits:
    """A build of ``acme`` and a pull secret of ``globex`` that read one key."""
    pull = {"delivery": "namespace", "componentTypes": ["service"], "dockerConfig": {"remoteKey": "git"}}
    organizations = [
        {"name": "acme", "git": {"remoteKey": "git"}},
        {"name": "globex", "git": {"remoteKey": "other"}, "pullSecret": {**pull, "secretStore": "default"}},
    ]
    clusters = {"clusters.controlPlane": {"context": "control"}, "clusters.dataPlane": {"context": data_plane}}
    return {"secretStores": {"default": store}, "organizations": organizations, **clusters}


ELSEWHERE = {"kubernetes": {"remoteNamespace": "n", "server": {**SERVER, "url": "https://other"}}}
OF_ESO = custom(
    "kubernetes", {"remoteNamespace": "n-{organization}", "auth": {"serviceAccount": {"name": "x", "namespace": "e"}}}
)


def test_a_secret_of_each_cluster() -> None:
    """A store of the provider ``kubernetes`` reads from its own cluster, unless it names another one."""
    problem = (
        f'{TWO}.pullSecret: remoteKey "git" is also read by the organization "acme"; use a key of its own, or list it '
        "in secretStores.default.sharedKeys if both may read it"
    )
    assert settings(_two_planes(KUBERNETES, "data"))
    assert settings(_two_planes(OF_ESO, "data"))
    assert_rejected(_two_planes(KUBERNETES, "dev"), problem)
    assert_rejected(_two_planes(ELSEWHERE, "data"), problem)
    assert_rejected(_two_planes(_role(), "data"), problem)


def test_a_later_entry_does_not_hide_an_earlier_reader() -> None:
    """``acme`` may share the key by one entry, and not by the other one."""
    edits = _two({**KUBERNETES, "sharedKeys": ["git"]}, "git", KUBERNETES, "globex-git")
    edits["organizations"][1] |= {"secretStore": "default", "git": {"remoteKey": "git"}}
    edits["organizations"].append({"name": "initech", "secretStore": "other", "git": {"remoteKey": "git"}})
    assert_rejected(
        edits,
        'organizations[2] ("initech"): remoteKey "git" is also read by the organization "acme" through the store '
        '"default"; use a key of its own, or list it in secretStores.other.sharedKeys if both may read it',
    )
