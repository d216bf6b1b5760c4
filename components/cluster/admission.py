"""Whether a cluster supports admission policies, and whether they would refuse the stack's own updates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ..admission.model import AdmissionRules
from ..admission.policy import API, POLICY
from ..object_names import pluralize
from ..schema.text import flatten
from .connection import Cluster
from .preflight import read_served_kinds

_REVIEWS: Final = "/apis/authentication.k8s.io/v1/selfsubjectreviews"


def serves_policies(cluster: Cluster) -> bool:
    """Whether the API server has ValidatingAdmissionPolicies: Kubernetes 1.30 or later.

    Raises:
        ClusterError: the cluster cannot be reached.
    """
    return pluralize(POLICY) in read_served_kinds(cluster, f"/apis/{API}")


def describe_missing_administrator(cluster: Cluster, user: str, administrators: Sequence[str]) -> str:
    """What is wrong if the policies apply to the user of a context. Empty: the user is exempt.

    Previews need the exception as well, because Pulumi asks the API server about each change with a dry run, which the
    policies check.
    """
    if user in administrators:
        return ""
    # The whole name, because it is copied into the configuration.
    return (
        f'{cluster}: admission.administrators lacks "{flatten(user)}", the user of this context, so the policies of '
        "isolation: strict would refuse this stack's own previews and updates; add it"
    )


def describe_unlimited_api(cluster: Cluster, rules: AdmissionRules) -> str | None:
    """That the policies do not limit OpenChoreo's API for secrets, although the setting allows it. None: they do."""
    if rules.secret_api is None or rules.secret_api_stores:
        return None
    return (
        f"{cluster}: admission.secretApi limits nothing here, because no plane names a store on this cluster: "
        f"OpenChoreo's agents may push from {rules.secret_api.prefix}<organization> to every key, with every store "
        "that is not of this stack; set secretStoreRef of the planes"
    )


def read_user(cluster: Cluster) -> str:
    """The user of a context, as the API server names it. Empty: it does not say.

    Raises:
        ClusterError: the cluster cannot be reached.
    """
    review = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}
    answer = cluster.create(_REVIEWS, review)
    return "" if answer is None else str(answer["status"]["userInfo"]["username"])
