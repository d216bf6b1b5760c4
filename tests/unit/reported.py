"""Configurations, kubeconfigs and objects from public reports of users, as they had them."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import pytest
import yaml

FOLDER: Final = Path(__file__).resolve().parents[3] / "shared" / "cases"
"""Beside this checkout."""
_PREFIX: Final = "openchoreo-secrets:"


def read_case(name: str) -> dict[str, Any]:
    """The content of a file, with the keys of a configuration without their prefix."""
    file = FOLDER / f"{name}.yaml"
    if not file.is_file():
        pytest.skip("the reported cases are not beside this checkout")
    content = yaml.safe_load(file.read_text())
    return {key.removeprefix(_PREFIX): value for key, value in content.items()}
