"""Programs of the local platform: from PATH, else from an official release, else built from Go modules.

Built and downloaded programs are stored outside the checkout, in ``$XDG_CACHE_HOME/openchoreo-secrets``. A program is
moved there when it is complete, so an interrupted run leaves no incomplete program. A lock for each program makes a
second run wait for the first and use its result.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from .programs import MODULES, PROGRAMS, Program
from .releases import RELEASES, fetch

Say = Callable[[str], None]

_PROGRESS_INTERVAL: Final = 20.0
"""Seconds between two lines about a running build."""
_ESO: Final = "github.com/external-secrets/external-secrets"


class ObtainError(Exception):
    """A program or a Go module is not available; the message says what is required."""


def get_cache_folder() -> Path:
    """Folder of built and downloaded programs."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "openchoreo-secrets"


def obtain_programs(say: Say, programs: Sequence[Program] | None = None) -> dict[str, Path]:
    """Name -> executable of every program; missing programs are downloaded or built, one after the other.

    Args:
        say: receives each line of progress.
        programs: the programs, each with another name; None for `PROGRAMS`.

    Raises:
        ObtainError: a program cannot be downloaded or built.
    """
    programs = PROGRAMS if programs is None else programs
    paths = {program.name: path for program in programs if (path := find_program(program)) is not None}
    missing = [program for program in programs if program.name not in paths]
    if missing:
        minutes = sum(program.minutes for program in missing)
        say(
            f"{len(missing)} of {len(programs)} programs are missing. Building them, once, takes about "
            f"{max(minutes, 1):.0f} min on 2 cores and up to 4 GB of Go module cache. "
            "After an interruption, the next run continues."
        )
    for program in missing:
        paths[program.name] = _obtain(program, say)
    return paths


def find_program(program: Program) -> Path | None:
    """Path of the program in the cache, else on PATH in a supported version, else None."""
    cached = _cached(program)
    return cached if cached.exists() else _on_path(program)


def list_operator_crds(pinned_by: str = "external-secrets") -> tuple[Path, ...]:
    """Files with the CRDs of the External Secrets Operator, from its Go module.

    Args:
        pinned_by: folder in ``local/programs`` that pins the version: ``external-secrets``, which the platform runs,
            ``external-secrets-oldest``, which tests run too, or ``external-secrets-newest``, whose CRDs only are used.

    Raises:
        ObtainError: the module cannot be downloaded.
    """
    folder = _module_folder(MODULES / pinned_by, _ESO) / "config" / "crds" / "bases"
    return tuple(sorted(path for path in folder.glob("*.yaml") if path.name != "kustomization.yaml"))


def find_language_executor() -> Path:
    """Path of ``pulumi-language-python-exec``, which runs a Python program, in Pulumi's Go module.

    Raises:
        ObtainError: the module cannot be downloaded.
    """
    folder = _module_folder(MODULES / "pulumi", "github.com/pulumi/pulumi/sdk/v3")
    return folder / "python" / "cmd" / "pulumi-language-python-exec"


def _cached(program: Program) -> Path:
    return get_cache_folder() / f"{program.name}-{program.version}-{program.digest()}" / program.name


def _on_path(program: Program) -> Path | None:
    path = shutil.which(program.name)
    if path is None or not program.version_command:
        return None
    try:
        done = subprocess.run([path, *program.version_command], capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    version = re.search(r"(\d+)\.(\d+)\.\d+", done.stdout)
    if version is None:
        return None
    supported = program.oldest <= (int(version[1]), int(version[2])) < program.below
    return Path(path) if supported else None


def _obtain(program: Program, say: Say) -> Path:
    target = _cached(program)
    with _locked(target.parent):
        if target.exists():
            return target
        release = RELEASES.get(program.name)
        if release is not None and fetch(release, target, say):
            return target
        _build(program, target, say)
    return target


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _build(program: Program, target: Path, say: Say) -> None:
    go = shutil.which("go")
    if go is None:
        msg = f"{program.name} is not on PATH and cannot be downloaded; install Go 1.26 or later to build it"
        raise ObtainError(msg)
    work = target.parent / "source"
    shutil.rmtree(work, ignore_errors=True)
    shutil.copytree(program.source, work)
    for entry in program.beside:
        module, _, file = entry.partition(":")
        shutil.copyfile(_module_folder(program.source, module) / file, work / Path(file).name)
    partial = target.with_suffix(".partial")
    command = [go, "build", "-trimpath", "-buildvcs=false", "-ldflags", f"-s -w {program.flags}", "-o", str(partial)]
    _run_with_progress([*command, program.package], work, target.parent / "build.log", program, say)
    shutil.rmtree(work)
    partial.replace(target)


def _run_with_progress(command: Sequence[str], folder: Path, log: Path, program: Program, say: Say) -> None:
    started = time.monotonic()
    say(f"  {program.name} {program.version}: building, about {program.minutes:g} min")
    environment = os.environ | {"CGO_ENABLED": "0"}
    with log.open("w") as output:
        build = subprocess.Popen(command, cwd=folder, env=environment, stdout=output, stderr=output)
        try:
            while True:
                try:
                    code = build.wait(timeout=_PROGRESS_INTERVAL)
                    break
                except subprocess.TimeoutExpired:
                    say(f"  {program.name} {program.version}: building, {time.monotonic() - started:.0f} s so far")
        except BaseException:
            build.terminate()
            build.wait()
            raise
    if code != 0:
        tail = "\n".join(log.read_text(errors="replace").splitlines()[-10:])
        msg = f"building {program.name} failed (full log: {log}):\n{tail}"
        raise ObtainError(msg)
    say(f"  {program.name} {program.version}: built in {time.monotonic() - started:.0f} s")


def _module_folder(source: Path, module: str) -> Path:
    go = shutil.which("go")
    if go is None:
        msg = f"{module} cannot be downloaded without Go; install Go 1.26 or later"
        raise ObtainError(msg)
    for command in ([go, "mod", "download", module], [go, "list", "-m", "-f", "{{.Dir}}", module]):
        done = subprocess.run(command, cwd=source, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            msg = f"{module} cannot be downloaded: {done.stderr.strip()}"
            raise ObtainError(msg)
    return Path(done.stdout.strip())
