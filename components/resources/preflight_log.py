"""What the checks of the clusters find that ends no update: messages in the log."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi

from ..cluster.connection import Cluster
from ..cluster.offboarding import list_departures
from ..cluster.shipped_store import list_open_stores
from ..plan.rights import ClusterPlane
from ..plan.stack import Plan


def log_findings(clusters: Mapping[ClusterPlane, Cluster], plan: Plan, stack: str) -> None:
    """Log which build namespaces have no organization any more, as a warning if one is deleted, and open stores.

    Raises:
        ClusterError: a cluster cannot be reached, or refuses a list.
    """
    planned = {organization.namespace for organization in plan.organizations}
    for departure in list_departures(clusters["build"], planned, plan.release, stack):
        log = pulumi.log.warn if departure.goes else pulumi.log.info
        log(departure.describe(pulumi.get_stack()))
    for warning in list_open_stores(clusters, plan):
        pulumi.log.warn(warning)
