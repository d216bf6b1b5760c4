"""Mistakes in a managed store of Vault: every message in full."""

from __future__ import annotations

import pytest

from components.errors import SettingsError
from components.managers.vault import VaultStore
from components.managers.vault_managed import VaultManaged
from tests.unit.deferrable import Later
from tests.unit.samples import CA_BUNDLE, DURATION, Raw, assert_rejected
from tests.unit.vault_managed import managed, with_managed

STORE = "secretStores.default.vault"
HERE = f"{STORE}.managed"
KEY: Raw = {"name": "login", "namespace": "external-secrets", "key": "token"}
NOT_A_PATH = (
    "is not a path; expected <part>/[<part>/...] of letters, digits, _ and -, with / at the end and {organization} as "
    "one whole part"
)
NOT_A_ROLE = "is not the name of a role: lower-case letters, digits and _.-, first and last a letter, a digit or _"
WHOLE_PART = (
    "does not have {organization} as one whole part, so organizations with a common beginning of their names could "
    "read each other's secrets; use a value such as org/{organization}/"
)
OF_ACME = 'of the organization "acme"'


@pytest.mark.parametrize(
    ("store", "problem"),
    [
        pytest.param(
            managed({"auth": {"tokenSecretRef": KEY}}),
            f"{STORE}: names auth and managed; expected exactly one of auth, managed",
            id="token-auth",
        ),
        pytest.param(
            {"vault": {"server": "https://vault.example", "path": "secret"}},
            f"{STORE}: is incomplete; expected exactly one of auth, managed",
            id="neither",
        ),
        pytest.param(
            managed({"path": None}),
            f"{STORE}: has managed without path, the mount of the secret engine; set path, such as path: secret",
            id="no-mount",
        ),
        pytest.param(
            managed({"path": "sys/raw"}),
            f'{STORE}.path: "sys/raw" {OF_ACME} belongs to Vault itself; use the mount of a secret engine',
            id="system-mount",
        ),
        pytest.param(
            managed({"path": "org"}),
            f'{HERE}.path: "org/acme/" {OF_ACME} begins with the mount "org", which ESO removes from remote keys; use '
            "another path or mount",
            id="path-in-the-mount",
        ),
        pytest.param(
            managed(path=None),
            f'{HERE}.path: is missing; expected a value such as "org/{{organization}}/"',
            id="no-path",
        ),
        *(
            pytest.param(managed(path=path), f'{HERE}.path: "{path}" {NOT_A_PATH}', id=name)
            for name, path in (
                ("no-delimiter", "org/{organization}"),
                ("wildcard", "org/{organization}/*/"),
                ("any-segment", "+/{organization}/"),
                ("template", "{{identity.entity.name}}/{organization}/"),
                ("misspelt-placeholder", "org/{org}/"),
                ("parent", "../{organization}/"),
                ("slash-first", "/org/{organization}/"),
                ("empty-part", "org//{organization}/"),
            )
        ),
        pytest.param(managed(path="org/"), f'{HERE}.path: "org/" {WHOLE_PART}', id="one-path-for-all"),
        pytest.param(
            managed(roleName="Eso-{organization}"),
            f'{HERE}.roleName: "Eso-{{organization}}" {NOT_A_ROLE}',
            id="upper-case",
        ),
        pytest.param(
            managed(roleName="eso"),
            f'{HERE}.roleName: "eso" names one role for all organizations; use a value such as eso-{{organization}}',
            id="one-role-for-all",
        ),
        pytest.param(
            managed(identityNamespace="openchoreo-ci-acme"),
            f'{HERE}.identityNamespace: "openchoreo-ci-acme" is the build namespace of an organization, whose builds '
            "could read, use or replace what is in it; use another namespace",
            id="beside-builds",
        ),
        pytest.param(
            managed(identityNamespace=None),
            f"{HERE}.identityNamespace: is missing; expected a value such as external-secrets",
            id="no-namespace",
        ),
        *(
            pytest.param(managed(tokenTtl=ttl), f'{HERE}.tokenTtl: "{ttl}" is not a lifetime from 1m to 24h', id=ttl)
            for ttl in ("59s", "0s", "24h1s")
        ),
        pytest.param(
            managed(tokenTtl="90500ms"),
            f'{HERE}.tokenTtl: "90500ms" is not a whole number of seconds; {DURATION}',
            id="fraction",
        ),
        pytest.param(
            managed(audience="a b"),
            f'{HERE}.audience: "a b" is not an audience; expected a text such as vault',
            id="audience",
        ),
        pytest.param(
            managed(authMount="/kubernetes"),
            f'{HERE}.authMount: "/kubernetes" is not a path of Vault; expected <name>[/<name>...], without / at the '
            "ends",
            id="auth-mount",
        ),
        pytest.param(
            managed(dataPlaneAuthMount="kubernetes"),
            f'{HERE}: has "kubernetes" as authMount and as dataPlaneAuthMount, and an auth method verifies the tokens '
            "of one cluster; use two mounts, or leave dataPlaneAuthMount out",
            id="one-mount-for-two-clusters",
        ),
        pytest.param(
            {"scope": "shared", **managed()},
            f'{HERE}.path: has {{organization}}, but several organizations share the store; use scope "organization"',
            id="shared",
        ),
        pytest.param(
            {"sharedAccess": True, **managed()},
            "secretStores.default.sharedAccess: contradicts the store, which gives each organization its own access; "
            "leave it out",
            id="shared-access",
        ),
    ],
)
def test_store(store: Raw, problem: str) -> None:
    assert_rejected(with_managed(store), problem)


