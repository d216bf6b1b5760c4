"""Variables of policies about objects in a namespace: whose it is, and which stores it may use."""

from __future__ import annotations

from typing import Final

from ..openchoreo.labels import ORGANIZATION_LABEL
from .cel import Table, define_list, format_list, is_user, quote
from .model import AdmissionRules

OURS: Final = "variables.ours"
"""Whether the namespace is of an organization of the stack."""
LIMITED: Final = "variables.limited"
"""The same, and the stores that it may use are known. Workloads of an organization may use stores of others."""
RESTRICTED: Final = "variables.restricted"
"""The same, or OpenChoreo writes: it creates namespaces before they have labels."""
GENERATOR_KINDS: Final = (
    "ACRAccessToken",
    "ECRAuthorizationToken",
    "GCRAccessToken",
    "GithubAccessToken",
    "Password",
    "UUID",
)
"""Generators that read with credentials of their own namespace, or read nothing. Every other one calls a server of the
user's choice, or reads a Secret elsewhere."""


def build_scope(rules: AdmissionRules) -> dict[str, str]:
    """The variables, in the order in which they refer to each other."""
    builds, workloads = Table("buildStores", rules.build_stores), Table("workloadStores", rules.workload_stores)
    labels = [entry.label for entry in rules.workload_namespaces]
    return {
        "labels": "namespaceObject.metadata.?labels.orValue({})",
        **builds.variables,
        **workloads.variables,
        **define_list("stores", rules.stores),
        "builds": f"variables.labels[?{quote(ORGANIZATION_LABEL)}].orValue('')",
        "workloads": f"{format_list(labels)}.filter(l, l in variables.labels).map(l, variables.labels[l])",
        **define_list("organizations", rules.organizations),
        "ours": (
            "variables.builds in variables.organizations || variables.workloads.exists(o, o in variables.organizations)"
        ),
        "limited": (
            f"{builds.contains('variables.builds')} || variables.workloads.exists(o, {workloads.contains('o')})"
        ),
        "restricted": f"variables.ours || {is_user(rules.agents)}",
        # Labels of workloads win, and two that differ allow nothing.
        "organization": "variables.workloads.size() > 0 ? variables.workloads[0] : variables.builds",
        "allowed": (
            "variables.workloads.size() > 0 ? (variables.workloads.all(o, o == variables.organization) ? "
            f"{workloads.get('variables.organization')} : []) : {builds.get('variables.organization')}"
        ),
        "advice": (
            f"{LIMITED} ? 'is not a store of organization \"' + variables.organization + '\"; use ' + "
            "(variables.allowed.size() > 0 ? 'the ClusterSecretStore ' + variables.allowed.join(' or ') : 'no store')"
            " : "
            "'is the store of an organization, and this namespace is not one of that organization; use another store'"
        ),
    }


def may_use(store: str) -> str:
    """Whether the namespace may use a store.

    Args:
        store: expression of a reference with ``kind`` and ``name``. Without a kind, ESO reads a SecretStore.
    """
    return (
        f"({store}.?kind.orValue('SecretStore') != 'ClusterSecretStore' ? !{LIMITED} : "
        f"{LIMITED} ? {store}.?name.orValue('') in variables.allowed : "
        f"!({store}.?name.orValue('') in variables.stores))"
    )


def is_slow(interval: str, minimum: str) -> str:
    """Whether an object is not polled more often than allowed; ``0s`` is never.

    Args:
        interval: expression of a field with a Go duration, which may be missing: then ESO's default of an hour is used.
        minimum: Go duration.
    """
    return (
        f"duration({interval}.orValue('1h')) <= duration('0s') || "
        f"duration({interval}.orValue('1h')) >= duration({quote(minimum)})"
    )
