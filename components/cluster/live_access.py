"""Everything on a cluster that decides who can read which key.

One list call for each of 12 kinds, and of two more if admission policies are planned.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Final

from ..access.live import LiveCluster
from ..admission.policy import API as POLICY_API, BINDING, POLICY
from ..manifests import ESO
from ..object_names import build_path
from .connection import Cluster

_RBAC: Final = "rbac.authorization.k8s.io/v1"
_PUSH: Final = "external-secrets.io/v1alpha1"
_KINDS: Final = (
    (ESO, "ClusterSecretStore"),
    (ESO, "SecretStore"),
    (ESO, "ExternalSecret"),
    (ESO, "ClusterExternalSecret"),
    (_PUSH, "PushSecret"),
    (_PUSH, "ClusterPushSecret"),
    (_RBAC, "Role"),
    (_RBAC, "ClusterRole"),
    (_RBAC, "RoleBinding"),
    (_RBAC, "ClusterRoleBinding"),
)
"""API and kind of objects whose content matters. Secrets are never read."""
_POLICIES: Final = ((POLICY_API, POLICY), (POLICY_API, BINDING))
"""Those of ``isolation: strict``."""


def read_live_access(cluster: Cluster, planes: Collection[str], *, with_policies: bool = False) -> LiveCluster:
    """What decides about access on a cluster.

    Args:
        cluster: the cluster.
        planes: ``build``, ``control``, ``data``: those that it is.
        with_policies: whether admission policies are planned, so that those of the cluster are listed too.

    Raises:
        ClusterError: the cluster cannot be reached, or refuses a list.
    """
    namespaces = cluster.items(build_path("v1", "Namespace"), metadata_only=True)
    accounts = cluster.items(build_path("v1", "ServiceAccount"), metadata_only=True)
    return LiveCluster(
        context=cluster.name,
        planes=tuple(sorted(planes)),
        namespaces={item["metadata"]["name"]: item["metadata"].get("labels") or {} for item in namespaces},
        accounts={
            (item["metadata"]["namespace"], item["metadata"]["name"]): item["metadata"].get("annotations") or {}
            for item in accounts
        },
        objects=tuple(_read_objects(cluster, (*_KINDS, *(_POLICIES if with_policies else ())))),
    )


def _read_objects(cluster: Cluster, kinds: Iterable[tuple[str, str]]) -> Iterator[Mapping[str, Any]]:
    for api, kind in kinds:
        for item in cluster.items(build_path(api, kind)):
            # Items of a list have no kind.
            yield {**item, "apiVersion": api, "kind": kind}
