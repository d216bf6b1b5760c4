"""One kubeconfig, two clients: this package and the Kubernetes provider sign in as the same user, or neither does.

The API server tells who a client is when it refuses to show a namespace to it.
"""

from __future__ import annotations

import base64
import json
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import trustme
import yaml

from components.cluster.connection import Cluster
from components.errors import ClusterError
from components.settings.clusters import ClusterSettings
from local.pki import Pki
from local.platform import CONTEXT, Platform
from tests.platform.harness import Kubernetes
from tests.platform.kubernetes_provider import read_with_provider
from tests.proxies import Proxy
from tests.unit.loopback import http, serve

ACCOUNT = "system:serviceaccount:default:signing-in"
ADMIN = "read"
REFUSED = "refused"
PLUGIN = {"apiVersion": "client.authentication.k8s.io/v1", "command": "/bin/sh", "interactiveMode": "IfAvailable"}
EXPIRED = base64.urlsafe_b64encode(json.dumps({"exp": 1700000000}).encode()).decode().rstrip("=")


@dataclass
class Machine:
    """What the kubeconfigs of a case refer to."""

    folder: Path
    pki: Pki
    token: str
    """Of a ServiceAccount without rights."""
    content: dict[str, Any]
    """The platform's kubeconfig."""
    proxy: int = 0
    """Port of a proxy to the API server, for HTTP and SOCKS5."""
    issuer: str = ""
    """Address of an issuer of OpenID Connect, whose next ID token is that token."""
    dead: str = "127.0.0.1:9"

    @property
    def server(self) -> dict[str, Any]:
        """The only cluster."""
        server: dict[str, Any] = self.content["clusters"][0]["cluster"]
        return server

    @property
    def user(self) -> dict[str, Any]:
        """The only user, an administrator with a client certificate."""
        user: dict[str, Any] = self.content["users"][0]["user"]
        return user

    def sign_in(self, **fields: Any) -> None:
        """Replace all fields of the user."""
        self.user.clear()
        self.user.update(fields)

    def write(self, name: str, text: str) -> str:
        """The path of a new file."""
        file = self.folder / "files" / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
        return str(file)

    def run_plugin(self, script: str, **fields: Any) -> None:
        """Sign in with a login plugin."""
        self.sign_in(exec=PLUGIN | {"args": ["-c", script]} | fields)

    def use_oidc(self, **config: str) -> None:
        """Sign in with OpenID Connect; no issuer listens at that address."""
        provider = {"idp-issuer-url": "https://127.0.0.1:9", "client-id": "k8s", **config}
        self.sign_in(**{"auth-provider": {"name": "oidc", "config": provider}})

    def print_token(self) -> str:
        """A script that prints the token."""
        answer = {"apiVersion": PLUGIN["apiVersion"], "kind": "ExecCredential", "status": {"token": self.token}}
        return f"echo '{json.dumps(answer)}'"

    def use_files(self, folder: Path) -> None:
        """The certificates of the administrator as files."""
        names = {"client-certificate": self.pki.certificate("admin"), "client-key": self.pki.key("admin")}
        self.sign_in(**{key: str(folder / file.name) for key, file in names.items()})
        del self.server["certificate-authority-data"]
        self.server["certificate-authority"] = str(folder / self.pki.ca.name)

    def change(self, *removed: str, **fields: Any) -> None:
        """Set fields of the cluster, and remove others."""
        self.server.update(fields)
        for name in removed:
            del self.server[name]


@dataclass
class Case:
    """A change of the platform's kubeconfig, and whom the API server sees."""

    user: str
    change: Callable[[Machine], object]
    message: str = ""
    """Part of our error."""
    ambient: bool = False
    """Whether $KUBECONFIG leads to the file, instead of the setting."""
    more: Callable[[Machine], dict[str, Any]] | None = field(default=None)
    """A kubeconfig that comes before it in $KUBECONFIG."""


def _current(name: str | None) -> Callable[[Machine], object]:
    return lambda machine: machine.content.update({"current-context": name})


def _nothing(machine: Machine) -> None:
    """The platform's kubeconfig as it is."""


def _first(content: dict[str, Any]) -> Callable[[Machine], dict[str, Any]]:
    return lambda _machine: content


