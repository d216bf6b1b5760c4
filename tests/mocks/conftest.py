"""A fresh stack without an engine for each test."""

from __future__ import annotations

import pytest

from tests.mocks.recorder import Recorder


@pytest.fixture
def recorder(monkeypatch: pytest.MonkeyPatch) -> Recorder:
    """A stack without configuration."""
    for variable in ("PULUMI_CONFIG", "PULUMI_CONFIG_SECRET_KEYS"):
        monkeypatch.delenv(variable, raising=False)
    return Recorder()
