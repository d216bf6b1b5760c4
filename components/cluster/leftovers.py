"""Patches of a stack on kinds of a release that its configuration does not name any more.

An update changes stores before it deletes patches that the configuration does not have any more. Until then, builds of
the other release would read through stores that do not serve their namespaces any more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ..errors import ForbiddenError
from ..object_names import format_object
from ..openchoreo import RELEASES
from ..openchoreo.kinds import Kind
from ..openchoreo.release import Release
from ..patches.record import read_stack_records
from ..schema.text import flatten
from .connection import Cluster
from .obstacles import Obstacle, raise_obstacles
from .preflight import read_served_kinds


def check_leftovers(cluster: Cluster, release: Release, stack: str, warn: Callable[[str], None]) -> None:
    """Check that no object of a kind that only another release has is patched by the stack.

    It makes one list call for each kind that the control plane serves and the release does not have.

    Args:
        cluster: the control plane.
        release: OpenChoreo release of the platform.
        stack: ``<pulumi organization>/<project>/<stack>``.
        warn: called with a warning if the user may not list some of the kinds, which the role of one release does not
            contain.

    Raises:
        PreflightError: with every patched object.
        ClusterError: the cluster cannot be reached.
    """
    served = read_served_kinds(cluster, f"/apis/{release.api}")
    obstacles: list[Obstacle] = []
    hidden: list[str] = []
    for kind, other in _list_foreign_kinds(release):
        if kind.plural not in served:
            continue
        try:
            obstacles += _list_leftovers(cluster, kind, _name_pair(release, other), stack)
        except ForbiddenError:
            hidden.append(kind.plural)
    if hidden:
        warn(
            f"{cluster}: the user of this context may not list {', '.join(hidden)}, which OpenChoreo {release.name} "
            "does not have, so patches of this stack on them would not be noticed; if the stack had another release "
            "before, grant list on them (docs/permissions.md)"
        )
    raise_obstacles(cluster, obstacles)


def _name_pair(release: Release, other: Release) -> str:
    """Names of two releases for the setting ``release``, the older one first."""
    return ", ".join(sorted((other.name, release.name), key=list(RELEASES).index))


def _list_leftovers(cluster: Cluster, kind: Kind, pair: str, stack: str) -> Iterator[Obstacle]:
    for item in cluster.items(kind.path(None), metadata_only=True):
        metadata = item["metadata"]
        for name in read_stack_records(item, stack):
            where = format_object(kind.name, metadata["name"], metadata.get("namespace"))
            yield Obstacle(
                None,
                f'{flatten(where)} has the patch "{flatten(name)}" of this stack, which the stack would '
                f"remove after it narrows the stores; set release: [{pair}], remove the setting of the "
                f"{kind.name}, and update first (docs/upgrade-openchoreo.md)",
            )


def _list_foreign_kinds(release: Release) -> Iterator[tuple[Kind, Release]]:
    """Kinds that can be patched in other releases only, each with the first of them."""
    seen = set(release.kinds)
    for other in RELEASES.values():
        for name, kind in other.kinds.items():
            if name not in seen:
                seen.add(name)
                yield kind, other
