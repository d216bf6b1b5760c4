"""The ``openchoreo`` Pulumi provider, served to the engine by ``plugin/`` or by ``pulumi-resource-openchoreo``."""

from __future__ import annotations

from .server import main

__all__ = ["main"]
