"""Deliveries of organizations for tests of the proof."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

from components.settings.parsing import parse
from components.settings.stack import StackSettings

GIT = {"host": "git.example", "basicAuth": {"username": "robot", "password": {"remoteKey": "git"}}}


def proof_settings(**organizations: Mapping[str, Any]) -> StackSettings:
    """Settings of organizations by name."""
    store = {"scope": "organization", "kubernetes": {"remoteNamespace": "manager", "server": {"fromKubeconfig": True}}}
    raw = {
        "secretStores": {"default": {**store, "sharedKeys": ["git"]}},
        "clusters": {plane: {"context": "kind"} for plane in ("buildPlane", "controlPlane", "dataPlane")},
        "organizations": [{"name": name, **rest} for name, rest in organizations.items()],
    }
    return parse(raw, source="stack")


def delivered(organization: str, credential: str, name: str, data: Mapping[str, str], host: str = "") -> dict[str, Any]:
    """A delivered Secret as the API server returns it."""
    metadata: dict[str, Any] = {
        "namespace": f"openchoreo-ci-{organization}",
        "name": name,
        "labels": {"openchoreo.dev/organization": organization, "openchoreo-secrets/credential": credential},
    }
    if host:
        metadata["annotations"] = {"openchoreo-secrets/git-host": host}
    return {"metadata": metadata, "data": {key: base64.b64encode(text.encode()).decode() for key, text in data.items()}}


def docker_config(*servers: str) -> str:
    """A docker config with a login for each server."""
    auth = base64.b64encode(b"robot:p").decode()
    return json.dumps({"auths": {server: {"auth": auth} for server in servers}})
