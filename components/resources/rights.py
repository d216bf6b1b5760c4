"""Rights that the users of the contexts lack: an error before an update, a warning in a preview that can do without."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi

from ..cluster.connection import Cluster
from ..cluster.reviews import describe_missing_rights, list_missing_rights
from ..errors import ForbiddenError
from ..plan.rights import ClusterPlane, list_rights
from ..plan.stack import Plan


def check_rights(clusters: Mapping[ClusterPlane, Cluster], plan: Plan) -> None:
    """Check that an update of a stack will not end half-way because of a missing right.

    A preview does not fail for rights that only an update needs, so that it can run with a user that may only read.

    Args:
        clusters: plane -> its cluster.
        plan: of the stack.

    Raises:
        ForbiddenError: rights are missing; the message lists those of all planes.
        ClusterError: a cluster cannot be reached.
    """
    missing = list_missing_rights(clusters, list_rights(plan))
    if not missing:
        return
    table = describe_missing_rights(missing)
    if pulumi.runtime.is_dry_run() and all(item.is_for_writing for item in missing):
        pulumi.log.warn(f"an update would be refused, because rights are missing on the clusters:\n{table}")
        return
    msg = f"rights are missing on the clusters; nothing was changed:\n{table}"
    raise ForbiddenError(msg)
