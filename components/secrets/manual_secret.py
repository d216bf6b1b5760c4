"""Manifests of plain Secrets whose values come from encrypted stack configuration."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from ..errors import Problem, SettingsError
from ..manifests import CREDENTIAL_LABEL, Manifest, build_manifest
from ..openchoreo.labels import build_organization_labels
from ..schema.deferred import CONSEQUENCE
from ..schema.plain_secrets import HIDDEN
from ..schema.sources import ManualRegistry
from .external_secret import Target
from .manual_values import clean_key, clean_word
from .value_templates import PEM_LABELS


@dataclass(frozen=True)
class ManualSecret:
    """A Secret with values from entries of ``manualSecrets``."""

    name: str
    """Name of the Secret."""
    credential: str
    """Value of the credential label: ``git``, ``registry-push``, ``registry-pull`` or ``external``."""
    type: str = "Opaque"
    """Type of the Secret, unless it is a docker config."""
    values: Mapping[str, str] = field(default_factory=dict)
    """Key of the Secret -> name of the entry of ``manualSecrets``."""
    registries: Mapping[str, ManualRegistry] = field(default_factory=dict)
    """Docker server -> user and password. If not empty, the Secret is a docker config, and ``values`` is not used."""
    docker_config_keys: tuple[str, ...] = (".dockerconfigjson",)
    """Keys of the Secret with the docker config, if it is one."""
    annotations: Mapping[str, str] = field(default_factory=dict)
    """Annotations of the Secret."""
    texts: Mapping[str, str] = field(default_factory=dict)
    """Key of the Secret -> public value, in plain text."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """Additional labels of the Secret."""

    @property
    def entries(self) -> tuple[str, ...]:
        """Names of the entries of ``manualSecrets`` that the Secret needs, in the order of `encode_secret_data`."""
        return (*self.values.values(), *(registry.password for registry in self.registries.values()))


def build_manual_secret(target: Target, secret: ManualSecret) -> Manifest:
    """Manifest of the Secret without ``data``: `encode_secret_data` returns it, because its values are secret."""
    return build_manifest(
        "v1",
        "Secret",
        secret.name,
        namespace=target.namespace,
        labels={**build_organization_labels(target.organization), CREDENTIAL_LABEL: secret.credential, **secret.labels},
        annotations=secret.annotations,
        type="kubernetes.io/dockerconfigjson" if secret.registries else secret.type,
    )


def encode_secret_data(secret: ManualSecret, values: Sequence[str]) -> dict[str, str]:
    """``data`` of the Secret, base64-encoded as in the Kubernetes API.

    Args:
        secret: the Secret.
        values: values of ``secret.entries``, in the same order. White space around a user name, password or token
            is removed, and PEM gets the line ends of Unix.

    Raises:
        SettingsError: a value is empty, or is not PEM where the type of the Secret requires it.
    """
    if secret.registries:
        registries = zip(secret.registries.items(), values, strict=True)
        auths = {
            server: build_docker_auth(registry.username, _clean(clean_word, registry.password, password))
            for (server, registry), password in registries
        }
        return dict.fromkeys(secret.docker_config_keys, _base64(json.dumps({"auths": auths}, ensure_ascii=False)))
    entries = zip(secret.values.items(), values, strict=True)
    texts = {key: _clean(partial(_clean_key, secret, key), entry, value) for (key, entry), value in entries}
    return {key: _base64(value) for key, value in {**secret.texts, **texts}.items()}


def _clean_key(secret: ManualSecret, key: str, value: str) -> str:
    """A value of an external service may be a whole file; any other one is PEM, or a user name, password or token."""
    if secret.credential == "external" or key in PEM_LABELS.get(secret.type, {}):
        return clean_key(secret.type, key, value)
    return clean_word(value)


def _clean(clean: Callable[[str], str], entry: str, value: str) -> str:
    try:
        return clean(value)
    except ValueError as error:
        path = f"manualSecrets.{entry}"
        raise SettingsError(path, [Problem(path, f"{HIDDEN} {error}")], consequence=CONSEQUENCE) from None


def build_docker_auth(username: str, password: str) -> dict[str, str]:
    """One entry of ``auths`` in a docker config: user, password and ``auth``, the base64 of ``user:password``."""
    return {"username": username, "password": password, "auth": _base64(f"{username}:{password}")}


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
