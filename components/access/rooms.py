"""Namespaces and what lets them in: the conditions of a store, and the selectors of a ClusterExternalSecret.

Source: ``client_manager.go`` of ESO 2.9. Conditions are alternatives. No conditions let every namespace in, and so does
a selector without labels. ``namespaceRegexes`` match anywhere in a name (Go's ``regexp.MatchString``).
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

EVERY: Final = "every namespace"
_NAME_LABEL: Final = "kubernetes.io/metadata.name"


@dataclass(frozen=True)
class Room:
    """A namespace, or the namespaces with some labels, on one plane."""

    plane: str
    name: str = ""
    """Name of the namespace. Empty: every namespace with the labels."""
    labels: Mapping[str, str] = field(default_factory=dict, hash=False)
    """Labels that it has at least."""
    organizations: tuple[str, ...] = ()
    """Organizations to which it belongs, sorted."""
    labelled: tuple[str, ...] = ()
    """Organizations whose labels it has, sorted; others than those to which it belongs if someone has set a label."""
    builds: bool = False
    """Whether builds run there, instead of workloads."""

    @property
    def subject(self) -> str:
        """Who is there, in words."""
        who = "builds" if self.builds else "workloads"
        if self.name:
            return f"{who} in {self.name}"
        return f"{who} with {format_labels(self.labels)}"


def format_labels(labels: Mapping[str, str]) -> str:
    """``a=b,c=d``, sorted."""
    return ",".join(f"{key}={value}" for key, value in sorted(labels.items()))


@dataclass(frozen=True)
class Condition:
    """One alternative of the conditions of a store."""

    names: frozenset[str] = frozenset()
    regexes: tuple[str, ...] = ()
    selector: Mapping[str, Any] | None = field(default=None, hash=False)
    """A label selector of Kubernetes. None: there is none."""

    def describe(self) -> str:
        """The condition in words."""
        parts = [f"namespace {name}" for name in sorted(self.names)]
        parts += [f"names matching {regex}" for regex in self.regexes]
        if self.selector is not None:
            parts.append(_describe_selector(self.selector))
        return " or ".join(parts) or EVERY

    def admits(self, room: Room) -> bool:
        """Whether the condition lets a room in."""
        if room.name and (room.name in self.names or any(_matches(regex, room.name) for regex in self.regexes)):
            return True
        return self.selector is not None and selects(self.selector, room)


def read_conditions(spec: Mapping[str, Any]) -> tuple[Condition, ...]:
    """The conditions in the spec of a ClusterSecretStore. Empty: it has none, so every namespace may use it."""
    return tuple(
        Condition(
            frozenset(map(str, item.get("namespaces") or ())),
            tuple(map(str, item.get("namespaceRegexes") or ())),
            item.get("namespaceSelector"),
        )
        for item in spec.get("conditions") or ()
    )


def read_selectors(spec: Mapping[str, Any]) -> tuple[Condition, ...]:
    """Where the spec of a ClusterExternalSecret or a ClusterPushSecret creates its objects."""
    selectors = [*(spec.get("namespaceSelectors") or ())]
    if spec.get("namespaceSelector") is not None:
        selectors.append(spec["namespaceSelector"])
    names = frozenset(map(str, spec.get("namespaces") or ()))
    conditions = [Condition(selector=selector) for selector in selectors]
    return (*conditions, Condition(names)) if names else tuple(conditions)


def describe_conditions(conditions: Sequence[Condition]) -> str:
    """Conditions in words."""
    return " or ".join(dict.fromkeys(condition.describe() for condition in conditions)) or EVERY


class RoomIndex:
    """All rooms, with an index by name and by label, because every store asks which of them it lets in."""

    def __init__(self, rooms: Iterable[Room]) -> None:
        """Index the rooms."""
        self.rooms = tuple(rooms)
        self._by_name: dict[tuple[str, str], list[Room]] = {}
        self._by_label: dict[tuple[str, str, str], list[Room]] = {}
        for room in self.rooms:
            if room.name:
                self._by_name.setdefault((room.plane, room.name), []).append(room)
            for key, value in room.labels.items():
                self._by_label.setdefault((room.plane, key, value), []).append(room)

    def named(self, plane: str, name: str) -> list[Room]:
        """Rooms of one namespace."""
        return self._by_name.get((plane, name), [])

    def list_labelled(self, plane: str, labels: Mapping[str, str]) -> Iterator[Room]:
        """Rooms that have one of these labels at least."""
        for key, value in labels.items():
            yield from self._by_label.get((plane, key, value), ())

    def admit(self, plane: str, conditions: Sequence[Condition], *, unless_empty: bool = False) -> list[Room]:
        """The rooms of a plane that conditions let in, in the order of the rooms.

        Args:
            plane: cluster of the store.
            conditions: alternatives.
            unless_empty: whether no conditions let nothing in, as selectors do, instead of everything.
        """
        if not conditions:
            return [] if unless_empty else [room for room in self.rooms if room.plane == plane]
        rooms: dict[int, Room] = {}
        for condition in conditions:
            rooms |= {id(room): room for room in self._list_candidates(plane, condition) if condition.admits(room)}
        return list(rooms.values())

    def _list_candidates(self, plane: str, condition: Condition) -> Iterator[Room]:
        labels = (condition.selector or {}).get("matchLabels") or {}
        if condition.regexes or (condition.selector is not None and not labels):
            yield from (room for room in self.rooms if room.plane == plane)
            return
        for name in condition.names:
            yield from self._by_name.get((plane, name), ())
        if labels:
            yield from min(
                (self._by_label.get((plane, str(key), str(value)), []) for key, value in labels.items()), key=len
            )


def _matches(regex: str, name: str) -> bool:
    """As Go matches; an expression that Python cannot read, or may read in another way, counts as one that matches."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            return re.search(regex.replace(r"\z", r"\Z"), name) is not None
        except (re.error, FutureWarning):
            return True


def selects(selector: Mapping[str, Any], room: Room) -> bool:
    """Whether a label selector of Kubernetes selects a room."""
    labels = {**room.labels, **({_NAME_LABEL: room.name} if room.name else {})}
    wanted_labels = selector.get("matchLabels") or {}
    if any(labels.get(key) != value for key, value in wanted_labels.items()):
        return False
    return all(_fits(expression, labels) for expression in selector.get("matchExpressions") or ())


def _fits(expression: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    key, values = str(expression.get("key")), expression.get("values") or ()
    operator = expression.get("operator")
    if operator == "In":
        return labels.get(key) in values
    if operator == "NotIn":
        return labels.get(key) not in values
    return key in labels if operator == "Exists" else key not in labels


def _describe_selector(selector: Mapping[str, Any]) -> str:
    labels = {str(key): str(value) for key, value in (selector.get("matchLabels") or {}).items()}
    parts = [format_labels(labels)] if labels else []
    for item in selector.get("matchExpressions") or ():
        values = ", ".join(map(str, item.get("values") or ()))
        parts.append(f"{item.get('key')} {item.get('operator')}{f' ({values})' if values else ''}")
    return f"labels {' and '.join(parts)}" if parts else EVERY
