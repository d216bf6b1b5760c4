"""What the process of the hosts is started with, and how it reads OpenBao."""

from __future__ import annotations

import stat
import sys
from pathlib import Path

import pytest
import urllib3

from local.hosts import __main__ as process
from local.hosts.configuration import HostsConfiguration, read_configuration
from local.hosts.server import UnavailableError
from local.hosts.sources import OpenBaoReader


def configuration(openbao: str = "https://127.0.0.1:1") -> HostsConfiguration:
    return HostsConfiguration(
        ports={"git": 1, "git-proxy": 2, "registry": 3, "registry-proxy": 4},
        git="/usr/bin/git",
        source={"openbao": openbao, "ca": "ca.crt", "mount": "secret"},
        certificate_digest="c",
        stack_digest="s",
        accounts=[{"organization": "acme", "use": "push", "username": None, "password": {"manual": "quay"}}],
        manuals={"quay": "d"},
    )


def test_configuration_is_the_same_after_a_restart(tmp_path: Path) -> None:
    file = tmp_path / "hosts.json"

    configuration().write(file)

    assert read_configuration(file) == configuration()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(None, id="no file"),
        pytest.param("", id="empty"),
        pytest.param("[]", id="a list"),
        pytest.param('{"ports": {}}', id="another version"),
        pytest.param('{"unknown": 1}', id="a later version"),
    ],
)
def test_no_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], content: str | None
) -> None:
    file = tmp_path / "hosts.json"
    if content is not None:
        file.write_text(content)
    assert read_configuration(file) is None

    monkeypatch.setattr(sys, "argv", ["hosts", str(tmp_path)])
    assert process.main() == 1
    assert capsys.readouterr().err == f"{file}: cannot be read; start the platform again: make local\n"


class StubPool:
    """Answers with one status and body."""

    def __init__(self, status: int, body: bytes = b"") -> None:
        self.answer = urllib3.HTTPResponse(body, status=status)
        self.requests: list[tuple[str, str]] = []

    def request(self, method: str, url: str, *, timeout: float) -> urllib3.HTTPResponse:
        assert timeout == 10
        self.requests.append((method, url))
        return self.answer


@pytest.fixture
def reader() -> OpenBaoReader:
    """A reader without a server."""
    return OpenBaoReader(configuration().source, "token")


def test_fields_of_a_key(reader: OpenBaoReader, monkeypatch: pytest.MonkeyPatch) -> None:
    pool = StubPool(200, b'{"data": {"data": {"token": "t", "number": 1}, "metadata": {}}}')
    monkeypatch.setattr(reader, "_pool", pool)

    assert reader("org/acme/git") == {"token": "t", "number": "1"}
    assert pool.requests == [("GET", "https://127.0.0.1:1/v1/secret/data/org/acme/git")]


def test_a_key_that_does_not_exist(reader: OpenBaoReader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "_pool", StubPool(404))
    assert reader("org/acme/git") is None


@pytest.mark.parametrize("status", [pytest.param(403, id="refused"), pytest.param(503, id="sealed")])
def test_a_request_that_fails(reader: OpenBaoReader, monkeypatch: pytest.MonkeyPatch, status: int) -> None:
    monkeypatch.setattr(reader, "_pool", StubPool(status))
    with pytest.raises(UnavailableError) as unavailable:
        reader("org/acme/git")
    assert str(unavailable.value) == f"OpenBao answers {status}"


def test_openbao_is_down(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError) as unavailable:
        OpenBaoReader(configuration("http://127.0.0.1:1").source, "token")("org/acme/git")
    assert str(unavailable.value) == "OpenBao does not answer"