CASES: dict[str, Case] = {
    "certificate-in-base64": Case(ADMIN, _nothing),
    "certificate-in-files": Case(ADMIN, lambda m: m.use_files(m.pki.folder)),
    "relative-files-of-an-ambient-kubeconfig": Case(ADMIN, lambda m: m.use_files(Path("../pki")), ambient=True),
    "relative-files": Case(REFUSED, lambda m: m.use_files(Path("../pki")), "is a relative path"),
    "certificate-without-key": Case(REFUSED, lambda m: m.user.pop("client-key-data"), "client-key: is missing"),
    "no-current-context": Case(ADMIN, lambda m: m.content.pop("current-context")),
    "empty-current-context": Case(ADMIN, _current("")),
    "null-current-context": Case(ADMIN, _current(None)),
    "deleted-current-context": Case(REFUSED, _current("deleted"), 'there is no context "deleted"'),
    "deleted-current-context-of-an-ambient-kubeconfig": Case(ADMIN, _current("deleted"), ambient=True),
    "token": Case(ACCOUNT, lambda m: m.sign_in(token=m.token)),
    "token-with-line-break": Case(REFUSED, lambda m: m.sign_in(token=f"{m.token}\n"), "has a line break"),
    "token-file-by-echo": Case(ACCOUNT, lambda m: m.sign_in(tokenFile=m.write("token", f"{m.token}\n"))),
    "token-file-before-token": Case(ACCOUNT, lambda m: m.sign_in(token="x", tokenFile=m.write("token", m.token))),
    "token-file-missing": Case(
        REFUSED, lambda m: m.sign_in(tokenFile="/missing"), "tokenFile: /missing cannot be read"
    ),
    "token-of-another-server": Case(REFUSED, lambda m: m.sign_in(token="x"), "was refused (401)"),
    "token-as-number": Case(REFUSED, lambda m: m.sign_in(token=1), "token must be a text"),
    "token-and-password": Case(REFUSED, lambda m: m.sign_in(token="x", username="u"), "accepts one of them"),
    "no-credentials": Case(REFUSED, lambda m: m.sign_in(), "has no credentials"),
    "no-credentials-in-an-ambient-kubeconfig": Case(REFUSED, lambda m: m.sign_in(), "has no credentials", ambient=True),
    "impersonation": Case("alice", lambda m: m.user.update({"as": "alice", "as-groups": ["a", "b"]})),
    "impersonation-of-two-groups": Case(
        ADMIN, lambda m: m.user.update({"as": "a", "as-groups": ["b", "system:masters"]})
    ),
    "impersonation-with-everything": Case(
        "alice", lambda m: m.user.update({"as": "alice", "as-uid": "7", "as-user-extra": {"Ticket/No": ["1", "2"]}})
    ),
    "impersonation-of-a-group-only": Case(REFUSED, lambda m: m.user.update({"as-groups": ["a"]}), "set as"),
    "login-plugin": Case(ACCOUNT, lambda m: m.run_plugin(m.print_token())),
    "login-plugin-beside-a-certificate": Case(ADMIN, lambda m: m.user.update(exec=PLUGIN | {"args": ["-c", "exit 1"]})),
    "login-plugin-fails": Case(
        REFUSED,
        lambda m: m.run_plugin("echo 'the SSO session has expired' >&2; exit 255"),
        "the SSO session has expired",
    ),
    "login-plugin-missing": Case(REFUSED, lambda m: m.run_plugin("", command="login-of-nobody"), "is not installed"),
    "login-plugin-prints-nothing": Case(REFUSED, lambda m: m.run_plugin("exit 0"), "printed no JSON"),
    "login-plugin-of-another-version": Case(
        REFUSED,
        lambda m: m.run_plugin(m.print_token(), apiVersion="client.authentication.k8s.io/v1beta1"),
        "of another",
    ),
    "login-plugin-without-mode": Case(
        REFUSED, lambda m: m.run_plugin(m.print_token(), interactiveMode=None), "interactiveMode: is missing"
    ),
    "gcp": Case(REFUSED, lambda m: m.sign_in(**{"auth-provider": {"name": "gcp"}}), "was removed"),
    "oidc": Case(ACCOUNT, lambda m: m.use_oidc(**{"id-token": m.token})),
    "oidc-that-the-provider-renews": Case(
        ACCOUNT,
        lambda m: m.use_oidc(**{"idp-issuer-url": m.issuer, "id-token": f"e30.{EXPIRED}.x", "refresh-token": "r"}),
        ambient=True,
    ),
    "oidc-expired": Case(REFUSED, lambda m: m.use_oidc(**{"id-token": f"e30.{EXPIRED}.x"}), "expired at 2023"),
    "socks-proxy": Case(ADMIN, lambda m: m.change(**{"proxy-url": f"socks5://localhost:{m.proxy}"})),
    "http-proxy": Case(ADMIN, lambda m: m.change(**{"proxy-url": f"http://u:p@localhost:{m.proxy}"})),
    "socks-proxy-that-is-down": Case(
        REFUSED, lambda m: m.change(**{"proxy-url": f"socks5://{m.dead}"}), "through the proxy socks5://127.0.0.1:9"
    ),
    "unknown-proxy": Case(
        REFUSED, lambda m: m.change(**{"proxy-url": "ftp://localhost"}), "proxy-url: is not supported"
    ),
    "another-server-name": Case(ADMIN, lambda m: m.change(**{"tls-server-name": "localhost"})),
    "wrong-server-name": Case(REFUSED, lambda m: m.change(**{"tls-server-name": "example.org"}), "certificate"),
    "insecure": Case(ADMIN, lambda m: m.change("certificate-authority-data", **{"insecure-skip-tls-verify": True})),
    "insecure-with-authority": Case(
        REFUSED, lambda m: m.change(**{"insecure-skip-tls-verify": True}), "is set beside a certificate authority"
    ),
    "another-authority": Case(
        REFUSED,
        lambda m: m.change(**{"certificate-authority-data": base64.b64encode(trustme.CA().cert_pem.bytes()).decode()}),
        "certificate",
    ),
    "harmless-fields": Case(ADMIN, lambda m: m.change(**{"disable-compression": True, "future": {"a": 1}})),
    "the-first-file-wins": Case(
        ACCOUNT, _nothing, ambient=True, more=lambda m: {"users": [{"name": CONTEXT, "user": {"token": m.token}}]}
    ),
    "the-first-file-has-something-else": Case(ADMIN, _nothing, ambient=True, more=_first({"users": None})),
    "a-broken-file-among-several": Case(
        REFUSED, _nothing, "is not valid", ambient=True, more=_first({"users": "none"})
    ),
    "no-such-context": Case(REFUSED, lambda m: m.content.update(contexts=[]), "no such context", ambient=True),
}


