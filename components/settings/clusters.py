"""The clusters of a stack. It imports little: the provider's process needs nothing else of the settings."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from ..schema.model import Example, Model


class ClusterSettings(Model):
    """Kubeconfig and context of one plane's cluster."""

    example: ClassVar[Example] = {"context": "openchoreo-build"}

    context: Annotated[str, Field(min_length=1)]
    """Context of the kubeconfig. Required, so that the current context of a shell is never used by accident."""
    kubeconfig: Annotated[str, Field(min_length=1)] | None = None
    """Path of the kubeconfig, relative to the project. None: ``$KUBECONFIG``, else ``~/.kube/config``."""


class Clusters(Model):
    """The planes of the platform, in one cluster or several."""

    example: ClassVar[Example] = {"buildPlane": ClusterSettings.example}

    build_plane: ClusterSettings
    """Cluster of the builds: the stack creates namespaces, stores and ExternalSecrets in it."""
    control_plane: ClusterSettings | None = None
    """Cluster of OpenChoreo's objects: the stack patches ComponentTypes in it. None: the stack does not use it."""
    data_plane: ClusterSettings | None = None
    """Cluster of the workloads: the stack creates pull secrets in it. None: the stack does not use it."""

    @property
    def other_data_plane(self) -> ClusterSettings | None:
        """Cluster of the workloads if builds are on another one. None: there is one, or the stack does not use it."""
        return None if self.data_plane == self.build_plane else self.data_plane

    @property
    def one_cluster(self) -> bool:
        """Whether everything of the build plane and of the data plane is on the cluster of the builds."""
        return self.other_data_plane is None
