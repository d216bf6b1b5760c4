"""What the process of the hosts is started with, and how it reads OpenBao."""

from __future__ import annotations

import stat
import sys
from pathlib import Path
from typing import Any

import pytest
import urllib3
import yaml

from components.cluster.connection import Cluster
from components.errors import ClusterError
from local.hosts import __main__ as process
from local.hosts.configuration import HostsConfiguration, read_configuration
from local.hosts.server import UnavailableError
from local.hosts.sources import OpenBaoReader, SecretReader, SecretSource, create_reader


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


class StubCluster(Cluster):
    """Returns one Secret, or fails."""

    def __init__(self, answer: dict[str, Any] | ClusterError | None) -> None:
        self.answer = answer
        self.paths: list[str] = []

    def get(self, path: str) -> dict[str, Any] | None:
        self.paths.append(path)
        if isinstance(self.answer, ClusterError):
            raise self.answer
        return self.answer


@pytest.mark.parametrize(
    ("answer", "values"),
    [
        pytest.param({"data": {"token": "dA=="}}, {"token": "t"}, id="values"),
        pytest.param({"data": None}, {}, id="an empty Secret"),
        pytest.param(None, None, id="no Secret"),
    ],
)
def test_values_of_a_secret(answer: dict[str, Any] | None, values: dict[str, str] | None) -> None:
    cluster = StubCluster(answer)

    assert SecretReader(cluster, "secret-manager")("org-acme-git") == values
    assert cluster.paths == ["/api/v1/namespaces/secret-manager/secrets/org-acme-git"]


def test_the_cluster_is_down() -> None:
    with pytest.raises(UnavailableError) as unavailable:
        SecretReader(StubCluster(ClusterError("it cannot be reached")), "secret-manager")("org-acme-git")
    assert str(unavailable.value) == "it cannot be reached"


def test_a_source_leads_to_its_reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = {"cluster": "c", "user": "u"}
    content = {
        "contexts": [{"name": "kind-x", "context": entry}],
        "clusters": [{"name": "c", "cluster": {"server": "https://127.0.0.1:1"}}],
        "users": [{"name": "u", "user": {"token": "t"}}],
    }
    (tmp_path / "config").write_text(yaml.safe_dump(content))
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "config"))
    source = SecretSource("kind-x", "secret-manager")

    assert source.describe() == {"context": "kind-x", "namespace": "secret-manager"}
    assert source.create_token() == ""
    assert isinstance(create_reader(source.describe(), source.create_token()), SecretReader)
    assert isinstance(create_reader(configuration().source, "token"), OpenBaoReader)
