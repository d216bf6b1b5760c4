"""``access``: who can read which key, by the configuration and on the live clusters."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any, Final

from ..access.documents import build_document
from ..access.live import LiveCluster
from ..access.model import Report
from ..access.picture import draw_picture
from ..access.reporting import report_access
from ..access.wording import format_report
from ..cluster.live_access import read_live_access
from ..errors import ClusterError, ForbiddenError, OpenChoreoSecretsError
from ..openchoreo import find_release
from ..plan.stack import plan_stack
from .clusters import reach_clusters
from .command_line import read_stack_name, read_text
from .stack import Project, read_project

_CONTROL: Final = "control"
"""A cluster that is only this plane has no namespaces of organizations with Secrets."""


def add_parser(commands: Any) -> None:
    """Add the command to a command line."""
    summary = "show who can read which key of the secret manager, and why"
    parser = commands.add_parser(
        "access",
        help=summary,
        description=f"{summary[0].upper()}{summary[1:]}, by the configuration of a stack and on its live clusters. "
        "Exit code 0: no organization reaches another one, 1: one does, 2: the command could not do its work.",
        allow_abbrev=False,
    )
    parser.add_argument(
        "--stack", required=True, type=read_stack_name, metavar="NAME", help="dev, or <pulumi organization>/dev"
    )
    parser.add_argument("--json", action="store_true", help="print JSON instead of text")
    parser.add_argument("--svg", type=read_text, metavar="FILE", help="also write a picture")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--live", action="store_true", help="fail if a cluster cannot be reached, instead of a note")
    where.add_argument("--offline", action="store_true", help="read the configuration only")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Run the command and return its exit code.

    Raises:
        OpenChoreoSecretsError: the configuration is not valid, or a cluster cannot be read.
    """
    project = read_project(Path.cwd())
    settings = project.read_settings(options.stack)
    plan = plan_stack(settings, find_release(settings.release))
    live, skipped = ((), "") if options.offline else _read_clusters(project, options, strict=bool(plan.admission))
    report = report_access(plan, options.stack, live, skipped)
    if options.svg is not None:
        _write_picture(Path(options.svg), report)
    _print(report, as_json=options.json)
    return 1 if report.crossings else 0


def _read_clusters(
    project: Project, options: argparse.Namespace, *, strict: bool
) -> tuple[tuple[LiveCluster, ...], str]:
    """Every cluster of the stack once, and why they were not read.

    Raises:
        OpenChoreoSecretsError: a cluster refuses a list; with ``--live``: or cannot be reached.
    """
    try:
        reached = reach_clusters(project, options.stack, {}).values()
        live = [
            read_live_access(cluster, planes, with_policies=strict)
            for cluster, planes in reached
            if planes != {_CONTROL}
        ]
        return tuple(live), ""
    except ForbiddenError as error:
        msg = f"{error}; or use --offline for the configuration alone"
        raise OpenChoreoSecretsError(msg) from None
    except ClusterError as error:
        if options.live:
            raise
        return (), f"The live clusters were not compared: {error}"


def _write_picture(file: Path, report: Report) -> None:
    """Write the picture.

    Raises:
        OpenChoreoSecretsError: the file cannot be written.
    """
    try:
        file.write_text(draw_picture(report), encoding="utf-8")
    except OSError as error:
        msg = f"--svg: {file} cannot be written: {error.strerror}; use another file"
        raise OpenChoreoSecretsError(msg) from None


def _print(report: Report, *, as_json: bool) -> None:
    text = json.dumps(build_document(report), indent=2) if as_json else format_report(report)
    sys.stdout.write(f"{text}\n")
