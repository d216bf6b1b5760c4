"""What a git credential can have wrong: every message in full."""

from __future__ import annotations

from typing import Any

import pytest

from components.settings import GitCredential, remote_keys
from tests.unit.hosts import key, line
from tests.unit.samples import (
    CANARY,
    GIT,
    NOT_AN_OBJECT_NAME,
    ONE_GIT_KIND,
    Edits,
    Raw,
    acme,
    assert_rejected,
    organization,
    raw,
    rejection,
    settings,
)
from tests.unit.test_known_hosts import FORM

KNOWN = line("git.acme.example")
APP: Raw = {"appId": "123", "installationId": "456", "privateKey": GIT}
ONE_SOURCE = "allowed is exactly one: remoteKey (the secret manager) or manual (an entry of manualSecrets)"
URL = 'url is not an address such as "https://github.example/api/v3", without a "/" at the end'


def _ssh(**keys: Any) -> Raw:
    return {"host": "git.acme.example", "ssh": {"privateKey": GIT, **keys}}


@pytest.mark.parametrize(
    ("git", "problem"),
    [
        pytest.param({**GIT, "githubApp": APP}, f"names remoteKey and githubApp; {ONE_GIT_KIND}", id="two-kinds"),
        pytest.param(
            {"basicAuth": {"password": GIT}, **_ssh(knownHosts=KNOWN), "manual": "gitToken"},
            f"names manual and basicAuth and ssh; {ONE_GIT_KIND}",
            id="three-kinds",
        ),
        pytest.param(
            {"basicAuth": {"password": GIT}, "property": "x"},
            "property, version and decoding belong to remoteKey",
            id="property-of-another-kind",
        ),
        pytest.param(
            {"manual": "gitToken", "decoding": "Base64"},
            "property, version and decoding belong to remoteKey",
            id="decoding-of-a-manual-token",
        ),
        pytest.param(
            {**GIT, "provider": "gitlab"}, "provider belongs to basicAuth and githubApp", id="provider-of-a-token"
        ),
        pytest.param(
            {"host": "gitlab.com", "provider": "github", "basicAuth": {"password": GIT}},
            "provider github contradicts the host gitlab.com, which is gitlab",
            id="provider-of-another-host",
        ),
        pytest.param(
            {"host": "git.acme.example", "basicAuth": {"password": GIT}},
            "basicAuth.username is missing: git.acme.example (generic) has no user name for all tokens",
            id="unknown-host",
        ),
        pytest.param(
            {"host": "git.acme.example", "provider": "bitbucket-server", "basicAuth": {"password": GIT}},
            "basicAuth.username is missing: git.acme.example (bitbucket-server) has no user name for all tokens",
            id="bitbucket-data-center",
        ),
        pytest.param(
            {"host": "gitlab.com", "githubApp": APP}, "githubApp is for GitHub; gitlab.com is gitlab", id="no-github"
        ),
        pytest.param(
            {"host": "git.acme.example", "provider": "gitea", "githubApp": APP},
            "githubApp is for GitHub; git.acme.example is gitea",
            id="no-github-at-an-own-host",
        ),
        pytest.param(
            {"secretName": "a" * 250, "githubApp": APP},
            f"secretName makes the name of another Secret, which {NOT_AN_OBJECT_NAME}",
            id="no-room-for-the-name-of-the-key",
        ),
        pytest.param(
            {**_ssh(knownHosts=KNOWN), "secretKey": "token"},
            "secretKey is the key of a token; ssh has ssh-privatekey and known_hosts",
            id="key-of-a-token-with-ssh",
        ),
        pytest.param(
            {"basicAuth": {"password": GIT}, "secretKey": "password"},
            'secretKey "password" is a key of the Secret already; allowed is another one',
            id="key-twice",
        ),
        pytest.param(
            {"githubApp": APP, "secretKey": "username"},
            'secretKey "username" is a key of the Secret already; allowed is another one',
            id="key-twice-with-an-app",
        ),
        pytest.param(
            _ssh(knownHosts=line("git.other.example")),
            "ssh.knownHosts has no key of git.acme.example, the host of this credential",
            id="key-of-another-host",
        ),
        pytest.param(
            {**_ssh(knownHosts=KNOWN), "host": "git.acme.example:2222"},
            "ssh.knownHosts has no key of [git.acme.example]:2222, the host of this credential",
            id="key-of-another-port",
        ),
        pytest.param(
            _ssh(knownHosts=line("git.acme.example", marker="@revoked")),
            "ssh.knownHosts has no key of git.acme.example, the host of this credential",
            id="revoked-key",
        ),
    ],
)
def test_credential(git: Raw, problem: str) -> None:
    assert_rejected(acme(git=git), f"organizations[0].git: {problem}")


