"""Programs of the local platform: from PATH, else from an official release, else built from Go modules.

Built and downloaded programs are stored outside the checkout, in ``$XDG_CACHE_HOME/openchoreo-secrets``. A program is
moved there when it is complete, so an interrupted run leaves no incomplete program. A lock for each program makes a
second run wait for the first and use its result.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final

from .builds import build_programs, count_cores, estimate_minutes, find_go
from .downloads import MirrorError, download_release, find_server, find_unreachable
from .locks import lock_folder
from .programs import MODULES, PROGRAMS, Program
from .releases import Asset, find_asset
from .sources import ObtainError, find_module_folder

Say = Callable[[str], None]

_POLL: Final = 0.2
"""Seconds between two attempts to lock a program that another run downloads."""
_ESO: Final = "github.com/external-secrets/external-secrets"


def get_cache_folder() -> Path:
    """Folder of built and downloaded programs."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "openchoreo-secrets"


def obtain_programs(say: Say, programs: Sequence[Program] | None = None) -> dict[str, Path]:
    """Name -> executable of every program; missing programs are downloaded, and built where that is not possible.

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
        assets = _find_releases(missing, say)
        builds = [program for program in missing if program not in assets]
        if builds:
            find_go(builds)
        say(f"{len(missing)} of {len(programs)} programs are missing: {_announce(assets, builds)}.")
        builds += [program for program, asset in assets.items() if not _download(program, asset, say)]
        if builds:
            build_programs({program: _cached(program) for program in builds}, say)
    return paths | {program.name: _cached(program) for program in missing}


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
    folder = find_module_folder(MODULES / pinned_by, _ESO) / "config" / "crds" / "bases"
    return tuple(sorted(path for path in folder.glob("*.yaml") if path.name != "kustomization.yaml"))


def find_language_executor() -> Path:
    """Path of ``pulumi-language-python-exec``, which runs a Python program, in Pulumi's Go module.

    Raises:
        ObtainError: the module cannot be downloaded.
    """
    folder = find_module_folder(MODULES / "pulumi", "github.com/pulumi/pulumi/sdk/v3")
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


def _find_releases(programs: Sequence[Program], say: Say) -> dict[Program, Asset]:
    """Program -> its release, of those whose server answers; one line says which servers do not."""
    assets = {program: asset for program in programs if (asset := find_asset(program)) is not None}
    try:
        servers = {program: find_server(asset) for program, asset in assets.items()}
    except MirrorError as error:
        raise ObtainError(str(error)) from None
    unreachable = find_unreachable(servers.values())
    if unreachable:
        reasons = "; ".join(f"{server.partition('://')[2]}: {reason}" for server, reason in unreachable.items())
        say(f"Official releases cannot be downloaded ({reasons}), so they are built instead.")
    return {program: asset for program, asset in assets.items() if servers[program] not in unreachable}


def _announce(downloads: Iterable[Program], builds: Sequence[Program]) -> str:
    """What is done about missing programs, and how long it takes."""
    names = ", ".join(program.name for program in downloads)
    parts = [f"downloading {names}"] if names else []
    if builds:
        names, cores = ", ".join(program.name for program in builds), count_cores()
        minutes = max(estimate_minutes(builds, cores), 1)
        what = f"building {names} from source" if parts else f"building them from source ({names})"
        parts.append(
            f"{what}, once, which takes about {minutes:.0f} min on {cores} cores and up to 7 GB in Go's caches; "
            "after an interruption, the next run continues"
        )
    return " and ".join(parts)


def _download(program: Program, asset: Asset, say: Say) -> bool:
    target = _cached(program)
    with lock_folder(target.parent, lambda: time.sleep(_POLL)):
        return target.exists() or download_release(asset, target, say)
