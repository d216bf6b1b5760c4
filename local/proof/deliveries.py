"""The delivered Secrets of each organization, read from the cluster and written as files, as a pod mounts them."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from components.cluster.connection import Cluster
from components.git.secret import CREDENTIAL as GIT
from components.manifests import CREDENTIAL_LABEL, GIT_HOST_ANNOTATION
from components.openchoreo import find_release
from components.openchoreo.labels import ORGANIZATION_LABEL
from components.pull.secret import CREDENTIAL as PULL
from components.registries.docker_config import KEY
from components.registries.push import CREDENTIAL as PUSH
from components.settings.organization import Organization
from components.settings.stack import StackSettings

_HOST: Final = re.compile(r"(?:https?://)?(?P<host>[^/*]+)(?:/v[12])?/?")
_DOCKER_CONFIG: Final = "config.json"
_PASSWORD: Final = "password"
_USERNAME: Final = "username"


@dataclass(frozen=True)
class GitLogin:
    """A delivered git Secret with a password."""

    host: str
    folder: Path
    """Folder with the keys of the Secret as files."""
    password: str
    """Name of the file with the password or token."""
    username: str | None
    """User name that a clone uses. None: that of the file ``username``."""


@dataclass(frozen=True)
class RegistryLogin:
    """A delivered docker config."""

    folder: Path
    """Value of ``DOCKER_CONFIG``."""
    hosts: tuple[str, ...]
    """Registries that the config has a login for; without those that only some clients look up."""


@dataclass
class Delivery:
    """What an organization has received."""

    organization: str
    git: list[GitLogin] = field(default_factory=list)
    push: list[RegistryLogin] = field(default_factory=list)
    pull: list[RegistryLogin] = field(default_factory=list)


def write_deliveries(cluster: Cluster, settings: StackSettings, folder: Path) -> list[Delivery]:
    """Read the delivered Secrets and write each key as a file below `folder`, which only its owner can read."""
    selector = f"{ORGANIZATION_LABEL},{CREDENTIAL_LABEL} in ({GIT},{PUSH},{PULL})"
    return build_deliveries(cluster.items("/api/v1/secrets", labelSelector=selector), settings, folder)


def build_deliveries(objects: Iterable[dict[str, Any]], settings: StackSettings, folder: Path) -> list[Delivery]:
    """The same for Secrets as the API server returns them."""
    deliveries = {organization.name: Delivery(organization.name) for organization in settings.organizations}
    logins = {organization.name: _git_logins(organization, settings) for organization in settings.organizations}
    for item in objects:
        metadata = item["metadata"]
        organization, kind = metadata["labels"][ORGANIZATION_LABEL], metadata["labels"][CREDENTIAL_LABEL]
        if organization not in deliveries:
            continue
        values = {key: base64.b64decode(value) for key, value in (item.get("data") or {}).items()}
        mounted = folder / metadata["namespace"] / metadata["name"]
        _write(mounted, values)
        if kind == GIT:
            key, username = logins[organization].get(metadata["name"], (_PASSWORD, None))
            password = _PASSWORD if _PASSWORD in values else key
            if password in values:
                host = metadata["annotations"][GIT_HOST_ANNOTATION]
                user = None if _USERNAME in values else username
                deliveries[organization].git.append(GitLogin(host, mounted, password, user))
        elif KEY in values:
            # Docker's clients read the file `config.json`.
            _write(mounted, {_DOCKER_CONFIG: values[KEY]})
            login = RegistryLogin(mounted, tuple(_list_hosts(values[KEY])))
            (deliveries[organization].push if kind == PUSH else deliveries[organization].pull).append(login)
    return [deliveries[name] for name in sorted(deliveries)]


def _git_logins(organization: Organization, settings: StackSettings) -> dict[str, tuple[str, str | None]]:
    """Name of each git Secret -> the key of its token, and the user name that goes with it."""
    defaults = find_release(settings.release).defaults
    namings = ((git.naming(defaults), git.username) for _, git in organization.git_credentials)
    return {naming.name: (naming.key or _PASSWORD, username) for naming, username in namings}


def _list_hosts(config: bytes) -> Iterator[str]:
    for server in json.loads(config).get("auths") or {}:
        match = _HOST.fullmatch(server)
        if match:
            yield match["host"]


def _write(folder: Path, values: dict[str, bytes]) -> None:
    folder.mkdir(parents=True, mode=0o700, exist_ok=True)
    for name, value in values.items():
        file = folder / name
        file.touch(mode=0o600)
        file.write_bytes(value)
