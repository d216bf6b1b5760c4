"""Whether a cluster supports admission policies, and whether they would refuse the stack's own updates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ..admission.policy import API, POLICY
from ..errors import ClusterError
from ..object_names import pluralize
from ..schema.text import quote
from .connection import Cluster
from .preflight import read_served_kinds

_REVIEWS: Final = "/apis/authentication.k8s.io/v1/selfsubjectreviews"


def serves_policies(cluster: Cluster) -> bool:
    """Whether the API server has ValidatingAdmissionPolicies: Kubernetes 1.30 or later.

    Raises:
        ClusterError: the cluster cannot be reached.
    """
    return pluralize(POLICY) in read_served_kinds(cluster, f"/apis/{API}")


def check_administrators(cluster: Cluster, administrators: Sequence[str]) -> None:
    """Check that the user of a context is exempt from the policies.

    Raises:
        ClusterError: the user is not, or the cluster cannot be reached.
    """
    review = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}
    answer = cluster.create(_REVIEWS, review)
    user = "" if answer is None else str(answer["status"]["userInfo"]["username"])
    if user not in administrators:
        msg = (
            f"{cluster}: admission.administrators lacks {quote(user)}, the user of this context, so that the policies "
            "of isolation: strict would refuse this stack's own updates; add it"
        )
        raise ClusterError(msg)
