"""Whether a change of a component type restarts pods that run already.

Source: OpenChoreo v1.2.3 writes a hash of the rendered objects into an annotation of the pods of Deployments and
StatefulSets. It changes with the interval and with the remote key of an ExternalSecret, not with its annotations.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..manifests import Manifest
from ..openchoreo.kinds import Kind
from .containers import find
from .model import RESOURCES
from .namespaces import list_names, read_namespaces
from .rendering import Entry, render_entry


def describe_restart(kind: Kind, before: Manifest, after: Manifest) -> str | None:
    """Which pods restart, and because of which entries, as a clause. None: none does.

    An entry for some namespaces counts for those namespaces only whose rendered object changes.

    Args:
        kind: of the component type.
        before: the component type.
        after: the same with the change.
    """
    if kind.workload is None or find(after, kind.workload.type_path) not in kind.restarts:
        return None
    old, new = _list_entries(before), _list_entries(after)
    everywhere: list[str] = []
    somewhere: dict[str, set[str]] = {}
    for identifier in sorted(old.keys() | new.keys()):
        one, other = old.get(identifier), new.get(identifier)
        if one is not None and other is not None and _get_content(one) == _get_content(other):
            continue
        sides = [read_namespaces(entry.get("includeWhen")) for entry in (one, other) if entry is not None]
        if not all(sides):
            everywhere.append(identifier)
        elif namespaces := _find_changed(one, other):
            somewhere[identifier] = namespaces
    if everywhere:
        return f"restarts every pod of its components{_because([*everywhere, *somewhere])}"
    if somewhere:
        names = list_names(set[str]().union(*somewhere.values()))
        return f"restarts every pod of its components of {names}{_because(somewhere)}"
    return None


def _because(identifiers: Iterable[str]) -> str:
    return f" when OpenChoreo renders them again, because these resources change: {', '.join(sorted(identifiers))}"


def _list_entries(target: Manifest) -> dict[str, Entry]:
    entries = find(target, ("spec", RESOURCES))
    return {entry["id"]: entry for entry in entries or () if isinstance(entry, dict) and "id" in entry}


def _get_content(entry: Entry) -> tuple[Any, Manifest]:
    """Condition and template, without the annotations of the rendered object."""
    return entry.get("includeWhen"), _strip(entry["template"])


def _strip(template: Manifest) -> Manifest:
    metadata = {key: value for key, value in (template.get("metadata") or {}).items() if key != "annotations"}
    return {**template, "metadata": metadata}


def _find_changed(before: Entry | None, after: Entry | None) -> set[str]:
    """Namespaces for which an entry is added, removed, or rendered in another form."""
    rendered = [
        {} if entry is None else render_entry({**entry, "template": _strip(entry["template"])})
        for entry in (before, after)
    ]
    return {name for name in {*rendered[0], *rendered[1]} if rendered[0].get(name) != rendered[1].get(name)}
