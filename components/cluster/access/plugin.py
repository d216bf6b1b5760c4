"""Login plugins: programs that a kubeconfig names, and that print credentials.

Source: ``client.authentication.k8s.io/v1``, and ``plugin/pkg/client/auth/exec`` of client-go 0.33.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import sys
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO, Any, Final, cast

from .fields import Plugin
from .kubeconfig import Access

_GROUP: Final = "client.authentication.k8s.io"
_VERSIONS: Final = (f"{_GROUP}/v1", f"{_GROUP}/v1beta1")
_MODES: Final = ("Never", "IfAvailable", "Always")
_EXTENSION: Final = f"{_GROUP}/exec"
_LONGEST: Final = 300
"""Characters of a plugin's message in an error."""


@dataclass(frozen=True)
class Status:
    """What a plugin printed: a token, a certificate with its key, or both."""

    token: str
    certificate: str
    key: str
    expires: datetime | None


def check_plugin(access: Access) -> Plugin:
    """Check the fields of ``exec``, and that its program exists.

    Raises:
        ClusterError: client-go would refuse them, or the program is missing.
    """
    plugin = access.user.plugin or Plugin()
    if not plugin.command:
        raise access.user_problem("exec.command", "is missing; write the name of the login plugin")
    if plugin.api_version not in _VERSIONS:
        text = f'"{plugin.api_version}" is not supported; write the kubeconfig again, with {_VERSIONS[0]}'
        raise access.user_problem("exec.apiVersion", text)
    if any(not variable.name for variable in plugin.env):
        raise access.user_problem("exec.env", "has an entry without a name; set name and value")
    mode = plugin.interactive_mode
    if not mode and plugin.api_version == _VERSIONS[0]:
        raise access.user_problem("exec.interactiveMode", "is missing; use IfAvailable")
    if mode and mode not in _MODES:
        raise access.user_problem("exec.interactiveMode", f'is "{mode}"; expected one of: {", ".join(_MODES)}')
    if mode == "Always" and not sys.stdin.isatty():
        text = "is Always, and no terminal is there to sign in; sign in beforehand, and use IfAvailable"
        raise access.user_problem("exec.interactiveMode", text)
    if shutil.which(plugin.command) is None:
        hint = " ".join(plugin.install_hint.split())[:_LONGEST]
        text = f"{plugin.command} is not installed; install the login plugin{hint and f': {hint}'}"
        raise access.user_problem("exec.command", text)
    return plugin


def run_plugin(access: Access) -> Status:
    """Run the login plugin of a user. What it writes to standard error is passed on, such as the address of a login.

    Raises:
        ClusterError: the plugin is missing or failed, or printed something else.
    """
    plugin = check_plugin(access)
    interactive = plugin.interactive_mode != "Never" and sys.stdin.isatty()
    environment = os.environ | {variable.name: variable.value for variable in plugin.env}
    environment["KUBERNETES_EXEC_INFO"] = json.dumps(_request(access, plugin, interactive=interactive))
    try:
        process = subprocess.Popen(
            [plugin.command, *plugin.args],
            env=environment,
            stdin=None if interactive else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "its arguments have a null character"
        raise access.user_problem("exec.command", f"{plugin.command} cannot be run: {reason}; correct it") from None
    with process:
        last: list[str] = []
        reader = threading.Thread(target=_pass_on, args=(process.stderr, last), daemon=True)
        reader.start()
        printed = cast("IO[bytes]", process.stdout).read()
        reader.join()
    if process.returncode:
        reason = f": {last[0]}" if last else ""
        text = f"{plugin.command} failed with exit code {process.returncode}{reason}; sign in again"
        raise access.user_problem("exec", text)
    return _read_status(access, plugin, printed)


def _pass_on(stream: IO[bytes], last: list[str]) -> None:
    """Copy lines to standard error, and keep the last one with a text."""
    for raw in stream:
        line = raw.decode(errors="replace")
        sys.stderr.write(line)
        sys.stderr.flush()
        if text := "".join(character for character in line if character.isprintable()).strip():
            last[:] = [text[:_LONGEST]]


def _request(access: Access, plugin: Plugin, *, interactive: bool) -> dict[str, Any]:
    """What the plugin may know; unset fields are absent."""
    specification: dict[str, Any] = {"interactive": interactive}
    if plugin.provide_cluster_info:
        server = access.server
        config = next((entry.extension for entry in server.extensions if entry.name == _EXTENSION), None)
        cluster = {
            "server": server.server,
            "tls-server-name": server.tls_server_name,
            "insecure-skip-tls-verify": server.insecure_skip_tls_verify,
            "certificate-authority-data": base64.b64encode(access.read_authority()).decode(),
            "proxy-url": server.proxy_url,
            "config": config,
        }
        specification["cluster"] = {key: value for key, value in cluster.items() if value}
    return {"apiVersion": plugin.api_version, "kind": "ExecCredential", "spec": specification}


def _read_status(access: Access, plugin: Plugin, printed: bytes) -> Status:
    def refuse(text: str) -> Exception:
        return access.user_problem("exec", f"{plugin.command} printed {text}; correct the plugin, or its arguments")

    try:
        answer = json.loads(printed)
    except (ValueError, RecursionError):
        raise refuse("no JSON") from None
    status = answer.get("status") if isinstance(answer, dict) else None
    if not isinstance(status, dict) or answer.get("kind") != "ExecCredential":
        raise refuse("no ExecCredential with a status")
    if answer.get("apiVersion") != plugin.api_version:
        raise refuse(f"credentials of another version than exec.apiVersion, {plugin.api_version}")
    fields = [status.get(key) or "" for key in ("token", "clientCertificateData", "clientKeyData")]
    if not all(isinstance(field, str) for field in fields):
        raise refuse("credentials that are no text")
    token, certificate, key = fields
    if bool(certificate) != bool(key):
        raise refuse("a certificate without its key, or a key without its certificate")
    if not (token or certificate):
        raise refuse("neither a token nor a certificate")
    expires = status.get("expirationTimestamp")
    try:
        moment = None if expires is None else datetime.fromisoformat(expires)
    except (TypeError, ValueError):
        raise refuse("an expirationTimestamp that is no time") from None
    if moment is not None and moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return Status(token, certificate, key, moment)
