"""The report as text for people: what is wrong first, then who can read what, and the next step at the end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ..table import format_table
from .model import Crossing, Difference, Edge, Report

MOST_EDGES = 60
"""Rows of edges that a terminal shows; above that, one row for each organization."""
MOST_ROWS = 30
"""Rows of every other table."""
_NAMES = 8
_NONE = "-"


def format_report(report: Report) -> str:
    """The whole text, without a line break at its end."""
    return "\n\n".join(_list_blocks(report))


def _list_blocks(report: Report) -> Iterator[str]:
    yield _headline(report)
    yield from (_describe_crossing(index, item) for index, item in enumerate(report.crossings, start=1))
    yield _own_access(report)
    if report.reachers:
        yield _reachers(report)
    if report.clusters:
        yield _differences("Planned and missing", report.missing)
        yield _differences("Live and not planned", report.unplanned)
    yield _next_step(report)


def count(number: int, noun: str) -> str:
    """``1 edge``, ``2 edges``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def shorten(names: Sequence[str], most: int = _NAMES) -> str:
    """Names joined by commas; many are counted."""
    if len(names) <= most:
        return ", ".join(names)
    return f"{', '.join(names[: most - 1])} and {len(names) - most + 1:,} more"


def _headline(report: Report) -> str:
    against = f"configuration and {shorten(report.clusters)}" if report.clusters else "configuration only"
    note = f"\n{report.skipped}" if report.skipped else ""
    what = f"{count(len(report.organizations), 'organization')}, {against}"
    if not report.crossings:
        return f"{report.stack}: no organization can reach another one ({what}){note}"
    causes = count(len(report.crossings), "cause")
    return f"{report.stack}: {count(report.pairs, 'edge')} between organizations, {causes} ({what}){note}"


def _describe_crossing(index: int, crossing: Crossing) -> str:
    fields = {
        "who": crossing.subject,
        "object": crossing.object,
        "store": crossing.store,
        "identity": crossing.identity,
        "keys": shorten(crossing.keys),
        "why": crossing.why,
        "remove": crossing.remedy,
    }
    lines = [f"{index}. {_arrow(crossing)}   [{crossing.reason}, {crossing.origin}]"]
    lines += [f"   {name:<8}  {text}" for name, text in fields.items() if text]
    return "\n".join(lines)


def _arrow(crossing: Crossing) -> str:
    if crossing.readers == crossing.owners:
        return f"{shorten(crossing.readers)} reach one another"
    verb = "reaches" if len(crossing.readers) == 1 else "reach"
    return f"{shorten(crossing.readers)} {verb} {shorten(crossing.owners)}"


def _own_access(report: Report) -> str:
    if len(report.edges) <= MOST_EDGES:
        headings = ("ORGANIZATION", "SUBJECT", "OBJECT", "STORE", "IDENTITY", "KEY")
        return "Who can read what\n" + format_table(headings, [_edge_row(edge) for edge in report.edges])
    exposed = report.exposed
    headings = ("ORGANIZATION", "SUBJECTS", "STORES", "IDENTITIES", "KEYS", "REACHED BY")
    rows = [
        (
            item.name,
            *(str(len(part)) for part in (item.subjects, item.stores, item.identities, item.keys)),
            str(exposed.get(item.name, 0)),
        )
        for item in sorted(report.organizations, key=lambda item: (-exposed.get(item.name, 0), item.name))
    ]
    shown = rows[:MOST_ROWS]
    more = f"\n... and {count(len(rows) - len(shown), 'organization')} more" if len(rows) > len(shown) else ""
    return f"Who can read what ({count(len(report.edges), 'edge')}, all of them with --json)\n" + (
        format_table(headings, shown) + more
    )


def _edge_row(edge: Edge) -> tuple[str, ...]:
    cells = (edge.organization, edge.subject, edge.object or "any ExternalSecret there", edge.store, edge.identity)
    return (*(cell or _NONE for cell in cells), edge.key)


def _reachers(report: Report) -> str:
    headings = ("CLUSTER", "SUBJECT", "RIGHT", "WHERE", "THROUGH", "REACHES")
    rows = [
        (item.cluster, item.subject, item.right, item.scope, item.through, count(item.owners, "organization"))
        for item in report.reachers
    ]
    return "Platform subjects that reach organizations\n" + _limit(headings, rows)


def _differences(title: str, differences: Sequence[Difference]) -> str:
    if not differences:
        return f"{title}: nothing"
    rows = [(item.cluster, item.object, item.store or _NONE, item.text) for item in differences]
    return f"{title}\n" + _limit(("CLUSTER", "OBJECT", "STORE", "WHAT"), rows)


def _limit(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    every = list(rows)
    more = len(every) - MOST_ROWS
    text = format_table(headings, every[:MOST_ROWS])
    return f"{text}\n... and {more:,} more, all of them with --json" if more > 0 else text


def _next_step(report: Report) -> str:
    if report.crossings:
        first = report.crossings[0]
        return f"Next: {first.remedy}; then run the command again."
    if report.missing or report.unplanned:
        return "Next: run pulumi preview, and look at what is live and not planned."
    if not report.clusters:
        return "Next: run the command with --live, where the clusters can be reached."
    return "Next: nothing. Run the command after every change of organizations, stores or roles."
