"""The clusters in the file of a stack, each once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from ..cluster.connection import Cluster
from ..cluster.identity import check_identity, read_identity
from .stack import Project


def reach_clusters(
    project: Project, stack: str, identities: Mapping[str, str]
) -> dict[str, tuple[Cluster, frozenset[str]]]:
    """UID of ``kube-system`` -> a cluster, and the planes on it.

    Args:
        project: with the file of the stack.
        stack: name of the stack.
        identities: ``build-plane`` and so on -> the UID that the state has. Empty: any cluster is the right one.

    Raises:
        OpenChoreoSecretsError: a cluster is not the one that the state is about, or cannot be reached.
    """
    by_identity: dict[str, tuple[Cluster, frozenset[str]]] = {}
    for plane, settings in project.read_clusters(stack).items():
        cluster = Cluster(f"{plane} plane", settings)
        expected = identities.get(f"{plane}-plane")
        identity = read_identity(cluster) if expected is None else check_identity(cluster, expected)
        first, planes = by_identity.get(identity, (cluster, frozenset()))
        by_identity[identity] = (first, planes | {plane})
    _name([cluster for cluster, _ in by_identity.values()])
    return by_identity


def _name(clusters: Sequence[Cluster]) -> None:
    """Give clusters whose contexts have the same name, each in a kubeconfig of its own, names with their planes."""
    contexts = Counter(cluster.settings.context for cluster in clusters)
    for cluster in clusters:
        if contexts[cluster.settings.context] > 1:
            cluster.name = f"{cluster.settings.context}, {cluster.plane}"
