"""Git credentials beside the rest of a configuration: identities of apps, required keys, values that stay hidden."""

from __future__ import annotations

import pytest

from components.git.credential import GitCredential
from tests.unit.hosts import KNOWN, ssh
from tests.unit.samples import (
    APP,
    AT_ACME,
    CANARY,
    GIT,
    Edits,
    Raw,
    acme,
    assert_rejected,
    organization,
    raw,
    rejection,
    settings,
)


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
        f'organizations[1] ("globex").git.githubApp.appId: "123" is also the app of {AT_ACME}; builds can read its '
        "private "
        "key, which creates tokens for every installation; use one app for each organization",
    )


@pytest.mark.parametrize("second", [{"appId": "124"}, {"url": "https://github.globex.example/api/v3"}])
def test_another_app_or_the_same_number_at_another_github(second: Raw) -> None:
    assert len(settings(_two({}, {"privateKey": {"remoteKey": "globex-app"}, **second})).organizations) == 3


@pytest.mark.parametrize(
    "git",
    [
        pytest.param({"basicAuth": {"username": f"bot:{CANARY}", "password": GIT}}, id="behind-the-user"),
        pytest.param({"basicAuth": {"password": CANARY}}, id="password"),
        pytest.param({"basicAuth": {"password": {"manual": f"{CANARY} "}}}, id="for-the-name-of-a-password"),
        pytest.param({"basicAuth": CANARY}, id="for-the-kind"),
        pytest.param(ssh(privateKey=CANARY, knownHosts=KNOWN), id="private-key"),
        pytest.param(ssh(knownHosts=CANARY), id="private-key-for-known-hosts"),
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
        (ssh(privateKey={"manual": "other"}, knownHosts=KNOWN), "ssh.privateKey.manual"),
    ],
)
def test_unknown_manual_entry(git: Raw, where: str) -> None:
    assert_rejected(
        acme(git=git),
        f"{AT_ACME}.git.{where}: names no entry of manualSecrets (value not shown); configured: gitToken, quayPassword",
    )


def test_every_key_is_among_those_that_the_store_may_read() -> None:
    keys = [{"remoteKey": name} for name in ("a", "b", "c", "d", "e")]
    basic = organization(git={"basicAuth": {"usernameFrom": keys[0], "password": keys[1]}})
    by_key = organization(git=ssh(privateKey=keys[2], knownHostsFrom=keys[3]))
    app = organization(git={"githubApp": {**APP, "privateKey": keys[4]}})
    assert [each.build_reads["default"] for each in (basic, by_key, app)] == [("a", "b"), ("c", "d"), ("e",)]


def test_the_key_of_an_app_is_a_secret_too() -> None:
    taken = {"name": "git-clone-secret-github-app", "keys": {"a": GIT}}
    assert_rejected(
        acme(git={"githubApp": APP}, external=[taken]),
        f'{AT_ACME}.external[0].name: "git-clone-secret-github-app" is also written by '
        f"{AT_ACME}.git.githubApp; a Secret has one writer",
    )


def test_a_program_builds_the_same() -> None:
    made = GitCredential.model_validate({"basic_auth": {"password": {"remote_key": "acme-git"}}})
    assert organization(git={"basicAuth": {"password": GIT}}).git == made