@pytest.fixture(scope="module")
def account(cluster: Kubernetes) -> Iterator[str]:
    """The token of a ServiceAccount without rights."""
    metadata = {"name": "signing-in", "namespace": "default"}
    cluster.create({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata})
    yield cluster.token("signing-in", "default")
    cluster.delete("v1", "ServiceAccount", "signing-in", "default")


@pytest.fixture
def machine(platform: Platform, account: str, tmp_path: Path) -> Iterator[Machine]:
    """The platform's kubeconfig, its certificates in a folder beside it, a proxy to its API server, and an issuer."""
    pki = Pki(tmp_path / "pki")
    pki.folder.symlink_to(platform.folder / "pki")
    machine = Machine(tmp_path, pki, account, yaml.safe_load(platform.kubeconfig.read_text()))
    proxy = Proxy(int(machine.server["server"].rpartition(":")[2]))
    machine.proxy = proxy.port

    def issue(_method: str, path: str) -> bytes:
        answer = {"token_endpoint": f"{machine.issuer}/token"}
        if path == "/token":
            answer = {"access_token": "a", "token_type": "Bearer", "refresh_token": "s", "id_token": machine.token}
        return http(json.dumps(answer))

    with serve(issue) as machine.issuer:
        yield machine
    proxy.close()


def _read_ourselves(settings: ClusterSettings) -> tuple[str, str]:
    """Whom the API server sees, and the error."""
    try:
        cluster = Cluster("build plane", settings)
        try:
            assert cluster.get("/api/v1/namespaces/default") is not None
        finally:
            cluster.close()
    except ClusterError as error:
        return _who(str(error)), str(error)
    return ADMIN, ""


def _who(answer: str) -> str:
    user = re.search(r'is forbidden: User "(.+?)"', answer)
    return user[1] if user else ADMIN if answer == "read" else REFUSED


@pytest.mark.parametrize("name", CASES)
def test_both_sign_in_alike(name: str, machine: Machine, platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    case = CASES[name]
    case.change(machine)
    files = [machine.write("config", yaml.safe_dump(machine.content))]
    if case.more is not None:
        files.insert(0, machine.write("first", yaml.safe_dump(case.more(machine))))
    monkeypatch.delenv("KUBECONFIG", raising=False)
    if case.ambient:
        monkeypatch.setenv("KUBECONFIG", os.pathsep.join(files))
    named = {} if case.ambient else {"kubeconfig": files[0]}

    theirs = read_with_provider(
        platform.programs["pulumi-resource-kubernetes"], machine.folder, {"context": CONTEXT, **named}
    )
    ours, error = _read_ourselves(ClusterSettings(context=CONTEXT, **named))

    assert (ours, _who(theirs)) == (case.user, case.user), f"{error}\n{theirs}"
    assert case.message in error
    assert machine.token not in error


def test_an_empty_kubeconfig_of_the_provider_is_that_of_the_environment(
    machine: Machine, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Programs pass it, so that the SDK does not record the path in $KUBECONFIG."""
    monkeypatch.setenv("KUBECONFIG", machine.write("config", yaml.safe_dump(machine.content)))
    configuration = {"context": CONTEXT, "kubeconfig": ""}
    program = platform.programs["pulumi-resource-kubernetes"]
    assert read_with_provider(program, machine.folder, configuration) == ADMIN
