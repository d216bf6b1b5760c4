"""An explicit provider for each cluster of a stack; there are no default providers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

import pulumi
import pulumi_kubernetes as kubernetes

from ..managers.manager import Plane
from ..openchoreo.release import Release
from ..settings.clusters import ClusterSettings
from ..settings.stack import StackSettings
from .provider import OpenChoreoProvider, OpenChoreoProviderArgs

PLANES: Final[Mapping[Plane, str]] = {"build": "build plane", "data": "data plane"}
"""Plane -> its name in messages."""

_RECORDED: Final = frozenset(
    {"context", "cluster_identifier", "enable_secret_mutable", "upsert_existing_objects", "kube_client_settings"}
)
"""Arguments of the Kubernetes provider that go into the state; a kubeconfig does if the settings name one."""


def register_provider(
    name: str,
    plane: str,
    cluster: ClusterSettings,
    release: Release,
    release_promoted: Literal["refuse", "ignore"] = "refuse",
) -> OpenChoreoProvider:
    """The ``openchoreo`` provider of one cluster.

    Args:
        name: name of the resource.
        plane: name of the cluster in messages.
        cluster: kubeconfig and context.
        release: OpenChoreo release of the platform.
        release_promoted: whether patches that deployed environments still render can be deleted.
    """
    args = OpenChoreoProviderArgs(cluster.context, cluster.kubeconfig, plane, release, release_promoted)
    return OpenChoreoProvider(name, args)


def register_openchoreo_providers(settings: StackSettings, release: Release) -> dict[Plane, OpenChoreoProvider]:
    """A provider for each cluster; it records the cluster's identity and refuses another cluster."""
    return {
        plane: register_provider(f"{plane}-plane", PLANES[plane], cluster, release)
        for plane, cluster in _clusters(settings).items()
    }


def register_kubernetes_providers(
    settings: StackSettings, repaired: Mapping[Plane, pulumi.Resource]
) -> dict[Plane, kubernetes.Provider]:
    """A provider for each cluster.

    Args:
        settings: settings of the stack.
        repaired: plane -> what must happen first: its identity is checked and its objects are repaired.
    """
    return {
        plane: register_kubernetes_provider(f"{plane}-plane", cluster, repaired[plane])
        for plane, cluster in _clusters(settings).items()
    }


def _clusters(settings: StackSettings) -> dict[Plane, ClusterSettings]:
    """Plane -> its cluster; one entry if both planes are one cluster."""
    build, data = settings.clusters.build_plane, settings.clusters.other_data_plane
    return {"build": build} if data is None else {"build": build, "data": data}


def register_kubernetes_provider(name: str, cluster: ClusterSettings, after: pulumi.Resource) -> kubernetes.Provider:
    """The provider of a plane; it waits for ``after``.

    The ``openchoreo`` provider recognizes the cluster by its identity. So a new context, kubeconfig or address must
    never replace the objects: the engine would delete the replaced ones by name, which are the same ones.

    The SDK copies ``$KUBECONFIG`` and each ``$PULUMI_K8S_...`` into arguments that are None, and so the path of one
    machine into the state. Without a recorded path, the provider reads ``$KUBECONFIG`` or ``~/.kube/config`` of the
    machine that runs it, with all its files; it reads the other variables by itself, too.
    """
    recorded = _RECORDED if cluster.kubeconfig is None else _RECORDED | {"kubeconfig"}

    def drop_ambient(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult:
        props = {key: value for key, value in args.props.items() if key in recorded}
        return pulumi.ResourceTransformationResult(props, args.opts)

    return kubernetes.Provider(
        name,
        kubeconfig=cluster.kubeconfig,
        context=cluster.context,
        cluster_identifier=name,
        enable_secret_mutable=True,
        # Version 4.29 and later would refuse to create what exists after a kill; the preflight check decides that.
        upsert_existing_objects=True,
        kube_client_settings={"burst": 200, "qps": 100},
        opts=pulumi.ResourceOptions(depends_on=after, transformations=[drop_ambient]),
    )
