"""``pulumi-resource-openchoreo`` as a command: started by a user, and by the engine."""

from __future__ import annotations

import signal
import socket
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import grpc
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto import provider_pb2_grpc as services

from components.provider import server

PLUGIN = Path(__file__).resolve().parents[2] / "plugin"

HELP = """\
usage: pulumi-resource-openchoreo [-h] [--version] [ADDRESS]

Pulumi provider `openchoreo`. Pulumi starts it during `pulumi preview` and
`pulumi up`; there is no need to start it by hand.

positional arguments:
  ADDRESS     the Pulumi engine's, such as 127.0.0.1:41111

options:
  -h, --help  show this help message and exit
  --version   show program's version number and exit
"""
NO_ADDRESS = """\
usage: pulumi-resource-openchoreo [-h] [--version] [ADDRESS]
pulumi-resource-openchoreo: error: expected the address of the Pulumi engine, \
such as 127.0.0.1:41111; run `pulumi preview` or `pulumi up`, which start this provider themselves
"""


@pytest.mark.parametrize(
    ("arguments", "code", "output", "error"),
    [
        pytest.param(["--help"], 0, HELP, "", id="help"),
        pytest.param(["--version"], 0, "pulumi-resource-openchoreo 0.1.0\n", "", id="version"),
        pytest.param([], 2, "", NO_ADDRESS, id="no address"),
        pytest.param(["dev"], 2, "", NO_ADDRESS, id="not an address"),
        pytest.param(["--logtostderr", "-v=9"], 2, "", NO_ADDRESS, id="the engine's flags alone"),
        pytest.param(["--tracing", "127.0.0.1:9411"], 2, "", NO_ADDRESS, id="an address of something else"),
    ],
)
def test_started_by_hand(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    code: int,
    output: str,
    error: str,
) -> None:
    monkeypatch.setattr(sys, "argv", ["plugin", *arguments])
    monkeypatch.setenv("COLUMNS", "80")

    with pytest.raises(SystemExit) as ended:
        server.main()

    printed = capsys.readouterr()
    assert (ended.value.code, printed.out, printed.err) == (code, output, error)


@pytest.mark.parametrize(
    "flags",
    [
        pytest.param([], id="no flags"),
        pytest.param(["--logtostderr", "-v=9"], id="logs"),
        pytest.param(["--tracing", "file:trace"], id="tracing to a file"),
        pytest.param(["--tracing", "http://127.0.0.1:9411"], id="tracing to a server"),
    ],
)
def test_flags_of_the_engine(monkeypatch: pytest.MonkeyPatch, flags: list[str]) -> None:
    engines: list[str] = []

    async def serve(engine: str) -> None:
        engines.append(engine)

    monkeypatch.setattr(server, "_serve", serve)
    monkeypatch.setattr(sys, "argv", ["plugin", *flags, "127.0.0.1:1"])

    server.main()

    assert engines == ["127.0.0.1:1"]


@pytest.fixture
def engine() -> Iterator[socket.socket]:
    """Listens as an engine does."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(30)
        yield listening


@contextmanager
def start(engine: socket.socket) -> Iterator[subprocess.Popen[str]]:
    """The plugin, which gets signals even if the tests run in the background of a shell, which ignores Ctrl-C."""
    host, port = engine.getsockname()
    command = [sys.executable, str(PLUGIN), f"{host}:{port}"]
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    finally:
        signal.signal(signal.SIGINT, before)
    with process:
        try:
            yield process
        finally:
            process.kill()


def test_plugin_of_the_checkout(engine: socket.socket) -> None:
    """It prints its port, answers, and ends after Ctrl-C without a stack trace."""
    with start(engine) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        with grpc.insecure_channel(f"127.0.0.1:{int(process.stdout.readline())}") as channel:
            info = services.ResourceProviderStub(channel).GetPluginInfo(empty_pb2.Empty(), timeout=30)

        process.send_signal(signal.SIGINT)

        assert (info.version, process.wait(30), process.stderr.read()) == ("0.1.0", 0, "")


@pytest.mark.parametrize("greeting", [b"", b"settings"], ids=["silent", "with a greeting"])
def test_plugin_ends_with_the_engine_and_not_with_a_connection(engine: socket.socket, greeting: bytes) -> None:
    """An engine closes a connection without requests, and accepts another one."""
    with start(engine) as process:
        for _ in range(2):
            connection, _ = engine.accept()
            connection.sendall(greeting)
            connection.close()
        last, _ = engine.accept()
        assert process.poll() is None

        engine.close()
        last.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # a reset, as after kill -9
        last.close()

        assert (process.wait(30), process.communicate()[1]) == (1, "")
