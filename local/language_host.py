"""Stand-in for Pulumi's Python language host, for machines where the official release cannot be downloaded.

The engine starts ``pulumi-language-python`` and calls it over gRPC (``pulumi.runtime.proto``, service
``LanguageRuntime``). This host runs a Python program and Python plugins from source. It generates no code and installs
no packages. ``pulumi-language-python-exec``, which runs the program, is Pulumi's own.
"""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent import futures
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import grpc
from google.protobuf import empty_pb2

if __name__ == "__main__" and (_sdk := importlib.util.find_spec("pulumi")) is not None:
    # The host needs the SDK's messages only, and the import of the whole SDK doubles the time to start.
    _folders = [Path(folder) for folder in _sdk.submodule_search_locations or ()]
    for _name, _paths in (("pulumi", _folders), ("pulumi.runtime", [folder / "runtime" for folder in _folders])):
        sys.modules[_name] = ModuleType(_name)
        sys.modules[_name].__path__ = [str(path) for path in _paths]

from pulumi.runtime.proto import language_pb2 as messages, language_pb2_grpc as services, plugin_pb2

EXECUTOR: Final = "PULUMI_LANGUAGE_PYTHON_EXEC"
"""Environment variable with the path of Pulumi's own ``pulumi-language-python-exec``."""
ENGINE: Final = "OPENCHOREO_SECRETS_ENGINE"
"""Environment variable with the process ID of the engine; without it, the engine is the parent."""

_ALREADY_REPORTED: Final = 32
"""Exit code of a program whose error Pulumi has shown to the user already."""
_GRACE: Final = 5.0
"""Seconds that running calls have to end before the host exits."""
_ENGINE_CHECK: Final = 0.5
"""Seconds between two checks that the engine lives."""
_INSTALLED: Final = ("kubernetes",)
"""Packages whose plugin the local platform has."""


class LanguageHost(services.LanguageRuntimeServicer):
    """Implementation of the engine's calls."""

    def __init__(self, engine: str) -> None:
        self._engine = engine
        self._ending = threading.Event()
        self._program: subprocess.Popen[bytes] | None = None

    def end(self) -> None:
        """Kill the program without an error of its own: the update failed, was cancelled, or the engine is gone."""
        self._ending.set()
        if self._program is not None:
            self._program.kill()

    def Handshake(self, request: Any, context: Any) -> Any:  # noqa: N802
        return messages.LanguageHandshakeResponse()

    def GetPluginInfo(self, request: Any, context: Any) -> Any:  # noqa: N802
        return plugin_pb2.PluginInfo(version="0.1.0")

    def GetRequiredPackages(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Return installed packages only: for any other, the engine spends seconds on an attempt to download it."""
        packages = [plugin_pb2.PackageDependency(kind="resource", name=name) for name in _INSTALLED]
        return messages.GetRequiredPackagesResponse(packages=packages)

    def GetRequiredPlugins(self, request: Any, context: Any) -> Any:  # noqa: N802
        return messages.GetRequiredPluginsResponse()

    def GetProgramDependencies(self, request: Any, context: Any) -> Any:  # noqa: N802
        return messages.GetProgramDependenciesResponse()

    def RuntimeOptionsPrompts(self, request: Any, context: Any) -> Any:  # noqa: N802
        return messages.RuntimeOptionsResponse()

    def About(self, request: Any, context: Any) -> Any:  # noqa: N802
        return messages.AboutResponse(executable=sys.executable, version=sys.version.split()[0])

    def InstallDependencies(self, request: Any, context: Any) -> Iterator[Any]:  # noqa: N802
        yield messages.InstallDependenciesResponse(stderr=b"Run `make venv` to install the dependencies.\n")

    def Cancel(self, request: Any, context: Any) -> Any:  # noqa: N802
        return empty_pb2.Empty()

    def Run(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Run the program until it ends."""
        command = [
            str(_python(request.info)),
            "-u",
            os.environ[EXECUTOR],
            *("--monitor", request.monitor_address, "--engine", self._engine),
            *("--project", request.project, "--stack", request.stack, "--organization", request.organization),
            *("--root_directory", request.info.root_directory, "--pwd", request.info.program_directory),
            *("--parallel", str(request.parallel), "--dry_run", "true" if request.dryRun else "false"),
            str(Path(request.info.program_directory, request.info.entry_point)),
            *request.args,
        ]
        # Configuration goes into the environment, because every user of the machine can list arguments.
        environment = os.environ | {
            "PULUMI_CONFIG": json.dumps(dict(request.config)),
            "PULUMI_CONFIG_SECRET_KEYS": json.dumps(list(request.configSecretKeys)),
        }
        # The program has its own process group: a signal for the engine's group would let it print a stack trace.
        with subprocess.Popen(command, env=environment, process_group=0) as self._program:
            code = self._program.wait()
        if self._ending.is_set() or code == _ALREADY_REPORTED:
            return messages.RunResponse(bail=True)
        error = f"Program exited with non-zero exit code: {code}" if code else ""
        return messages.RunResponse(error=error)

    def RunPlugin(self, request: Any, context: Any) -> Iterator[Any]:  # noqa: N802
        """Run a plugin from source until the engine closes the call; yields its standard output and its exit code."""
        command = [str(_python(request.info)), "-u", request.info.program_directory, *request.args]
        environment = os.environ | dict(entry.split("=", 1) for entry in request.env)
        plugin = subprocess.Popen(
            command, cwd=request.pwd, env=environment, stdout=subprocess.PIPE, start_new_session=True
        )
        context.add_callback(plugin.terminate)
        assert plugin.stdout is not None  # noqa: S101 -- stdout is a PIPE
        with plugin:
            for line in plugin.stdout:
                yield messages.RunPluginResponse(stdout=line)
            yield messages.RunPluginResponse(exitcode=plugin.wait())


def _python(info: Any) -> Path:
    """Interpreter of the program's or plugin's virtual environment (``runtime.options.virtualenv``), or this one."""
    options = dict(info.options)
    if "virtualenv" not in options:
        return Path(sys.executable)
    return Path(info.root_directory, str(options["virtualenv"]), "bin", "python")


def main() -> None:
    """Serve until the engine ends, even if it is killed. Prints the port first, which is how the engine learns it."""
    # The parent changes when the engine is killed, which can be before this line.
    parent = int(os.environ.pop(ENGINE, os.getppid()))
    engine = next(argument for argument in sys.argv[1:] if not argument.startswith("-"))
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=16))
    host = LanguageHost(engine)
    services.add_LanguageRuntimeServicer_to_server(host, server)
    port = server.add_insecure_port("127.0.0.1:0")
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    # A killed engine sends no signal, but its children get another parent.
    while not ended.wait(_ENGINE_CHECK) and os.getppid() == parent:
        pass
    host.end()
    server.stop(grace=_GRACE).wait()


if __name__ == "__main__":
    main()
