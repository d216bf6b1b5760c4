"""Servers of warm processes, whose clients tests kill at any moment."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.platform.warm import client, start_server

_ENDS: Final = 60.0
"""Seconds after which a server that does not answer is a failure."""
SCRIPT: Final = "import os, sys; print(os.getcwd(), sys.argv[1:]); sys.exit(int(sys.argv[1]))"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    place = tmp_path_factory.mktemp("warm") / "socket"
    with start_server(place, "1"):
        yield place


def connect(place: Path) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(_ENDS)
    connection.connect(str(place))
    return connection


def run(place: Path, folder: Path, code: str) -> tuple[int, str]:
    """Exit code and output of a script with the name of the program, started by the client."""
    script = folder / client.PROGRAM
    script.write_text(SCRIPT)
    command = [sys.executable, "-ISE", client.__file__, sys.executable, str(place), "-u", str(script), code]
    environment = {name: value for name, value in os.environ.items() if name != client.COLD}
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=_ENDS
    )
    return done.returncode, done.stdout


def test_a_fork_has_the_arguments_the_folder_and_the_exit_code(place: Path, tmp_path: Path) -> None:
    assert run(place, tmp_path, "7") == (7, f"{tmp_path} ['7']\n")


@pytest.mark.parametrize("sent", [None, 3, 1000], ids=["nothing", "nothing-after-its-size", "a-part"])
def test_a_client_that_is_killed_before_its_answer_ends_no_server(
    place: Path, tmp_path: Path, sent: int | None
) -> None:
    with connect(place) as killed:
        if sent is not None:
            socket.send_fds(killed, [(2000).to_bytes(4, "big")], [0, 1, 2])
            killed.sendall(b"x" * (sent - 3))
    assert run(place, tmp_path, "3") == (3, f"{tmp_path} ['3']\n")


def test_a_client_that_is_killed_with_its_whole_request_ends_no_server(place: Path, tmp_path: Path) -> None:
    request = repr((["-u", str(tmp_path / "absent")], {}, str(tmp_path))).encode()
    with connect(place) as killed, (tmp_path / "log").open("w") as log:
        socket.send_fds(killed, [len(request).to_bytes(4, "big")], [log.fileno()] * 3)
        killed.sendall(request)
    assert run(place, tmp_path, "0") == (0, f"{tmp_path} ['0']\n")


def test_without_a_server_the_interpreter_starts(tmp_path: Path) -> None:
    assert run(tmp_path / "absent", tmp_path, "5") == (5, f"{tmp_path} ['5']\n")
