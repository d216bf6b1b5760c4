"""Mistakes in a git credential: every message in full."""

from __future__ import annotations

import pytest

from tests.unit.hosts import FORM, KNOWN, key, line, ssh
from tests.unit.samples import (
    APP,
    AT_ACME,
    GIT,
    GIT_PROVIDERS,
    NOT_AN_OBJECT_NAME,
    ONE_GIT_KIND,
    Raw,
    acme,
    assert_rejected,
    organization,
)

ONE_SOURCE = "expected exactly one: remoteKey (the secret manager) or manual (an entry of manualSecrets)"
URL = 'url is not an API address; expected one like "https://github.example/api/v3", with no "/" at the end'


@pytest.mark.parametrize(
    ("git", "problem"),
    [
        pytest.param({**GIT, "githubApp": APP}, f"names remoteKey and githubApp; {ONE_GIT_KIND}", id="two-kinds"),
        pytest.param(
            {"basicAuth": {"password": GIT}, **ssh(knownHosts=KNOWN), "manual": "gitToken"},
            f"names manual and basicAuth and ssh; {ONE_GIT_KIND}",
            id="three-kinds",
        ),
        pytest.param(
            {"basicAuth": {"password": GIT}, "property": "x"},
            "property, version and decoding need remoteKey; set it, or leave them out",
            id="property-of-another-kind",
        ),
        pytest.param(
            {"manual": "gitToken", "decoding": "Base64"},
            "property, version and decoding need remoteKey; set it, or leave them out",
            id="decoding-of-a-manual-token",
        ),
        pytest.param(
            {**GIT, "provider": "gitlab"},
            "provider is only for basicAuth and githubApp; leave it out",
            id="provider-of-a-token",
        ),
        pytest.param(
            {"host": "gitlab.com", "provider": "github", "basicAuth": {"password": GIT}},
            "provider github contradicts the host gitlab.com, which is gitlab; leave provider out",
            id="provider-of-another-host",
        ),
        pytest.param(
            {"host": "git.acme.example", "basicAuth": {"password": GIT}},
            "basicAuth.username is missing: git.acme.example (generic) has no user name for every token",
            id="unknown-host",
        ),
        pytest.param(
            {"host": "git.acme.example", "provider": "bitbucket-server", "basicAuth": {"password": GIT}},
            "basicAuth.username is missing: git.acme.example (bitbucket-server) has no user name for every token",
            id="bitbucket-data-center",
        ),
        pytest.param(
            {"host": "gitlab.com", "githubApp": APP},
            "githubApp is for GitHub, and gitlab.com is gitlab; use another credential",
            id="no-github",
        ),
        pytest.param(
            {"host": "git.acme.example", "provider": "gitea", "githubApp": APP},
            "githubApp is for GitHub, and git.acme.example is gitea; use another credential",
            id="no-github-at-an-own-host",
        ),
        pytest.param(
            {"secretName": "a" * 250, "githubApp": APP},
            f"secretName is part of the name of a second Secret, which {NOT_AN_OBJECT_NAME}",
            id="no-room-for-the-name-of-the-key",
        ),
        pytest.param(
            {**ssh(knownHosts=KNOWN), "secretKey": "token"},
            "secretKey is only for tokens, and ssh has fixed keys; leave it out",
            id="key-of-a-token-with-ssh",
        ),
        pytest.param(
            {"basicAuth": {"password": GIT}, "secretKey": "password"},
            'secretKey "password" is already a key of the Secret; use another one',
            id="key-twice",
        ),
        pytest.param(
            {"githubApp": APP, "secretKey": "username"},
            'secretKey "username" is already a key of the Secret; use another one',
            id="key-twice-with-an-app",
        ),
        pytest.param(
            ssh(knownHosts=line("git.other.example")),
            "ssh.knownHosts has no key of git.acme.example, the host of this credential; add a line of ssh-keyscan",
            id="key-of-another-host",
        ),
        pytest.param(
            {**ssh(knownHosts=KNOWN), "host": "git.acme.example:2222"},
            "ssh.knownHosts has no key of [git.acme.example]:2222, the host of this credential; "
            "add a line of ssh-keyscan",
            id="key-of-another-port",
        ),
        pytest.param(
            ssh(knownHosts=line("git.acme.example", marker="@revoked")),
            "ssh.knownHosts has no key of git.acme.example, the host of this credential; add a line of ssh-keyscan",
            id="revoked-key",
        ),
    ],
)
def test_credential(git: Raw, problem: str) -> None:
    assert_rejected(acme(git=git), f"{AT_ACME}.git: {problem}")


