"""The Pulumi engine of the local platform: its programs on PATH, a file backend and a public passphrase."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from . import language_host
from .language_host import ENGINE, EXECUTOR
from .obtain import find_language_executor, get_cache_folder
from .releases import LANGUAGE_HOST

PASSPHRASE: Final = "openchoreo-local"
"""Not a secret: the stack ``local`` contains demo values only."""

PREVIEW_WARNINGS: Final = (
    "  (its warnings about pulumi-resource-kubernetes are expected: the plugin of this platform is older)"
)
"""Beside a command that runs a preview: `Engine.up` omits these warnings, and Pulumi itself prints them."""
_CHANGE: Final = re.compile(r"\b\d+ (created|updated|deleted|replaced)\b")
_PROVIDER_WARNING: Final = re.compile(r"warning: (using pulumi-resource-kubernetes from|resource plugin kubernetes is)")
_COUNTS: Final = re.compile(r"( (\d+ (error|warning|message)s?(; )?)+)$")
"""Numbers of the diagnostics at the end of a row, which include the warnings that are omitted."""
_UNCHANGED: Final = re.compile(r"^ *pulumi:pulumi:Stack \S+ *$")
_MESSAGE: Final = re.compile(
    r"^(?P<resource>.* )(creating|updating|deleting|created|updated|deleted) \([\d.]+s\) (?P<text>.+)$"
    r"|^(?P<stack> *pulumi:pulumi:Stack \S+ ) *(running )?(?P<said>\S.*)$"
)
"""A row that ends with a message."""
_STARTED: Final = re.compile(r" (creating|updating|deleting) \(\d+s\)( \[diff: [^]]*\];?)?$")
_COLOR: Final = re.compile(r"\x1b\[[0-9;]*m")
_ROOT: Final = Path(__file__).resolve().parent.parent


class EngineError(Exception):
    """Pulumi cannot answer; the message contains the next step and none of its output."""


@dataclass(frozen=True)
class Engine:
    """Pulumi, its plugins and its state in one folder."""

    folder: Path
    programs: Mapping[str, Path]
    """Name -> executable; empty if `prepare` is not called."""
    project: Path = _ROOT
    """Folder with ``Pulumi.yaml``."""

    def prepare(self) -> None:
        """Put the programs where Pulumi looks for them, and a Python language host if none is on PATH.

        Pulumi's release contains one; a Pulumi that was built does not, and there is a small one for it.
        """
        binaries = self.folder / "bin"
        binaries.mkdir(parents=True, exist_ok=True)
        _place(self.programs["pulumi"], binaries / "pulumi")
        provider, temporary = binaries / "pulumi-resource-kubernetes", self.folder / "tmp"
        # It leaves a copy of the kubeconfig among the temporary files at each start, with the key of its user.
        _write_script(
            provider, f'TMPDIR={_quote(temporary)} exec {_quote(self.programs[provider.name].resolve())} "$@"'
        )
        for folder in (temporary, self.folder / "state"):
            folder.mkdir(mode=0o700, exist_ok=True)
        official = [self.programs["pulumi"].resolve().parent / name for name in LANGUAGE_HOST]
        if shutil.which("pulumi-language-python") is not None:
            return
        if all(file.exists() for file in official):
            for file in official:
                _place(file, binaries / file.name)
        else:
            host = binaries / LANGUAGE_HOST[0]
            # -P: modules of this folder must not shadow the standard library's.
            variables = f"{EXECUTOR}={_quote(find_language_executor())} {ENGINE}=$PPID"
            command = f'exec {_quote(sys.executable)} -P {_quote(language_host.__file__)} "$@"'
            _write_script(host, f"{variables} {command}")

    def variables(self) -> dict[str, str]:
        """Environment variables with which any Pulumi command uses this folder."""
        return {
            "PATH": f"{self.folder / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}",
            "PULUMI_HOME": str(get_cache_folder() / "pulumi-home"),
            # Without sidecar files: one that a killed engine leaves empty makes the state unreadable.
            "PULUMI_BACKEND_URL": f"file://{self.folder / 'state'}?metadata=skip",
            "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        }

    def command(self, *arguments: str, stack: str | None = None) -> list[str]:
        """Command line of Pulumi that never prompts."""
        selection = ("--stack", stack) if stack else ()
        return [str(self.folder / "bin" / "pulumi"), *arguments, *selection, "--non-interactive"]

    def run(self, *arguments: str, stack: str | None = None) -> subprocess.CompletedProcess[str]:
        """Run Pulumi in the project and return its exit code and output; ``stdout`` includes standard error."""
        with self._start(*arguments, stack=stack) as process:
            output, _ = process.communicate()
        return subprocess.CompletedProcess(process.args, process.returncode, output)

    def read_manual_values(self, stack: str) -> dict[str, str]:
        """Entry of ``manualSecrets`` -> its decrypted value.

        Raises:
            EngineError: Pulumi cannot decrypt them; its output is not shown, because it may contain values.
        """
        done = self.run("config", "get", "manualSecrets", "--json", stack=stack)
        if done.returncode and "not found" in done.stdout:
            return {}
        try:
            return {str(name): str(value) for name, value in json.loads(json.loads(done.stdout)["value"]).items()}
        except (ValueError, LookupError, AttributeError):
            msg = f"stack {stack}: manualSecrets cannot be decrypted; check its encryptionsalt"
            raise EngineError(msg) from None

    def up(self, stack: str, say: Callable[[str], None]) -> bool | None:
        """Update a stack and pass on its output line by line; an error of one organization stops no other.

        Returns:
            Whether anything changed, or None if the update failed.

        Raises:
            KeyboardInterrupt: after Pulumi has written its state and released its lock.
        """
        color = "always" if sys.stdout.isatty() else "never"
        arguments = ("up", "--yes", "--skip-preview", "--suppress-outputs", "--suppress-progress", "--color", color)
        changed = False
        with self._start(*arguments, stack=stack, PULUMI_CONTINUE_ON_ERROR="true") as update:
            try:
                for line in _relevant_lines(update.stdout or ()):
                    say(line)
                    changed = changed or bool(_CHANGE.search(_plain(line)))
            except KeyboardInterrupt:
                # Pulumi received the same Ctrl-C: it completes running operations, writes its state, releases its lock.
                say("Cancelling the update")
                update.communicate()
                raise
        return None if update.returncode else changed

    def _start(self, *arguments: str, stack: str | None, **variables: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            self.command(*arguments, stack=stack),
            cwd=self.project,
            env=os.environ | self.variables() | variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )


def _relevant_lines(lines: Iterable[str]) -> Iterator[str]:
    """Pulumi's output without operations that only started and without warnings about a locally built provider.

    Pulumi repeats the last message of an operation in its last row; it is printed once.
    """
    diagnostics: list[str] = []
    messages: dict[str, str] = {}
    for line in lines:
        text, plain = line.rstrip(), _plain(line)
        if _PROVIDER_WARNING.search(plain) or _STARTED.search(plain):
            continue
        if diagnostics and not plain.startswith("Resources:"):
            diagnostics.append(text)
        elif plain == "Diagnostics:":
            diagnostics = [text]
        else:
            if any(re.search("error|warning", diagnostic) for diagnostic in diagnostics):
                yield from diagnostics
            diagnostics = []
            if row := _shorten(text, plain, messages):
                yield row


def _shorten(text: str, plain: str, messages: dict[str, str]) -> str:
    """A row without numbers of diagnostics and without the message that an earlier row of its resource has shown.

    A row has only the first line of a message, so a heading is omitted: the lines below it are in the diagnostics.

    Args:
        text: the row.
        plain: the same without colors.
        messages: resource -> its last message, which this function updates.
    """
    if counts := _COUNTS.search(plain):
        plain = plain[: counts.start()]
        return "" if _UNCHANGED.search(plain) else plain
    if row := _MESSAGE.search(plain):
        resource, message = (row["resource"] or row["stack"]).strip("+~- "), row["text"] or row["said"]
        if messages.get(resource) == message or message.endswith(":"):
            plain = plain.removesuffix(message).rstrip().removesuffix(" running")
            return "" if _UNCHANGED.search(plain) or _STARTED.search(plain) else plain
        messages[resource] = message
    return text


def _plain(line: str) -> str:
    return _COLOR.sub("", line).rstrip()


def _place(program: Path, target: Path) -> None:
    """Hard-link or copy a program. A symlink does not work: Pulumi looks for plugins beside its resolved executable."""
    target.unlink(missing_ok=True)
    try:
        target.hardlink_to(program.resolve())
    except OSError:
        shutil.copy2(program, target)


def _quote(path: Path | str) -> str:
    """A path as one word of a shell, whatever characters it has."""
    return shlex.quote(str(path))


def _write_script(target: Path, command: str) -> None:
    target.unlink(missing_ok=True)  # it may be a name of a file in the cache
    target.write_text(f"#!/bin/sh\n{command}\n")
    target.chmod(0o755)
