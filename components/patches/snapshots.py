"""Environments whose deployment is a snapshot of a type from before a change of its patch.

OpenChoreo deploys an environment from an immutable copy of the type of its components, and of its project, so an
environment renders an old entry until it is deployed again. The keys, the store and the namespaces of that entry may be
gone by then.

Source: ``ReleaseBinding`` and ``ComponentRelease`` of openchoreo/openchoreo v0.9.0 and v1.2.3, and
``ProjectReleaseBinding`` and ``ProjectRelease`` of v1.2.3. ``internal/controller/releasebinding`` of v1.2.3 deletes
what a binding with ``state: Undeploy`` has deployed; v0.9.0 has no such field.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from ..manifests import Manifest
from ..openchoreo.release import Snapshots
from ..schema.text import flatten
from .containers import find
from .equality import Defaults, are_equal, read_stack
from .namespaces import read_namespaces
from .rendering import Rendered, render_entry

Entry = dict[str, Any]
_NAMESPACE = ("metadata", "namespace")


@dataclass(frozen=True)
class CopiedType:
    """The type whose patch changes."""

    kind: str
    name: str
    namespace: str | None
    """None: it is cluster-scoped."""


@dataclass(frozen=True, order=True)
class Promoted:
    """An environment that still renders entries of an earlier patch."""

    namespace: str
    """Of the environment, on the control plane."""
    environment: str
    owner: str
    """``component <project>/<component>`` or ``project <project>``."""
    snapshot: str
    """Kind and name of the copy of the type."""
    place: str
    """`` in the namespace <namespace>`` if the type has no namespace; empty otherwise."""
    entries: Sequence[Entry] = field(compare=False)
    """The entries in the copy, with the texts of the namespace."""

    @property
    def unit(self) -> str:
        """``component`` or ``project``."""
        return self.owner.partition(" ")[0]

    def __str__(self) -> str:
        ids = ", ".join(flatten(str(entry["id"])) for entry in self.entries)
        return f"the environment {self.environment} of the {self.owner}{self.place} still renders {ids}"


@dataclass(frozen=True)
class Replacement:
    """A change of the entries of a patch."""

    before: Sequence[Entry]
    """What an earlier patch added."""
    desired: Sequence[Entry]
    """Entries of the new patch. Empty: it is removed."""
    defaults: Defaults
    """Fields that the API server adds to an entry."""

    @cached_property
    def entries(self) -> list[Entry]:
        """The earlier entries that are changed or removed; those for some namespaces, if they are for one of them."""
        return [entry for entry in self.before if self._find_replaced(entry) != set()]

    @cached_property
    def namespaces(self) -> frozenset[str] | None:
        """The namespaces for which entries are changed or removed. None: for all."""
        replaced = [self._find_replaced(entry) for entry in self.entries]
        return None if None in replaced else frozenset(name for names in replaced for name in names or ())

    def find_outdated(
        self,
        bindings: Iterable[Manifest],
        snapshots: Iterable[Manifest],
        layout: Snapshots,
        copied: CopiedType,
    ) -> list[Promoted]:
        """The environments that still render a replaced entry, or an older one of the same stack.

        Args:
            bindings: objects that bind an environment to a snapshot.
            snapshots: copies of types in the same namespaces. Only the entries of this stack are kept.
            layout: where both have what.
            copied: the type.
        """
        ids = {entry["id"] for entry in self.entries}
        bound = [binding for binding in bindings if not _is_undeployed(binding, layout)]
        names = {(_read_namespace(binding, copied), find(binding, layout.snapshot_name)) for binding in bound}
        entries: dict[tuple[str, str], list[Entry]] = {}
        for snapshot in snapshots:
            key, live = (
                (_read_namespace(snapshot, copied), snapshot["metadata"]["name"]),
                find(snapshot, layout.resources),
            )
            if key in names and isinstance(live, list) and _is_copy(snapshot, layout, copied):
                entries[key] = [item for item in live if isinstance(item, dict) and item.get("id") in ids]
        return sorted(promoted for binding in bound for promoted in self._find(binding, entries, layout, copied))

    def _find(
        self, binding: Manifest, snapshots: dict[tuple[str, str], list[Entry]], layout: Snapshots, copied: CopiedType
    ) -> Iterator[Promoted]:
        name, namespace = find(binding, layout.snapshot_name), _read_namespace(binding, copied)
        live = snapshots.get((namespace, name), [])
        entries = [item for entry in self.entries for item in self._render(entry, live, namespace)]
        if entries:
            paths = (layout.project,) if layout.component is None else (layout.project, layout.component)
            parts = "/".join(flatten(str(find(binding, path))) for path in paths)
            yield Promoted(
                namespace,
                flatten(str(find(binding, layout.environment))),
                f"{'project' if layout.component is None else 'component'} {parts}",
                f"{layout.snapshot.name} {flatten(name)}",
                f" in the namespace {flatten(namespace)}" if copied.namespace is None else "",
                entries,
            )

    def _render(self, entry: Entry, live: list[Entry], namespace: str) -> Iterator[Entry]:
        """The entry in a snapshot, in this or another version that is not the new one; nothing: it has none."""
        for item in live:
            if item["id"] != entry["id"] or read_stack(item) != read_stack(entry):
                continue
            names = read_namespaces(item.get("includeWhen"))
            if not names and not self._is_desired(item):
                yield item
            elif namespace in names and not self._is_desired(item):
                rendered = render_entry(item)[namespace]
                if not self._is_rendered(rendered, namespace):
                    yield {**item, "template": rendered.template}

    def _find_replaced(self, entry: Entry) -> set[str] | None:
        """The namespaces for which an entry is changed or removed. None: it is, for all namespaces."""
        if self._is_desired(entry):
            return set()
        rendered = render_entry(entry)
        if not rendered:
            return None
        return {name for name, content in rendered.items() if not self._is_rendered(content, name)}

    def _is_desired(self, entry: Entry) -> bool:
        return any(are_equal(entry, other, self.defaults) for other in self.desired)

    def _is_rendered(self, content: Rendered, namespace: str) -> bool:
        return any(rendered.get(namespace) == content for rendered in self._desired)

    @cached_property
    def _desired(self) -> list[dict[str, Rendered]]:
        return [render_entry(entry) for entry in self.desired]


def _is_undeployed(binding: Manifest, layout: Snapshots) -> bool:
    """Whether OpenChoreo has removed everything of the environment; it renders nothing until it is deployed again."""
    return layout.undeployed is not None and find(binding, layout.undeployed[0]) == layout.undeployed[1]


def _is_copy(snapshot: Manifest, layout: Snapshots, copied: CopiedType) -> bool:
    """Whether a snapshot is of the type; without a name in it, it may be."""
    recorded = (
        (path and find(snapshot, path), expected)
        for path, expected in ((layout.type_kind, copied.kind), (layout.type_name, copied.name))
    )
    return all(value in {None, expected} for value, expected in recorded)


def _read_namespace(item: Manifest, copied: CopiedType) -> str:
    return copied.namespace or str(find(item, _NAMESPACE))
