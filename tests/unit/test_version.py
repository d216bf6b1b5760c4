"""One version, that of ``pyproject.toml``, in every place that shows it."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import components
from components import version
from components.provider import server
from components.version import UNKNOWN, read_version

ROOT = Path(__file__).resolve().parents[2]
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]


def test_the_package_and_the_provider_have_the_version_of_the_project() -> None:
    assert components.__version__ == read_version() == server.VERSION == VERSION


def test_an_unknown_attribute_is_an_error() -> None:
    with pytest.raises(AttributeError, match="module 'components' has no attribute 'versions'"):
        getattr(components, "versions")  # noqa: B009 -- mypy knows that it is not there


def test_the_file_is_read_only_when_somebody_asks() -> None:
    code = "import sys, components.schema.names; print('components.version' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_an_installed_package_has_the_version_of_its_distribution(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(version, "installed_version", lambda name: f"1.2.3 of {name}")
    assert read_version(tmp_path) == "1.2.3 of openchoreo-secrets"


def test_another_project_beside_the_package_is_not_asked(tmp_path: Path) -> None:
    """A vendored copy in a project of its own: the version of that project is not ours."""
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "my-platform"\nversion = "7.0"\n')
    assert read_version(tmp_path) != "7.0"


def test_a_copy_without_metadata_has_a_version_that_pulumi_accepts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(version, "DISTRIBUTION", "openchoreo-secrets-that-nobody-installed")
    assert read_version(tmp_path) == UNKNOWN == "0.0.0+unknown"
