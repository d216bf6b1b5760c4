"""__main__: the outputs of the stack, and the exit code after an error."""

from __future__ import annotations

import gc
import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pulumi
import pytest

from components import ClusterError, program
from tests.mocks.pulling import OUTPUTS, RAW, configuration, install
from tests.mocks.recorder import Recorder

LOAD = {
    "__stores": {
        "${dataplane.secretStore}": {
            "manager": "not known",
            "externalSecrets": 1,
            "keys": 1,
            "callsPerSecond": 0.000277778,
            "callsPerMonth": 720,
            "dollarsPerMonth": {},
            "revocationLag": "1h",
            "slowest": {"organization": "umbrella", "secret": "${metadata.name}-registry-pull-secret"},
        },
        "org": {
            "manager": "kubernetes",
            "externalSecrets": 4,
            "keys": 4,
            "callsPerSecond": 0.001111111,
            "callsPerMonth": 2880,
            "dollarsPerMonth": {"calls": 0.0, "keys": 0.0},
            "revocationLag": "1h",
            "slowest": {"organization": "acme", "secret": "git-clone-secret"},
        },
    },
    "generatorsPerSecond": {},
    "callsPerSecond": 0.001388889,
    "callsPerMonth": 3600,
    "dollarsPerMonth": {"calls": 0.0, "keys": 0.0},
}
MAIN = Path(__file__).parents[2] / "__main__.py"


@pytest.fixture(autouse=True)
def collector() -> Iterator[None]:
    """The program calms the garbage collector of its process, and this process goes on."""
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)
    gc.unfreeze()


def test_the_program_exports_them(recorder: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch)
    monkeypatch.setattr(program, "load_configuration", lambda: configuration(RAW))

    entries: list[object] = []
    monkeypatch.setattr(pulumi, "run", entries.append)

    recorder.run(lambda: runpy.run_path(str(MAIN), run_name="__main__"))

    assert recorder.exported == {"organizations": {"count": len(OUTPUTS), "__names": OUTPUTS}, "load": LOAD}
    assert len(entries) == 1, "the SDK gets a chance to begin the registrations"


def test_the_program_ends_with_the_message_alone(
    recorder: Recorder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def failing() -> Any:
        msg = "the control plane is on fire"
        raise ClusterError(msg)

    def body() -> None:
        with pytest.raises(SystemExit) as ended:
            runpy.run_path(str(MAIN), run_name="__main__")
        assert ended.value.code == 32

    logged: list[str] = []
    monkeypatch.setattr(program, "load_configuration", failing)
    monkeypatch.setattr(pulumi.log, "error", logged.append)

    assert recorder.run(body) == []
    assert logged == ["the control plane is on fire"]
    assert recorder.exported == {}
    assert "Traceback" not in "".join(capsys.readouterr())
