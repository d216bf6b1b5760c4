"""Whose a login is: git tokens of one host, docker configs, manual values, and everything that is refused."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

import pytest

from local.hosts.logins import Logins, digest, read_basic_auth

DOCKER_HUB = "https://index.docker.io/v1/"


def auth(login: str) -> str:
    return base64.b64encode(login.encode()).decode()


VALUES: dict[str, dict[str, str]] = {
    "pat": {"token": " ghp_1\n"},
    "whole": {"b": "2", "a": "1"},
    "harbor": {"user": "robot", "password": "p"},
    "push": {
        "config": json.dumps(
            {
                "auths": {
                    DOCKER_HUB: {"auth": auth("acme:hub:1")},
                    "ghcr.io": {"username": "acme", "password": "ghcr"},
                }
            }
        )
    },
    "broken": {
        "text": "no JSON",
        "list": "[]",
        "no-auths": "{}",
        "no-login": '{"auths": {"ghcr.io": {"identitytoken": "x"}}}',
        "no-base64": '{"auths": {"ghcr.io": {"auth": "acme:p"}}}',
    },
}


def remote(key: str, property_: str | None = None) -> dict[str, str | None]:
    return {"key": key, "property": property_}


def logins(*accounts: Mapping[str, Any]) -> Logins:
    return Logins(accounts, {"quay": digest("m")}, VALUES.get)


def git(organization: str, host: str, username: Any, password: Any) -> dict[str, Any]:
    return {"organization": organization, "use": "git", "host": host, "username": username, "password": password}


GIT = logins(
    git("acme", "github.com", {"text": "x-access-token"}, remote("pat", "token")),
    git("globex", "github.com", {"text": "x-access-token"}, remote("harbor", "password")),
    git("initech", "git.example:8443", None, {"manual": "quay"}),
    git("hooli", "git.example", {"text": "any"}, remote("whole")),
    git("absent", "git.example", {"text": "any"}, remote("nothing", "token")),
    git("empty", "git.example", remote("pat", "user"), {"manual": "unset"}),
)


@pytest.mark.parametrize(
    ("host", "login", "organization"),
    [
        pytest.param("github.com", ("x-access-token", "ghp_1"), "acme", id="its token"),
        pytest.param("github.com", ("x-access-token", "p"), "globex", id="another organization on the same host"),
        pytest.param("git.example:8443", ("anyone", "m"), "initech", id="a manual value and any user name"),
        pytest.param("git.example", ("any", '{"a":"1","b":"2"}'), "hooli", id="a whole secret"),
        pytest.param("gitlab.com", ("x-access-token", "ghp_1"), None, id="another host"),
        pytest.param("git.example", ("anyone", "m"), None, id="another port"),
        pytest.param("github.com", ("git", "ghp_1"), None, id="another user name"),
        pytest.param("github.com", ("x-access-token", "ghp_2"), None, id="another token"),
        pytest.param("github.com", ("x-access-token", ""), None, id="an empty token"),
        pytest.param("git.example", ("any", ""), None, id="no value is no empty value"),
        pytest.param("git.example", ("", ""), None, id="nothing"),
    ],
)
def test_cloner(host: str, login: tuple[str, str], organization: str | None) -> None:
    assert GIT.find_cloner(host, login) == organization


REGISTRIES = logins(
    {"organization": "acme", "use": "push", "config": remote("push", "config"), "server": DOCKER_HUB},
    {"organization": "acme", "use": "pull", "config": remote("push", "config")},
    {"organization": "globex", "use": "push", "username": remote("harbor", "user"), "password": {"manual": "quay"}},
    {"organization": "globex", "use": "pull", "username": {"text": "robot"}, "password": remote("harbor", "password")},
    {"organization": "absent", "use": "push", "config": remote("nothing", "config")},
    *({"organization": name, "use": "push", "config": remote("broken", name)} for name in VALUES["broken"]),
)


@pytest.mark.parametrize(
    ("login", "rights"),
    [
        pytest.param(("acme", "hub:1"), {"acme": {"pull", "push"}}, id="a login of both uses, with a colon"),
        pytest.param(("acme", "ghcr"), {"acme": {"pull"}}, id="a login of the whole config only"),
        pytest.param(("robot", "m"), {"globex": {"pull", "push"}}, id="a manual password"),
        pytest.param(("robot", "p"), {"globex": {"pull"}}, id="the pull secret of the same user"),
        pytest.param(("acme", "wrong"), {}, id="a wrong password"),
        pytest.param(("acme:hub", "1"), {"acme": {"pull", "push"}}, id="the same text, as docker splits it"),
        pytest.param(("", ""), {}, id="nothing"),
    ],
)
def test_rights_at_the_registry(login: tuple[str, str], rights: dict[str, set[str]]) -> None:
    assert REGISTRIES.list_rights(login) == rights


def test_a_rotation_has_effect_at_once() -> None:
    values = {"pat": {"token": "old"}}
    rotated = Logins([git("acme", "github.com", None, remote("pat", "token"))], {}, values.get)
    assert rotated.find_cloner("github.com", ("git", "old")) == "acme"

    values["pat"]["token"] = "new"

    assert rotated.find_cloner("github.com", ("git", "old")) is None
    assert rotated.find_cloner("github.com", ("git", "new")) == "acme"


@pytest.mark.parametrize(
    ("header", "credentials"),
    [
        pytest.param(f"Basic {auth('a:b:c')}", ("a", "b:c"), id="a login"),
        pytest.param(f"basic {auth(':')}", ("", ""), id="an empty login"),
        pytest.param(None, None, id="no header"),
        pytest.param("Bearer x", None, id="another scheme"),
        pytest.param("Basic ***", None, id="no base64"),
        pytest.param(f"Basic {auth('a')}", None, id="no colon"),
        pytest.param("Basic /////w==", None, id="no text"),
    ],
)
def test_header(header: str | None, credentials: tuple[str, str] | None) -> None:
    assert read_basic_auth(header) == credentials
