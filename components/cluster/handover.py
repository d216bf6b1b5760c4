"""Objects that others have taken over: removing them from the configuration must not delete them.

The state of ``LiveObjects`` has an entry for each object, a text:

- of a configured object its digest; `_GOES` follows if it is a namespace that Pulumi deletes with its organization;
- of an object that is no longer configured `_LEAVING` and its UID, until it is gone. The engine deletes it only at the
  end of an update, and not at all after an error.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final

from ..drift.planned import PlannedManifest
from ..errors import ClusterError
from ..manifests import DELETE, NAMESPACE, OFFBOARDING_ANNOTATION, Manifest, find_owner, is_owned_by
from ..object_names import format_object
from ..schema.text import flatten
from .connection import Cluster
from .reading import list_metadata

VARIABLE: Final = "OPENCHOREO_SECRETS_HANDED_OVER"
"""Environment variable that confirms that the state has no object of these owners any more."""
_OTHERS: Final = "others"
"""Owner of an object that no stack owns."""
_GOES: Final = "!"
_LEAVING: Final = "-"


def record(planned: PlannedManifest) -> str:
    """The entry of an object that is configured."""
    annotations = planned.manifest["metadata"].get("annotations") or {}
    is_created = planned.manifest["kind"] == NAMESPACE and not planned.adopted
    goes = is_created and annotations.get(OFFBOARDING_ANNOTATION) == DELETE
    return f"{planned.digest}{_GOES if goes else ''}"


def select_configured(entries: Mapping[str, str]) -> dict[str, str]:
    """Entries of objects that were configured when they were recorded."""
    return {name: entry for name, entry in entries.items() if not entry.startswith(_LEAVING)}


def is_deleted_without(name: str, entry: str) -> bool:
    """Whether Pulumi deletes an object that is no longer configured. Namespaces stay if the last update said so."""
    return not name.startswith(f"{NAMESPACE} ") or entry.startswith(_LEAVING) or entry.endswith(_GOES)


@dataclass(frozen=True)
class Removal:
    """Objects that are no longer configured, and that exist."""

    leaving: Mapping[str, str] = field(default_factory=dict)
    """Name -> entry of each object that the stack owns, and still has to delete."""
    owners: Mapping[str, str] = field(default_factory=dict)
    """Name -> owner of each object that the stack does not own."""

    def refuse(self, cluster: Cluster) -> None:
        """Return if an update deletes no object of others, or the user has confirmed that it is not in the state.

        Raises:
            ClusterError: an update would delete objects of others.
        """
        confirmed = {owner.strip() for owner in os.environ.get(VARIABLE, "").split(",")}
        if confirmed.issuperset(self.owners.values()):
            return
        lines = [f"  - {name}: {owner}" for name, owner in sorted(self.owners.items())]
        first = (
            f"{cluster}: nothing was changed. An update would delete these objects, which this stack does not need any "
            "more, but others own them by now:"
        )
        last = (
            "Remove them from the state of this stack with `pulumi state delete`, and then set "
            f"{VARIABLE}={','.join(sorted(set(self.owners.values())))} for one `pulumi up`; or hand them back to this "
            "stack, which deletes them"
        )
        msg = "\n".join([first, *lines, last])
        raise ClusterError(msg)


def find_removed(cluster: Cluster, entries: Mapping[str, str], stack: str) -> Removal:
    """Which objects that are no longer configured exist, and who owns them.

    It makes one list call for each kind. An object with another UID than the recorded one was created after the stack
    had deleted its own.

    Args:
        cluster: cluster of the objects.
        entries: name as `format_object` returns it -> entry of the last update.
        stack: ``<pulumi organization>/<project>/<stack>``.

    Raises:
        ClusterError: the cluster cannot be reached, or refuses a list.
    """
    leaving, owners = {}, {}
    for name, kind, live in list_live(cluster, entries):
        entry = f"{_LEAVING}{live['metadata']['uid']}"
        if entries[name].startswith(_LEAVING) and entries[name] != entry:
            continue
        if is_owned_by(live, kind, stack):
            leaving[name] = entry
        else:
            owners[name] = flatten(find_owner(live, kind) or _OTHERS)
    return Removal(leaving, owners)


def list_live(cluster: Cluster, names: Collection[str]) -> Iterator[tuple[str, str, Manifest]]:
    """Name, kind and metadata of each object that exists; one list call for each kind.

    Raises:
        ClusterError: the cluster cannot be reached, or refuses a list.
    """
    if not names:
        return
    from ..plan.orphans import STAGES  # noqa: PLC0415 -- most updates remove nothing, and it imports much

    apis = {kind: api for stage in STAGES for api, kind in stage}
    kinds = sorted(name.partition(" ")[0] for name in names)
    for kind, _ in groupby(kind for kind in kinds if kind in apis):
        for (namespace, own), live in list_metadata(cluster, apis[kind], kind).items():
            name = format_object(kind, own, namespace)
            if name in names:
                yield name, kind, live
