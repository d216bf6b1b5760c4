"""Whole Secrets of manual git credentials."""

from __future__ import annotations

import base64

import pytest

from components.manifests import Manifest
from components.openchoreo import V0_9, V1, Release
from components.secrets.external_secret import Target
from components.secrets.manual_secret import ManualSecret, build_manual_secret, encode_secret_data
from tests.unit.hosts import line
from tests.unit.keys import SSH_KEY, write_pem
from tests.unit.plans import credentials
from tests.unit.samples import Raw, organization

TARGET = Target(organization="acme", namespace="openchoreo-ci-acme", store="default-acme", refresh_interval="1h0m0s")
KNOWN = line("git.acme.example", comment="by hand")
BASIC, SSH = "kubernetes.io/basic-auth", "kubernetes.io/ssh-auth"


def _manual(git: Raw, value: str, release: Release) -> tuple[Manifest, dict[str, str]]:
    (made,) = credentials(organization(git=git), TARGET, release)
    assert isinstance(made.content, ManualSecret)
    data = encode_secret_data(made.content, [value for _ in made.content.entries])
    return build_manual_secret(made.target, made.content), {
        key: base64.b64decode(encoded, validate=True).decode() for key, encoded in data.items()
    }


@pytest.mark.parametrize(
    ("release", "git", "kind", "value", "data"),
    [
        pytest.param(
            V0_9,
            {"manual": "gitToken"},
            "Opaque",
            " pass\n",
            {"clone-secret": "pass"},
            id="v0.9-token",
        ),
        pytest.param(
            V1,
            {"manual": "gitToken", "host": "gitlab.com"},
            BASIC,
            " pass\n",
            {"username": "oauth2", "password": "pass"},
            id="v1-token",
        ),
        pytest.param(
            V0_9,
            {"basicAuth": {"password": {"manual": "gitToken"}}, "secretKey": "token"},
            BASIC,
            " pass\n",
            {"username": "x-access-token", "password": "pass", "token": "pass"},
            id="basic-auth-without-white-space",
        ),
        pytest.param(
            V1,
            {"basicAuth": {"password": {"manual": "gitToken"}}},
            BASIC,
            "pass",
            {"username": "x-access-token", "password": "pass"},
            id="v1-basic-auth",
        ),
        pytest.param(
            V1,
            {"host": "git.acme.example", "ssh": {"privateKey": {"manual": "gitToken"}, "knownHosts": KNOWN}},
            SSH,
            SSH_KEY,
            {"ssh-privatekey": f"{SSH_KEY}\n", "known_hosts": f"{KNOWN}\n"},
            id="v1-ssh",
        ),
        pytest.param(
            V0_9,
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
def test_manual(release: Release, git: Raw, kind: str, value: str, data: dict[str, str]) -> None:
    host = git.get("host", "github.com")
    manifest = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "name": release.defaults.git_secret,
            "namespace": release.build_namespace("acme"),
            "labels": {
                "app.kubernetes.io/managed-by": "openchoreo-secrets",
                "openchoreo.dev/organization": "acme",
                "openchoreo-secrets/credential": "git",
            },
            "annotations": {"openchoreo-secrets/git-host": host},
        },
        "type": kind,
    }
    assert _manual(git, value, release) == (manifest, data)
