"""What the operator's polling asks of each secret manager, and what that costs: pure, before anything is made."""

from __future__ import annotations

from ..managers.tariff import Tariff
from .budget import warnings
from .estimate import estimate
from .model import Load, StoreLoad
from .poll import MONTH, Poll
from .report import outputs, report

__all__ = ["MONTH", "Load", "Poll", "StoreLoad", "Tariff", "estimate", "outputs", "report", "warnings"]
