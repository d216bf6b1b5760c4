"""Whole Secrets of manual git credentials."""

from __future__ import annotations

import base64

import pytest

from components.manifests import Manifest
from components.secrets.external_secret import Target
from components.secrets.manual_secret import ManualSecret, build_manual_secret, encode_secret_data
from tests.unit.hosts import line
from tests.unit.keys import SSH_KEY, write_pem
from tests.unit.plans import credentials
from tests.unit.samples import Raw, organization

TARGET = Target(organization="acme", namespace="openchoreo-ci-acme", store="default-acme", refresh_interval="1h0m0s")
KNOWN = line("git.acme.example", comment="by hand")
BASIC, SSH = "kubernetes.io/basic-auth", "kubernetes.io/ssh-auth"


def _manual(git: Raw, value: str) -> tuple[Manifest, dict[str, str]]:
    (made,) = credentials(organization(git=git), TARGET)
    assert isinstance(made.content, ManualSecret)
    data = encode_secret_data(made.content, [value for _ in made.content.entries])
    return build_manual_secret(made.target, made.content), {
        key: base64.b64decode(encoded, validate=True).decode() for key, encoded in data.items()
    }


@pytest.mark.parametrize(
    ("git", "kind", "value", "data"),
    [
        pytest.param(
            {"basicAuth": {"password": {"manual": "gitToken"}}, "secretKey": "token"},
            BASIC,
            " pass\n",
            {"username": "x-access-token", "password": "pass", "token": "pass"},
            id="basic-auth-without-white-space",
        ),
        pytest.param(
            {
                "host": "git.acme.example",
                "ssh": {"privateKey": {"manual": "gitToken"}, "knownHosts": f"\n{KNOWN}\n\n"},
            },
            SSH,
            write_pem("OPENSSH PRIVATE KEY", end="\r\n"),
            {"ssh-privatekey": f"{SSH_KEY}\n", "known_hosts": f"{KNOWN}\n"},
            id="ssh-with-the-line-ends-of-unix",
        ),
    ],
)
def test_manual(git: Raw, kind: str, value: str, data: dict[str, str]) -> None:
    host = git.get("host", "github.com")
    manifest = {
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
            "annotations": {"openchoreo-secrets/git-host": host},
        },
        "type": kind,
    }
    assert _manual(git, value) == (manifest, data)
