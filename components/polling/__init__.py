"""Expected calls of ESO to each secret manager and their price, computed before anything is created."""

from __future__ import annotations

from ..managers.tariff import Tariff
from .budget import check_budget
from .estimate import estimate_polling
from .model import Load, StoreLoad
from .poll import MONTH, Poll
from .report import describe_load, export_load

__all__ = [
    "MONTH",
    "Load",
    "Poll",
    "StoreLoad",
    "Tariff",
    "check_budget",
    "describe_load",
    "estimate_polling",
    "export_load",
]
