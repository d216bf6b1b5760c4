"""The template of each key of a service's Secret, by the type of the Secret."""

from __future__ import annotations

import pytest

from components.schema.sources import RemoteRef
from components.secrets.value_templates import render_key
from tests.unit.templates import key, pem, word

REF = RemoteRef(remote_key="acme", property="x")


@pytest.mark.parametrize(
    ("kind", "name", "expected"),
    [
        ("kubernetes.io/tls", "tls.crt", pem('(index . "tls.crt")', "acme (x)", "a certificate", "CERTIFICATE")),
        ("kubernetes.io/tls", "tls.key", pem('(index . "tls.key")', "acme (x)")),
        ("kubernetes.io/ssh-auth", "ssh-privatekey", pem('(index . "ssh-privatekey")', "acme (x)")),
        ("kubernetes.io/basic-auth", "username", word(".username", "acme (x)")),
        ("kubernetes.io/basic-auth", "password", word(".password", "acme (x)")),
        ("kubernetes.io/basic-auth", "realm", key(".realm")),
        ("Opaque", "tls.key", key('(index . "tls.key")')),
    ],
)
def test_key(kind: str, name: str, expected: str) -> None:
    assert render_key(kind, name, REF) == expected
