"""A resource of the ``openchoreo`` provider: wait until ExternalSecrets are synced."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from math import isfinite
from typing import Any

import pulumi

from ..errors import Problem
from ..plan.expected import Expected, FanOut, group_expected, group_fan_outs
from ..schema.arguments import check_arguments, raise_problems
from .required_providers import require_openchoreo_provider


class ExternalSecretsReady(pulumi.CustomResource):
    """Ready when every ExternalSecret is synced for the generation that was just applied.

    It makes one list call per second for any number of them, and shows ESO's reason for the first one that has failed.
    Its diff reads the live objects, so a preview shows a credential that no longer syncs. If a credential is not synced
    in time, the update fails with the organization, the Secret and ESO's reason.
    """

    @check_arguments()
    def __init__(  # noqa: PLR0913 -- the resource, what it waits for, and how long
        self,
        name: str,
        *,
        expected: Sequence[Expected],
        fan_outs: Sequence[FanOut] = (),
        timeout_seconds: float,
        hints: Mapping[str, pulumi.Input[str]] | None = None,
        refused: Collection[str] = (),
        after: Sequence[pulumi.Resource] = (),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Wait for ExternalSecrets.

        Args:
            name: name of the resource.
            expected: ExternalSecrets that must be synced.
            fan_outs: ClusterExternalSecrets, whose ExternalSecret must be synced in every namespace that they select.
            timeout_seconds: longest time to wait.
            hints: organization -> text to add to the error if its credentials are not synced.
            refused: organizations of which this update changes nothing; what the last update recorded of them is kept.
            after: the ExternalSecrets, and what repairs them. The resource waits for them without a dependency in the
                state: if the wait fails, the engine would not delete what the wait has depended on, such as a removed
                organization.
            opts: options of the resource; ``provider`` is an `OpenChoreoProvider`.

        Raises:
            SettingsError: an argument is wrong; nothing is registered.
        """
        if not (isfinite(timeout_seconds) and timeout_seconds >= 0):
            text = f"{timeout_seconds} must be a finite number of seconds, 0 or more, such as 300"
            raise_problems(type(self).__name__, name, [Problem("timeout_seconds", text)])
        require_openchoreo_provider(type(self).__name__, name, opts)
        props: dict[str, Any] = {
            "externalSecrets": group_expected(expected),
            "timeoutSeconds": _wait_for(after, float(timeout_seconds)),
        }
        if fan_outs:
            props["clusterExternalSecrets"] = group_fan_outs(fan_outs)
        if hints:
            props["hints"] = dict(hints)
        if refused:
            props["refused"] = sorted(refused)
        super().__init__("openchoreo:index:ExternalSecretsReady", name, props, opts)


async def _wait_for(resources: Sequence[pulumi.Resource], value: float) -> float:
    """The value, once all resources are registered. Unlike an output, it carries no dependencies."""
    await asyncio.gather(*(resource.urn.future() for resource in resources))
    return value
