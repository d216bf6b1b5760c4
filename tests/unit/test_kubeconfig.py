"""How files become one context: which file counts, and what the paths in it mean, by the rules of client-go."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from components.cluster.access.kubeconfig import read_access
from components.errors import ClusterError
from components.settings.clusters import ClusterSettings
from tests.unit.kubeconfigs import WHERE, connect, connect_ambient, kubeconfig, write_kubeconfig


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(kubeconfig(), id="absent"),
        pytest.param(kubeconfig() | {"current-context": ""}, id="empty"),
        pytest.param(kubeconfig() | {"current-context": None}, id="null"),
        pytest.param(kubeconfig(users=None, contexts=None) | kubeconfig(), id="lists"),
        pytest.param(yaml.safe_dump(kubeconfig()) + "---\n- another document\n", id="two-documents"),
    ],
)
def test_no_current_context(content: object, tmp_path: Path) -> None:
    connect(write_kubeconfig(tmp_path / "config", content))


def _ambient(monkeypatch: pytest.MonkeyPatch, *files: Path | str) -> None:
    monkeypatch.setenv("KUBECONFIG", os.pathsep.join(map(str, files)))


def test_the_first_of_several_files_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With whole entries: the token of the second file is not used for the user of the first one."""
    first = kubeconfig(
        {"server": "https://first", "certificate-authority": "ca"},
        {"tokenFile": "token", "exec": {"command": "bin/login"}},
        contexts=None,
    )
    second = kubeconfig({"server": "https://second", "proxy-url": "http://p"}, {"token": "second"})
    files = write_kubeconfig(tmp_path / "a" / "config", first), write_kubeconfig(tmp_path / "b" / "config", second)
    _ambient(monkeypatch, "", tmp_path / "missing", *files, files[0])

    access = read_access("build plane", ClusterSettings(context="prod-build"))

    assert access.server.model_dump(exclude_defaults=True) == {
        "server": "https://first",
        "certificate_authority": str(tmp_path / "a" / "ca"),
    }
    assert access.user.model_dump(exclude_defaults=True) == {
        "token_file": str(tmp_path / "a" / "token"),
        "plugin": {"command": str(tmp_path / "a" / "bin" / "login")},
    }


def test_a_broken_file_among_several(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = write_kubeconfig(tmp_path / "broken", "a: [")
    _ambient(monkeypatch, write_kubeconfig(tmp_path / "config", kubeconfig()), broken)
    with pytest.raises(ClusterError) as caught:
        connect_ambient()
    assert str(caught.value) == f"{WHERE}: the kubeconfig {broken} is not valid YAML (line 1); correct the file"


def test_a_deleted_current_context_does_not_matter_in_ambient_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _ambient(monkeypatch, write_kubeconfig(tmp_path / "config", kubeconfig() | {"current-context": "deleted"}))
    connect_ambient()


def test_without_a_variable_the_file_of_the_home_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("KUBECONFIG", "")
    write_kubeconfig(tmp_path / ".kube" / "config", kubeconfig())
    connect_ambient()
    (tmp_path / "named").symlink_to(tmp_path / ".kube" / "config")
    connect(Path("~/named"))


@pytest.mark.parametrize(
    ("in_cluster", "advice"),
    [
        (False, "create it, or set clusters.<plane>.kubeconfig or $KUBECONFIG"),
        (True, "in a pod, write a kubeconfig for its ServiceAccount with that context"),
    ],
    ids=["machine", "pod"],
)
def test_no_file_at_all(in_cluster: bool, advice: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A tilde is for the shell: client-go does not expand it either."""
    monkeypatch.setenv("KUBECONFIG", "~/a:/b")
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
    if in_cluster:
        monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "10.96.0.1")
    with pytest.raises(ClusterError) as caught:
        connect_ambient()
    assert str(caught.value) == f"{WHERE}: no such context: there is no kubeconfig at ~/a, /b; {advice}"


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _ambient(monkeypatch, tmp_path)
    with pytest.raises(ClusterError) as caught:
        connect_ambient()
    assert str(caught.value) == (
        f"{WHERE}: the kubeconfig {tmp_path} cannot be read: Is a directory; check its path and its permissions"
    )


def test_relative_paths_beside_the_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """There, the Kubernetes provider reads the same file."""
    (tmp_path / "token").write_text("t\n")
    write_kubeconfig(tmp_path / "config", kubeconfig(user={"tokenFile": "token"}))
    monkeypatch.chdir(tmp_path)
    connect(Path("config"))
    connect(Path("./config"))


@pytest.mark.parametrize("start", [connect, connect_ambient], ids=["named", "ambient"])
def test_without_tls_nobody_signs_in(
    start: Callable[..., object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``kubectl proxy`` signs in by itself."""
    content = kubeconfig({"server": "http://127.0.0.1:8001"}, users=None)
    file = write_kubeconfig(tmp_path / "config", content)
    _ambient(monkeypatch, file)
    start(file) if start is connect else start()
