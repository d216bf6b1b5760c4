"""The package: which names it has, and what importing it costs."""

from __future__ import annotations

import subprocess
import sys

import pytest

import components
from components import api

LOADED = "import sys, {module}; print(*sorted(set(sys.modules) & {{'components.api', 'urllib3', 'pydantic'}}))"


def loaded(module: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", LOADED.format(module=module)], check=True, capture_output=True, text=True
    )
    return done.stdout.split()


@pytest.mark.parametrize("module", ["components", "components.provider.server"])
def test_the_provider_prints_its_port_before_anything_slow_is_imported(module: str) -> None:
    """The engine waits for the port."""
    assert loaded(module) == []


@pytest.mark.parametrize("name", api.__all__)
def test_every_name_is_there(name: str) -> None:
    assert getattr(components, name) is getattr(api, name)


def test_the_names_are_listed() -> None:
    assert components.__all__ == api.__all__
    assert set(api.__all__) <= set(dir(components))


def test_a_name_that_is_not_there() -> None:
    for name in ("Credentials", "__wrapped__"):
        with pytest.raises(AttributeError, match=f"has no attribute '{name}'"):
            getattr(components, name)
