"""What the checks of the clusters find that ends no update: messages in the log."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain

import pulumi

from ..cluster.connection import Cluster
from ..cluster.named_stores import list_absent_stores
from ..cluster.offboarding import describe_arrivals, describe_moves, list_departures
from ..cluster.served_release import list_release_warnings
from ..cluster.shipped_store import list_open_stores
from ..plan.rights import ClusterPlane
from ..plan.stack import Plan


def log_findings(clusters: Mapping[ClusterPlane, Cluster], plan: Plan, stack: str) -> None:
    """Log which build namespaces come and go with a release, which have no organization any more, and what is doubtful.

    A build namespace that is deleted is a warning.

    Raises:
        ClusterError: a cluster cannot be reached, or refuses a list.
    """
    build_plane = clusters["build"]
    planned = {organization.namespace: organization.name for organization in plan.organizations}
    departures = list(list_departures(build_plane, planned, plan.release, stack))
    arrivals = describe_arrivals(build_plane, plan.organizations, stack)
    for summary in (arrivals, describe_moves(build_plane, departures, stack)):
        if summary is not None:
            pulumi.log.info(summary)
    for departure in departures:
        log = pulumi.log.warn if departure.goes else pulumi.log.info
        log(departure.describe(pulumi.get_stack()))
    for warning in chain(
        list_release_warnings(build_plane, plan.release),
        list_open_stores(clusters, plan),
        list_absent_stores(clusters, plan),
    ):
        pulumi.log.warn(warning)
