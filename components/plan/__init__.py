"""What each organization gets, where, and in which order: computed once per run, and read by everything else."""

from __future__ import annotations

from .organization import OrganizationPlan
from .stack import Plan, plan

__all__ = ["OrganizationPlan", "Plan", "plan"]
