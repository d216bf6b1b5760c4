"""OpenBao of the local platform: keys that only their owner reads, restarts, interrupted starts, refused requests."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from local import pki
from local.openbao import OpenBao, OpenBaoError
from local.platform import find_free_ports
from local.processes import Process


@pytest.fixture
def openbao(tmp_path: Path) -> Iterator[OpenBao]:
    """A server that runs."""
    ports = find_free_ports("openbao", "openbao-cluster")
    process = Process("openbao", tmp_path)
    openbao = OpenBao(process, ports["openbao"], ports["openbao-cluster"], pki.create(tmp_path / "pki"))
    try:
        openbao.start()
        yield openbao
    finally:
        process.stop()


def test_keys_are_only_in_files_of_their_owner(openbao: OpenBao) -> None:
    files = openbao.root_token, openbao.unseal_key
    pid = openbao.process.pid()
    assert pid is not None
    process = psutil.Process(pid)

    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (openbao.folder, openbao.audit_log, *files)}

    assert modes == {"openbao": 0o700, "audit.log": 0o600, "root-token": 0o600, "unseal-key": 0o600}
    visible = "\n".join([*process.cmdline(), *process.environ().values()])
    visible += openbao.process.log.read_text() + openbao.audit_log.read_text()
    assert openbao.url.removeprefix("https://") in visible
    assert [file.name for file in files if file.read_text() in visible] == []


def test_values_survive_a_restart(openbao: OpenBao) -> None:
    openbao.call("PUT", "sys/mounts/kv", {"type": "kv"})
    openbao.call("PUT", "kv/git", {"token": "value"})
    keys = openbao.root_token.read_text(), openbao.unseal_key.read_text()
    first = openbao.process.pid()

    openbao.start()
    assert openbao.process.pid() == first
    openbao.process.stop()
    openbao.start()

    assert openbao.call("GET", "kv/git")["data"] == {"token": "value"}
    assert (openbao.root_token.read_text(), openbao.unseal_key.read_text()) == keys


def test_data_without_a_key_is_replaced(openbao: OpenBao) -> None:
    openbao.call("PUT", "sys/mounts/kv", {"type": "kv"})
    openbao.unseal_key.unlink()

    openbao.start()

    assert "kv/" not in openbao.call("GET", "sys/mounts")["data"]


def test_a_refused_request_has_a_reason_and_no_value(openbao: OpenBao) -> None:
    with pytest.raises(OpenBaoError) as refused:
        openbao.call("PUT", "absent/git", {"token": "canary"})

    assert str(refused.value) == (
        f'openbao: PUT absent/git failed with status 404 (no handler for route "absent/git". route entry not found.); '
        f"see {openbao.process.log}"
    )


def test_a_server_that_is_down_has_no_response(openbao: OpenBao) -> None:
    openbao.process.stop()

    with pytest.raises(OpenBaoError) as unreachable:
        openbao.call("GET", "sys/mounts")

    assert str(unreachable.value) == f"openbao: GET sys/mounts has no response; see {openbao.process.log}"