@pytest.mark.parametrize(
    ("organization", "store", "problem"),
    [
        pytest.param(
            "root",
            managed(roleName="{organization}"),
            f'{HERE}.roleName: "root" of the organization "root" is the name of a policy of Vault itself; use another '
            "name",
            id="policy-of-vault",
        ),
        pytest.param(
            "data",
            managed({"version": "v1"}, path="{organization}/"),
            f'{HERE}.path: "data/" of the organization "data" contains all secrets if the engine has version 2; use '
            "another path",
            id="folder-of-version-2",
        ),
        pytest.param(
            "auth",
            managed({"path": "{organization}"}),
            f'{STORE}.path: "auth" of the organization "auth" belongs to Vault itself; use the mount of a secret '
            "engine",
            id="system-mount",
        ),
    ],
)
def test_name_of_an_organization(organization: str, store: Raw, problem: str) -> None:
    path = store["vault"]["managed"]["path"].replace("{organization}", organization)
    organizations = [{"name": organization, "git": {"remoteKey": f"{path}git"}}]
    assert_rejected({"secretStores.default": store, "organizations": organizations}, problem)


@pytest.mark.parametrize(
    ("key", "problem"),
    [
        *(
            pytest.param(key, 'is not below "org/acme/", the only path that managed lets the organization read', id=key)
            for key in (
                "org/acme2/git",
                "org/acme-corp/git",
                "org/acme",
                "secret/data/org/acme/git",
                "acme/git",
                "org/",
            )
        ),
        *(
            pytest.param(
                f"org/acme/{end}",
                "is not a path of a secret; expected letters, digits and _.@~- between single slashes",
                id=end or "empty",
            )
            for end in (
                "",
                "+",
                "*",
                "git*",
                "{{identity.entity.id}}",
                "../acme2/git",
                "./git",
                "a//b",
                "a/",
                "a b",
                "ä",
            )
        ),
    ],
)
def test_key(key: str, problem: str) -> None:
    assert_rejected(
        with_managed(**{"organizations.0.git": {"remoteKey": key}}),
        f'organizations[0] ("acme"): remoteKey "{key}" {problem} (store "default")',
    )


def test_a_part_of_a_part_is_not_exclusive() -> None:
    edits = with_managed(managed(path="x-{organization}/"), **{"organizations.0.git": {"remoteKey": "x-acme/git"}})
    assert_rejected(edits, f'{HERE}.path: "x-{{organization}}/" {WHOLE_PART}')


@pytest.mark.parametrize(
    ("field", "text"),
    [("server", "https://vault.example"), ("path", "secret"), ("namespace", "builds"), ("ca_bundle", CA_BUNDLE)],
)
def test_an_output_is_refused(field: str, text: str) -> None:
    name = {"ca_bundle": "caBundle"}.get(field, field)
    block = VaultManaged(identity_namespace="external-secrets", path="org/{organization}/")
    texts = {
        "server": "https://vault.example",
        "path": "secret",
        field: Later(text),
    }
    with pytest.raises(SettingsError) as raised:
        VaultStore(**texts, managed=block)  # type: ignore[arg-type]
    assert str(raised.value) == (
        f"VaultStore: 1 problem\n  - VaultStore: has an output as {name}, which managed needs before the update; use "
        "the text itself"
    )