@pytest.mark.parametrize(
    ("git", "problem"),
    [
        pytest.param({"basicAuth": {}}, "basicAuth.password: is missing", id="no-password"),
        pytest.param(
            {"basicAuth": {"username": "me", "usernameFrom": GIT, "password": GIT}},
            "basicAuth: names both username and usernameFrom; allowed is one of them",
            id="two-users",
        ),
        pytest.param(
            {"basicAuth": {"usernameFrom": GIT, "password": {"manual": "gitToken"}}},
            "basicAuth: mixes usernameFrom and a manual password in one Secret; allowed is username",
            id="half-manual",
        ),
        pytest.param(
            {"basicAuth": {"password": {"property": "x", "manual": "gitToken"}}},
            "basicAuth.password: property, version and decoding belong to remoteKey",
            id="property-of-a-manual-password",
        ),
        pytest.param(
            {"basicAuth": {"username": "me:x", "password": GIT}},
            "basicAuth.username: (value not shown) is not allowed: "
            "string should match pattern '^[^\\s:{}\\x00-\\x1f\\x7f]+$'",
            id="password-behind-the-user",
        ),
        pytest.param({"ssh": {"knownHosts": KNOWN}}, "ssh.privateKey: is missing", id="no-private-key"),
        pytest.param(
            _ssh(),
            "ssh: names no known hosts; allowed is exactly one of knownHosts (plain text), knownHostsFrom "
            "(the secret manager)",
            id="trust-on-first-use",
        ),
        pytest.param(
            _ssh(knownHosts=KNOWN, knownHostsFrom=GIT),
            "ssh: names both knownHosts and knownHostsFrom; allowed is exactly one of knownHosts (plain text), "
            "knownHostsFrom (the secret manager)",
            id="known-hosts-twice",
        ),
        pytest.param(
            _ssh(privateKey={"manual": "gitToken"}, knownHostsFrom=GIT),
            "ssh: mixes knownHostsFrom and a manual privateKey in one Secret; allowed is knownHosts",
            id="half-manual-ssh",
        ),
        pytest.param(_ssh(knownHosts=""), f"ssh: knownHosts has no line; allowed is {FORM}", id="no-known-hosts"),
        pytest.param(
            _ssh(knownHosts=f"{KNOWN}\nssh-ed25519 {key()}"),
            f"ssh: knownHosts line 2 is not {FORM}",
            id="no-known-hosts-line",
        ),
        pytest.param(
            _ssh(privateKey={}), f"ssh.privateKey: names neither remoteKey nor manual; {ONE_SOURCE}", id="none"
        ),
        pytest.param(
            {"githubApp": {"privateKey": GIT, "installationId": 1}}, "githubApp.appId: is missing", id="no-app"
        ),
        pytest.param(
            {"githubApp": {**APP, "appId": True}},
            "githubApp.appId: must be a string, not true or false",
            id="true-is-no-id",
        ),
        pytest.param(
            {"githubApp": {**APP, "installationId": "acme"}},
            "githubApp.installationId: \"acme\" is not allowed: string should match pattern '^[0-9]{1,20}$'",
            id="name-of-an-installation",
        ),
        pytest.param(
            {"githubApp": {**APP, "repositories": ["acme/api"]}},
            'githubApp.repositories[0]: "acme/api" is not allowed: string should match pattern '
            "'^[A-Za-z0-9._-]{1,100}$'",
            id="repository-with-its-owner",
        ),
        pytest.param(
            {"githubApp": {**APP, "repositories": []}},
            "githubApp.repositories: is empty; allowed is at least one entry",
            id="no-repository",
        ),
        pytest.param(
            {"githubApp": {**APP, "permissions": {}}},
            "githubApp.permissions: is empty; allowed is at least one entry",
            id="no-permission",
        ),
        pytest.param(
            {"githubApp": {**APP, "permissions": {"contents": "rw"}}},
            "githubApp.permissions.contents: \"rw\" is not allowed: input should be 'read', 'write' or 'admin'",
            id="no-such-right",
        ),
        pytest.param(
            {"githubApp": {**APP, "privateKey": {"manual": "gitToken"}}},
            "githubApp.privateKey.manual: unknown key; allowed: remoteKey, property, version, decoding",
            id="manual-key-of-an-app",
        ),
        pytest.param(
            {"provider": "gitHub", "githubApp": APP},
            "provider: \"gitHub\" is not allowed: input should be 'github', 'gitlab', 'bitbucket', 'bitbucket-server', "
            "'azure-devops', 'gitea' or 'generic'",
            id="unknown-provider",
        ),
        pytest.param(
            {**GIT, "decoding": "base64"},
            "decoding: \"base64\" is not allowed: input should be 'None', 'Base64', 'Base64URL' or 'Auto'",
            id="unknown-decoding",
        ),
    ],
)
def test_part(git: Raw, problem: str) -> None:
    where, _, said = problem.partition(": ")
    if "githubApp.privateKey.manual" in where:
        assert_rejected(
            acme(git=git),
            "organizations[0].git.githubApp.privateKey.remoteKey: is missing",
            f"organizations[0].git.{where}: {said}",
        )
    else:
        assert_rejected(acme(git=git), f"organizations[0].git.{where}: {said}")


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("http://github.acme.example/api/v3", id="in-clear"),
        pytest.param("https://github.acme.example/api/v3/", id="slash-at-the-end"),
        pytest.param("https://me:pass@github.acme.example", id="user"),
        pytest.param("https://github.acme.example?x=1", id="query"),
        pytest.param("github.acme.example", id="no-scheme"),
        pytest.param("http://127.0.0.1.evil.example:80", id="not-loopback"),
        pytest.param("https://{organization}.example", id="placeholder"),
        pytest.param("", id="empty"),
    ],
)
def test_address_of_github(url: str) -> None:
    assert_rejected(acme(git={"githubApp": {**APP, "url": url}}), f"organizations[0].git.githubApp: {URL}")


