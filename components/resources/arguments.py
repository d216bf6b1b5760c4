"""Base class of the arguments of components that belong to one organization."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ..errors import Problem
from ..openchoreo import DEFAULT_RELEASE
from ..openchoreo.release import Release
from ..plan.organization import OrganizationPlan
from ..schema.durations import format_canonical
from ..schema.text import quote
from ..settings.organization import Organization
from .stack_id import get_stack_id


@dataclass(frozen=True)
class OrganizationArgs:
    """An organization, and the settings that its components share."""

    organization: Organization
    """The organization."""
    refresh_interval: str = field(default="1h0m0s", kw_only=True)
    """Interval between two polls, a Go duration such as ``30m``, unless the organization configures another one."""
    release: Release = field(default=DEFAULT_RELEASE, kw_only=True)
    """OpenChoreo release of the platform."""
    plan: OrganizationPlan | None = field(default=None, kw_only=True)
    """The organization's part of a stack's plan, whose settings are valid already. None: the component computes it from
    the other arguments."""

    def resolve_plan(self) -> OrganizationPlan:
        """The plan of the organization: the given one, or one that is computed from the other arguments."""
        if self.plan is not None:
            return self.plan
        return OrganizationPlan(
            organization=self.organization,
            release=self.release,
            refresh_interval=format_canonical(self.refresh_interval),
            stack=get_stack_id(),
            **self._stores(),
        )

    def validate_interval(self) -> Iterator[Problem]:
        """The problem of the interval, if it has one, with the same message as ``refreshInterval`` in YAML."""
        try:
            format_canonical(self.refresh_interval)
        except ValueError as error:
            yield Problem("refresh_interval", f"{quote(self.refresh_interval)} {error}")

    def _stores(self) -> dict[str, Any]:
        """The arguments of `OrganizationPlan` that name stores."""
        return {}
