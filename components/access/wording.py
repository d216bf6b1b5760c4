"""The report as text for people: what is wrong first, then who can read what, and the next step at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from ..table import format_table
from .model import Crossing, Difference, Edge, Reacher, Report
from .texts import clean_lines

MOST_EDGES = 60
"""Rows of edges that a terminal shows; above that, one row for each organization."""
MOST_ROWS = 30
"""Rows of every other table."""
_NAMES = 8
_RIGHTS = 4
"""Rights of one line, so that it fits a terminal; a subject may have all of them."""

T = TypeVar("T")


def format_report(report: Report) -> str:
    """The whole text, without a line break at its end. Texts of others are on one line each, and printable."""
    return "\n\n".join(_list_blocks(clean_lines(report)))


def _list_blocks(report: Report) -> Iterator[str]:
    yield _headline(report)
    yield from (_describe_crossing(index, item) for index, item in enumerate(report.crossings, start=1))
    if report.denied:
        yield _denied(report)
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
    lines = [f"{index}. {describe_pair(crossing)}   [{crossing.reason}, {crossing.origin}]"]
    lines += [f"   {name:<8}  {text}" for name, text in fields.items() if text]
    return "\n".join(lines)


def _denied(report: Report) -> str:
    entries = [(f"{describe_pair(item)}   [{item.origin}]", item.store, item.why) for item in report.denied]
    title = f"Denied by admission (isolation: strict), not counted: {count(count_pairs(report.denied), 'edge')}"
    return f"{title}\n{_list_entries(entries)}"


def count_pairs(crossings: Iterable[Crossing]) -> int:
    """Number of edges from one organization to another one."""
    return sum(crossing.pairs for crossing in crossings)


def describe_pair(crossing: Crossing) -> str:
    """Who reaches whom, in words."""
    if crossing.readers == crossing.owners:
        return f"{shorten(crossing.readers)} reach one another"
    verb = "reaches" if len(crossing.readers) == 1 else "reach"
    return f"{shorten(crossing.readers)} {verb} {shorten(crossing.owners)}"


def _own_access(report: Report) -> str:
    if len(report.edges) <= MOST_EDGES:
        return "Who can read what\n\n" + "\n".join(_list_groups(report.edges))
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


def _list_groups(edges: Sequence[Edge]) -> Iterator[str]:
    """Lines of edges, grouped by organization, subject, store and place of the keys."""
    for organization, own in _group(edges, lambda edge: edge.organization):
        yield organization
        for subject, there in _group(own, lambda edge: edge.subject):
            yield f"  {subject}"
            for source, through in _group(there, _describe_source):
                yield f"    {source}"
                yield from _list_keys(through)


def _group(items: Iterable[T], key: Callable[[T], str]) -> Iterator[tuple[str, list[T]]]:
    groups: dict[str, list[T]] = {}
    for item in items:
        groups.setdefault(key(item), []).append(item)
    yield from groups.items()


def _describe_source(edge: Edge) -> str:
    if not edge.store:
        return f"generator, as {edge.identity}" if edge.identity else "from the configuration"
    place = edge.key.partition(": ")[0]
    who = f", as {edge.identity}" if edge.identity else ""
    return f"{edge.store}{who}, from {place}"


def _list_keys(edges: Sequence[Edge]) -> Iterator[str]:
    planned = [edge for edge in edges if edge.object]
    names = {edge: edge.key.partition(": ")[2] or edge.key for edge in edges}
    width = max((len(names[edge]) for edge in planned), default=0)
    for edge in planned:
        yield f"      {names[edge]:<{width}}  {edge.object}"
    possible = sorted(names[edge] for edge in edges if not edge.object)
    if possible:
        yield f"      nothing planned reads, but any ExternalSecret there could: {', '.join(possible)}"


def _reachers(report: Report) -> str:
    lines = ["Platform subjects that reach organizations"]
    shown = report.reachers[:MOST_ROWS]
    for subject, reachers in _group(shown, lambda item: f"{item.subject}, on {item.cluster}"):
        lines += ["", subject]
        for reacher in reachers:
            lines += _describe_reacher(reacher)
    more = len(report.reachers) - len(shown)
    return "\n".join([*lines, *(["", f"... and {more:,} more, all of them with --json"] if more > 0 else [])])


def _describe_reacher(reacher: Reacher) -> list[str]:
    """Whom a subject reaches, where, through what and how."""
    return [
        f"  reaches {count(reacher.owners, 'organization')} in {reacher.scope}",
        f"    through {reacher.through}",
        f"    {shorten(reacher.right.split(', '), _RIGHTS)}",
    ]


def _differences(title: str, differences: Sequence[Difference]) -> str:
    if not differences:
        return f"{title}: nothing"
    others = [item for item in differences if not item.own]
    entries = [(f"{item.object}, on {item.cluster}", item.store, item.text) for item in others]
    own = len(differences) - len(others)
    note = f"{count(own, 'ExternalSecret')} of components and runs, through the store of their own organization"
    return "\n".join(part for part in (title, _list_entries(entries), note if own else "") if part)


def _list_entries(entries: Sequence[tuple[str, str, str]]) -> str:
    """What, through which store if there is one, and why: on lines of their own, because they are of any length."""
    lines = [
        line
        for what, store, why in entries[:MOST_ROWS]
        for line in (f"  {what}", *([f"    through {store}"] if store else []), f"    {why}")
    ]
    more = len(entries) - MOST_ROWS
    return "\n".join([*lines, *([f"  ... and {more:,} more, all of them with --json"] if more > 0 else [])])


def _next_step(report: Report) -> str:
    if report.crossings:
        first = report.crossings[0]
        return f"Next: {first.remedy}; then run the command again."
    if report.missing or any(not item.own for item in report.unplanned):
        return "Next: run pulumi preview, and look at what is live and not planned."
    if not report.clusters:
        return "Next: run the command with --live, where the clusters can be reached."
    return "Next: nothing. Run the command after every change of organizations, stores or roles."
