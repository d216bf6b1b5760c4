"""Get the programs: from PATH, else the official release, else built from the Go module proxy.

What was built or downloaded is kept outside the checkout, under ``$XDG_CACHE_HOME/openchoreo-secrets``. A program
appears there complete or not at all, so that an interruption costs nothing but time, and a lock for each program lets
two runs share the work.
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

_SAY_EVERY: Final = 20.0
_ESO: Final = "github.com/external-secrets/external-secrets"


class ObtainError(Exception):
    """A program cannot be had, with what was tried and what to do."""


def cache() -> Path:
    """Folder of everything that was obtained."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "openchoreo-secrets"


def programs(say: Say) -> dict[str, Path]:
    """Every program by name, obtained in turn with a line of progress each.

    Raises:
        ObtainError: one of them cannot be had.
    """
    found = {program.name: path for program in PROGRAMS if (path := present(program)) is not None}
    missing = [program for program in PROGRAMS if program.name not in found]
    if missing:
        minutes = sum(program.minutes for program in missing)
        say(
            f"Getting {len(missing)} of {len(PROGRAMS)} programs, once; built on 2 cores that takes about "
            f"{max(minutes, 1):.0f} min and up to 4 GB of Go module cache. An interrupted run goes on where it stopped."
        )
    for program in missing:
        found[program.name] = _obtain(program, say)
    return found


def present(program: Program) -> Path | None:
    """The program if it is at hand: in the cache, or on PATH in a fitting version."""
    cached = _cached(program)
    return cached if cached.exists() else _on_path(program)


def operator_crds(pinned_by: str = "external-secrets") -> tuple[Path, ...]:
    """CRD manifests of the External Secrets Operator, from its Go module.

    Args:
        pinned_by: folder under ``local/programs`` that pins the version: ``external-secrets``, the one that is built,
            or ``external-secrets-newest``, whose definitions alone are read.

    Raises:
        ObtainError: the module cannot be downloaded.
    """
    folder = _module_folder(MODULES / pinned_by, _ESO) / "config" / "crds" / "bases"
    return tuple(sorted(path for path in folder.glob("*.yaml") if path.name != "kustomization.yaml"))


def language_executor() -> Path:
    """``pulumi-language-python-exec``, which runs a Python program, from Pulumi's own Go module.

    Raises:
        ObtainError: the module cannot be downloaded.
    """
    folder = _module_folder(MODULES / "pulumi", "github.com/pulumi/pulumi/sdk/v3")
    return folder / "python" / "cmd" / "pulumi-language-python-exec"


def _cached(program: Program) -> Path:
    return cache() / f"{program.name}-{program.version}-{program.digest()}" / program.name


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
    fits = program.oldest <= (int(version[1]), int(version[2])) < program.below
    return Path(path) if fits else None


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
        msg = f"{program.name} is neither on PATH nor downloadable here, and there is no Go (1.26 or later) to build it"
        raise ObtainError(msg)
    work = target.parent / "source"
    shutil.rmtree(work, ignore_errors=True)
    shutil.copytree(program.source, work)
    for entry in program.beside:
        module, _, file = entry.partition(":")
        shutil.copyfile(_module_folder(program.source, module) / file, work / Path(file).name)
    partial = target.with_suffix(".partial")
    command = [go, "build", "-trimpath", "-buildvcs=false", "-ldflags", f"-s -w {program.flags}", "-o", str(partial)]
    _run_saying([*command, program.package], work, target.parent / "build.log", program, say)
    shutil.rmtree(work)
    partial.replace(target)


def _run_saying(command: Sequence[str], folder: Path, log: Path, program: Program, say: Say) -> None:
    started = time.monotonic()
    say(f"  {program.name} {program.version}: building, about {program.minutes:g} min")
    environment = os.environ | {"CGO_ENABLED": "0"}
    with log.open("w") as output:
        build = subprocess.Popen(command, cwd=folder, env=environment, stdout=output, stderr=output)
        try:
            while True:
                try:
                    code = build.wait(timeout=_SAY_EVERY)
                    break
                except subprocess.TimeoutExpired:
                    say(f"  {program.name} {program.version}: building, {time.monotonic() - started:.0f} s so far")
        except BaseException:
            build.terminate()
            build.wait()
            raise
    if code != 0:
        tail = "\n".join(log.read_text(errors="replace").splitlines()[-10:])
        msg = f"building {program.name} failed (all of it in {log}):\n{tail}"
        raise ObtainError(msg)
    say(f"  {program.name} {program.version}: built in {time.monotonic() - started:.0f} s")


def _module_folder(source: Path, module: str) -> Path:
    go = shutil.which("go")
    if go is None:
        msg = f"Go (1.26 or later) is needed to get {module}"
        raise ObtainError(msg)
    for command in ([go, "mod", "download", module], [go, "list", "-m", "-f", "{{.Dir}}", module]):
        done = subprocess.run(command, cwd=source, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            msg = f"{module} cannot be downloaded: {done.stderr.strip()}"
            raise ObtainError(msg)
    return Path(done.stdout.strip())
