"""Whether a cluster of builds is one of another OpenChoreo release than the configuration names.

OpenChoreo's kinds are served by the control plane. A cluster that runs builds only serves none of them, and nothing on
it shows the release.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..openchoreo import RELEASES
from ..openchoreo.release import Release
from .connection import Cluster
from .preflight import read_served_kinds


def list_release_warnings(cluster: Cluster, release: Release) -> Iterator[str]:
    """A warning if the cluster serves the kinds of another release, and not those of the configured one.

    It makes one call, and one more for each API of another release.

    Args:
        cluster: the build plane.
        release: OpenChoreo release of the configuration.

    Raises:
        ClusterError: the cluster cannot be reached.
    """
    apis = dict.fromkeys(item.api for item in (*release.parts, *RELEASES.values()))
    served = {(api, kind) for api in apis for kind in read_served_kinds(cluster, f"/apis/{api}")}
    if any(_list_kinds(part) <= served for part in release.parts):
        return
    other = next((item for item in RELEASES.values() if _list_kinds(item) <= served), None)
    if other is not None:
        own = {kind for part in release.parts for kind in part.served_kinds}
        yield (
            f"release: {release.name}, but {cluster} serves the kinds of OpenChoreo {other.name} "
            f"({', '.join(sorted(other.served_kinds - own))}) and not those of {release.name}, so its builds do not "
            f"find the Secrets of this stack; use release: {other.name}, or correct the context"
        )


def _list_kinds(release: Release) -> set[tuple[str, str]]:
    return {(release.api, kind) for kind in release.served_kinds}
