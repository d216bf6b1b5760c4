"""The language host, started and called as the engine starts and calls it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf import empty_pb2
from google.protobuf.json_format import MessageToDict
from pulumi.runtime.proto import language_pb2 as messages, language_pb2_grpc as services

ROOT = Path(__file__).resolve().parents[2]
EXECUTOR = """
import json, os, sys
print(json.dumps({"arguments": sys.argv[1:], "config": os.environ["PULUMI_CONFIG"],
                  "secret": os.environ["PULUMI_CONFIG_SECRET_KEYS"]}), file=open(os.environ["SEEN"], "w"))
sys.exit(int(os.environ["CODE"]))
"""


@dataclass
class Host:
    """A running host, and the engine's client of it."""

    process: subprocess.Popen[str]
    calls: Any

    def end(self, number: signal.Signals) -> int:
        self.process.send_signal(number)
        return self.process.wait(30)


def start(environment: dict[str, str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "local.language_host", "127.0.0.1:1"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )


def connect(process: subprocess.Popen[str]) -> grpc.Channel:
    assert process.stdout is not None
    return grpc.insecure_channel(f"127.0.0.1:{int(process.stdout.readline())}")


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("host")
    executor = folder / "executor.py"
    executor.write_text(EXECUTOR)
    return {"PATH": "/usr/bin:/bin", "PULUMI_LANGUAGE_PYTHON_EXEC": str(executor)}


@pytest.fixture(scope="module")
def host(environment: dict[str, str]) -> Iterator[Host]:
    """One host for all calls that don't change it."""
    with start(environment) as process, connect(process) as channel:
        yield Host(process, services.LanguageRuntimeStub(channel))
        process.terminate()


def info(folder: Path, **options: str) -> Any:
    program = messages.ProgramInfo(root_directory=str(folder), program_directory=str(folder), entry_point=".")
    program.options.update(options)
    return program


@pytest.mark.parametrize(
    ("method", "request_", "answer"),
    [
        pytest.param("Handshake", messages.LanguageHandshakeRequest(), {}, id="handshake"),
        pytest.param("GetPluginInfo", empty_pb2.Empty(), {"version": "0.1.0"}, id="plugin info"),
        pytest.param(
            "GetRequiredPackages",
            messages.GetRequiredPackagesRequest(),
            {"packages": [{"kind": "resource", "name": "kubernetes"}]},
            id="only the package whose plugin is installed",
        ),
        pytest.param("GetRequiredPlugins", messages.GetRequiredPluginsRequest(), {}, id="nothing to download"),
        pytest.param("GetProgramDependencies", messages.GetProgramDependenciesRequest(), {}, id="dependencies"),
        pytest.param("RuntimeOptionsPrompts", messages.RuntimeOptionsRequest(), {}, id="no questions"),
        pytest.param(
            "About",
            messages.AboutRequest(),
            {"executable": sys.executable, "version": sys.version.split()[0]},
            id="about",
        ),
    ],
)
def test_answers(host: Host, method: str, request_: Any, answer: dict[str, Any]) -> None:
    assert MessageToDict(getattr(host.calls, method)(request_, timeout=30)) == answer


def test_install_says_which_command_installs_the_packages(host: Host) -> None:
    answers = list(host.calls.InstallDependencies(messages.InstallDependenciesRequest(), timeout=30))

    assert [answer.stderr for answer in answers] == [b"Run `make venv` to install the dependencies.\n"]


@pytest.mark.parametrize(
    ("ending", "code"),
    [
        pytest.param("", 0, id="success"),
        pytest.param("raise SystemExit(7)", 7, id="failure"),
    ],
)
def test_plugin_is_run_from_source(host: Host, tmp_path: Path, ending: str, code: int) -> None:
    (tmp_path / "__main__.py").write_text(
        f"import os, sys\nprint('port', *sys.argv[1:], os.environ['GIVEN'], os.getcwd())\n{ending}\n"
    )
    request = messages.RunPluginRequest(info=info(tmp_path), pwd=str(tmp_path), args=["127.0.0.1:1"], env=["GIVEN=a=b"])

    answers = list(host.calls.RunPlugin(request, timeout=30))

    assert [answer.WhichOneof("output") for answer in answers] == ["stdout", "exitcode"]
    assert (answers[0].stdout, answers[1].exitcode) == (f"port 127.0.0.1:1 a=b {tmp_path}\n".encode(), code)


def test_plugin_ends_when_the_engine_closes_the_call(host: Host, tmp_path: Path) -> None:
    """It runs in its own session, so no signal of a terminal reaches it."""
    gone = tmp_path / "gone"
    os.mkfifo(gone)
    (tmp_path / "__main__.py").write_text(
        "import signal\n"
        f"signal.signal(signal.SIGTERM, lambda *_: (open({str(gone)!r}, 'w').write('ended'), exit()))\n"
        "print('ready')\n"
        "while True: signal.pause()\n"
    )
    answers = host.calls.RunPlugin(messages.RunPluginRequest(info=info(tmp_path), pwd=str(tmp_path)), timeout=30)
    assert next(answers).stdout == b"ready\n"

    answers.cancel()

    assert gone.read_text() == "ended"


@pytest.mark.parametrize(
    ("code", "error", "bail"),
    [
        pytest.param(0, "", False, id="success"),
        pytest.param(32, "", True, id="an error that the user has seen"),
        pytest.param(3, "Program exited with non-zero exit code: 3", False, id="failure"),
    ],
)
def test_program_is_run_by_the_executor_of_pulumi(
    environment: dict[str, str], tmp_path: Path, code: int, error: str, bail: bool
) -> None:
    seen = tmp_path / "seen.json"
    request = messages.RunRequest(
        project="openchoreo-secrets",
        stack="local",
        organization="organization",
        monitor_address="127.0.0.1:2",
        parallel=16,
        dryRun=True,
        info=info(tmp_path),
        config={"openchoreo-secrets:release": "v0.9"},
        configSecretKeys=["openchoreo-secrets:manualSecrets"],
    )
    with start({**environment, "SEEN": str(seen), "CODE": str(code)}) as process, connect(process) as channel:
        response = services.LanguageRuntimeStub(channel).Run(request, timeout=30)
        process.terminate()

    assert (response.error, response.bail) == (error, bail)
    assert json.loads(seen.read_text()) == {
        "arguments": [
            *("--monitor", "127.0.0.1:2", "--engine", "127.0.0.1:1"),
            *("--project", "openchoreo-secrets", "--stack", "local", "--organization", "organization"),
            *("--root_directory", str(tmp_path), "--pwd", str(tmp_path)),
            *("--parallel", "16", "--dry_run", "true", str(tmp_path)),
        ],
        "config": '{"openchoreo-secrets:release": "v0.9"}',
        "secret": '["openchoreo-secrets:manualSecrets"]',
    }


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "end of the engine"])
def test_host_ends_at_a_signal(environment: dict[str, str], number: signal.Signals) -> None:
    with start(environment) as process, connect(process) as channel:
        calls = services.LanguageRuntimeStub(channel)
        calls.Handshake(messages.LanguageHandshakeRequest(), timeout=30)

        assert Host(process, calls).end(number) == 0


