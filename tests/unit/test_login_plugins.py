"""Login plugins that do not sign in: the update stops with the plugin's own reason, and nobody becomes anonymous."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from components.errors import ClusterError
from tests.unit.kubeconfigs import PATH, PLUGIN, WHERE, connect, kubeconfig, write_kubeconfig

SECRET = "s3cr3t"


def _prints(text: str) -> list[str]:
    return ["-c", f"cat <<'END'\n{text}\nEND"]


def _answers(**fields: Any) -> list[str]:
    answer = {"apiVersion": PLUGIN["apiVersion"], "kind": "ExecCredential", "status": {"token": SECRET}}
    return _prints(json.dumps(answer | fields))


PLUGINS: dict[str, tuple[list[str], str]] = {
    "fails": (
        ["-c", "echo 'the SSO session has expired' >&2; echo >&2; exit 255"],
        "failed with exit code 255: the SSO session has expired; sign in again",
    ),
    "fails-silently": (["-c", "exit 1"], "failed with exit code 1; sign in again"),
    "no-json": (_prints(SECRET), "printed no JSON"),
    "no-mapping": (_prints("[]"), "printed no ExecCredential with a status"),
    "no-status": (_answers(status=None), "printed no ExecCredential with a status"),
    "another-version": (
        _answers(apiVersion="client.authentication.k8s.io/v1beta1"),
        "printed credentials of another version than exec.apiVersion, client.authentication.k8s.io/v1",
    ),
    "number": (_answers(status={"token": 7}), "printed credentials that are no text"),
    "nothing": (_answers(status={}), "printed neither a token nor a certificate"),
    "no-key": (
        _answers(status={"clientCertificateData": SECRET}),
        "printed a certificate without its key, or a key without its certificate",
    ),
    "no-time": (
        _answers(status={"token": SECRET, "expirationTimestamp": "soon"}),
        "printed an expirationTimestamp that is no time",
    ),
}


@pytest.mark.parametrize("case", PLUGINS)
def test_plugins_that_do_not_sign_in(case: str, tmp_path: Path) -> None:
    arguments, message = PLUGINS[case]
    content = kubeconfig(user={"exec": PLUGIN | {"args": arguments}})
    with pytest.raises(ClusterError) as caught:
        connect(write_kubeconfig(tmp_path / "config", content)).get(PATH)
    advice = "; correct the plugin, or its arguments" if message.startswith("printed") else ""
    assert str(caught.value) == f'{WHERE}: users["u"].user.exec: /bin/sh {message}{advice}'
