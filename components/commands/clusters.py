"""The clusters in the file of a stack, each once."""

from __future__ import annotations

from collections.abc import Callable

from ..cluster.connection import Cluster
from ..cluster.identity import check_identity, read_identity
from ..plan.orphans import RecordedState
from ..settings.clusters import ClusterSettings
from .stack import Project


def reach_clusters(
    project: Project, stack: str, recorded: RecordedState, connect: Callable[[str, ClusterSettings], Cluster]
) -> dict[str, tuple[Cluster, frozenset[str]]]:
    """UID of ``kube-system`` -> a cluster, and the planes on it.

    Args:
        project: with the file of the stack.
        stack: name of the stack.
        recorded: its state.
        connect: name of a plane and its settings -> connection.

    Raises:
        OpenChoreoSecretsError: a cluster is not the one that the state is about, or cannot be reached.
    """
    by_identity: dict[str, tuple[Cluster, frozenset[str]]] = {}
    for plane, settings in project.read_clusters(stack).items():
        cluster = connect(f"{plane} plane", settings)
        expected = recorded.identities.get(f"{plane}-plane")
        identity = read_identity(cluster) if expected is None else check_identity(cluster, expected)
        first, planes = by_identity.get(identity, (cluster, frozenset()))
        by_identity[identity] = (first, planes | {plane})
    return by_identity
