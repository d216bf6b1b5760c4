"""Ports of the platform: stored once, and a damaged file is a message with the next step."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from local.platform import Platform, _disable_health_endpoint
from local.processes import ProcessError

NAMES = (
    "etcd",
    "etcd-peer",
    "apiserver",
    "openbao",
    "openbao-cluster",
    "git",
    "git-proxy",
    "registry",
    "registry-proxy",
)
PORTS = {name: 40001 + index for index, name in enumerate(NAMES)}


def test_ports_are_stored_and_used_again(tmp_path: Path) -> None:
    platform = Platform(tmp_path, {})
    ports = platform._ports()
    assert sorted(ports) == sorted(PORTS)
    assert json.loads((tmp_path / "ports.json").read_text()) == ports
    assert platform._ports() == ports


def test_ports_of_fewer_programs(tmp_path: Path) -> None:
    """The folder is from an earlier version; its programs were stopped before."""
    (tmp_path / "ports.json").write_text(json.dumps({"etcd": 40001, "etcd-peer": 40002, "apiserver": 40003}))
    assert sorted(Platform(tmp_path, {})._ports()) == sorted(PORTS)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b'{"etcd": 400', id="cut-off"),
        pytest.param(b"\xff\xfe", id="no-text"),
        pytest.param(b"[40001, 40002, 40003]", id="a-list"),
        pytest.param(b"null", id="null"),
        pytest.param(json.dumps(PORTS | {"etcd": "40001"}).encode(), id="a-string"),
        pytest.param(json.dumps(PORTS | {"etcd": True}).encode(), id="a-boolean"),
        pytest.param(json.dumps(PORTS | {"apiserver": 70000}).encode(), id="no-port"),
    ],
)
def test_a_damaged_file(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "ports.json"
    file.write_bytes(content)
    with pytest.raises(ProcessError) as caught:
        Platform(tmp_path, {})._ports()
    assert str(caught.value) == (
        f"{file}: does not contain the ports of the platform; remove the platform and start it again: make down local"
    )
    assert file.read_bytes() == content


@pytest.mark.parametrize(
    ("flags", "arguments"),
    [
        pytest.param("--live-addr string   The address the live endpoint binds to.", ["--live-addr=0"], id="0.20"),
        pytest.param("--loglevel string", [], id="0.16"),
    ],
)
def test_health_endpoint_of_the_operator(tmp_path: Path, flags: str, arguments: list[str]) -> None:
    """It would listen on one port of all addresses, where a second platform cannot start."""
    operator = tmp_path / "external-secrets"
    operator.write_text(f'#!/bin/sh\ntest "$*" = --help && echo "{flags}"\n')
    operator.chmod(0o755)
    assert _disable_health_endpoint(operator) == arguments