def test_program_and_host_end_when_the_engine_is_killed(environment: dict[str, str], tmp_path: Path) -> None:
    """The pipe closes when the last process that holds it has ended: engine, host and program."""
    executor = tmp_path / "executor.py"
    executor.write_text("import time\nprint('running', flush=True)\ntime.sleep(100)\n")
    engine = "import subprocess, sys; subprocess.run([sys.executable, '-m', 'local.language_host', '127.0.0.1:1'])"
    with subprocess.Popen(
        [sys.executable, "-c", engine],
        cwd=ROOT,
        env={**environment, "PULUMI_LANGUAGE_PYTHON_EXEC": str(executor)},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        with connect(process) as channel:
            # Without a reference to it, the call is cancelled.
            call = services.LanguageRuntimeStub(channel).Run.future(messages.RunRequest(info=info(tmp_path)))
            assert process.stdout.readline() == "running\n"

            process.kill()

            assert process.communicate(timeout=30)[0] == ""
            assert call.exception(timeout=30) is None


def test_host_ends_if_the_engine_was_killed_while_it_started(environment: dict[str, str]) -> None:
    """It has another parent from the start."""
    with start({**environment, "OPENCHOREO_SECRETS_ENGINE": "1000000000"}) as process, connect(process):
        assert process.wait(30) == 0
