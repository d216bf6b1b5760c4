"""Configuration of organizations and stores, and what the platform needs for them."""

from __future__ import annotations

import base64
from typing import Any, Final

from tests.platform.aws import REGION
from tests.platform.openbao import Vault

DOCKER_HUB = "https://index.docker.io/v1/"


def git_organization(name: str, key: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "secretStore": "org", "git": {"remoteKey": key, "property": "token"}, **more}


def auth(username: str, password: str) -> str:
    return base64.b64encode(f"{username}:{password}".encode()).decode()


ROLES: Final = "222222222222"


def aws_store(auth: dict[str, Any], service: str = "SecretsManager", **more: Any) -> dict[str, Any]:
    return {"aws": {"service": service, "region": REGION, "auth": auth, **more}}


def as_service_account(manager: str, account: str = ROLES) -> dict[str, Any]:
    role = f"arn:aws:iam::{account}:role/eso-{{organization}}"
    return {"serviceAccount": {"identityNamespace": manager, "roleArn": role}}


def git(key: str) -> dict[str, Any]:
    return {"remoteKey": key, "property": "token"}


def vault_store(vault: Vault, manager: str, **more: Any) -> dict[str, Any]:
    """KV v2 at ``secret``, a role ``eso-<organization>`` of the auth method ``kubernetes``."""
    login = {"role": "eso-{organization}", "serviceAccount": {"identityNamespace": manager}}
    block = {"server": vault.url, "path": "secret", "caBundle": vault.ca_bundle, "auth": {"kubernetes": login}}
    return {"vault": {**block, **more}}


def allow(vault: Vault, manager: str, organization: str, entry: str = "vault") -> None:
    """What Vault must grant, as the documentation of the store says."""
    account = (manager, f"eso-{entry}-{organization}")
    vault.allow(account, f"eso-{organization}", f"org/{organization}/")
