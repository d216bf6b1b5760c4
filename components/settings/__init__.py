"""Stack configuration as typed settings: `parse` turns YAML into them, Python programs build the models directly."""

from __future__ import annotations

from .load import Budget, ExpectedLoad
from .organization import Organization
from .parsing import MANUAL_KEY, parse
from .stack import Clusters, ClusterSettings, StackSettings

__all__ = [
    "MANUAL_KEY",
    "Budget",
    "ClusterSettings",
    "Clusters",
    "ExpectedLoad",
    "Organization",
    "StackSettings",
    "parse",
]
