"""Contradictions between parts of the configuration: every message in full."""

from __future__ import annotations

import pytest

from tests.unit.samples import (
    AT_ACME,
    GIT,
    MANUAL,
    NOT_AN_OBJECT_NAME,
    ONE_GIT_KIND,
    TOKEN_KEYS,
    Edits,
    Raw,
    acme,
    assert_rejected,
    message,
    raw,
    rejection,
    settings,
)

FAKE: Raw = {"fake": {"data": [{"key": "b", "manual": "gitToken"}, {"key": "a", "manual": "gitToken"}]}}
QUAY: Raw = {"server": "quay.io", "remoteKey": "acme-quay"}
MANUAL_QUAY: Raw = {"server": "quay.io", "manual": {"username": "bot", "password": "quayPassword"}}
ONE_CREDENTIAL = "expected at least one of git, registries, external, pullSecret"
ONE_REGISTRY_SOURCE = (
    "expected exactly one of remoteKey (a docker config.json), username and password, serviceAccountKey, manual, "
    f"{TOKEN_KEYS}"
)


def _external(name: str = "sonar", **keys: Raw) -> Raw:
    return {"name": name, "keys": keys}


def test_longest_organization_name_is_accepted() -> None:
    name = "a" * 49
    assert settings({"organizations.0.name": name}).organizations[0].name == name


def test_build_namespace_is_too_long() -> None:
    name = "a" * 50
    assert_rejected(
        {"organizations.0.name": name},
        f'organizations[0] ("{name}").name: "{name}" gives the namespace "openchoreo-ci-{name}" of 64 characters; '
        "a namespace has at most 63, so the name at most 49",
    )


@pytest.mark.parametrize(
    "name",
    [
        "kube-system",
        "kube-public",
        "openchoreo-build-plane",
        "openchoreo-ci-acme",
        "argo",
        "cert-manager",
        "external-secrets",
        "kgateway-system",
    ],
)
def test_reserved_organization_name(name: str) -> None:
    assert_rejected(
        {"organizations.0.name": name},
        f'organizations[0] ("{name}").name: "{name}" is reserved: OpenChoreo v0.9 keeps the objects of an '
        "organization in the namespace with its name, and this one belongs to the platform; use another name",
    )


@pytest.mark.parametrize("name", ["kube", "argo-team", "openchoreo", "default"])
def test_similar_organization_name_is_not_reserved(name: str) -> None:
    assert settings({"organizations.0.name": name}).organizations[0].name == name


def test_duplicate_organizations() -> None:
    assert_rejected(
        {"organizations": [{"name": "acme", "git": GIT}] * 3},
        'organizations[1] ("acme").name: "acme" is also the name of organizations[0]; use another name',
        'organizations[2] ("acme").name: "acme" is also the name of organizations[0]; use another name',
    )


@pytest.mark.parametrize(
    ("edits", "problem"),
    [
        pytest.param(acme(), f"has no credentials; {ONE_CREDENTIAL}", id="bare"),
        pytest.param(acme(git=None), f"has no credentials; {ONE_CREDENTIAL}", id="null"),
        pytest.param(
            acme(git={"remoteKey": "path/to/Key"}),
            f'remoteKey "path/to/Key" {NOT_AN_OBJECT_NAME} (store "default")',
            id="key-that-no-kubernetes-secret-can-have",
        ),
        pytest.param(
            {"secretStores": {"default": FAKE}},
            'remoteKey "acme-git" is not a key of fake.data; expected one of: a, b (store "default")',
            id="key-that-the-fake-store-lacks",
        ),
    ],
)
def test_organization(edits: Edits, problem: str) -> None:
    assert_rejected(edits, f"{AT_ACME}: {problem}")


@pytest.mark.parametrize(
    ("git", "problem"),
    [
        pytest.param({**GIT, "manual": "gitToken"}, f"names remoteKey and manual; {ONE_GIT_KIND}", id="both"),
        pytest.param({"host": "github.com"}, f"names no credential; {ONE_GIT_KIND}", id="neither"),
        pytest.param(
            {"manual": "gitToken", "version": "2"},
            "property, version and decoding need remoteKey; set it, or leave them out",
            id="version-of-a-manual-secret",
        ),
    ],
)
def test_git_source(git: Raw, problem: str) -> None:
    assert_rejected(acme(git=git), f"{AT_ACME}.git: {problem}")


