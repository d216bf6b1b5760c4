"""No message repeats a secret, and none lets hostile text through to the terminal."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.managers import aws, custom, gcp, vault
from tests.unit.samples import (
    AT_ACME,
    CANARY,
    GIT,
    KUBERNETES,
    NOT_AN_OBJECT_NAME,
    RELEASE_NAMES,
    Edits,
    Raw,
    acme,
    message,
    raw,
    rejection,
)

LONGEST_MESSAGE = 500
PASTED_REGISTRY: Raw = {"server": "quay.io", "manual": {"username": "bot", "password": CANARY}}


@pytest.mark.parametrize(
    "edits",
    [
        pytest.param(acme(git={"manual": CANARY}), id="for-the-name-of-an-entry"),
        pytest.param(acme(git={"manual": f"{CANARY} !"}), id="that-is-no-name-at-all"),
        pytest.param(acme(git={"manual": [CANARY]}), id="in-a-list"),
        pytest.param(acme(git={"manual": {"secure": CANARY}}), id="in-a-mapping"),
        pytest.param(acme(git={**GIT, "manual": CANARY}), id="beside-a-remote-key"),
        pytest.param(acme(git={"manual": CANARY, "property": "x"}), id="with-a-property"),
        pytest.param(acme(git=CANARY), id="for-the-credential"),
        pytest.param(acme(git={**GIT, "token": CANARY}), id="under-an-unknown-key"),
        pytest.param(acme(registries=[PASTED_REGISTRY]), id="for-the-name-of-a-password"),
        pytest.param(
            acme(registries=[{"server": "quay.io", "manual": {"username": "bot", "password": f"{CANARY}/"}}]),
            id="a-password-that-is-no-name",
        ),
        pytest.param(acme(registries=[{"server": "quay.io", "manual": f"bot:{CANARY}"}]), id="user-and-password"),
        pytest.param(
            acme(registries=[{"server": "quay.io", "manual": {"username": f"bot:{CANARY}", "password": "gitToken"}}]),
            id="password-behind-the-user",
        ),
        pytest.param(
            acme(registries=[{"server": "quay.io", "username": "bot", "password": CANARY}]), id="plain-password"
        ),
        pytest.param(acme(external=[{"name": "sonar", "keys": {"token": CANARY}}]), id="for-a-source"),
        pytest.param(acme(external=[{"name": "sonar", "keys": {"token": {"manual": CANARY}}}]), id="external"),
        pytest.param(
            {"secretStores.default": {"fake": {"data": [{"key": "acme-git", "manual": CANARY}]}}}, id="fake-store"
        ),
        pytest.param(
            {"secretStores.default": {"fake": {"data": [{"key": "acme-git", "value": CANARY}]}}},
            id="operator's-own-key",
        ),
        pytest.param({"secretStores.default": vault({"tokenSecretRef": CANARY})}, id="vault-token"),
        pytest.param({"secretStores.default": vault({"token": CANARY})}, id="vault-under-an-unknown-key"),
        pytest.param({"secretStores.default": aws(auth={"secretRef": {"secretAccessKey": CANARY}})}, id="aws-key"),
        pytest.param({"secretStores.default": gcp({"secretRef": CANARY})}, id="gcp-key"),
        pytest.param(
            {"secretStores.default": custom("delinea", {"clientSecret": {"value": CANARY}})}, id="custom-value"
        ),
        pytest.param({"secretStores.default": custom("webhook", {"headers": {"X-Api-Key": CANARY}})}, id="header"),
        pytest.param({"secretStores.default": custom("vault", CANARY)}, id="custom-block"),
    ],
)
def test_pasted_secret_is_not_repeated(edits: Edits) -> None:
    assert CANARY not in rejection(raw(edits))


def test_value_that_is_not_shown_is_still_explained() -> None:
    assert rejection(raw(acme(git={"manual": "hunter2 !"}))) == message(
        f"{AT_ACME}.git.manual: (value not shown) is not a name of an entry of manualSecrets; "
        'expected a letter, then letters, digits, "-" and "_", 63 at most'
    )


def _places(text: str) -> list[Any]:
    same_server = {"server": text, "remoteKey": "a"}
    return [
        pytest.param({"organizations.0.name": text}, id="organization"),
        pytest.param({"release": text}, id="release"),
        pytest.param({"refreshInterval": text}, id="interval"),
        pytest.param({text.replace(".", "-"): 1}, id="unknown-key"),
        pytest.param({"secretStores": {"default": KUBERNETES, text: KUBERNETES}}, id="store"),
        pytest.param({"organizations.0.secretStore": text}, id="store-of-an-organization"),
        pytest.param(acme(git={"remoteKey": text}), id="remote-key"),
        pytest.param(acme(external=[{"name": "sonar", "keys": {text: GIT}}]), id="key-of-a-secret"),
        pytest.param(acme(registries=[same_server, same_server]), id="server"),
        pytest.param(
            {"secretStores.default": {"fake": {"data": [{"key": text[:2048], "manual": "gitToken"}]}}}, id="fake-key"
        ),
    ]


@pytest.mark.parametrize("edits", _places("a/" * 5000))
def test_ten_thousand_characters_are_shortened(edits: Edits) -> None:
    assert len(rejection(raw(edits))) < LONGEST_MESSAGE


@pytest.mark.parametrize("edits", _places("名\x1b[31m\x07\u202e/"))
def test_control_characters_are_escaped(edits: Edits) -> None:
    assert all(line.isprintable() for line in rejection(raw(edits)).splitlines())


@pytest.mark.parametrize(
    "edits",
    [
        pytest.param({"organizations.0.name": "a\n  - b: fine"}, id="value"),
        pytest.param({"x\ny": 1}, id="key"),
        pytest.param(acme(git={"remoteKey": "a\nb"}), id="remote-key"),
    ],
)
def test_line_breaks_cannot_forge_a_line(edits: Edits) -> None:
    assert len(rejection(raw(edits)).splitlines()) == 2


@pytest.mark.parametrize(
    ("edits", "shown"),
    [
        pytest.param({"organizations.0.name": "a" * 10_000}, "(10000 characters)", id="value"),
        pytest.param({"organizations.0.name": "\n" * 10_000}, "(10000 characters)", id="as-it-was-before-escaping"),
        pytest.param({"x" * 10_000: 1}, "(10000 characters)", id="key"),
    ],
)
def test_shortened_text_tells_its_length(edits: Edits, shown: str) -> None:
    assert shown in rejection(raw(edits))


def test_readable_text_stays_readable() -> None:
    assert rejection(raw({"release": "версия"})) == message(
        f'release: "версия" is not a supported OpenChoreo release; expected {RELEASE_NAMES}'
    )


def test_text_that_utf_8_cannot_hold() -> None:
    """JSON can escape half of a surrogate pair; the value behind such a key is then out of reach for the message."""
    store = {"kubernetes": {"remoteNamespace": 5}}
    assert rejection(raw({"secretStores": {"default": KUBERNETES, "\ud800": store}})) == message(
        f'secretStores.\ufffd\ufffd\ufffd: "\ufffd\ufffd\ufffd" {NOT_AN_OBJECT_NAME}',
        "secretStores.\ufffd\ufffd\ufffd.kubernetes.remoteNamespace: must be a string, not nothing",
    )
