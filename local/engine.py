"""The Pulumi engine of the local platform: its programs on PATH, a file backend, a passphrase that is no secret."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from . import language_host
from .language_host import EXECUTOR
from .obtain import cache, language_executor

PASSPHRASE: Final = "openchoreo-local"
"""Protects nothing: the stack ``local`` holds demo values only, and anyone may decrypt them."""

_CHANGED: Final = re.compile(r"\b\d+ (created|updated|deleted|replaced)\b")
_OWN_PROVIDER: Final = re.compile(
    r"warning: (using pulumi-resource-kubernetes from|resource plugin kubernetes is)|Stack \S+ +\d+ warnings?$"
)
_STARTED: Final = re.compile(r" (creating|updating|deleting) \(\d+s\)( \[diff: [^]]*\];?)?$")
_COLOR: Final = re.compile(r"\x1b\[[0-9;]*m")
_ROOT: Final = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Engine:
    """Pulumi with everything that it needs, in a folder of its own."""

    folder: Path
    programs: Mapping[str, Path]
    project: Path = _ROOT

    def prepare(self) -> None:
        """Lay the programs and, unless an official one is at hand, the Python language host where Pulumi looks."""
        binaries = self.folder / "bin"
        binaries.mkdir(parents=True, exist_ok=True)
        for name in ("pulumi", "pulumi-resource-kubernetes"):
            _place(self.programs[name], binaries / name)
        (self.folder / "state").mkdir(exist_ok=True)
        if shutil.which("pulumi-language-python") is None:
            host = binaries / "pulumi-language-python"
            # -P: this folder's modules must not hide the standard library's.
            command = f'{EXECUTOR}="{language_executor()}" exec "{sys.executable}" -P "{language_host.__file__}" "$@"'
            host.write_text(f"#!/bin/sh\n{command}\n")
            host.chmod(0o755)

    def variables(self) -> dict[str, str]:
        """Environment variables that point Pulumi at this folder."""
        return {
            "PATH": f"{self.folder / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}",
            "PULUMI_HOME": str(cache() / "pulumi-home"),
            "PULUMI_BACKEND_URL": f"file://{self.folder / 'state'}",
            "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        }

    def command(self, *arguments: str, stack: str | None = None) -> list[str]:
        """A Pulumi command line that asks nothing."""
        chosen = ("--stack", stack) if stack else ()
        return [str(self.folder / "bin" / "pulumi"), *arguments, *chosen, "--non-interactive"]

    def run(self, *arguments: str, stack: str | None = None) -> subprocess.CompletedProcess[str]:
        """Run Pulumi in the project; its output, errors included, is returned and not shown."""
        with self._start(*arguments, stack=stack) as process:
            output, _ = process.communicate()
        return subprocess.CompletedProcess(process.args, process.returncode, output)

    def up(self, stack: str, say: Callable[[str], None]) -> bool | None:
        """Update a stack, showing what happens as it happens.

        Returns:
            Whether anything changed, or None if the update failed.
        """
        color = "always" if sys.stdout.isatty() else "never"
        arguments = ("up", "--yes", "--skip-preview", "--suppress-outputs", "--suppress-progress", "--color", color)
        changed = False
        with self._start(*arguments, stack=stack) as update:
            try:
                for line in _worth_showing(update.stdout or ()):
                    say(line)
                    changed = changed or bool(_CHANGED.search(_plain(line)))
            except KeyboardInterrupt:
                # Pulumi has got the same Ctrl-C: it finishes what is under way, writes its state and frees its lock.
                say("Cancelling the update")
                update.communicate()
                raise
        return None if update.returncode else changed

    def _start(self, *arguments: str, stack: str | None) -> subprocess.Popen[str]:
        return subprocess.Popen(
            self.command(*arguments, stack=stack),
            cwd=self.project,
            env=os.environ | self.variables(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )


def _worth_showing(lines: Iterable[str]) -> Iterator[str]:
    """What Pulumi prints, less the warning that the Kubernetes provider was built here, and less what only started."""
    diagnostics: list[str] = []
    for line in lines:
        text, plain = line.rstrip(), _plain(line)
        if _OWN_PROVIDER.search(plain) or _STARTED.search(plain):
            continue
        if diagnostics and not plain.startswith("Resources:"):
            diagnostics.append(text)
        elif plain == "Diagnostics:":
            diagnostics = [text]
        else:
            if any(re.search("error|warning", each) for each in diagnostics):
                yield from diagnostics
            diagnostics = []
            yield text


def _plain(line: str) -> str:
    return _COLOR.sub("", line).rstrip()


def _place(program: Path, target: Path) -> None:
    """A hard link, else a copy: Pulumi looks for its own plugins beside its real executable, not beside a symlink."""
    target.unlink(missing_ok=True)
    try:
        target.hardlink_to(program.resolve())
    except OSError:
        shutil.copy2(program, target)
