"""Environments whose deployment is a snapshot of a component type from before a change of its patch.

OpenChoreo deploys an environment from an immutable copy of the ComponentType, so an environment renders an old entry
until it is deployed again. The keys, the store and the namespaces of that entry may be gone by then.

Source: ``ReleaseBinding`` and ``ComponentRelease`` of openchoreo/openchoreo v0.9.0.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..manifests import Manifest
from ..openchoreo.release import Snapshots
from ..schema.text import flatten
from .containers import find
from .equality import Defaults, are_equal, read_stack

Entry = dict[str, Any]


@dataclass(frozen=True, order=True)
class Promoted:
    """An environment that still renders entries of an earlier patch."""

    environment: str
    component: str
    """``<project>/<component>``."""
    snapshot: str
    """Kind and name of the copy of the component type."""
    entries: Sequence[Entry] = field(compare=False)
    """The entries in the copy."""

    def __str__(self) -> str:
        ids = ", ".join(flatten(str(entry["id"])) for entry in self.entries)
        return f"the environment {self.environment} of the component {self.component} still renders {ids}"


@dataclass(frozen=True)
class Replacement:
    """A change of the entries of a patch."""

    before: Sequence[Entry]
    """What an earlier patch added."""
    desired: Sequence[Entry]
    """Entries of the new patch. Empty: it is removed."""
    defaults: Defaults
    """Fields that the API server adds to an entry."""

    @property
    def entries(self) -> list[Entry]:
        """The earlier entries that are changed or removed."""
        return [entry for entry in self.before if not self._is_desired(entry)]

    def find_outdated(
        self, bindings: Iterable[Manifest], snapshots: Iterable[Manifest], layout: Snapshots
    ) -> list[Promoted]:
        """The environments that still render a replaced entry, or an older one of the same stack.

        Args:
            bindings: objects that bind an environment to a snapshot.
            snapshots: copies of component types in the same namespace.
            layout: where both have what.
        """
        rendered = {snapshot["metadata"]["name"]: find(snapshot, layout.resources) for snapshot in snapshots}
        return sorted(promoted for binding in bindings for promoted in self._find(binding, rendered, layout))

    def _find(self, binding: Manifest, rendered: dict[str, Any], layout: Snapshots) -> Iterator[Promoted]:
        name = find(binding, layout.snapshot_name)
        live = rendered.get(name)
        entries = [item for entry in self.entries if isinstance(live, list) for item in self._rendered(entry, live)]
        if entries:
            environment, project, component = (
                flatten(str(find(binding, path))) for path in (layout.environment, layout.project, layout.component)
            )
            snapshot = f"{layout.snapshot.name} {flatten(name)}"
            yield Promoted(environment, f"{project}/{component}", snapshot, entries)

    def _rendered(self, entry: Entry, live: list[Any]) -> list[Entry]:
        """The entry in a snapshot, in this or another version that is not the new one; empty: it has none."""
        return [
            item
            for item in live
            if isinstance(item, dict)
            and item.get("id") == entry["id"]
            and read_stack(item) == read_stack(entry)
            and not self._is_desired(item)
        ]

    def _is_desired(self, entry: Entry) -> bool:
        return any(are_equal(entry, other, self.defaults) for other in self.desired)
