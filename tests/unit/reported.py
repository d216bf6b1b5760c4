"""Configurations, kubeconfigs and objects from public reports of users, as they had them."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import yaml

FOLDER: Final = Path(__file__).resolve().parents[1] / "cases"
_PREFIX: Final = "openchoreo-secrets:"


def read_case(name: str) -> dict[str, Any]:
    """The content of a file, with the keys of a configuration without their prefix."""
    content = yaml.safe_load((FOLDER / f"{name}.yaml").read_text())
    return {key.removeprefix(_PREFIX): value for key, value in content.items()}
