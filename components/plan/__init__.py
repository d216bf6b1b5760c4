"""The plan of a stack: every object of each organization, computed once and read by all other packages."""

from __future__ import annotations

from .organization import OrganizationPlan
from .stack import Plan, plan_stack

__all__ = ["OrganizationPlan", "Plan", "plan_stack"]
