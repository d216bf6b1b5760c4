"""Plain Secrets from encrypted configuration: whole manifests, with every byte unchanged."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given, settings as hypothesis_settings, strategies as st

from components.plan.secret import PlannedSecret
from components.schema.sources import ManualRegistry
from components.secrets.external_secret import Target
from components.secrets.manual_secret import ManualSecret, build_manual_secret, encode_secret_data
from tests.unit.plans import credentials
from tests.unit.samples import Raw, organization

TARGET = Target(organization="acme", namespace="openchoreo-ci-acme", store="none", refresh_interval="1h0m0s")
QUAY: Raw = {"server": "quay.io", "manual": {"username": "acme+bot", "password": "quayPassword"}}
GHCR: Raw = {"server": "ghcr.io", "manual": {"username": "bot", "password": "gitToken"}}

HOSTILE = [
    pytest.param("plain", id="plain"),
    pytest.param('"', id="quote"),
    pytest.param("\\", id="backslash"),
    pytest.param('a"b\\"c\\\\d', id="quotes-and-backslashes"),
    pytest.param("line\nbreak\r\n\tand tab", id="line-breaks"),
    pytest.param("a:b:c", id="colons"),
    pytest.param("{{ .x }} ${y} %s", id="templates"),
    pytest.param("pässwörd 名前 🔑", id="unicode"),
    pytest.param("\x00\x1b\x7f", id="control-characters"),
    pytest.param(" leading and trailing ", id="blanks"),
    pytest.param("x" * 10_240, id="10-kB"),
]


def _one(**keys: Any) -> PlannedSecret:
    (found,) = credentials(organization(**keys), TARGET)
    return found


def _bytes(data: dict[str, str]) -> dict[str, str]:
    return {key: base64.b64decode(value, validate=True).decode() for key, value in data.items()}


@pytest.mark.parametrize(
    ("keys", "secret", "entries", "manifest"),
    [
        pytest.param(
            {"git": {"manual": "gitToken", "host": "gitlab.com"}},
            ManualSecret(
                "git-clone-secret",
                "git",
                values={"clone-secret": "gitToken"},
                annotations={"openchoreo-secrets/git-host": "gitlab.com"},
            ),
            ("gitToken",),
            {
                "apiVersion": "v1",
                "kind": "Secret",
                "metadata": {
                    "name": "git-clone-secret",
                    "namespace": "openchoreo-ci-acme",
                    "labels": {
                        "app.kubernetes.io/managed-by": "openchoreo-secrets",
                        "openchoreo.dev/organization": "acme",
                        "openchoreo-secrets/credential": "git",
                    },
                    "annotations": {"openchoreo-secrets/git-host": "gitlab.com"},
                },
                "type": "Opaque",
            },
            id="git",
        ),
        pytest.param(
            {"registries": [QUAY, GHCR]},
            ManualSecret(
                "registry-push-secret",
                "registry-push",
                registries={
                    "quay.io": ManualRegistry(username="acme+bot", password="quayPassword"),
                    "ghcr.io": ManualRegistry(username="bot", password="gitToken"),
                },
            ),
            ("quayPassword", "gitToken"),
            {
                "apiVersion": "v1",
                "kind": "Secret",
                "metadata": {
                    "name": "registry-push-secret",
                    "namespace": "openchoreo-ci-acme",
                    "labels": {
                        "app.kubernetes.io/managed-by": "openchoreo-secrets",
                        "openchoreo.dev/organization": "acme",
                        "openchoreo-secrets/credential": "registry-push",
                    },
                },
                "type": "kubernetes.io/dockerconfigjson",
            },
            id="registries",
        ),
        pytest.param(
            {"external": [{"name": "sonar", "keys": {"b": {"manual": "gitToken"}, "a": {"manual": "quayPassword"}}}]},
            ManualSecret("sonar", "external", values={"b": "gitToken", "a": "quayPassword"}),
            ("gitToken", "quayPassword"),
            {
                "apiVersion": "v1",
                "kind": "Secret",
                "metadata": {
                    "name": "sonar",
                    "namespace": "openchoreo-ci-acme",
                    "labels": {
                        "app.kubernetes.io/managed-by": "openchoreo-secrets",
                        "openchoreo.dev/organization": "acme",
                        "openchoreo-secrets/credential": "external",
                    },
                },
                "type": "Opaque",
            },
            id="external",
        ),
    ],
)
def test_manual_secret(keys: Raw, secret: ManualSecret, entries: tuple[str, ...], manifest: Raw) -> None:
    made = _one(**keys)
    assert (made.target, made.content) == (TARGET, secret)
    assert secret.entries == entries
    assert build_manual_secret(TARGET, secret) == manifest


@pytest.mark.parametrize("value", HOSTILE)
def test_values(value: str) -> None:
    secret = ManualSecret("sonar", "external", values={"b": "one", "a": "two"})
    assert _bytes(encode_secret_data(secret, [value, "second"])) == {"b": value, "a": "second"}


def _docker_config(users: list[str], passwords: list[str]) -> Any:
    """What docker reads, entry by entry, from the Secret of these users."""
    registries = {
        f"registry-{index}": ManualRegistry(username=user, password="entry") for index, user in enumerate(users)
    }
    data = _bytes(encode_secret_data(ManualSecret("push", "registry-push", registries=registries), passwords))
    assert list(data) == [".dockerconfigjson"]
    config = json.loads(data[".dockerconfigjson"])
    for entry in config["auths"].values():
        entry["auth"] = base64.b64decode(entry["auth"], validate=True).decode()
    return config


def _entry(user: str, password: str) -> Raw:
    return {"username": user, "password": password, "auth": f"{user}:{password}"}


@pytest.mark.parametrize("password", HOSTILE)
def test_docker_config(password: str) -> None:
    assert _docker_config(["bot", "ünï"], [password, "second\n"]) == {
        "auths": {"registry-0": _entry("bot", password.strip()), "registry-1": _entry("ünï", "second")}
    }


TEXT = st.text(min_size=1, max_size=40).filter(lambda text: bool(text.strip()))


@given(pairs=st.lists(st.tuples(TEXT.filter(lambda text: ":" not in text), TEXT), min_size=1, max_size=4))
@hypothesis_settings(deadline=None, max_examples=150)
def test_docker_config_of_any_text(pairs: list[tuple[str, str]]) -> None:
    users, passwords = [user for user, _ in pairs], [password for _, password in pairs]
    expected = {f"registry-{index}": _entry(user, password.strip()) for index, (user, password) in enumerate(pairs)}
    assert _docker_config(users, passwords) == {"auths": expected}


@pytest.mark.parametrize("values", [[], ["one", "two"]])
@pytest.mark.parametrize(
    "secret",
    [
        pytest.param(ManualSecret("sonar", "external", values={"a": "one"}), id="values"),
        pytest.param(
            ManualSecret("push", "registry-push", registries={"q": ManualRegistry(username="u", password="p")}),
            id="registries",
        ),
    ],
)
def test_values_that_do_not_match_the_entries(secret: ManualSecret, values: list[str]) -> None:
    """A value must never land under the key of another."""
    with pytest.raises(ValueError, match=r"^zip\(\) argument 2 is (shorter|longer) than argument 1$"):
        encode_secret_data(secret, values)
