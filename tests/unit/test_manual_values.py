"""Values of ``manualSecrets`` are cleaned as those of the manager, and no message shows them."""

from __future__ import annotations

import base64

import pytest

from components.errors import SettingsError
from components.schema.sources import ManualRegistry
from components.secrets.manual_secret import ManualSecret, encode_secret_data
from tests.unit.keys import CERTIFICATE, SSH_KEY, write_pem

BASIC, SSH, TLS = "kubernetes.io/basic-auth", "kubernetes.io/ssh-auth", "kubernetes.io/tls"


def _encoded(secret: ManualSecret, value: str) -> list[str]:
    data = encode_secret_data(secret, [value for _ in secret.entries])
    return [base64.b64decode(encoded, validate=True).decode() for encoded in data.values()]


def _secret(credential: str, kind: str, key: str) -> ManualSecret:
    return ManualSecret("made", credential, type=kind, values={key: "entry"})


@pytest.mark.parametrize(
    ("secret", "value", "expected"),
    [
        (_secret("git", "Opaque", "clone-secret"), " two words\r\n", "two words"),
        (_secret("git", BASIC, "password"), "token\n", "token"),
        (_secret("git", SSH, "ssh-privatekey"), SSH_KEY.replace("\n", "\r\n"), f"{SSH_KEY}\n"),
        (_secret("external", BASIC, "username"), "two words\n", "two words"),
        (_secret("external", "Opaque", "token"), "\ttoken\r\n", "token"),
        (_secret("external", "Opaque", "file"), "[a]\r\nb\n\n", "[a]\r\nb\n\n"),
        (_secret("external", "Opaque", "ca.crt"), f"{CERTIFICATE}\n".replace("\n", "\r\n"), f"{CERTIFICATE}\n"),
        (_secret("external", TLS, "tls.crt"), f"{CERTIFICATE}\r\n{CERTIFICATE}", f"{CERTIFICATE}\n{CERTIFICATE}\n"),
        (_secret("external", TLS, "tls.key"), write_pem("EC PRIVATE KEY"), f"{write_pem('EC PRIVATE KEY')}\n"),
    ],
)
def test_value(secret: ManualSecret, value: str, expected: str) -> None:
    assert _encoded(secret, value) == [expected]


@pytest.mark.parametrize(
    ("secret", "value", "problem"),
    [
        (_secret("git", "Opaque", "clone-secret"), " \n", "is empty; store the value"),
        (_secret("external", BASIC, "password"), "\n", "is empty; store the value"),
        (
            ManualSecret("made", "registry-push", registries={"q": ManualRegistry(username="u", password="entry")}),
            "\n",
            "is empty; store the value",
        ),
        (
            _secret("git", SSH, "ssh-privatekey"),
            "canary",
            "is not a private key in PEM format; store the whole file, with its line breaks",
        ),
        (
            _secret("external", TLS, "tls.crt"),
            SSH_KEY,
            "is not a certificate in PEM format; store the whole file, with its line breaks",
        ),
        (
            _secret("external", SSH, "ssh-privatekey"),
            write_pem("ENCRYPTED PRIVATE KEY"),
            "is a private key with a passphrase, which nobody can enter; store a key without one",
        ),
    ],
)
def test_value_is_refused(secret: ManualSecret, value: str, problem: str) -> None:
    with pytest.raises(SettingsError) as refused:
        _encoded(secret, value)
    assert str(refused.value) == (
        "manualSecrets.entry: 1 problem; resources that use the value were not changed\n"
        f"  - manualSecrets.entry: (value not shown) {problem}"
    )
