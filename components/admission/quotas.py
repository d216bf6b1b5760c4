"""Quotas of build namespaces, and the policy that keeps them."""

from __future__ import annotations

from typing import Final

from ..manifests import MANAGED_BY, Manifest, build_manifest
from ..openchoreo.labels import ORGANIZATION_LABEL, build_organization_labels
from .cel import define_list, is_user, quote
from .model import AdmissionRules
from .policy import ASK, EVERY_CHANGE, Policy, Validation, match

QUOTA_NAME: Final = MANAGED_BY
"""Name of the quota in each build namespace."""
_COUNTERS: Final = (
    "system:apiserver",
    "system:kube-controller-manager",
    "system:serviceaccount:kube-system:resourcequota-controller",
)
"""Users of Kubernetes that write how much of a quota is used."""
COUNTED: Final = "count/externalsecrets.external-secrets.io"


def build_quota(organization: str, namespace: str, maximum: int) -> Manifest:
    """The quota of a build namespace."""
    labels = build_organization_labels(organization)
    hard = {COUNTED: str(maximum)}
    return build_manifest("v1", "ResourceQuota", QUOTA_NAME, namespace=namespace, labels=labels, spec={"hard": hard})


def build_quota_policy(rules: AdmissionRules) -> Policy | None:
    """Only the platform writes these quotas; they go with their namespace. None: the cluster has no builds."""
    if not rules.build_stores:
        return None
    return Policy(
        "quotas",
        [match("", ["resourcequotas", "resourcequotas/*"], EVERY_CHANGE, "Namespaced")],
        [
            Validation(
                f"variables.name != {quote(QUOTA_NAME)} || !(variables.organization in variables.organizations) || "
                f"request.?subResource.orValue('') == 'status' && {is_user(_COUNTERS)} || "
                "request.operation == 'DELETE' && has(namespaceObject.metadata.deletionTimestamp)",
                f"limits the ExternalSecrets of an organization; {ASK}",
            )
        ],
        variables={
            # The deletion of all quotas of a namespace has no name in the request.
            "name": "(request.operation == 'DELETE' ? oldObject : object).metadata.name",
            **define_list("organizations", rules.build_stores),
            "organization": f"namespaceObject.metadata.?labels[?{quote(ORGANIZATION_LABEL)}].orValue('')",
        },
    )
