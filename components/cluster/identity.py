"""The identity of a cluster: the state of a stack is about one cluster, whatever address leads to it."""

from __future__ import annotations

import os
from typing import Final

from ..errors import ClusterError
from .connection import Cluster

VARIABLE: Final = "OPENCHOREO_SECRETS_CLUSTER"
"""Environment variable that accepts a cluster other than the recorded one: its identity."""
_PATH: Final = "/api/v1/namespaces/kube-system"


def read_identity(cluster: Cluster) -> str:
    """UID of the namespace ``kube-system``, which stays the same for the life of a cluster.

    Raises:
        ClusterError: the cluster cannot be reached, or has no such namespace.
    """
    live = cluster.get(_PATH)
    if live is None:
        msg = f"{cluster}: no namespace kube-system, whose UID identifies the cluster. Is this a Kubernetes cluster?"
        raise ClusterError(msg)
    return str(live["metadata"]["uid"])


def check_identity(cluster: Cluster, recorded: str | None) -> str:
    """The identity of a cluster, which must be the recorded one.

    Args:
        cluster: which.
        recorded: identity in the state. None: the state has none.

    Raises:
        ClusterError: the state is about another cluster, or the cluster cannot be reached.
    """
    live = read_identity(cluster)
    if recorded in {None, live} or os.environ.get(VARIABLE) == live:
        return live
    msg = (
        f"{cluster}: the state is about another cluster (UID of kube-system: {recorded}, here {live}); nothing was "
        "changed. Correct the context or the kubeconfig. If the cluster was rebuilt, set "
        f"{VARIABLE}={live} for one `pulumi up --refresh`"
    )
    raise ClusterError(msg)