@pytest.mark.parametrize("url", ["https://a", "https://a.b:8443/api/v3", "http://127.0.0.1:1", "http://localhost:80/x"])
def test_address_of_github_that_is_right(url: str) -> None:
    git = organization(git={"githubApp": {**APP, "url": url}}).git
    assert git is not None
    assert git.app_url == url


@pytest.mark.parametrize(
    "git",
    [
        pytest.param({"basicAuth": {"username": f"bot:{CANARY}", "password": GIT}}, id="behind-the-user"),
        pytest.param({"basicAuth": {"password": CANARY}}, id="password"),
        pytest.param({"basicAuth": {"password": {"manual": f"{CANARY} "}}}, id="for-the-name-of-a-password"),
        pytest.param({"basicAuth": CANARY}, id="for-the-kind"),
        pytest.param(_ssh(privateKey=CANARY, knownHosts=KNOWN), id="private-key"),
        pytest.param(_ssh(knownHosts=CANARY), id="private-key-for-known-hosts"),
        pytest.param({"githubApp": {**APP, "privateKey": CANARY}}, id="key-of-an-app"),
        pytest.param({"githubApp": {**APP, "url": f"https://{CANARY}@github.acme.example"}}, id="in-the-address"),
    ],
)
def test_pasted_secret_is_not_repeated(git: Raw) -> None:
    assert CANARY not in rejection(raw(acme(git=git)))


@pytest.mark.parametrize(
    ("git", "where"),
    [
        ({"basicAuth": {"password": {"manual": "other"}}}, "basicAuth.password.manual"),
        (_ssh(privateKey={"manual": "other"}, knownHosts=KNOWN), "ssh.privateKey.manual"),
    ],
)
def test_unknown_manual_entry(git: Raw, where: str) -> None:
    assert_rejected(
        acme(git=git),
        f"organizations[0].git.{where}: names no entry of manualSecrets (value not shown); "
        "known: gitToken, quayPassword",
    )


def test_every_key_is_among_those_that_the_store_may_read() -> None:
    keys = [{"remoteKey": name} for name in ("a", "b", "c", "d", "e")]
    basic = organization(git={"basicAuth": {"usernameFrom": keys[0], "password": keys[1]}})
    ssh = organization(git=_ssh(privateKey=keys[2], knownHostsFrom=keys[3]))
    app = organization(git={"githubApp": {**APP, "privateKey": keys[4]}})
    assert [remote_keys(each) for each in (basic, ssh, app)] == [("a", "b"), ("c", "d"), ("e",)]


def _two(first: Raw, second: Raw) -> Edits:
    return {
        "organizations": [
            {"name": "acme", "git": {"githubApp": {**APP, **first}}},
            {"name": "globex", "git": {"githubApp": {**APP, **second}}},
            {"name": "initech", "git": {"remoteKey": "initech-git"}},
        ],
    }


def test_an_app_belongs_to_one_organization() -> None:
    other = {"remoteKey": "globex-app"}
    assert_rejected(
        _two({}, {"appId": 123, "installationId": "789", "privateKey": other}),
        'organizations[1].git.githubApp.appId: "123" is also the app of organizations[0]; builds can read its private '
        "key, which makes tokens for every installation, so each organization needs an app of its own",
    )


@pytest.mark.parametrize("second", [{"appId": "124"}, {"url": "https://github.globex.example/api/v3"}])
def test_another_app_or_the_same_number_at_another_github(second: Raw) -> None:
    assert len(settings(_two({}, {"privateKey": {"remoteKey": "globex-app"}, **second})).organizations) == 3


def test_the_key_of_an_app_is_a_secret_too() -> None:
    taken = {"name": "git-clone-secret-github-app", "keys": {"a": GIT}}
    assert_rejected(
        acme(git={"githubApp": APP}, external=[taken]),
        'organizations[0].external[0].name: "git-clone-secret-github-app" is also written by '
        "organizations[0].git.githubApp; a Secret has one writer",
    )


def test_a_program_builds_the_same() -> None:
    made = GitCredential.model_validate({"basic_auth": {"password": {"remote_key": "acme-git"}}})
    assert organization(git={"basicAuth": {"password": GIT}}).git == made
