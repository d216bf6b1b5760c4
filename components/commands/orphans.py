"""``orphans``: list what carries a stack's annotation and is not in its state, and delete it on request."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ..cluster.connection import Cluster
from ..cluster.identity import check_identity, read_identity
from ..cluster.orphans import Deletion, Left, delete_orphans, list_owned
from ..errors import OpenChoreoSecretsError
from ..openchoreo import DEFAULT_RELEASE
from ..plan.orphans import LiveObject, RecordedState, find_orphans
from ..settings.stack import ClusterSettings
from ..table import format_table
from .stack import Project, PulumiStack, read_project, read_stack

_HEADINGS: Final = ("CLUSTER", "KIND", "NAMESPACE", "NAME", "STATUS")
_ORPHAN: Final = "not in the state"


@dataclass
class _Findings:
    """Objects of one cluster."""

    cluster: Cluster
    orphans: list[LiveObject]
    waiting: list[LiveObject]
    """Objects in the state whose requested deletion waits for finalizers."""


def add_parser(commands: Any) -> None:
    """Add the command to a command line."""
    summary = "list objects that carry the stack's annotation and are not in its state"
    parser = commands.add_parser(
        "orphans",
        help=summary,
        description=f"{summary[0].upper()}{summary[1:]}, such as those of a killed first update or a lost state. Exit "
        "code 0: none is left, 1: some are, 2: the command could not do its work.",
        allow_abbrev=False,
    )
    parser.add_argument("--stack", required=True, metavar="NAME", help="dev, or <pulumi organization>/dev")
    parser.add_argument("--delete", action="store_true", help="delete them, and wait until they are gone")
    parser.add_argument(
        "--namespaces", action="store_true", help="also delete namespaces in which objects of others live"
    )
    parser.add_argument("--timeout", type=float, default=60, metavar="SECONDS", help="longest wait; default: 60")
    parser.add_argument("--force", action="store_true", help="even if an update of the stack may be running")
    parser.add_argument("--context", help="this cluster only, instead of those in the file of the stack")
    parser.add_argument("--kubeconfig", metavar="FILE", help="kubeconfig of --context")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")


def run(options: argparse.Namespace) -> int:
    """Run the command and return its exit code.

    Raises:
        OpenChoreoSecretsError: the stack, its state or a cluster cannot be read, or an update may be running.
    """
    project = read_project(Path.cwd())
    stack = read_stack(project, options.stack)
    recorded = stack.export()
    if options.delete and not options.force:
        _refuse_running(stack, recorded)
    findings = [
        _find(cluster, planes, stack.identifier, recorded) for cluster, planes in _clusters(options, project, recorded)
    ]
    left: dict[tuple[str, LiveObject], Left] = {}
    if options.delete:
        how = Deletion(DEFAULT_RELEASE, stack.identifier, options.namespaces, options.timeout)
        for here in findings:
            remaining = delete_orphans(here.cluster, here.orphans, how)
            left |= {(here.cluster.settings.context, item.item): item for item in remaining}
            here.orphans = [item.item for item in remaining]
    rows = [row for here in findings for row in _rows(here, left)]
    _print(rows, as_json=options.json)
    return 1 if rows else 0


def _refuse_running(stack: PulumiStack, recorded: RecordedState) -> None:
    """Refuse to delete what a running update may be about to record.

    Raises:
        OpenChoreoSecretsError: an update of the stack may be running.
    """
    if locks := stack.list_locks():
        reason = f"the stack is locked ({locks[0].name})"
    elif recorded.pending:
        reason = f"its state has {recorded.pending} pending operations"
    else:
        return
    msg = (
        f"stack {stack.name}: {reason}, so an update may be running; wait for its end. If there is none, run: "
        f"pulumi cancel --stack {stack.name}, then pulumi refresh --stack {stack.name}; or use --force"
    )
    raise OpenChoreoSecretsError(msg)


def _clusters(
    options: argparse.Namespace, project: Project, recorded: RecordedState
) -> list[tuple[Cluster, frozenset[str]]]:
    """Every cluster once, with the planes on it. ``--context``: one cluster that may have any plane.

    Raises:
        OpenChoreoSecretsError: a cluster is not the one that the state is about, or cannot be reached.
    """
    if options.kubeconfig and not options.context:
        msg = "--kubeconfig: needs --context, so that no current context is used by accident"
        raise OpenChoreoSecretsError(msg)
    if options.context:
        settings = ClusterSettings(context=options.context, kubeconfig=options.kubeconfig)
        return [(Cluster("cluster", settings), frozenset({"build", "data"}))]
    by_identity: dict[str, tuple[Cluster, frozenset[str]]] = {}
    for plane, settings in project.read_clusters(options.stack).items():
        cluster = Cluster(f"{plane} plane", settings)
        expected = recorded.identities.get(f"{plane}-plane")
        identity = read_identity(cluster) if expected is None else check_identity(cluster, expected)
        first, planes = by_identity.get(identity, (cluster, frozenset()))
        by_identity[identity] = (first, planes | {plane})
    return list(by_identity.values())


def _find(cluster: Cluster, planes: frozenset[str], stack: str, recorded: RecordedState) -> _Findings:
    owned = list_owned(cluster, stack)
    here = recorded.on_planes(planes)
    waiting = [item for item in owned if item.key in here and item.deleting and item.finalizers]
    return _Findings(cluster, find_orphans(owned, here), waiting)


def _rows(here: _Findings, left: dict[tuple[str, LiveObject], Left]) -> list[tuple[str, str, str, str, str]]:
    context = here.cluster.settings.context
    states = [(item, _status(item, left.get((context, item)))) for item in here.orphans]
    states += [(item, f"in the state; {_wait(item)}") for item in here.waiting]
    return [(context, item.key.kind, item.key.namespace, item.key.name, status) for item, status in states]


def _status(item: LiveObject, left: Left | None) -> str:
    if left is not None:
        return left.reason
    return f"{_ORPHAN}; {_wait(item)}" if item.deleting and item.finalizers else _ORPHAN


def _wait(item: LiveObject) -> str:
    return f"its deletion waits for its finalizers: {', '.join(item.finalizers)}"


def _print(rows: list[tuple[str, str, str, str, str]], *, as_json: bool) -> None:
    if as_json:
        keys = [heading.lower() for heading in _HEADINGS]
        text = json.dumps([dict(zip(keys, row, strict=True)) for row in rows], indent=2)
    elif rows:
        text = format_table(_HEADINGS, rows)
    else:
        text = "No orphans."
    sys.stdout.write(f"{text}\n")
