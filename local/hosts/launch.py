"""Starts the git server, the registry and their proxies."""

from __future__ import annotations

import hashlib
import json
import socket
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import trustme
import yaml

from components.settings.stack import StackSettings

from ..platform import Platform
from ..processes import Process
from .accounts import list_accounts, list_host_names
from .configuration import HostsConfiguration, read_configuration
from .folder import HostsFolder
from .logins import digest
from .registry_tokens import ALGORITHM, HOST, ISSUER, PATH, SERVICE, create_key
from .repositories import create_repository, find_git
from .sources import ValueSource

Manuals = Callable[[], Mapping[str, str]]
"""Entry of ``manualSecrets`` -> its value; called only if the stack file has changed."""

_SOURCE: Final = Path(__file__).resolve().parents[2]
_DEADLINE: Final = 30.0


@dataclass(frozen=True)
class Hosts:
    """What a client needs to use the hosts under the names of the stack."""

    ca: Path
    """CA of the certificate of every host."""
    git_proxy: str
    """Address of the proxy to the git server."""
    registry_proxy: str
    """Address of the proxy to the registry."""


def locate_hosts(platform: Platform) -> Hosts:
    """The hosts of a platform that has started them."""
    ports, folder = platform.ports, HostsFolder(platform.folder / "hosts")
    proxies = (f"http://127.0.0.1:{ports[f'{name}-proxy']}" for name in ("git", "registry"))
    return Hosts(folder.ca, *proxies)


def start_hosts(
    platform: Platform, source: ValueSource, settings: StackSettings, stack: Path, read_manuals: Manuals
) -> Hosts:
    """Start the git server and the registry, or start them again if the settings have changed.

    Raises:
        GitError: git is not installed.
        ProcessError: a server ended, or does not listen in time.
    """
    git, folder = find_git(), HostsFolder(platform.folder / "hosts")
    folder.path.mkdir(parents=True, mode=0o700, exist_ok=True)
    _create_certificate(folder, [HOST, *list_host_names(settings)])
    if not folder.signing_keys.exists():
        create_key(folder.signing_key, folder.signing_keys)
    for organization in settings.organizations:
        create_repository(git, folder.repositories, organization.name)
    configuration = _configure(platform, source, settings, stack, read_manuals)
    _start_registry(platform, folder)
    _start_server(platform.process("git-server"), folder, configuration, source)
    return locate_hosts(platform)


def _configure(
    platform: Platform, source: ValueSource, settings: StackSettings, stack: Path, read_manuals: Manuals
) -> HostsConfiguration:
    folder = HostsFolder(platform.folder / "hosts")
    stack_digest = hashlib.sha256(stack.read_bytes()).hexdigest()
    previous = read_configuration(folder.configuration)
    if previous is not None and previous.stack_digest == stack_digest:
        manuals = previous.manuals
    else:
        manuals = {name: digest(value) for name, value in read_manuals().items()}
    names = ("git", "git-proxy", "registry", "registry-proxy")
    return HostsConfiguration(
        ports={name: platform.ports[name] for name in names},
        git=find_git(),
        source=source.describe(),
        certificate_digest=hashlib.sha256(folder.certificate.read_bytes()).hexdigest(),
        stack_digest=stack_digest,
        accounts=list_accounts(settings),
        manuals=manuals,
    )


def _start_server(
    process: Process, folder: HostsFolder, configuration: HostsConfiguration, source: ValueSource
) -> None:
    if process.pid() is not None and read_configuration(folder.configuration) == configuration:
        return
    process.stop()
    folder.token.touch(mode=0o600)
    folder.token.write_text(source.create_token())
    configuration.write(folder.configuration)
    process.start([sys.executable, "-m", "local.hosts", str(folder.path)], {"PYTHONPATH": str(_SOURCE)})
    process.wait_until(lambda: _listens(configuration.ports["git"]), _DEADLINE)


def _start_registry(platform: Platform, folder: HostsFolder) -> None:
    process, text = platform.process("registry"), yaml.safe_dump(_registry(platform.ports["registry"], folder))
    file = folder.registry_configuration
    digest_line = f"# {hashlib.sha256(folder.certificate.read_bytes()).hexdigest()}\n"
    if process.pid() is not None and file.exists() and file.read_text() == digest_line + text:
        return
    process.stop()
    file.write_text(digest_line + text)
    process.start([str(platform.programs["registry"]), "serve", str(file)], {"OTEL_TRACES_EXPORTER": "none"})
    process.wait_until(lambda: _listens(platform.ports["registry"]), _DEADLINE)


def _registry(port: int, folder: HostsFolder) -> dict[str, Any]:
    """Configuration of the registry. It accepts tokens of the git server's process and nothing else."""
    return {
        "version": 0.1,
        "log": {"level": "error", "accesslog": {"disabled": True}},
        "storage": {
            "filesystem": {"rootdirectory": str(folder.images)},
            "maintenance": {"uploadpurging": {"enabled": False}},
        },
        "http": {
            "addr": f"127.0.0.1:{port}",
            "tls": {"certificate": str(folder.certificate), "key": str(folder.key)},
        },
        "auth": {
            "token": {
                "realm": f"https://{HOST}{PATH}",
                "service": SERVICE,
                "issuer": ISSUER,
                "jwks": str(folder.signing_keys),
                "signingalgorithms": [ALGORITHM],
            }
        },
    }


def _create_certificate(folder: HostsFolder, names: list[str]) -> None:
    """Create a CA and one certificate for all names, unless there is one; the key of the CA is not stored."""
    text = json.dumps(names)
    if folder.names.exists() and folder.names.read_text() == text:
        return
    folder.names.unlink(missing_ok=True)
    authority = trustme.CA()
    leaf = authority.issue_cert(*names)
    folder.key.touch(mode=0o600)
    folder.key.write_bytes(leaf.private_key_pem.bytes())
    folder.certificate.write_bytes(b"".join(blob.bytes() for blob in leaf.cert_chain_pems))
    folder.ca.write_bytes(authority.cert_pem.bytes())
    folder.names.write_text(text)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
