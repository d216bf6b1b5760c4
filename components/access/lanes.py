"""Lanes of a picture: one for each organization, from its namespaces to its keys."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from .model import Crossing, Edge, OrganizationAccess
from .svg import Box, draw_box, draw_curve, draw_text, wrap

MARGIN: Final = 28
GAP: Final = 64
WIDTHS: Final = (150, 236, 236, 262, 300)
"""Widths of the columns: organization, namespaces, stores, identities, keys."""
HEADINGS: Final = ("ORGANIZATION", "NAMESPACES", "STORES", "IDENTITIES", "KEYS")
PAGE: Final = 2 * MARGIN + sum(WIDTHS) + GAP * (len(WIDTHS) - 1)
"""Width of a picture."""
_PADDING: Final = 9
_LINE: Final = 16
_SMALL_LINE: Final = 13
_BETWEEN: Final = 10
_INNER: Final = 14
ORGANIZATION, NAMESPACE, STORE, IDENTITY, KEY = range(5)
NO_STORE: Final = "Secret from the configuration"
NO_IDENTITY: Final = "no identity"
_GENERATOR: Final = "generator, without a store"


@dataclass(frozen=True)
class Node:
    """One box."""

    text: str
    """Its whole text in the report, by which crossings refer to it."""
    box: Box
    lines: tuple[str, ...]
    small: tuple[str, ...]
    """Lines above the name in small letters."""


@dataclass
class Lane:
    """One organization, or what is not in the plan."""

    name: str
    box: Box
    columns: list[list[Node]]
    links: dict[tuple[int, str, str], list[str]] = field(default_factory=dict)
    """Column, text on the left and text on the right -> objects that read there; ``""`` for possible ones."""
    offending: bool = False
    strange: bool = False
    """Whether it is for what is not in the plan."""

    def find_node(self, column: int, text: str) -> Node | None:
        """The box with a text."""
        return next((node for node in self.columns[column] if node.text == text), None)

    def draw(self) -> Iterator[str]:
        """Its background, its connections, and its boxes on top."""
        yield draw_box(self.box, "bad-lane" if self.offending else "lane", radius=10)
        for (column, left, right), objects in self.links.items():
            (start,) = (node.box for node in self.columns[column] if node.text == left)
            (end,) = (node.box for node in self.columns[column + 1] if node.text == right)
            names = sorted({item for item in objects if item})
            kind = "flow" if names or column != IDENTITY else "flow maybe"
            title = ", ".join(names) or "nothing planned reads it, but any ExternalSecret there could"
            yield draw_curve((start.right, start.middle), (end.x, end.middle), kind, title)
        for nodes in self.columns:
            for node in nodes:
                yield from _draw_node(node, "bad-node" if self.strange else "node")


def shows(text: str, other: str) -> bool:
    """Whether a box with a text is the one of another text: an identity of the plan is followed by its Role."""
    return text == other or text.startswith(f"{other}, ")


def get_left(column: int) -> float:
    """Left edge of a column."""
    return MARGIN + sum(WIDTHS[:column]) + GAP * column


def plan_lane(organization: OrganizationAccess, edges: Iterable[Edge], top: float, *, offending: bool) -> Lane:
    """The lane of an organization below a height."""
    texts: list[dict[str, None]] = [{organization.name: None}, {}, {}, {}, {}]
    links: dict[tuple[int, str, str], list[str]] = {}
    for edge in sorted(edges, key=lambda edge: (edge.subject, edge.store, edge.identity, edge.key)):
        path = (organization.name, *_list_steps(edge))
        for column, text in enumerate(path):
            texts[column].setdefault(text)
        for column in range(KEY):
            links.setdefault((column, path[column], path[column + 1]), []).append(edge.object)
    lane = _arrange(organization.name, texts, top)
    lane.links, lane.offending = links, offending
    return lane


def plan_strangers(crossings: Iterable[Crossing], top: float, present: Mapping[int, set[str]]) -> Lane | None:
    """A lane with stores and subjects that the plan does not have. None: there are none."""
    texts: list[dict[str, None]] = [{"not in the plan": None}, {}, {}, {}, {}]
    links: dict[tuple[int, str, str], list[str]] = {}
    for crossing in crossings:
        if crossing.store and crossing.store not in present[STORE] and crossing.origin == "live":
            texts[STORE].setdefault(crossing.store)
            if crossing.identity and not any(shows(text, crossing.identity) for text in present[IDENTITY]):
                texts[IDENTITY].setdefault(crossing.identity)
                links[STORE, crossing.store, crossing.identity] = [crossing.why]
        elif crossing.reason == "rbac":
            texts[NAMESPACE].setdefault(crossing.subject)
    if not any(texts[1:]):
        return None
    lane = _arrange("not in the plan", texts, top)
    lane.links, lane.offending, lane.strange = links, True, True
    return lane


def _list_steps(edge: Edge) -> tuple[str, str, str, str]:
    """Texts of the columns after the organization."""
    generated = not edge.store and bool(edge.identity)
    store = edge.store or (_GENERATOR if generated else NO_STORE)
    identity = edge.identity or ("" if edge.store else NO_IDENTITY)
    return edge.subject, store, identity or "the store decides", edge.key


def _arrange(name: str, texts: list[dict[str, None]], top: float) -> Lane:
    """Boxes in columns, each column in the middle of the lane."""
    columns = [[_measure_node(column, text) for text in names] for column, names in enumerate(texts)]
    heights = [sum(node.box.height for node in nodes) + _BETWEEN * max(0, len(nodes) - 1) for nodes in columns]
    height = max(heights) + 2 * _INNER
    placed = []
    for nodes, own in zip(columns, heights, strict=True):
        y, moved = top + (height - own) / 2, []
        for node in nodes:
            box = Box(node.box.x, y, node.box.width, node.box.height)
            moved.append(Node(node.text, box, node.lines, node.small))
            y += node.box.height + _BETWEEN
        placed.append(moved)
    return Lane(name, Box(MARGIN - 12, top, PAGE - 2 * MARGIN + 24, height), placed)


def _measure_node(column: int, text: str) -> Node:
    width = WIDTHS[column]
    inner = width - 2 * _PADDING
    kind, name = _split(column, text)
    small = tuple(wrap(kind, inner, 10)) if kind else ()
    size = 13 if column == ORGANIZATION else 12
    lines = tuple(line for part in name for line in wrap(part, inner, size))
    height = len(small) * _SMALL_LINE + len(lines) * _LINE + 2 * _PADDING - 4
    return Node(text, Box(get_left(column), 0, width, height), lines, small)


def _split(column: int, text: str) -> tuple[str, list[str]]:
    """Kind and name of a box."""
    if column == NAMESPACE:
        for word in (" in ", " with "):
            who, separator, name = text.partition(word)
            if separator:
                return f"{who}{word}".rstrip(), [name]
        kind, _, name = text.partition(" ")
        return kind, [name]
    if column == STORE and text not in {NO_STORE, _GENERATOR}:
        kind, _, name = text.partition(" ")
        return kind, [name]
    if column == KEY and ": " in text:
        place, _, name = text.partition(": ")
        return place, [name]
    return "", text.split(", ")


def _draw_node(node: Node, kind: str) -> Iterator[str]:
    yield draw_box(node.box, kind, title=node.text)
    x, y = node.box.x + _PADDING, node.box.y + _PADDING - 3
    for line in node.small:
        y += _SMALL_LINE
        yield draw_text(x, y - 3, line, "muted")
    for line in node.lines:
        y += _LINE
        yield draw_text(x, y - 3, line, "strong" if node.box.width == WIDTHS[ORGANIZATION] else "name")
