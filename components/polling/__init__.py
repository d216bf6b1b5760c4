"""Expected calls of ESO to each secret manager and their price, computed before anything is created."""

from __future__ import annotations

from ..managers.tariff import Tariff
from .budget import warnings
from .estimate import estimate
from .model import Load, StoreLoad
from .poll import MONTH, Poll
from .report import describe_load, outputs

__all__ = ["MONTH", "Load", "Poll", "StoreLoad", "Tariff", "describe_load", "estimate", "outputs", "warnings"]
