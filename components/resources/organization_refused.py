"""A resource of the ``openchoreo`` provider that always fails: for an organization with problems on a cluster."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi


class OrganizationRefused(pulumi.CustomResource):
    """Fails with the problems of one organization, so that the engine skips what depends on it and nothing else.

    The objects of the organization are still registered, so none is deleted. It is never in the state.
    """

    def __init__(
        self,
        name: str,
        *,
        organization: str,
        problems: Sequence[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Fail an update; a preview shows the problems as a warning, so that the update after it is not prevented.

        Args:
            name: name of the resource.
            organization: name of the organization.
            problems: what is wrong and what to do, one line each.
            opts: options of the resource; ``provider`` is an `OpenChoreoProvider`.
        """
        props = {"organization": organization, "problems": list(problems)}
        super().__init__("openchoreo:index:OrganizationRefused", name, props, opts)
