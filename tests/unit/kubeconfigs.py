"""Kubeconfigs with one context, and the connections that they describe."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import yaml

from components.cluster.connection import Cluster
from components.settings.clusters import ClusterSettings

WHERE: Final = 'build plane (context "prod-build")'
PATH: Final = "/api/v1/namespaces/default"
SERVER: Final[dict[str, Any]] = {"server": "https://127.0.0.1:6443", "insecure-skip-tls-verify": True}

PLUGIN: Final[dict[str, Any]] = {
    "apiVersion": "client.authentication.k8s.io/v1",
    "command": "/bin/sh",
    "args": ["-c", "exit 1"],
    "interactiveMode": "IfAvailable",
}
"""``exec`` of a user whose plugin fails."""


def kubeconfig(server: Mapping[str, Any] = SERVER, user: Mapping[str, Any] | None = None, **top: Any) -> dict[str, Any]:
    """A kubeconfig whose context ``prod-build`` has the cluster ``c`` and the user ``u``."""
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "c", "cluster": dict(server)}],
        "users": [{"name": "u", "user": {"token": "t"} if user is None else dict(user)}],
        "contexts": [{"name": "prod-build", "context": {"cluster": "c", "user": "u"}}],
        **top,
    }


def write_kubeconfig(file: Path, content: object) -> Path:
    """The file with a content as YAML."""
    file.parent.mkdir(exist_ok=True)
    file.write_text(content if isinstance(content, str) else yaml.safe_dump(content))
    return file


def connect(file: Path) -> Cluster:
    """A connection through the context of that file."""
    return Cluster("build plane", ClusterSettings(context="prod-build", kubeconfig=str(file)))


def connect_ambient() -> Cluster:
    """A connection through the context of ``$KUBECONFIG``."""
    return Cluster("build plane", ClusterSettings(context="prod-build"))


def make_identity_token(expires: float) -> str:
    """A token of OpenID Connect that ends at a time in seconds."""
    claims = base64.urlsafe_b64encode(json.dumps({"exp": expires}).encode()).decode().rstrip("=")
    return f"e30.{claims}.c2ln"


def sign_in_with_oidc(**config: str) -> dict[str, Any]:
    """The fields of a user with ``auth-provider``."""
    provider = {"idp-issuer-url": "https://issuer", "client-id": "k8s", **config}
    return {"auth-provider": {"name": "oidc", "config": provider}}
