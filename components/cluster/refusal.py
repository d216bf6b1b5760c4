"""What an update must not remove while nothing of an organization is changed, because of its problems.

The engine keeps the objects of such an organization in the state as they are, with their dependencies. If one of these
dependencies left the configuration in the same update, the engine would delete it and then write a state that it cannot
read any more ("snapshot integrity failure").
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from ..errors import ClusterError
from ..manifests import NAMESPACE, Manifest
from ..object_names import format_object
from ..openchoreo.labels import ORGANIZATION_LABEL
from .connection import Cluster
from .handover import list_live

_EXTERNAL_SECRET: Final = "ExternalSecret"
_SECRET: Final = "Secret"
_STORE: Final = "ClusterSecretStore"


@dataclass(frozen=True)
class Refused:
    """Organizations that an update does not change."""

    organizations: Collection[str] = ()
    """Their names."""
    objects: Collection[str] = ()
    """Names of their configured objects, as `format_object` returns them."""

    def find_needed(self, cluster: Cluster, leaving: Collection[str]) -> Sequence[str]:
        """Objects that leave the configuration, and that other objects of these organizations need, sorted.

        It makes one list call for each kind of such objects.

        Args:
            cluster: cluster of the objects.
            leaving: names of objects that the last update had and that are not configured any more.

        Raises:
            ClusterError: the cluster cannot be reached, or refuses a list.
        """
        if not self.organizations:
            return ()
        names = [name for name in leaving if not self._is_credential(name)]
        live = {name: item for name, _, item in list_live(cluster, names)}
        return sorted(name for name in names if self._is_needed(name, live.get(name)))

    def refuse(self, cluster: Cluster, needed: Sequence[str]) -> None:
        """Return if an update removes nothing that these organizations need.

        Raises:
            ClusterError: it would.
        """
        if not needed:
            return
        whose = ", ".join(f'"{name}"' for name in sorted(self.organizations))
        lines = [f"  - {name}" for name in needed]
        first = (
            f"{cluster}: nothing was changed. Organizations have problems ({whose}), and the configuration no longer "
            "has objects that their other objects still need:"
        )
        last = "Fix the problems first, or put these objects back into the configuration"
        msg = "\n".join([first, *lines, last])
        raise ClusterError(msg)

    def _is_credential(self, name: str) -> bool:
        """Whether nothing depends on an object: an ExternalSecret, or a Secret in a build namespace."""
        kind, _, rest = name.partition(" ")
        return kind == _EXTERNAL_SECRET or (kind == _SECRET and rest.partition("/")[0] in set(self._namespaces()))

    def _is_needed(self, name: str, live: Manifest | None) -> bool:
        """Whether an object may be needed. The label decides; without one, the name."""
        kind, _, rest = name.partition(" ")
        namespace, _, own = rest.rpartition("/")
        label = ((live or {}).get("metadata", {}).get("labels") or {}).get(ORGANIZATION_LABEL)
        if label is not None:
            return label in self.organizations
        # A store without the label is of several organizations.
        return (
            kind == _STORE
            or namespace in set(self._namespaces())
            or any(own.endswith(f"-{organization}") for organization in self.organizations)
        )

    def _namespaces(self) -> Iterator[str]:
        return (name.partition(" ")[2] for name in self.objects if _is_namespace(name))


def _is_namespace(name: str) -> bool:
    return name.startswith(format_object(NAMESPACE, ""))