@pytest.mark.parametrize(
    ("git", "problem"),
    [
        pytest.param(
            {"basicAuth": {}},
            "basicAuth.password: is missing; expected a mapping such as {remoteKey: acme-git, property: password}",
            id="no-password",
        ),
        pytest.param(
            {"basicAuth": {"username": "me", "usernameFrom": GIT, "password": GIT}},
            "basicAuth: names both username and usernameFrom; use one of them",
            id="two-users",
        ),
        pytest.param(
            {"basicAuth": {"usernameFrom": GIT, "password": {"manual": "gitToken"}}},
            "basicAuth: mixes usernameFrom and a manual password in one Secret; use username",
            id="half-manual",
        ),
        pytest.param(
            {"basicAuth": {"password": {"property": "x", "manual": "gitToken"}}},
            "basicAuth.password: property, version and decoding need remoteKey; set it, or leave them out",
            id="property-of-a-manual-password",
        ),
        pytest.param(
            {"basicAuth": {"username": "me:x", "password": GIT}},
            "basicAuth.username: (value not shown) is not a user name; "
            'expected 1 to 253 characters without white space, ":", "{" and "}"',
            id="password-behind-the-user",
        ),
        pytest.param(
            {"ssh": {"knownHosts": KNOWN}},
            "ssh.privateKey: is missing; expected a mapping such as {remoteKey: acme-ssh}",
            id="no-private-key",
        ),
        pytest.param(
            ssh(),
            "ssh: names no known hosts; expected exactly one of knownHosts (plain text), knownHostsFrom "
            "(the secret manager)",
            id="trust-on-first-use",
        ),
        pytest.param(
            ssh(knownHosts=KNOWN, knownHostsFrom=GIT),
            "ssh: names both knownHosts and knownHostsFrom; expected exactly one of knownHosts (plain text), "
            "knownHostsFrom (the secret manager)",
            id="known-hosts-twice",
        ),
        pytest.param(
            ssh(privateKey={"manual": "gitToken"}, knownHostsFrom=GIT),
            "ssh: mixes knownHostsFrom and a manual privateKey in one Secret; use knownHosts",
            id="half-manual-ssh",
        ),
        pytest.param(ssh(knownHosts=""), f"ssh: knownHosts has no line; expected {FORM}", id="no-known-hosts"),
        pytest.param(
            ssh(knownHosts=f"{KNOWN}\nssh-ed25519 {key()}"),
            f"ssh: knownHosts line 2 is not {FORM}",
            id="no-known-hosts-line",
        ),
        pytest.param(
            ssh(privateKey={}), f"ssh.privateKey: names neither remoteKey nor manual; {ONE_SOURCE}", id="none"
        ),
        pytest.param(
            {"githubApp": {"privateKey": GIT, "installationId": 1}},
            'githubApp.appId: is missing; expected a value such as "123456"',
            id="no-app",
        ),
        pytest.param(
            {"githubApp": {**APP, "appId": True}},
            "githubApp.appId: must be a string, not true or false",
            id="true-is-no-id",
        ),
        pytest.param(
            {"githubApp": {**APP, "installationId": "acme"}},
            'githubApp.installationId: "acme" is not the id of an installation of a GitHub App; '
            "expected its number, such as 12345678",
            id="name-of-an-installation",
        ),
        pytest.param(
            {"githubApp": {**APP, "repositories": ["acme/api"]}},
            'githubApp.repositories[0]: "acme/api" is not the name of a GitHub repository; '
            'expected letters, digits, ".", "_" and "-", without the owner',
            id="repository-with-its-owner",
        ),
        pytest.param(
            {"githubApp": {**APP, "repositories": []}},
            "githubApp.repositories: is empty; expected at least one entry",
            id="no-repository",
        ),
        pytest.param(
            {"githubApp": {**APP, "permissions": {}}},
            "githubApp.permissions: is empty; expected at least one entry",
            id="no-permission",
        ),
        pytest.param(
            {"githubApp": {**APP, "permissions": {"contents": "rw"}}},
            'githubApp.permissions.contents: "rw" must be one of read, write, admin',
            id="no-such-right",
        ),
        pytest.param(
            {"githubApp": {**APP, "privateKey": {"manual": "gitToken"}}},
            "githubApp.privateKey.manual: unknown key; expected one of: remoteKey, property, version, decoding",
            id="manual-key-of-an-app",
        ),
        pytest.param(
            {"provider": "gitHub", "githubApp": APP},
            f'provider: "gitHub" is not a known git provider; expected one of: {GIT_PROVIDERS}',
            id="unknown-provider",
        ),
        pytest.param(
            {**GIT, "decoding": "base64"},
            'decoding: "base64" must be one of None, Base64, Base64URL, Auto',
            id="unknown-decoding",
        ),
    ],
)
def test_part(git: Raw, problem: str) -> None:
    where, _, said = problem.partition(": ")
    if "githubApp.privateKey.manual" in where:
        assert_rejected(
            acme(git=git),
            f"{AT_ACME}.git.githubApp.privateKey.remoteKey: is missing; expected a value such as acme-app",
            f"{AT_ACME}.git.{where}: {said}",
        )
    else:
        assert_rejected(acme(git=git), f"{AT_ACME}.git.{where}: {said}")


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("http://github.acme.example/api/v3", id="in-clear"),
        pytest.param("https://github.acme.example/api/v3/", id="slash-at-the-end"),
        pytest.param("https://me@github.acme.example", id="user"),
        pytest.param("https://github.acme.example?x=1", id="query"),
        pytest.param("github.acme.example", id="no-scheme"),
        pytest.param("http://127.0.0.1.evil.example:80", id="not-loopback"),
        pytest.param("https://{organization}.example", id="placeholder"),
        pytest.param("", id="empty"),
    ],
)
def test_address_of_github(url: str) -> None:
    assert_rejected(acme(git={"githubApp": {**APP, "url": url}}), f"{AT_ACME}.git.githubApp: {URL}")


