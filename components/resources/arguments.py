"""What the arguments of the components of one organization share."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ..errors import Problem
from ..openchoreo import DEFAULT_RELEASE
from ..openchoreo.release import Release
from ..plan.organization import OrganizationPlan
from ..schema.durations import canonical
from ..schema.text import quoted
from ..settings.organization import Organization
from .stack_id import stack_id


@dataclass(frozen=True)
class OrganizationArgs:
    """An organization, and how its credentials are kept up to date."""

    organization: Organization
    """Whose credentials."""
    refresh_interval: str = field(default="1h0m0s", kw_only=True)
    """Interval between two polls, a Go duration such as ``30m``, unless the organization configures another one."""
    release: Release = field(default=DEFAULT_RELEASE, kw_only=True)
    """OpenChoreo release of the platform."""
    plan: OrganizationPlan | None = field(default=None, kw_only=True)
    """The organization's part of a stack's plan, whose settings have been validated. None: it is computed from the
    other arguments."""

    def planned(self) -> OrganizationPlan:
        """What the organization gets."""
        if self.plan is not None:
            return self.plan
        return OrganizationPlan(
            organization=self.organization,
            release=self.release,
            refresh_interval=canonical(self.refresh_interval),
            stack=stack_id(),
            **self._stores(),
        )

    def interval_problems(self) -> Iterator[Problem]:
        """What is wrong with the interval, in the words of ``refreshInterval`` in YAML."""
        try:
            canonical(self.refresh_interval)
        except ValueError as error:
            yield Problem("refresh_interval", f"{quoted(self.refresh_interval)} {error}")

    def _stores(self) -> dict[str, Any]:
        """The stores, as `OrganizationPlan` takes them."""
        return {}
