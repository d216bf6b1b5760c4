"""Red lines of a picture: what leads from one organization to another, through the gaps between the columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from .lanes import GAP, IDENTITY, KEY, NAMESPACE, STORE, Lane, Node, get_left, shows
from .model import Crossing
from .svg import draw_badge, draw_dot, draw_path
from .wording import describe_pair

_GAP_OF: Final = {
    "shared-store": STORE,
    "store-conditions": STORE,
    "plane-store": STORE,
    "external-secret": STORE,
    "push-secret": STORE,
    "rbac": STORE,
    "shared-identity": IDENTITY,
    "policy": IDENTITY,
    "shared-key": KEY,
    "shared-value": KEY,
    "source-namespace": KEY,
    "namespace": NAMESPACE,
}
"""Reason -> column in which the organizations meet."""
_TRACKS: Final = 5
"""Lines side by side in one gap."""
_TRACK: Final = 11
_BADGE: Final = 20
"""Height of the number of a line, with the space around it."""


@dataclass(frozen=True)
class Leg:
    """A line in the gap before a column."""

    number: int
    title: str
    column: int
    starts: tuple[Node, ...]
    ends: tuple[Node, ...]

    @property
    def heights(self) -> list[float]:
        """Where it begins and ends."""
        return [node.box.middle for node in (*self.starts, *self.ends)]


def list_legs(number: int, crossing: Crossing, lanes: Sequence[Lane]) -> Iterator[Leg]:
    """The lines of a crossing: one, or two through a store that the plan does not have."""
    title = f"{describe_pair(crossing)}: {crossing.why}"
    column = _GAP_OF[crossing.reason]
    strange = [lane for lane in lanes if lane.strange]
    through = [node for lane in strange if (node := lane.find_node(STORE, crossing.store)) is not None]
    if through:
        starts = _list_starts(crossing, lanes, STORE)
        yield from _build(number, title, STORE, starts, through)
        if column != STORE:
            yield from _build(number, title, column, through, _list_ends(crossing, lanes, column))
        return
    yield from _build(number, title, column, _list_starts(crossing, lanes, column), _list_ends(crossing, lanes, column))


def _build(number: int, title: str, column: int, starts: Iterable[Node], ends: Iterable[Node]) -> Iterator[Leg]:
    leg = Leg(number, title, column, tuple(starts), tuple(ends))
    # Of many organizations, only some have a lane.
    if leg.starts and leg.ends:
        yield leg


def _list_starts(crossing: Crossing, lanes: Iterable[Lane], column: int) -> Iterator[Node]:
    """What the line comes from: the subject if it has a box, else the first box of each reader."""
    for lane in lanes:
        subject = lane.find_node(NAMESPACE, crossing.subject)
        if lane.name in crossing.readers or (lane.strange and subject is not None):
            before = lane.columns[column - 1] or lane.columns[0]
            yield subject or lane.find_node(column - 1, crossing.store) or before[0]


def _list_ends(crossing: Crossing, lanes: Iterable[Lane], column: int) -> Iterator[Node]:
    """What the line leads to: the store, identity or keys of the crossing, else the first box of each owner."""
    texts = [text for text in (crossing.store, crossing.identity, *crossing.keys) if text]
    for lane in lanes:
        targets = [node for node in lane.columns[column] if any(shows(node.text, text) for text in texts)]
        if lane.name in crossing.owners or (lane.strange and targets):
            yield from targets or lane.columns[column][:1]


def draw_legs(legs: Sequence[Leg]) -> Iterator[str]:
    """All lines, and their numbers above all of them."""
    taken: dict[int, int] = {}
    badges: list[tuple[float, float]] = []
    numbers: list[str] = []
    for leg in legs:
        track = taken.get(leg.column, 0) % _TRACKS
        taken[leg.column] = taken.get(leg.column, 0) + 1
        x = get_left(leg.column) - GAP + 10 + track * _TRACK
        yield from _draw_line(leg, x)
        place = _find_place(x, min(leg.heights), max(leg.heights), badges)
        badges.append(place)
        numbers.append(draw_badge(*place, leg.number))
    yield from numbers


def _draw_line(leg: Leg, x: float) -> Iterator[str]:
    paths = [f"M{node.box.right:g} {node.box.middle:g}H{x:g}" for node in leg.starts]
    paths += [f"M{x:g} {node.box.middle:g}H{node.box.x - 6:g}" for node in leg.ends]
    paths.append(f"M{x:g} {min(leg.heights):g}V{max(leg.heights):g}")
    yield draw_path("".join(paths), "halo")
    yield draw_path("".join(paths), "cross", leg.title)
    for node in leg.starts:
        yield draw_dot(node.box.right, node.box.middle, 4)
    for node in leg.ends:
        left, middle = node.box.x, node.box.middle
        yield draw_path(f"M{left - 8:g} {middle - 5:g}L{left:g} {middle:g}L{left - 8:g} {middle + 5:g}Z", "dot")


def _find_place(x: float, top: float, bottom: float, badges: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """The place on a line that is nearest to its middle and free; below the line if all of it is taken."""
    middle = (top + bottom) / 2
    # Each number is in the way of two others at most.
    steps = range(2 * len(badges) + 1)
    heights = sorted(
        {middle + sign * step * _BADGE for step in steps for sign in (1, -1)}, key=lambda y: abs(y - middle)
    )
    inside = [y for y in heights if top <= y <= bottom]
    return next(
        (x, y)
        for y in (*inside, *(bottom + step * _BADGE for step in steps))
        if all(abs(y - other) >= _BADGE or abs(x - left) >= _BADGE for left, other in badges)
    )
