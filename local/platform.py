"""Starts and stops the programs of the local platform; OpenBao and the hosts are started by their own modules."""

from __future__ import annotations

import base64
import json
import shutil
import socket
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import urllib3
import yaml

from . import pki as certificates
from .openbao import OpenBao
from .processes import Process, ProcessError

CONTEXT: Final = "openchoreo-local"
"""Name of the context in the kubeconfig."""

_CONTROLLERS: Final = (
    "namespace-controller",
    "garbage-collector-controller",
    "serviceaccount-controller",
    "root-ca-certificate-publisher-controller",
    "resourcequota-controller",
)
NAMES: Final = (
    "etcd",
    "kube-apiserver",
    "kube-controller-manager",
    "openbao",
    "external-secrets",
    "registry",
    "git-server",
)
"""Names of all programs, in the order of their start."""
_PORTS: Final = (
    *("etcd", "etcd-peer", "apiserver", "openbao", "openbao-cluster"),
    *("git", "git-proxy", "registry", "registry-proxy"),
)
_LAST_PORT: Final = 65535


@dataclass(frozen=True)
class Platform:
    """A control plane in a folder: certificates, data, logs, pids and a kubeconfig."""

    folder: Path
    programs: Mapping[str, Path]
    """Name -> executable; empty if nothing is started."""
    names: tuple[str, ...] = NAMES
    """Names of its programs, in the order of their start."""

    @property
    def kubeconfig(self) -> Path:
        """Kubeconfig of a cluster administrator."""
        return self.folder / "kubeconfig"

    @property
    def pki(self) -> certificates.Pki:
        """Its certificates and keys."""
        return certificates.Pki(self.folder / "pki")

    @property
    def ports(self) -> Mapping[str, int]:
        """Port of loopback by name, after `start_control_plane`."""
        return _read_ports(self._ports_file)

    @property
    def server(self) -> str:
        """Address of the API server, after `start_control_plane`."""
        return f"https://127.0.0.1:{self.ports['apiserver']}"

    @property
    def openbao(self) -> OpenBao:
        """The secret manager, after `start_control_plane`; it is started separately."""
        ports = self.ports
        return OpenBao(self.process("openbao"), ports["openbao"], ports["openbao-cluster"], self.pki)

    def process(self, name: str) -> Process:
        """One of the platform's programs."""
        return Process(name, self.folder)

    def running(self) -> bool:
        """Whether all programs run."""
        return all(self.process(name).pid() is not None for name in self.names)

    def start_control_plane(self) -> None:
        """Start etcd, the API server and the controllers unless they run; wait until the API server is ready."""
        self.folder.mkdir(parents=True, mode=0o700, exist_ok=True)
        pki = certificates.create(self.folder / "pki")
        ports = self.reserve_ports()
        self._start("etcd", _etcd(self.folder / "etcd", pki, ports))
        self._start("kube-apiserver", _apiserver(pki, ports))
        self._write_kubeconfig(pki, ports["apiserver"])
        self.process("kube-apiserver").wait_until(lambda: _is_ready(pki, ports["apiserver"]), 60)
        self._start("kube-controller-manager", _controllers(self.kubeconfig, pki))

    def reserve_ports(self) -> Mapping[str, int]:
        """Ports of the programs. Unless all of them run, those that run are stopped."""
        self.folder.mkdir(parents=True, mode=0o700, exist_ok=True)
        if not self.running():
            # Programs of an earlier run may still listen on the ports of this folder.
            self.stop()
        return self._ports()

    def start_operator(self, environment: Mapping[str, str] | None = None, kubeconfig: Path | None = None) -> None:
        """Start ESO unless it runs; wait until it reconciles. Its CRDs must exist.

        Args:
            environment: variables added to its environment, such as the address of a secret manager's stand-in.
            kubeconfig: of its own identity. None: it is a cluster administrator.
        """
        if self.process("external-secrets").pid() is not None:
            return
        arguments = ["--metrics-addr=0", "--concurrent=8", "--client-qps=200", "--client-burst=400"]
        arguments += _disable_health_endpoint(self.programs["external-secrets"])
        self._start(
            "external-secrets", arguments, {**(environment or {}), "KUBECONFIG": str(kubeconfig or self.kubeconfig)}
        )
        operator = self.process("external-secrets")
        operator.wait_until(lambda: _reconciles(operator.log), 60)

    def stop(self) -> tuple[str, ...]:
        """Stop the programs in reverse order and return the names of those that ran. Data and certificates stay."""
        return tuple(name for name in reversed(self.names) if self.process(name).stop())

    def remove(self) -> None:
        """Stop the programs and delete the folder."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _start(self, name: str, arguments: Iterable[str], environment: Mapping[str, str] | None = None) -> None:
        process = self.process(name)
        if process.pid() is None:
            process.start([str(self.programs[name]), *arguments], environment)

    def _ports(self) -> dict[str, int]:
        """Free ports by name, stored in the folder so that addresses stay the same after a restart.

        Raises:
            ProcessError: the stored ports cannot be read.
        """
        stored = dict(self.ports) if self._ports_file.exists() else {}
        # The file may be from a version with fewer programs.
        if stored.keys() == set(_PORTS) and (self.running() or all(_is_free(port) for port in stored.values())):
            return stored
        ports = find_free_ports(*_PORTS)
        self._ports_file.write_text(json.dumps(ports))
        return ports

    @property
    def _ports_file(self) -> Path:
        return self.folder / "ports.json"

    def _write_kubeconfig(self, pki: certificates.Pki, port: int) -> None:
        cluster = {"server": f"https://127.0.0.1:{port}", "certificate-authority-data": _base64(pki.ca)}
        user = {
            "client-certificate-data": _base64(pki.certificate("admin")),
            "client-key-data": _base64(pki.key("admin")),
        }
        config = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": CONTEXT, "cluster": cluster}],
            "users": [{"name": CONTEXT, "user": user}],
            "contexts": [{"name": CONTEXT, "context": {"cluster": CONTEXT, "user": CONTEXT}}],
            "current-context": CONTEXT,
        }
        self.kubeconfig.touch(mode=0o600)
        self.kubeconfig.write_text(yaml.safe_dump(config))


def _etcd(data: Path, pki: certificates.Pki, ports: Mapping[str, int]) -> list[str]:
    client, peer = f"https://127.0.0.1:{ports['etcd']}", f"http://127.0.0.1:{ports['etcd-peer']}"
    return [
        f"--data-dir={data}",
        f"--listen-client-urls={client}",
        f"--advertise-client-urls={client}",
        f"--listen-peer-urls={peer}",
        f"--initial-advertise-peer-urls={peer}",
        f"--initial-cluster=default={peer}",
        f"--cert-file={pki.certificate('etcd')}",
        f"--key-file={pki.key('etcd')}",
        f"--trusted-ca-file={pki.ca}",
        "--client-cert-auth",
        "--unsafe-no-fsync",
    ]


def _apiserver(pki: certificates.Pki, ports: Mapping[str, int]) -> list[str]:
    return [
        f"--etcd-servers=https://127.0.0.1:{ports['etcd']}",
        f"--etcd-cafile={pki.ca}",
        f"--etcd-certfile={pki.certificate('etcd')}",
        f"--etcd-keyfile={pki.key('etcd')}",
        "--bind-address=127.0.0.1",
        f"--secure-port={ports['apiserver']}",
        f"--tls-cert-file={pki.certificate('server')}",
        f"--tls-private-key-file={pki.key('server')}",
        f"--client-ca-file={pki.ca}",
        "--authorization-mode=RBAC",
        "--service-account-issuer=https://kubernetes.default.svc",
        f"--service-account-key-file={pki.token_key}",
        f"--service-account-signing-key-file={pki.token_key}",
        "--service-cluster-ip-range=10.96.0.0/24",
        "--endpoint-reconciler-type=none",
    ]


def _controllers(kubeconfig: Path, pki: certificates.Pki) -> list[str]:
    return [
        f"--kubeconfig={kubeconfig}",
        # Each controller has a user of its own, as in other clusters, so that tests see what policies deny it.
        "--use-service-account-credentials=true",
        f"--controllers={','.join(_CONTROLLERS)}",
        f"--root-ca-file={pki.ca}",
        f"--service-account-private-key-file={pki.token_key}",
        "--leader-elect=false",
        "--secure-port=0",
        "--concurrent-namespace-syncs=20",
        "--kube-api-qps=200",
        "--kube-api-burst=400",
    ]


def _is_ready(pki: certificates.Pki, port: int) -> bool:
    with urllib3.PoolManager(
        ca_certs=str(pki.ca), cert_file=str(pki.certificate("admin")), key_file=str(pki.key("admin")), retries=False
    ) as pool:
        try:
            return pool.request("GET", f"https://127.0.0.1:{port}/readyz", timeout=2).status == 200  # noqa: PLR2004
        except urllib3.exceptions.HTTPError:
            return False


def _disable_health_endpoint(operator: Path) -> list[str]:
    """Arguments without which ESO listens on port 8082 of all addresses, so that no second platform can start.

    ESO 0.16 has neither the endpoint nor the argument, and ends at an argument that it does not know.
    """
    done = subprocess.run([operator, "--help"], capture_output=True, text=True, check=False)
    return ["--live-addr=0"] if "--live-addr" in done.stdout else []


def _reconciles(log: Path) -> bool:
    text = log.read_text(errors="replace") if log.exists() else ""
    started = [line for line in text.splitlines() if "Starting workers" in line]
    return any('"clustersecretstore"' in line for line in started) and any(
        '"externalsecret"' in line for line in started
    )


def _read_ports(file: Path) -> dict[str, int]:
    """Ports by name, as they were stored.

    Raises:
        ProcessError: the file is damaged; a new choice would leave running programs at unknown addresses.
    """
    try:
        stored = json.loads(file.read_text(encoding="utf-8"))
        ports = {str(name): port for name, port in stored.items()}
    except (OSError, ValueError, AttributeError):
        ports = {}
    if not ports or not all(type(port) is int and 0 < port <= _LAST_PORT for port in ports.values()):
        advice = "remove the platform and start it again: make down local"
        msg = f"{file}: does not contain the ports of the platform; {advice}"
        raise ProcessError(msg)
    return ports


def find_free_ports(*names: str) -> dict[str, int]:
    """Ports of the loopback address that nothing listens on, by name."""
    sockets = {name: socket.socket() for name in names}
    try:
        for listener in sockets.values():
            listener.bind(("127.0.0.1", 0))
        return {name: int(listener.getsockname()[1]) for name, listener in sockets.items()}
    finally:
        for listener in sockets.values():
            listener.close()


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def _base64(path: Path) -> str:
    return base64.b64encode(path.read_bytes()).decode()
