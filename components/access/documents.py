"""The report as JSON. docs/access.md describes the fields; a new field does not change `SCHEMA`."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Final

from .model import Report
from .texts import clean_data

SCHEMA: Final = 1
"""Version of the fields. A field that is removed or gets another meaning changes it."""


def build_document(report: Report) -> dict[str, Any]:
    """The report as JSON data in a stable order. It has names only, never values."""
    report = clean_data(report)
    exposed = report.exposed
    return {
        "schema": SCHEMA,
        "stack": report.stack,
        "isolated": not report.crossings,
        "clusters": list(report.clusters),
        "skipped": report.skipped,
        "objects": dict(sorted(report.objects.items())),
        "crossings": [{**asdict(crossing), "edges": crossing.pairs} for crossing in report.crossings],
        "deniedByAdmission": [{**asdict(crossing), "edges": crossing.pairs} for crossing in report.denied],
        "organizations": [
            {**asdict(organization), "reachedBy": exposed.get(organization.name, 0)}
            for organization in report.organizations
        ],
        "edges": [asdict(edge) for edge in report.edges],
        "platform": [asdict(reacher) for reacher in report.reachers],
        "plannedAndMissing": [asdict(difference) for difference in report.missing],
        "liveAndNotPlanned": [asdict(difference) for difference in report.unplanned],
    }
