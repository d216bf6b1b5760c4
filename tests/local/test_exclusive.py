"""One command at a time on a platform, and what a machine lacks."""

from __future__ import annotations

import errno
import shutil
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest

from local import exclusive
from local.exclusive import MachineError, check_disk, only_command

WAITS = "Another `make local` or `make down` of this checkout runs; waiting until it ends."


def test_the_second_command_says_why_it_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exclusive, "_PROGRESS_INTERVAL", 0.0)
    lines: list[str] = []
    waits, ends = threading.Event(), threading.Event()
    order: list[str] = []

    def say(text: str) -> None:
        lines.append(text)
        if len(lines) > 1:
            waits.set()

    def second() -> None:
        with only_command(tmp_path, say):
            order.append("second")
        ends.set()

    with only_command(tmp_path, say):
        thread = threading.Thread(target=second, daemon=True)
        thread.start()
        assert waits.wait(60)
        order.append("first")
    assert ends.wait(60)
    thread.join()

    assert order == ["first", "second"]
    assert lines[:2] == [WAITS, "  still waiting: 0 s so far"]
    assert list(tmp_path.iterdir()) == []


def test_a_command_alone_says_nothing(tmp_path: Path) -> None:
    lines: list[str] = []
    for _ in range(2):
        with only_command(tmp_path, lines.append):
            pass
    assert lines == []


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (OSError(errno.EROFS, "", "/checkout/.local"), "/checkout/.local: read-only file system"),
        (OSError(errno.EACCES, "", "/checkout/.local"), "/checkout/.local: permission denied"),
        (OSError(errno.ENOSPC, "", "/checkout/.local/pki"), "/checkout/.local/pki: no space left on device"),
        (OSError(errno.ENOSPC, ""), "{folder}: no space left on device"),
    ],
    ids=["read-only", "permission", "full", "without a file"],
)
def test_what_a_machine_refuses(tmp_path: Path, error: OSError, text: str) -> None:
    with pytest.raises(MachineError) as refused, only_command(tmp_path, print):
        raise error
    assert str(refused.value) == f"{text.format(folder=tmp_path)}; the platform has to write there"


def test_other_errors_keep_their_stack_trace(tmp_path: Path) -> None:
    error = ConnectionRefusedError(errno.ECONNREFUSED, "")
    with pytest.raises(ConnectionRefusedError) as raised, only_command(tmp_path, print):
        raise error
    assert raised.value is error


def test_a_disk_that_is_too_small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    check_disk(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=20_400_000))
    with pytest.raises(MachineError) as small:
        check_disk(tmp_path)
    assert str(small.value) == (
        f"{tmp_path}: 20 MB of free disk space, expected at least 500 MB; free some space, because etcd ends when the "
        "disk is full"
    )
