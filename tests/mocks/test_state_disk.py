"""The check of the disk on which the file backend keeps the state."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from components import OpenChoreoSecretsError
from components.resources.state_disk import check_state_disk, describe_shortage, find_state_folder
from tests.mocks.recorder import Recorder

HOME = Path("/home/ada")
MB = 1_000_000


@pytest.mark.parametrize(
    ("free", "size", "problem"),
    [
        pytest.param(64 * MB, 0, None, id="enough for a new stack"),
        pytest.param(64 * MB - 1, 0, "63 MB of free disk space, expected at least 64 MB", id="one byte less"),
        pytest.param(64 * MB, 6_400_000, None, id="enough for ten states"),
        pytest.param(64 * MB, 6_400_001, "64 MB of free disk space, expected at least 65 MB", id="a larger state"),
        pytest.param(0, 24 * MB, "0 MB of free disk space, expected at least 240 MB", id="full"),
    ],
)
def test_space(free: int, size: int, problem: str | None) -> None:
    advice = "free some space, because a full disk can truncate the state and its backup"
    expected = None if problem is None else f"/state/.pulumi: {problem}; {advice}"
    assert describe_shortage(Path("/state/.pulumi"), free, size) == expected


@pytest.mark.parametrize(
    ("environment", "project", "credentials", "folder"),
    [
        pytest.param({}, None, None, None, id="nothing is set"),
        pytest.param({"PULUMI_BACKEND_URL": "file:///state"}, None, None, "/state/.pulumi", id="environment"),
        pytest.param({"PULUMI_BACKEND_URL": "s3://bucket"}, "file:///b", "file:///c", None, id="environment first"),
        pytest.param({"PULUMI_BACKEND_URL": ""}, "file:///b", "file:///c", "/b/.pulumi", id="then the project"),
        pytest.param({}, None, "file:///c", "/c/.pulumi", id="then the sign-in"),
        pytest.param({}, None, "https://api.pulumi.com", None, id="Pulumi Cloud"),
        pytest.param({}, None, "file://~", "/home/ada/.pulumi", id="home"),
        pytest.param({}, None, "file://~/state", "/home/ada/state/.pulumi", id="below home"),
        pytest.param({}, None, "file:///state?metadata=skip", "/state/.pulumi", id="with options"),
        pytest.param({}, "file://./state", None, f"{Path.cwd()}/state/.pulumi", id="relative"),
    ],
)
def test_folder(
    tmp_path: Path, environment: dict[str, str], project: str | None, credentials: str | None, folder: str | None
) -> None:
    file = tmp_path / "Pulumi.yaml"
    file.write_text("name: a" if project is None else f"backend: {{url: '{project}'}}")
    if credentials is not None:
        (tmp_path / "credentials.json").write_text(f'{{"current": "{credentials}"}}')
    found = find_state_folder({"PULUMI_HOME": str(tmp_path), **environment}, HOME, file)
    assert found == (None if folder is None else Path(folder))


def test_folder_of_the_credentials(tmp_path: Path) -> None:
    home = tmp_path / ".pulumi"
    home.mkdir()
    (home / "credentials.json").write_text('{"current": "file:///home"}')
    other = tmp_path / "other"
    other.mkdir()
    (other / "credentials.json").write_text('{"current": "file:///other"}')
    absent = tmp_path / "absent"

    assert find_state_folder({}, tmp_path, absent) == Path("/home/.pulumi")
    chosen = {"PULUMI_CREDENTIALS_PATH": str(other), "PULUMI_HOME": str(absent)}
    assert find_state_folder(chosen, tmp_path, absent) == Path("/other/.pulumi")


@pytest.mark.parametrize(
    "text", ["{", "[]", '"text"', "backend: []", "backend: {url: 7}", "\0", pytest.param("[" * 99_999, id="deep")]
)
def test_files_of_other_forms_are_skipped(tmp_path: Path, text: str) -> None:
    (tmp_path / "Pulumi.yaml").write_text(text)
    (tmp_path / "credentials.json").write_text(text)
    assert find_state_folder({"PULUMI_HOME": str(tmp_path)}, HOME, tmp_path / "Pulumi.yaml") is None


Check = Callable[[dict[str, Any] | OSError], None]


@pytest.fixture
def check(tmp_path: Path, recorder: Recorder, monkeypatch: pytest.MonkeyPatch) -> Check:
    """Runs the check on a disk with that usage."""
    monkeypatch.setenv("PULUMI_BACKEND_URL", f"file://{tmp_path}")

    def run(usage: dict[str, Any] | OSError) -> None:
        def disk_usage(folder: Path) -> Any:
            assert folder == tmp_path / ".pulumi"
            if isinstance(usage, OSError):
                raise usage
            return SimpleNamespace(**usage)

        monkeypatch.setattr(shutil, "disk_usage", disk_usage)
        recorder.run(check_state_disk)

    return run


def test_the_larger_of_state_and_backup_counts(check: Check, tmp_path: Path) -> None:
    states = tmp_path / ".pulumi" / "stacks" / "openchoreo-secrets"
    states.mkdir(parents=True)
    (states / "test.json").write_bytes(b"")
    (states / "test.json.bak").write_bytes(b" " * 7 * MB)
    (states / "test2.json").write_bytes(b" " * 8 * MB)

    check({"total": 1000 * MB, "free": 70 * MB})
    with pytest.raises(OpenChoreoSecretsError) as raised:
        check({"total": 1000 * MB, "free": 69 * MB})

    assert str(raised.value) == (
        f"{tmp_path}/.pulumi: 69 MB of free disk space, expected at least 70 MB; "
        "free some space, because a full disk can truncate the state and its backup"
    )


@pytest.mark.parametrize(
    "usage",
    [
        pytest.param({"total": 0, "free": 0}, id="no size is reported"),
        pytest.param(PermissionError("denied"), id="not readable"),
        pytest.param(FileNotFoundError("absent"), id="no folder yet"),
    ],
)
def test_an_unknown_disk_is_skipped(check: Check, usage: dict[str, Any] | OSError) -> None:
    check(usage)


def test_an_unknown_home_directory_is_skipped(recorder: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown() -> Path:
        raise RuntimeError

    monkeypatch.setattr(Path, "home", unknown)
    recorder.run(check_state_disk)


def test_another_backend_is_skipped(recorder: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
    def disk_usage(folder: Path) -> Any:
        raise AssertionError(folder)

    monkeypatch.setenv("PULUMI_BACKEND_URL", "s3://bucket")
    monkeypatch.setattr(shutil, "disk_usage", disk_usage)
    recorder.run(check_state_disk)
