"""The wheel: the package and its provider, without the local platform."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from importlib.metadata import PathDistribution
from pathlib import Path

import pytest

import components

ROOT = Path(__file__).resolve().parents[2]
IMPORTS = """
import sys
import openchoreo_secrets
assert not [name for name in sys.modules if name.split(".")[0] in {"components", "local", "tests"}]
namespace = {}
exec("from openchoreo_secrets import *", namespace)
print(*sorted(name for name in namespace if name != "__builtins__"), sep="\\n")
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy of the project to leave no files in it."""
    source = tmp_path_factory.mktemp("source")
    shutil.copytree(ROOT / "components", source / "components", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        if (ROOT / name).exists():
            shutil.copyfile(ROOT / name, source / name)
    run(sys.executable, "-m", "build", "--wheel", "--outdir", str(source / "dist"), str(source))
    (built,) = (source / "dist").iterdir()
    return built


@pytest.fixture(scope="module")
def site(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with the installed wheel; its dependencies are those of this environment."""
    target = tmp_path_factory.mktemp("site")
    pip = ("-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--no-deps", "--no-index")
    run(sys.executable, *pip, "--target", str(target), str(wheel))
    return target


def run(*command: str, **environment: str) -> str:
    done = subprocess.run(command, env=os.environ | environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def test_wheel_contains_the_whole_package_and_nothing_else(wheel: Path) -> None:
    """Every subpackage must be listed in pyproject.toml."""
    with zipfile.ZipFile(wheel) as archive:
        inside = {name for name in archive.namelist() if ".dist-info/" not in name}

    package = ROOT / "components"
    expected = {path.relative_to(package) for path in package.rglob("*.py")} | {Path("py.typed")}
    assert inside == {f"openchoreo_secrets/{path}" for path in expected}


def test_every_public_name_can_be_imported(site: Path) -> None:
    # -P: without the project folder, in which the same package is `components`.
    printed = run(sys.executable, "-P", "-W", "error", "-c", IMPORTS, PYTHONPATH=str(site))

    assert printed.splitlines() == sorted(components.__all__)


def test_programs_are_on_the_path(site: Path) -> None:
    """Pulumi looks for an executable of the provider's name on PATH."""
    (metadata,) = site.glob("*.dist-info")
    entries = sorted(PathDistribution(metadata).entry_points)

    assert [(entry.group, entry.name, entry.value) for entry in entries] == [
        ("console_scripts", "openchoreo-secrets", "openchoreo_secrets.commands:main"),
        ("console_scripts", "pulumi-resource-openchoreo", "openchoreo_secrets.provider:main"),
    ]
    for entry in entries:
        check = f"from importlib import import_module; import_module({entry.module!r}).{entry.attr}"
        run(sys.executable, "-P", "-W", "error", "-c", check, PYTHONPATH=str(site))


def test_metadata(site: Path) -> None:
    (folder,) = site.glob("*.dist-info")
    metadata = PathDistribution(folder).metadata

    assert (metadata["Name"], metadata["Requires-Python"]) == ("openchoreo-secrets", ">=3.11")
