"""A resource of the ``openchoreo`` provider: wait until credentials have arrived."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi

from ..plan.expected import Expected, FanOut


class ExternalSecretsReady(pulumi.CustomResource):
    """Ready when every ExternalSecret is synced for the generation that was just applied.

    One list call a second serves any number of them. Its diff looks at the live objects, so that a preview says when a
    credential has stopped working. An update fails, naming organization, Secret and the operator's reason, when a
    credential does not arrive in time.
    """

    def __init__(  # noqa: PLR0913 -- what to wait for, and how
        self,
        name: str,
        *,
        expected: Sequence[Expected],
        fan_outs: Sequence[FanOut] = (),
        timeout_seconds: float,
        hints: Mapping[str, pulumi.Input[str]] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Wait for ExternalSecrets.

        Args:
            name: of the resource.
            expected: what must be synced.
            fan_outs: ClusterExternalSecrets, whose ExternalSecret must be synced in every namespace that they select.
            timeout_seconds: how long to wait at most.
            hints: what else an error says about an organization whose credentials did not arrive.
            opts: Pulumi's options; ``provider`` is an `OpenChoreoProvider`, ``depends_on`` the ExternalSecrets.
        """
        wanted = [
            {"organization": each.organization, "namespace": each.namespace, "name": each.name}
            for each in sorted(expected)
        ]
        props: dict[str, Any] = {"externalSecrets": wanted, "timeoutSeconds": float(timeout_seconds)}
        if fan_outs:
            spread = [{"organization": each.organization, "name": each.name} for each in sorted(fan_outs)]
            props["clusterExternalSecrets"] = spread
        if hints:
            props["hints"] = dict(hints)
        super().__init__("openchoreo:index:ExternalSecretsReady", name, props, opts)
