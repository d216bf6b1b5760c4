"""Expected object counts and polling budget: what the polling estimate assumes, and its limits."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from ..schema.model import Example, Model, PositiveInterval

Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0)]


class ExpectedLoad(Model):
    """Expected numbers of objects that OpenChoreo creates, for an estimate before they exist."""

    example: ClassVar[Example] = {"components": 20}

    components: Count | None = None
    """Deployed components whose ComponentType creates the pull secret (delivery ``component``); a component counts once
    for each of its environments. None: 1."""
    namespaces: Count | None = None
    """Data-plane namespaces with the pull secret (delivery ``namespace``): one for each project and environment.
    None: 1."""
    runs: Count | None = None
    """Build runs that exist at the same time, including finished ones that are not deleted yet
    (``componentWorkflows``). None: 1."""


class Budget(Model):
    """Limits for the polling of a stack. Previews and updates warn about a load above them, and never fail."""

    example: ClassVar[Example] = {"dollarsPerMonth": 50}

    dollars_per_month: Positive | None = None
    """US dollars in 30 days, for calls and for stored secrets. None: no limit."""
    calls_per_second: Positive | None = None
    """Calls to all secret managers together. None: no limit."""
    revocation_lag: PositiveInterval | None = None
    """Longest time that a Secret may keep a value after it was replaced in the manager. None: no limit."""