@pytest.mark.parametrize(
    ("registry", "problem"),
    [
        pytest.param({"server": "quay.io"}, f"names no source; {ONE_REGISTRY_SOURCE}", id="none"),
        pytest.param({**QUAY, **MANUAL_QUAY}, f"names remoteKey, manual; {ONE_REGISTRY_SOURCE}", id="two"),
        pytest.param(
            {**QUAY, **MANUAL_QUAY, "username": GIT, "password": GIT},
            f"names remoteKey, username and password, manual; {ONE_REGISTRY_SOURCE}",
            id="three",
        ),
        pytest.param(
            {"server": "quay.io", "username": GIT},
            "password is missing; username and password go together",
            id="no-password",
        ),
        pytest.param(
            {"server": "quay.io", "password": GIT},
            "username is missing; username and password go together",
            id="no-username",
        ),
        pytest.param(
            {**MANUAL_QUAY, "property": "x"},
            "property, version and decoding belong to remoteKey; leave them out",
            id="property-of-a-manual-one",
        ),
    ],
)
def test_registry_source(registry: Raw, problem: str) -> None:
    assert_rejected(acme(registries=[registry]), f"{AT_ACME}.registries[0]: {problem}")


def test_registries_share_one_secret() -> None:
    assert_rejected(
        acme(registries=[QUAY, {**MANUAL_QUAY, "server": "ghcr.io"}, QUAY], registrySecretName="push"),
        f'{AT_ACME}.registries[2].server: "quay.io" is also registries[0]; one Secret holds each registry once',
        f'{AT_ACME}.registries: the Secret "push" would be both manual and created by ESO; '
        "use one of them for all registries",
    )


def test_keys_of_one_secret_have_one_kind_of_source() -> None:
    assert_rejected(
        acme(external=[_external(token={"remoteKey": "a"}, user={"manual": "gitToken"})]),
        f"{AT_ACME}.external[0]: mixes remoteKey and manual in one Secret; use one of them for all keys",
    )


@pytest.mark.parametrize(
    ("edits", "where", "name", "first"),
    [
        pytest.param(
            acme(git={**GIT, "secretName": "registry-push-secret"}, registries=[QUAY]),
            "registrySecretName",
            "registry-push-secret",
            "git.secretName",
            id="git-takes-the-default-name-of-the-registries",
        ),
        pytest.param(
            acme(git=GIT, external=[_external("git-clone-secret", a=GIT)]),
            "external[0].name",
            "git-clone-secret",
            "git.secretName",
            id="external-takes-the-default-name-of-git",
        ),
        pytest.param(
            acme(external=[_external("sonar", a=GIT), _external("sonar", b=GIT)]),
            "external[1].name",
            "sonar",
            "external[0].name",
            id="two-external-services",
        ),
    ],
)
def test_one_writer_per_secret(edits: Edits, where: str, name: str, first: str) -> None:
    assert_rejected(
        edits,
        f'{AT_ACME}.{where}: "{name}" is also written by {AT_ACME}.{first}; a Secret has one writer',
    )


@pytest.mark.parametrize(
    ("edits", "where"),
    [
        pytest.param(acme(git={"manual": "other"}), f"{AT_ACME}.git.manual", id="git"),
        pytest.param(
            acme(registries=[{"server": "quay.io", "manual": {"username": "bot", "password": "other"}}]),
            f"{AT_ACME}.registries[0].manual.password",
            id="registry",
        ),
        pytest.param(
            acme(external=[_external(token={"manual": "other"})]),
            f"{AT_ACME}.external[0].keys.token.manual",
            id="external",
        ),
        pytest.param(
            {"secretStores": {"default": {"fake": {"data": [{"key": "acme-git", "manual": "other"}]}}}},
            "secretStores.default.fake.data[0].manual",
            id="fake",
        ),
    ],
)
@pytest.mark.parametrize(("names", "known"), [(MANUAL, "gitToken, quayPassword"), (frozenset(), "none")])
def test_unknown_manual_entry(edits: Edits, where: str, names: frozenset[str], known: str) -> None:
    expected = message(f"{where}: names no entry of manualSecrets (value not shown); configured: {known}")
    assert rejection(raw(edits), names) == expected
