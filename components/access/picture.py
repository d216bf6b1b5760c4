"""The report as a picture: lanes from organizations to keys, and in red what leads from one to another.

With many organizations, only some of those with edges between them have a lane, and all of them have a cell of a grid.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from .lanes import HEADINGS, IDENTITY, MARGIN, PAGE, STORE, Lane, get_left, plan_lane, plan_strangers
from .legs import draw_legs, list_legs
from .model import Crossing, OrganizationAccess, Report
from .svg import Box, compose, cut, draw_badge, draw_box, draw_text, wrap
from .texts import clean_lines
from .wording import count, count_pairs, describe_pair

MOST_LANES: Final = 12
"""Organizations up to which each has a lane."""
_LANES_OF_MANY: Final = 6
_MOST_CROSSINGS: Final = 12
_MOST_REACHERS: Final = 12
_CELLS: Final = 8
"""Cells in a row of the grid."""
_CELL_HEIGHT: Final = 46.0
_CELL_GAP: Final = 8
_LANE_GAP: Final = 12
_LINE: Final = 17


def draw_picture(report: Report) -> str:
    """The picture as SVG, for every number of organizations."""
    report = clean_lines(report)
    touched = list(report.touched())
    whole = len(report.organizations) <= MOST_LANES
    names = [item.name for item in report.organizations] if whole else touched[:_LANES_OF_MANY]
    crossings = report.crossings[:_MOST_CROSSINGS]
    y, parts = _draw_header(report)
    y, more = _draw_causes(report, y)
    parts += more
    if names:
        y, more = _draw_lanes(report, crossings, names, touched, y)
        parts += more
    if not whole:
        y, more = _draw_grid(report, touched, y)
        parts += more
    y, more = _draw_denied(report, y)
    parts += more
    y, more = _draw_reachers(report, y)
    parts += more
    return compose(PAGE, y + MARGIN, f"Who can read which key: {report.stack}", parts)


def _draw_header(report: Report) -> tuple[float, list[str]]:
    where = ", ".join(report.clusters) or "configuration only"
    parts = [
        draw_text(MARGIN, 44, cut(f"Who can read which key: {report.stack}", PAGE - 2 * MARGIN, 20), "title"),
        draw_text(MARGIN, 64, cut(where, PAGE - 2 * MARGIN, 10), "muted"),
    ]
    numbers = (
        (len(report.organizations), "organizations"),
        (sum(len(item.subjects) for item in report.organizations), "namespaces"),
        (len({name for item in report.organizations for name in item.stores}), "stores"),
        (len({name for item in report.organizations for name in item.identities}), "identities"),
        (len({name for item in report.organizations for name in item.keys}), "keys"),
    )
    x = float(MARGIN)
    for number, noun in numbers:
        parts += [draw_text(x, 104, f"{number:,}", "number"), draw_text(x, 120, noun, "muted")]
        x += 150
    kind = "number bad" if report.pairs else "number"
    parts += [draw_text(x, 104, f"{report.pairs:,}", kind), draw_text(x, 120, "edges between organizations", "muted")]
    return 140, parts


def _draw_causes(report: Report, top: float) -> tuple[float, list[str]]:
    """The numbered list of what leads from one organization to another."""
    if not report.crossings:
        return top, []
    y, parts = top + 14, []
    for number, crossing in enumerate(report.crossings[:_MOST_CROSSINGS], start=1):
        y += _LINE
        parts.append(draw_badge(MARGIN + 10, y - 4, number))
        through = crossing.object or crossing.store or crossing.subject
        text = f"{describe_pair(crossing)}{f' through {through}' if through else ''}: {crossing.why}"
        for line in wrap(text, PAGE - 2 * MARGIN - 40):
            parts.append(draw_text(MARGIN + 28, y, line))
            y += _LINE
        for line in wrap(f"remove: {crossing.remedy}", PAGE - 2 * MARGIN - 40, 10):
            parts.append(draw_text(MARGIN + 28, y - 3, line, "muted"))
            y += _LINE - 3
    if (more := len(report.crossings) - _MOST_CROSSINGS) > 0:
        y += _LINE
        parts.append(
            draw_text(MARGIN + 28, y, f"and {count(more, 'cause')} more; run the command with --json", "muted")
        )
    frame = Box(MARGIN - 12, top, PAGE - 2 * MARGIN + 24, y - top + 4)
    return frame.bottom + _LANE_GAP, [draw_box(frame, "bad-lane", radius=10), *parts]


def _draw_lanes(
    report: Report, crossings: Sequence[Crossing], names: Sequence[str], touched: Sequence[str], top: float
) -> tuple[float, list[str]]:
    y = top + 22
    parts = [draw_text(get_left(column), y, heading, "head") for column, heading in enumerate(HEADINGS)]
    y += 12
    if len(touched) > len(names) and len(report.organizations) > MOST_LANES:
        text = f"{len(names)} of {len(touched):,} organizations with edges between them; all are in the grid below"
        y += 10
        parts.append(draw_text(MARGIN, y, text, "muted"))
        y += 10
    access = {item.name: item for item in report.organizations}
    edges = {name: [edge for edge in report.edges if edge.organization == name] for name in names}
    lanes: list[Lane] = []
    for name in names:
        own = access.get(name, OrganizationAccess(name))
        lanes.append(plan_lane(own, edges[name], y, offending=name in touched))
        y = lanes[-1].box.bottom + _LANE_GAP
    present = {
        column: {node.text for lane in lanes for node in lane.columns[column]}
        | {text for item in report.organizations for text in (item.stores if column == STORE else item.identities)}
        for column in (STORE, IDENTITY)
    }
    strangers = plan_strangers(crossings, y, present)
    if strangers is not None:
        lanes.append(strangers)
        y = strangers.box.bottom + _LANE_GAP
    for lane in lanes:
        parts += lane.draw()
    legs = [leg for number, crossing in enumerate(crossings, start=1) for leg in list_legs(number, crossing, lanes)]
    parts += draw_legs(legs)
    return y, parts


def _draw_grid(report: Report, touched: Sequence[str], top: float) -> tuple[float, list[str]]:
    """A cell for each organization with its numbers."""
    width, height = (PAGE - 2 * MARGIN + _CELL_GAP) / _CELLS - _CELL_GAP, _CELL_HEIGHT
    offending, exposed = frozenset(touched), report.exposed
    y = top + 24
    parts = [draw_text(MARGIN, y, f"ALL {len(report.organizations):,} ORGANIZATIONS", "head")]
    y += 14
    for index, item in enumerate(report.organizations):
        row, column = divmod(index, _CELLS)
        box = Box(MARGIN + column * (width + _CELL_GAP), y + row * (height + _CELL_GAP), width, height)
        bad = item.name in offending
        title = (
            f"{item.name}: {count(len(item.subjects), 'namespace')}, {count(len(item.stores), 'store')}, "
            f"{count(len(item.keys), 'key')}, reached by {exposed.get(item.name, 0):,}"
        )
        numbers = f"{count(len(item.stores), 'store')}, {count(len(item.keys), 'key')}"
        parts += [
            draw_box(box, "bad-node" if bad else "node", title=title),
            draw_text(box.x + 9, box.y + 19, cut(item.name, width - 18)),
            draw_text(box.x + 9, box.y + 35, cut(numbers, width - 18, 10), "muted bad" if bad else "muted"),
        ]
    rows = -(-len(report.organizations) // _CELLS)
    return y + rows * (height + _CELL_GAP), parts


def _draw_denied(report: Report, top: float) -> tuple[float, list[str]]:
    """What stores would allow, and admission policies deny: no red line, and no edge."""
    if not report.denied:
        return top, []
    y = top + 12 + _LINE
    pairs = count(count_pairs(report.denied), "edge")
    parts = [draw_text(MARGIN, y, f"DENIED BY ADMISSION, NOT COUNTED ({pairs.upper()})", "head")]
    y += 6
    for item in report.denied[:_MOST_CROSSINGS]:
        for line in wrap(f"{describe_pair(item)} through {item.store}: {item.why}", PAGE - 2 * MARGIN):
            y += _LINE
            parts.append(draw_text(MARGIN, y, line))
    if (more := len(report.denied) - _MOST_CROSSINGS) > 0:
        y += _LINE
        parts.append(draw_text(MARGIN, y, f"and {more:,} more", "muted"))
    return y, parts


def _draw_reachers(report: Report, top: float) -> tuple[float, list[str]]:
    """Subjects of the platform, and how much differs between plan and clusters."""
    y, parts = top + 12, []
    if report.reachers:
        y += _LINE
        parts.append(draw_text(MARGIN, y, "PLATFORM SUBJECTS THAT REACH ORGANIZATIONS", "head"))
        y += 6
        for item in report.reachers[:_MOST_REACHERS]:
            text = f"{item.subject} {item.right} in {item.scope} ({count(item.owners, 'organization')})"
            for line in wrap(text, PAGE - 2 * MARGIN):
                y += _LINE
                parts.append(draw_text(MARGIN, y, line))
        if (more := len(report.reachers) - _MOST_REACHERS) > 0:
            y += _LINE
            parts.append(draw_text(MARGIN, y, f"and {more:,} more", "muted"))
        y += 12
    if report.clusters:
        unplanned = sum(not item.own for item in report.unplanned)
        text = f"planned and missing: {len(report.missing):,} | live and not planned: {unplanned:,}"
        y += _LINE
        parts.append(draw_text(MARGIN, y, text, "muted"))
    y += _LINE
    legend = "solid: a planned object reads it | dashed: any ExternalSecret there could | red: between organizations"
    parts.append(draw_text(MARGIN, y, legend, "muted"))
    return y, parts
