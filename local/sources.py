"""The source that a program is built from: its pinned Go module, with files of other modules and of this project."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Final

from .programs import Program

_REPLACED: Final = "replaced"
"""Folder with the packages that replace those of modules, in the folder that pins the program."""
_MODULES: Final = "modules"
"""Folder of the changed modules in the source."""
_TESTDATA: Final = "testdata"


class ObtainError(Exception):
    """A program or a Go module is not available; the message says what is required."""


def prepare_source(program: Program, folder: Path) -> Path:
    """Create a folder in which Go builds a program, and return it.

    Raises:
        ObtainError: a module cannot be downloaded.
    """
    shutil.copytree(program.source, folder, ignore=shutil.ignore_patterns(_REPLACED))
    for entry in program.beside:
        module, _, file = entry.partition(":")
        shutil.copyfile(find_module_folder(program.source, module) / file, folder / Path(file).name)
    for module in program.replaced:
        place = Path(_MODULES, module)
        _copy_module(find_module_folder(program.source, module), folder / place, program.source / _REPLACED / module)
        with (folder / "go.mod").open("a") as requirements:
            requirements.write(f"\nreplace {module} => ./{place}\n")
    return folder


def _copy_module(module: Path, folder: Path, replaced: Path) -> None:
    """Copy what Go builds, with other packages in place of some; Go's own files and folders cannot be written."""
    packages = {file.parent.relative_to(replaced) for file in replaced.rglob("*.go")}
    for path in module.rglob("*"):
        file = path.relative_to(module)
        tests = path.name.endswith("_test.go") or _TESTDATA in file.parts
        if not tests and file.parent not in packages and path.is_file():
            target = folder / file
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
    shutil.copytree(replaced, folder, dirs_exist_ok=True)


def find_module_folder(source: Path, module: str) -> Path:
    """Folder of a Go module in the version that a ``go.mod`` pins.

    Raises:
        ObtainError: the module cannot be downloaded.
    """
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
