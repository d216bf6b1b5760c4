"""Environments whose deployment is a snapshot of a component type from before a change of its patch.

OpenChoreo deploys an environment from an immutable copy of the ComponentType, so an environment renders an old entry
until it is deployed again. The keys, the store and the namespaces of that entry may be gone by then.

Source: ``ReleaseBinding`` and ``ComponentRelease`` of openchoreo/openchoreo v0.9.0.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ..manifests import Manifest
from ..openchoreo.release import Snapshots
from ..schema.text import flatten
from .containers import find
from .equality import Defaults, are_equal, read_stack

Entry = dict[str, Any]


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

    def describe_outdated(
        self, bindings: Iterable[Manifest], snapshots: Iterable[Manifest], layout: Snapshots
    ) -> list[str]:
        """A sentence for each environment that still renders a replaced entry, or an older one of the same stack.

        Args:
            bindings: objects that bind an environment to a snapshot.
            snapshots: copies of component types in the same namespace.
            layout: where both have what.
        """
        rendered = {snapshot["metadata"]["name"]: find(snapshot, layout.resources) for snapshot in snapshots}
        return sorted(line for binding in bindings for line in self._describe(binding, rendered, layout))

    def _describe(self, binding: Manifest, rendered: dict[str, Any], layout: Snapshots) -> Iterator[str]:
        name = find(binding, layout.snapshot_name)
        live = rendered.get(name)
        ids = [entry["id"] for entry in self.entries if isinstance(live, list) and self._is_rendered(entry, live)]
        if ids:
            environment, project, component = (
                flatten(str(find(binding, path))) for path in (layout.environment, layout.project, layout.component)
            )
            yield (
                f"the environment {environment} of the component {project}/{component} still renders "
                f"{', '.join(ids)} as before ({layout.snapshot.name} {flatten(name)}); deploy the component there "
                "again, because its Secret is not refreshed any more once the old key, store or namespace is removed"
            )

    def _is_rendered(self, entry: Entry, live: list[Any]) -> bool:
        """Whether a snapshot has the entry, in this or another version that is not the new one."""
        return any(
            item.get("id") == entry["id"] and read_stack(item) == read_stack(entry) and not self._is_desired(item)
            for item in live
            if isinstance(item, dict)
        )

    def _is_desired(self, entry: Entry) -> bool:
        return any(are_equal(entry, other, self.defaults) for other in self.desired)
