"""Problems that a check of a cluster finds before an update: of one organization, or of the whole stack."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..errors import ClusterError
from .connection import Cluster
from .wrapping import wrap


@dataclass(frozen=True)
class Obstacle:
    """One problem."""

    organization: str | None
    """The only organization that it affects. None: it affects several, such as the users of a shared store."""
    text: str
    """Who is affected, what is wrong, and what to do."""

    def __str__(self) -> str:
        return self.text


class PreflightError(ClusterError):
    """Nothing was changed, because of these problems."""

    def __init__(self, cluster: Cluster, obstacles: Iterable[Obstacle]) -> None:
        self.cluster = cluster
        self.obstacles = tuple(obstacles)
        lines = (line for obstacle in self.obstacles for line in wrap(str(obstacle), "  - ", " " * 4))
        super().__init__("\n".join([f"{cluster}: nothing was changed", *lines]))


def raise_obstacles(cluster: Cluster, obstacles: Iterable[Obstacle]) -> None:
    """Raise one error with all problems; return if there are none.

    Raises:
        PreflightError: there is a problem.
    """
    if listed := tuple(obstacles):
        raise PreflightError(cluster, listed)
