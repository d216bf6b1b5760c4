"""The ``openchoreo`` provider as programs see it: one explicit provider for each cluster."""

from __future__ import annotations

from typing import Any

import pulumi

from ..openchoreo import DEFAULT_RELEASE
from ..openchoreo.release import Release
from ..settings.stack import ClusterSettings


class OpenChoreoProvider(pulumi.ProviderResource):
    """The ``openchoreo`` provider for one cluster. Credentials stay in the kubeconfig; only its path is recorded."""

    def __init__(
        self,
        name: str,
        plane: str,
        cluster: ClusterSettings,
        opts: pulumi.ResourceOptions | None = None,
        *,
        release: Release = DEFAULT_RELEASE,
    ) -> None:
        """A provider.

        Args:
            name: of the resource.
            plane: for messages: ``build plane``.
            cluster: context, and path of the kubeconfig.
            opts: Pulumi's options.
            release: OpenChoreo release of the platform; it says which expressions a patch may hold.
        """
        props: dict[str, Any] = {"plane": plane, "context": cluster.context, "release": release.name}
        if cluster.kubeconfig is not None:
            props["kubeconfig"] = cluster.kubeconfig
        super().__init__("openchoreo", name, props, opts)
