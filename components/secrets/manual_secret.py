"""Plain Kubernetes Secrets whose values come from encrypted stack configuration."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ..manifests import CREDENTIAL_LABEL, Manifest, manifest, organization_labels
from ..schema.secret_types import SSH_AUTH
from ..schema.sources import ManualRegistry
from .external_secret import Target


@dataclass(frozen=True)
class ManualSecret:
    """A Secret to be made from entries of ``manualSecrets``."""

    name: str
    """Name of the Secret."""
    credential: str
    """What it is for: ``git``, ``registry-push``, ``registry-pull`` or ``external``."""
    type: str = "Opaque"
    """Type of the Secret, unless it is a docker config."""
    values: Mapping[str, str] = field(default_factory=dict)
    """Key of the Secret -> name of the entry of ``manualSecrets``."""
    registries: Mapping[str, ManualRegistry] = field(default_factory=dict)
    """Docker server -> user and password; if any, the Secret is a docker config instead of ``values``."""
    docker_config_keys: tuple[str, ...] = (".dockerconfigjson",)
    """Keys of the Secret that hold the docker config, if it is one."""
    annotations: Mapping[str, str] = field(default_factory=dict)
    """Annotations of the Secret."""
    texts: Mapping[str, str] = field(default_factory=dict)
    """Key of the Secret -> its value, in plain text."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """More labels of the Secret."""

    @property
    def entries(self) -> tuple[str, ...]:
        """Names of all entries of ``manualSecrets`` that it needs."""
        return (*self.values.values(), *(registry.password for registry in self.registries.values()))


def manual_secret(target: Target, secret: ManualSecret) -> Manifest:
    """The Secret without its ``data``, which only a program can add (`secret_data`)."""
    return manifest(
        "v1",
        "Secret",
        secret.name,
        namespace=target.namespace,
        labels={**organization_labels(target.organization), CREDENTIAL_LABEL: secret.credential, **secret.labels},
        annotations=secret.annotations,
        type="kubernetes.io/dockerconfigjson" if secret.registries else secret.type,
    )


def secret_data(secret: ManualSecret, values: Sequence[str]) -> dict[str, str]:
    """The Secret's ``data``, base64 as the API wants it.

    Args:
        secret: what is made.
        values: in the order of ``secret.entries``.
    """
    if secret.registries:
        registries = zip(secret.registries.items(), values, strict=True)
        auths = {server: docker_auth(registry.username, password) for (server, registry), password in registries}
        return dict.fromkeys(secret.docker_config_keys, _base64(json.dumps({"auths": auths}, ensure_ascii=False)))
    found = {**secret.texts, **dict(zip(secret.values, values, strict=True))}
    if secret.type == SSH_AUTH:
        # OpenSSH refuses a key whose last line has no end, and `pulumi config set` takes it away.
        found = {key: f"{value.strip()}\n" for key, value in found.items()}
    return {key: _base64(value) for key, value in found.items()}


def docker_auth(username: str, password: str) -> dict[str, str]:
    """One entry of docker's ``auths``: user, password and ``auth``, the base64 of ``user:password``."""
    return {"username": username, "password": password, "auth": _base64(f"{username}:{password}")}


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
