"""Quotas of build namespaces, and the policy that keeps them."""

from __future__ import annotations

from typing import Final

from ..manifests import MANAGED_BY, Manifest, build_manifest
from ..openchoreo.labels import ORGANIZATION_LABEL, build_organization_labels
from .cel import format_list, quote
from .model import AdmissionRules
from .policy import EVERY_CHANGE, Policy, Validation, match

QUOTA_NAME: Final = MANAGED_BY
"""Name of the quota in each build namespace."""
COUNTED: Final = "count/externalsecrets.external-secrets.io"


def build_quota(organization: str, namespace: str, maximum: int) -> Manifest:
    """The quota of a build namespace."""
    labels = build_organization_labels(organization)
    hard = {COUNTED: str(maximum)}
    return build_manifest("v1", "ResourceQuota", QUOTA_NAME, namespace=namespace, labels=labels, spec={"hard": hard})


def build_quota_policy(rules: AdmissionRules) -> Policy:
    """Only the platform writes these quotas; they go with their namespace."""
    return Policy(
        "quotas",
        [match("", ["resourcequotas"], EVERY_CHANGE, "Namespaced")],
        [
            Validation(
                f"request.name != {quote(QUOTA_NAME)} || !(variables.organization in variables.organizations) || "
                "request.operation == 'DELETE' && has(namespaceObject.metadata.deletionTimestamp)",
                "limits the ExternalSecrets of an organization; ask the platform's administrators",
            )
        ],
        variables={
            "organizations": format_list(rules.build_stores),
            "organization": f"namespaceObject.metadata.?labels[?{quote(ORGANIZATION_LABEL)}].orValue('')",
        },
    )
