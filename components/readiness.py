"""Resources of the ``openchoreo`` provider: wait until credentials have arrived."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pulumi

from .cluster import Expected
from .settings import ClusterSettings


class OpenChoreoProvider(pulumi.ProviderResource):
    """The ``openchoreo`` provider for one cluster. Credentials stay in the kubeconfig; only its path is recorded."""

    def __init__(
        self, name: str, plane: str, cluster: ClusterSettings, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """A provider.

        Args:
            name: of the resource.
            plane: for messages: ``build plane``.
            cluster: context, and path of the kubeconfig.
            opts: Pulumi's options.
        """
        props: dict[str, Any] = {"plane": plane, "context": cluster.context}
        if cluster.kubeconfig is not None:
            props["kubeconfig"] = cluster.kubeconfig
        super().__init__("openchoreo", name, props, opts)


class ExternalSecretsReady(pulumi.CustomResource):
    """Ready when every ExternalSecret is synced for the generation that was just applied.

    One list call a second serves any number of them. Its diff looks at the live objects, so that a preview says when a
    credential has stopped working. An update fails, naming organization, Secret and the operator's reason, when a
    credential does not arrive in time.
    """

    def __init__(
        self,
        name: str,
        *,
        expected: Sequence[Expected],
        timeout_seconds: float,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Wait for ExternalSecrets.

        Args:
            name: of the resource.
            expected: what must be synced.
            timeout_seconds: how long to wait at most.
            opts: Pulumi's options; ``provider`` is an `OpenChoreoProvider`, ``depends_on`` the ExternalSecrets.
        """
        wanted = [
            {"organization": each.organization, "namespace": each.namespace, "name": each.name}
            for each in sorted(expected)
        ]
        props = {"externalSecrets": wanted, "timeoutSeconds": float(timeout_seconds)}
        super().__init__("openchoreo:index:ExternalSecretsReady", name, props, opts)
