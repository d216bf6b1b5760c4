"""The provider's resources, connected to one cluster.

A separate module from the server, because its imports (the HTTP client, the models) take longer than the rest of
the start. The engine waits until the process prints its port, so the server imports this module only at configuration.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

from pulumi.provider.experimental import provider as rpc

from ..cluster.connection import Cluster
from ..cluster.identity import check_identity
from ..errors import OpenChoreoSecretsError
from ..openchoreo import DEFAULT_RELEASE, find_release
from ..settings.clusters import ClusterSettings
from .external_secrets_ready import TYPE, ExternalSecretsReady
from .live_objects import TYPE as LIVE_OBJECTS, LiveObjects
from .log import Log
from .object_patch import ObjectPatch
from .organization_refused import TYPE as REFUSED, OrganizationRefused
from .values import read_resource_type


class Connection:
    """The implementation of each resource type. Every call may block."""

    def __init__(self, config: Mapping[str, Any], cancelled: threading.Event) -> None:
        """Read the kubeconfig; nothing is sent yet.

        Args:
            config: ``plane``, ``context``, ``kubeconfig``, ``release`` and ``releasePromoted`` of the provider.
            cancelled: set when the user has cancelled the update.

        Raises:
            ClusterError: the kubeconfig cannot be read, or does not have the context.
        """
        cluster = _cluster(config)
        if (recorded := config.get("clusterIdentity")) is not None:
            check_identity(cluster, recorded)
        unrepaired: list[str] = []
        patch = ObjectPatch(
            cluster,
            find_release(config.get("release", DEFAULT_RELEASE.name)),
            cancelled,
            ignore_promoted=config.get("releasePromoted") == "ignore",
        )
        self._resources: Mapping[str, Any] = {
            TYPE: ExternalSecretsReady(cluster, cancelled, unrepaired),
            LIVE_OBJECTS: LiveObjects(cluster, cancelled, unrepaired),
            REFUSED: OrganizationRefused(),
            **dict.fromkeys(patch.types, patch),
        }

    def resource(self, request: Any) -> Any:
        """The implementation of the resource in a request.

        Raises:
            OpenChoreoSecretsError: the provider has no such type.
        """
        token = read_resource_type(request)
        if token not in self._resources:
            msg = f"the openchoreo provider has no resource {token}; expected one of: {', '.join(self._resources)}"
            raise OpenChoreoSecretsError(msg)
        return self._resources[token]

    def check(self, request: rpc.CheckRequest) -> rpc.CheckResponse:
        """Accept the inputs of a resource, or return their problems."""
        resource = self.resource(request)
        if isinstance(resource, (ExternalSecretsReady, LiveObjects)):
            return resource.check(request)
        failures = resource.check(request) if isinstance(resource, ObjectPatch) else None
        return rpc.CheckResponse(inputs=request.new_inputs, failures=failures)

    def is_gone(self, request: rpc.ReadRequest) -> bool:
        """Whether a patch is gone with all objects of its kind, which the cluster does not serve any more."""
        resource = self.resource(request)
        return isinstance(resource, ObjectPatch) and resource.is_gone(request)

    def delete(self, request: rpc.DeleteRequest, log: Log) -> None:
        """Remove a patch; the other resources have nothing to delete."""
        resource = self.resource(request)
        if isinstance(resource, ObjectPatch):
            resource.delete(request, log)


def identify(config: Mapping[str, Any], recorded: str | None) -> str:
    """Identity of the cluster that the configuration leads to."""
    return check_identity(_cluster(config), recorded)


def _cluster(config: Mapping[str, Any]) -> Cluster:
    return Cluster(config["plane"], ClusterSettings(context=config["context"], kubeconfig=config.get("kubeconfig")))
