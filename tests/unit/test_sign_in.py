"""What a server receives of each kind of user in a kubeconfig, which is what client-go sends."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from components.errors import ClusterError
from tests.unit.https_server import RecordingServer, serve
from tests.unit.kubeconfigs import (
    PATH,
    WHERE,
    connect,
    kubeconfig,
    make_identity_token,
    sign_in_with_oidc,
    write_kubeconfig,
)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def alice(authority: trustme.CA) -> trustme.LeafCert:
    """A client certificate."""
    return authority.issue_cert(common_name="alice")


@pytest.fixture
def server(authority: trustme.CA) -> Iterator[RecordingServer]:
    with serve(authority, "127.0.0.1") as server:
        yield server


def _plugin(script: str, **fields: Any) -> dict[str, Any]:
    plugin = {
        "apiVersion": "client.authentication.k8s.io/v1",
        "command": "/bin/sh",
        "args": ["-c", script],
        "interactiveMode": "IfAvailable",
    }
    return {"exec": plugin | fields}


def _print(**status: str) -> str:
    answer = {"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", "status": status}
    return f"cat <<'END'\n{json.dumps(answer)}\nEND"


VALID = make_identity_token(time.time() + 3600)
USERS: dict[str, tuple[dict[str, Any], list[tuple[str, str]]]] = {
    "token": ({"token": "t"}, [("Authorization", "Bearer t")]),
    "token-file-by-echo": ({"tokenFile": "token"}, [("Authorization", "Bearer from-file")]),
    "token-file-first": ({"tokenFile": "token", "token": "t"}, [("Authorization", "Bearer from-file")]),
    "basic": ({"username": "u", "password": "p"}, [("Authorization", "Basic dTpw")]),
    "basic-without-password": ({"username": "u"}, [("Authorization", "Basic dTo=")]),
    "date-as-token": ({"token": "2024-01-01"}, [("Authorization", "Bearer 2024-01-01")]),
    "oidc": (sign_in_with_oidc(**{"id-token": VALID}), [("Authorization", f"Bearer {VALID}")]),
    "plugin": (_plugin(_print(token="issued")), [("Authorization", "Bearer issued")]),
    "plugin-beside-a-token": (_plugin("exit 1") | {"token": "t"}, [("Authorization", "Bearer t")]),
    "plugin-environment": (
        _plugin(_print(token="$A").replace("'END'", "END"), env=[{"name": "A", "value": "b"}]),
        [("Authorization", "Bearer b")],
    ),
    "impersonation": (
        {
            "token": "t",
            "as": "platform-admin",
            "as-uid": "7",
            "as-groups": ["admins", "équipe"],
            "as-user-extra": {"Reason/Ticket%": ["a", "b"]},
        },
        [
            ("Impersonate-User", "platform-admin"),
            ("Impersonate-Uid", "7"),
            ("Impersonate-Group", "admins"),
            ("Impersonate-Group", "équipe".encode().decode("latin-1")),
            ("Impersonate-Extra-Reason%2FTicket%25", "a"),
            ("Impersonate-Extra-Reason%2FTicket%25", "b"),
            ("Authorization", "Bearer t"),
        ],
    ),
}


@pytest.mark.parametrize("case", USERS)
def test_users(case: str, server: RecordingServer, tmp_path: Path) -> None:
    user, headers = USERS[case]
    (tmp_path / "token").write_text("from-file\n")
    if "tokenFile" in user:
        user = user | {"tokenFile": str(tmp_path / "token")}

    connect(write_kubeconfig(tmp_path / "config", kubeconfig(server.cluster(), user))).get(PATH)

    (request,) = server.requests
    assert (request.headers, request.certificate) == (headers, None)


@pytest.mark.parametrize("form", ["file", "data"])
def test_client_certificates(form: str, server: RecordingServer, alice: trustme.LeafCert, tmp_path: Path) -> None:
    chain, key = alice.cert_chain_pems[0].bytes(), alice.private_key_pem.bytes()
    if form == "data":
        user = {
            "client-certificate-data": base64.b64encode(chain).decode(),
            "client-key-data": base64.b64encode(key).decode(),
        }
    else:
        (tmp_path / "chain").write_bytes(chain)
        (tmp_path / "key").write_bytes(key)
        user = {"client-certificate": str(tmp_path / "chain"), "client-key": str(tmp_path / "key")}

    connect(write_kubeconfig(tmp_path / "config", kubeconfig(server.cluster(), user))).get(PATH)

    (request,) = server.requests
    assert (request.headers, request.certificate) == ([], "alice")


def test_a_plugin_that_prints_a_certificate(server: RecordingServer, alice: trustme.LeafCert, tmp_path: Path) -> None:
    chain, key = alice.cert_chain_pems[0].bytes().decode(), alice.private_key_pem.bytes().decode()
    user = _plugin(_print(clientCertificateData=chain, clientKeyData=key))

    connect(write_kubeconfig(tmp_path / "config", kubeconfig(server.cluster(), user))).get(PATH)

    assert [request.certificate for request in server.requests] == ["alice"]


def test_a_key_with_a_password_is_refused_without_a_prompt(
    server: RecordingServer, alice: trustme.LeafCert, tmp_path: Path
) -> None:
    key = load_pem_private_key(alice.private_key_pem.bytes(), None)
    encrypted = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"p"))
    user = {
        "client-certificate-data": base64.b64encode(alice.cert_chain_pems[0].bytes()).decode(),
        "client-key-data": base64.b64encode(encrypted).decode(),
    }
    with pytest.raises(ClusterError) as caught:
        connect(write_kubeconfig(tmp_path / "config", kubeconfig(server.cluster(), user)))
    assert str(caught.value) == (
        f'{WHERE}: users["u"].user.client-certificate-data: cannot be used with its key; expected PEM without a '
        "password, and the key of that certificate"
    )


def test_a_token_file_is_read_again(server: RecordingServer, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("first")
    user = {"tokenFile": str(tmp_path / "token")}
    cluster = connect(write_kubeconfig(tmp_path / "config", kubeconfig(server.cluster(), user)))
    cluster.get(PATH)
    (tmp_path / "token").write_text("second")
    cluster.get(PATH)
    assert [dict(request.headers)["Authorization"] for request in server.requests] == ["Bearer first", "Bearer second"]


COUNTING = "echo >> {0}; n=$(wc -l < {0})\n" + _print(token="t$n").replace("'END'", "END")
EXPIRED = COUNTING.replace('"token": "t$n"', '"token": "t$n", "expirationTimestamp": "2024-01-01T00:00:00Z"')


@pytest.mark.parametrize(
    ("script", "statuses", "tokens"),
    [
        pytest.param(COUNTING, [200, 200], ["t1", "t1"], id="once"),
        pytest.param(EXPIRED, [200, 200], ["t1", "t2"], id="expired"),
        pytest.param(COUNTING, [200, 401, 200], ["t1", "t1", "t2"], id="refused"),
        pytest.param(_print(token="t"), [200, 401, 200], ["t", "t"], id="refused-and-the-same-again"),
    ],
)
def test_when_a_plugin_runs(
    script: str, statuses: list[int], tokens: list[str], server: RecordingServer, tmp_path: Path
) -> None:
    user = _plugin(script.replace("{0}", str(tmp_path / "runs")))
    cluster = connect(write_kubeconfig(tmp_path / "config", kubeconfig(server.cluster(), user)))
    server.statuses += statuses

    cluster.get(PATH)
    if len(tokens) < len(statuses):
        with pytest.raises(ClusterError, match=r"was refused \(401\)"):
            cluster.get(PATH)
    else:
        cluster.get(PATH)

    assert [dict(request.headers)["Authorization"] for request in server.requests] == [f"Bearer {t}" for t in tokens]


def test_another_server_name(authority: trustme.CA, tmp_path: Path) -> None:
    with serve(authority, "kubernetes.internal") as server:
        file = write_kubeconfig(tmp_path / "config", kubeconfig(server.cluster()))
        with pytest.raises(ClusterError, match=r"cannot be reached: .*certificate"):
            connect(file).get(PATH)
        write_kubeconfig(file, kubeconfig(server.cluster(**{"tls-server-name": "kubernetes.internal"})))
        connect(file).get(PATH)
        fields = {"server": server.cluster()["server"], "insecure-skip-tls-verify": True, "disable-compression": True}
        write_kubeconfig(file, kubeconfig(fields))
        connect(file).get(PATH)
    assert len(server.requests) == 2


def test_a_certificate_of_somebody_else(server: RecordingServer, tmp_path: Path) -> None:
    other = base64.b64encode(trustme.CA().cert_pem.bytes()).decode()
    fields = server.cluster(**{"certificate-authority-data": other})
    with pytest.raises(ClusterError, match=r"cannot be reached: .*certificate"):
        connect(write_kubeconfig(tmp_path / "config", kubeconfig(fields))).get(PATH)
    assert server.requests == []


def test_what_a_plugin_may_know(server: RecordingServer, tmp_path: Path) -> None:
    script = f'printf %s "$KUBERNETES_EXEC_INFO" > {tmp_path / "info"}\n{_print(token="t")}'
    fields = server.cluster(
        extensions=[{"name": "client.authentication.k8s.io/exec", "extension": {"audience": "a"}}, {"name": "other"}]
    )
    user = _plugin(script, provideClusterInfo=True)
    connect(write_kubeconfig(tmp_path / "config", kubeconfig(fields, user))).get(PATH)
    assert json.loads((tmp_path / "info").read_text()) == {
        "apiVersion": "client.authentication.k8s.io/v1",
        "kind": "ExecCredential",
        "spec": {
            "interactive": False,
            "cluster": {
                "server": fields["server"],
                "certificate-authority-data": server.authority,
                "config": {"audience": "a"},
            },
        },
    }
