"""The version of this package, which ``pyproject.toml`` states once.

Only `components.__version__` and the ``openchoreo`` provider import this module, since reading the version takes some
milliseconds.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.metadata import PackageNotFoundError, version as installed_version
from pathlib import Path
from typing import Final

DISTRIBUTION: Final = "openchoreo-secrets"
"""Name of the project in ``pyproject.toml``, and of its wheel."""
UNKNOWN: Final = "0.0.0+unknown"
"""Version of a copy of the package that is neither installed nor beside its ``pyproject.toml``; valid for PEP 440 and
for semantic versioning, which Pulumi expects."""

_ROOT: Final = Path(__file__).resolve().parent.parent


@cache
def read_version(root: Path = _ROOT) -> str:
    """The version of the code that runs, such as ``0.1.0``.

    A source tree takes precedence over the installed distribution: a checkout may run in an environment with another
    installed version.

    Args:
        root: folder that holds the package; in a source tree it holds ``pyproject.toml`` too.
    """
    project_file = root / "pyproject.toml"
    if project_file.is_file():
        project = tomllib.loads(project_file.read_text(encoding="utf-8")).get("project", {})
        if project.get("name") == DISTRIBUTION:
            return str(project["version"])
    try:
        return installed_version(DISTRIBUTION)
    except PackageNotFoundError:
        return UNKNOWN
