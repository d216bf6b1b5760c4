"""``orphans``: list what carries a stack's annotations and is not in its state, and delete it on request."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ..cluster.connection import Cluster
from ..cluster.orphans import COPIED, Deletion, delete_orphans, describe_losses, list_owned
from ..errors import OpenChoreoSecretsError
from ..openchoreo import DEFAULT_RELEASE
from ..plan.orphans import LiveObject, RecordedState, find_orphans
from ..settings.clusters import ClusterSettings
from ..table import format_table
from .clusters import reach_clusters
from .command_line import read_seconds, read_stack_name, read_text
from .stack import Project, PulumiStack, read_project, read_stack

_HEADINGS: Final = ("CLUSTER", "KIND", "NAMESPACE", "NAME", "STATUS")
_ORPHAN: Final = "not in the state"
_DELETED: Final = "deleted"
_WOULD_GO: Final = "--delete would delete it"
_Row = tuple[str, str, str, str, str]


@dataclass(frozen=True)
class _Live:
    """Objects of one cluster with the stack's annotations."""

    cluster: Cluster
    planes: frozenset[str]
    owned: list[LiveObject]

    def find_orphans(self, recorded: RecordedState) -> list[LiveObject]:
        """Objects that are not in the state."""
        return find_orphans(self.owned, recorded.on_planes(self.planes))

    def find_waiting(self, recorded: RecordedState) -> list[LiveObject]:
        """Objects in the state whose requested deletion waits for finalizers."""
        here = recorded.on_planes(self.planes)
        return [item for item in self.owned if item.key in here and item.deleting and item.finalizers]


def add_parser(commands: Any) -> None:
    """Add the command to a command line."""
    summary = "list objects that carry the stack's annotations and are not in its state"
    parser = commands.add_parser(
        "orphans",
        help=summary,
        description=f"{summary[0].upper()}{summary[1:]}, such as those of a killed first update or a lost state. Exit "
        "code 0: none is left, 1: some are, 2: the command could not do its work.",
        allow_abbrev=False,
    )
    parser.add_argument(
        "--stack", required=True, type=read_stack_name, metavar="NAME", help="dev, or <pulumi organization>/dev"
    )
    parser.add_argument("--delete", action="store_true", help="delete them, wait until they are gone, and list them")
    parser.add_argument(
        "--namespaces",
        action="store_true",
        help="also delete namespaces in which objects of others live; without --delete: list what would go",
    )
    parser.add_argument(
        "--stores",
        action="store_true",
        help="also delete stores that objects of others use; without --delete: list what would go",
    )
    parser.add_argument("--timeout", type=read_seconds, default=60, metavar="SECONDS", help="longest wait; default: 60")
    parser.add_argument("--force", action="store_true", help="even if an update of the stack may be running")
    parser.add_argument(
        "--context", type=read_text, help="this cluster only, instead of those in the file of the stack"
    )
    parser.add_argument("--kubeconfig", type=read_text, metavar="FILE", help="kubeconfig of --context")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Run the command and return its exit code.

    Raises:
        OpenChoreoSecretsError: the stack, its state or a cluster cannot be read, or an update may be running.
    """
    project = read_project(Path.cwd())
    stack = read_stack(project, options.stack)
    recorded = stack.export()
    if (running := _describe_running(stack, recorded)) and not options.force:
        if options.delete:
            _refuse_running(stack, running)
        sys.stderr.write(f"stack {stack.name}: {running}; the list may contain objects that it creates\n")
    lives = [
        _Live(cluster, planes, list_owned(cluster, stack.identifier, control_plane="control" in planes))
        for cluster, planes in _clusters(options, project, recorded)
    ]
    how = Deletion(
        DEFAULT_RELEASE,
        stack.identifier,
        options.namespaces,
        options.stores,
        options.timeout,
        preview=not options.delete,
    )
    if not (options.delete or options.namespaces or options.stores):
        rows = [row for live in lives for row in _rows(live, live.find_orphans(recorded), recorded)]
    else:
        # An update that has started since then may have recorded some of the objects.
        recorded = stack.export() if options.delete else recorded
        if options.delete and (running := _describe_running(stack, recorded)) and not options.force:
            _refuse_running(stack, running)
        rows = [row for live in lives for row in _delete(live, recorded, how)]
    _print(rows, as_json=options.json)
    return 1 if any(row[-1].partition(", ")[0] != _DELETED for row in rows) else 0


def _delete(live: _Live, recorded: RecordedState, how: Deletion) -> list[_Row]:
    """Delete the orphans of a cluster, or only preview that; a row for each of them, those that are left at the end."""
    orphans = live.find_orphans(recorded)
    losses = describe_losses(live.cluster, orphans, how)
    left = {item.item: item.reason for item in delete_orphans(live.cluster, orphans, how)}
    done = _WOULD_GO if how.preview else _DELETED
    gone = {item: f"{done}, {losses[item]}" if item in losses else done for item in orphans if item not in left}
    return _rows(live, {**gone, **left}, recorded)


def _describe_running(stack: PulumiStack, recorded: RecordedState) -> str | None:
    """Why an update may be running, and creating objects that the state does not have yet. None: none is."""
    if locks := stack.list_locks():
        reason = f"the stack is locked ({locks[0].name})"
    elif recorded.pending:
        reason = f"its state has {recorded.pending} pending operations"
    else:
        return None
    return f"{reason}, so an update may be running"


def _refuse_running(stack: PulumiStack, running: str) -> None:
    """Refuse to delete what a running update may be about to record.

    Raises:
        OpenChoreoSecretsError: always.
    """
    msg = (
        f"stack {stack.name}: {running}; wait for its end. If there is none, run: "
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
        return [(Cluster("cluster", settings), frozenset({"build", "control", "data"}))]
    return [*reach_clusters(project, options.stack, recorded.identities).values()]


def _rows(live: _Live, orphans: Mapping[LiveObject, str] | Sequence[LiveObject], recorded: RecordedState) -> list[_Row]:
    """A row for each orphan and each object that waits.

    Args:
        live: objects of one cluster.
        orphans: the objects, after a deletion with the reason why each is left.
        recorded: the state.
    """
    reasons = orphans if isinstance(orphans, Mapping) else {item: _describe(item) for item in orphans}
    reasons = {**reasons, **{item: f"in the state; {_wait(item)}" for item in live.find_waiting(recorded)}}
    name = live.cluster.name
    return [(name, item.key.kind, item.key.namespace, item.key.name, text) for item, text in reasons.items()]


def _describe(item: LiveObject) -> str:
    if item.copied:
        return COPIED
    return f"{_ORPHAN}; {_wait(item)}" if item.deleting and item.finalizers else _ORPHAN


def _wait(item: LiveObject) -> str:
    return f"its deletion waits for its finalizers: {', '.join(item.finalizers)}"


def _print(rows: list[_Row], *, as_json: bool) -> None:
    if as_json:
        keys = [heading.lower() for heading in _HEADINGS]
        text = json.dumps([dict(zip(keys, row, strict=True)) for row in rows], indent=2)
    elif rows:
        text = format_table(_HEADINGS, rows)
    else:
        text = "No orphans."
    sys.stdout.write(f"{text}\n")
