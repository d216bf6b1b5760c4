"""How much is expected, and how much may be: what polling is estimated with, and what it is held against."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import AfterValidator, Field

from ..schema.durations import seconds
from ..schema.model import Interval, Model

_NONE_AT_ALL: Final = "must be greater than zero"


def _check_above_zero(value: str) -> str:
    if not seconds(value):
        raise ValueError(_NONE_AT_ALL)
    return value


Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0)]


class ExpectedLoad(Model):
    """How many there are of what OpenChoreo makes by itself, so that it can be counted before it is there."""

    components: Count | None = None
    """Deployed components whose ComponentType brings the pull secret (delivery ``component``): each component in each
    environment is one. None: 1."""
    namespaces: Count | None = None
    """Data-plane namespaces that get the pull secret (delivery ``namespace``): one for each project and environment.
    None: 1."""
    runs: Count | None = None
    """Build runs that exist at the same time, finished ones that are not deleted yet among them
    (``componentWorkflows``). None: 1."""


class Budget(Model):
    """What the polling of a stack may cost. Over it, previews and updates warn; they never fail."""

    dollars_per_month: Positive | None = None
    """US dollars in 30 days, for calls and for stored secrets. None: no limit."""
    calls_per_second: Positive | None = None
    """Calls to all secret managers together. None: no limit."""
    revocation_lag: Annotated[Interval, AfterValidator(_check_above_zero)] | None = None
    """How long a value that was replaced in the manager may stay in any Secret. None: no limit."""