@pytest.mark.parametrize("url", ["https://a", "https://a.b:8443/api/v3", "http://127.0.0.1:1", "http://localhost:80/x"])
def test_address_of_github_that_is_right(url: str) -> None:
    ((_, git),) = organization(git={"githubApp": {**APP, "url": url}}).git_credentials
    assert git.app_url == url


NOT_A_HOST = "is not the host of a git repository; expected name[:port] in lower case, such as git.acme.example"


@pytest.mark.parametrize(
    ("host", "problem"),
    [
        ("https://github.com/acme", '"https://github.com/acme" is not a host alone; use github.com'),
        ("https://gitlab.example.com", '"https://gitlab.example.com" is not a host alone; use gitlab.example.com'),
        ("example.com/gitlab", '"example.com/gitlab" is not a host alone; use example.com'),
        ("GitHub.com", '"GitHub.com" is not a host alone; use github.com'),
        ("git@github.com:acme/app.git", "(value not shown) is not a host alone; use github.com"),
        ("ssh://git@git.acme.example:2222/a", "(value not shown) is not a host alone; use git.acme.example:2222"),
        (
            "https://bot:a/b@github.com",
            f"(value not shown) {NOT_A_HOST}",
        ),
        (
            "a b",
            f'"a b" {NOT_A_HOST}',
        ),
    ],
)
def test_a_host_is_not_an_address(host: str, problem: str) -> None:
    assert_rejected(acme(git={**GIT, "host": host}), f"{AT_ACME}.git.host: {problem}")
