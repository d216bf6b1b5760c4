"""``offboarding``: what an organization has before its removal, and the receipt of what has become of it."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from ..cluster.connection import Cluster
from ..cluster.holdings import read_holdings
from ..cluster.survivors import describe_survivor
from ..cluster.vault_server import ask_vault
from ..errors import OpenChoreoSecretsError
from ..offboarding.holdings import Holding, Holdings
from ..offboarding.marks import Subject
from ..offboarding.receipt import Answer, Receipt, build_receipt, format_holdings, plain_listing
from ..offboarding.record import Record, read_record
from ..offboarding.state import StateHoldings, read_state_holdings
from ..plan.orphans import read_state
from ..schema.suggestions import find_nearest
from ..schema.text import quote
from .clusters import reach_clusters
from .command_line import read_seconds, read_stack_name, read_text
from .stack import PulumiStack, read_project, read_stack

_PAUSE: Final = 1.0


def add_parser(commands: Any) -> None:
    """Add the command to a command line."""
    summary = "list what an organization has, and check after its removal that nothing of it is left"
    parser = commands.add_parser(
        "offboarding",
        help=summary,
        description=f"{summary[0].upper()}{summary[1:]}. It changes nothing and reads no secret values. Exit code 0: "
        "nothing is left, or the record was written, 1: something is left, 2: the command could not do its work.",
        allow_abbrev=False,
    )
    parser.add_argument(
        "--stack", required=True, type=read_stack_name, metavar="NAME", help="dev, or <pulumi organization>/dev"
    )
    parser.add_argument(
        "--organization", required=True, type=read_text, metavar="NAME", help="name of the organization"
    )
    parser.add_argument(
        "--record",
        type=read_text,
        metavar="FILE",
        help="before the removal: write what the organization has to this new file; after it: check each entry",
    )
    parser.add_argument(
        "--timeout",
        type=read_seconds,
        default=30,
        metavar="SECONDS",
        help="longest wait for what Kubernetes deletes after the update; default: 30",
    )
    parser.add_argument("--json", action="store_true", help="print JSON instead of text")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Run the command and return its exit code.

    Raises:
        OpenChoreoSecretsError: the stack, its state, the record or a cluster cannot be read.
    """
    project = read_project(Path.cwd())
    stack = read_stack(project, options.stack)
    file = None if options.record is None else Path(options.record)
    if file is not None and file.exists():
        record = read_record(_read(file), str(file), stack.identifier, options.organization)
        return _print_receipt(_check(stack, record, options), options)
    reading = _read_clusters(_reach(stack, options))
    if not reading.holdings.items:
        _refuse_unknown(reading, project.list_organizations(options.stack), options)
    if file is None:
        return _print_listing(reading, options)
    return _write(file, reading, options)


@dataclass(frozen=True)
class _Reading:
    """What the state and the clusters have at one moment."""

    stack: str
    clusters: Mapping[str, Cluster]
    """UID of ``kube-system`` -> cluster."""
    state: StateHoldings
    holdings: Holdings
    time: str
    """When the clusters were read."""


@dataclass(frozen=True)
class _Scope:
    """Where to look, and for what."""

    stack: str
    organization: str
    state: StateHoldings
    recorded: Holdings
    reached: Mapping[str, tuple[Cluster, frozenset[str]]]
    """UID of ``kube-system`` -> cluster and its planes."""


def _reach(stack: PulumiStack, options: argparse.Namespace, record: Record | None = None) -> _Scope:
    """Read the state, and connect to every cluster.

    Raises:
        OpenChoreoSecretsError: the state cannot be read, or a cluster cannot be reached.
    """
    exported = stack.export_all()
    return _Scope(
        stack.identifier,
        options.organization,
        read_state_holdings(exported, options.organization),
        Holdings() if record is None else record.holdings,
        reach_clusters(stack.project, options.stack, read_state(exported).identities),
    )


def _read_clusters(scope: _Scope) -> _Reading:
    """Read every cluster.

    Raises:
        OpenChoreoSecretsError: one of them cannot be read.
    """
    state, recorded = scope.state, scope.recorded
    subject = Subject(scope.stack, scope.organization, state.objects, state.stores, recorded.items)
    planes = {cluster: "control" in planes for cluster, planes in scope.reached.values()}
    live = read_holdings(planes, subject, recorded.keys)
    clusters = {identity: cluster for identity, (cluster, _) in scope.reached.items()}
    return _Reading(scope.stack, clusters, state, Holdings.merge([live, Holdings(state.resources)]), _now())


def _check(stack: PulumiStack, record: Record, options: argparse.Namespace) -> Receipt:
    """Compare the record with what is there now; wait for what Kubernetes deletes with the objects of the stack.

    Raises:
        OpenChoreoSecretsError: a cluster of the record is not in the file of the stack any more.
    """
    deadline = time.monotonic() + options.timeout
    scope = _reach(stack, options, record)
    while True:
        reading = _read_clusters(scope)
        receipt = _compare(record, reading)
        # What is in the state waits for an update, so the state is read once.
        waits = reading.state.objects or reading.state.resources
        if not receipt.left or waits or time.monotonic() >= deadline:
            return receipt
        time.sleep(_PAUSE)


def _compare(record: Record, reading: _Reading) -> Receipt:
    """Ask for every entry of the record.

    Raises:
        OpenChoreoSecretsError: a cluster of the record is not in the file of the stack any more.
    """
    clusters: dict[str, Cluster] = {}
    for name, identity in record.clusters.items():
        if identity not in reading.clusters:
            msg = (
                f"--record: the cluster {name} (UID of kube-system: {identity}) is not in the file of the stack any "
                "more; check with the clusters of the record, or delete the record and list what is left"
            )
            raise OpenChoreoSecretsError(msg)
        clusters[name] = reading.clusters[identity]
    # A cluster may have another name than before.
    items = tuple(
        item if item.is_in_state else replace(item, where=clusters[item.where].name) for item in record.holdings.items
    )
    clusters = {cluster.name: cluster for cluster in clusters.values()}
    survivors: dict[tuple[str, ...], str] = {}
    answers: dict[Holding, Answer] = {}
    present = {item.place for item in reading.state.resources}
    for item in items:
        if item.is_in_state and item.place not in present and not item.stays:
            answer = ask_vault(item, record.addresses.get(item.uid, ""), os.environ)
            answers |= {} if answer is None else {item: answer}
    by_place = {item.place: item for item in (*items, *reading.holdings.items) if not item.is_in_state}
    for place, item in by_place.items():
        cluster = clusters.get(item.where)
        if item.part or cluster is None:
            continue
        if reason := describe_survivor(cluster, item, reading.stack, reading.state.objects):
            survivors[place] = reason
    record = replace(record, holdings=replace(record.holdings, items=items))
    return build_receipt(record, reading.holdings, survivors, answers, (reading.state.updated, reading.time))


def _print_listing(reading: _Reading, options: argparse.Namespace) -> int:
    holdings = reading.holdings
    left = [item for item in holdings.items if not item.stays]
    if options.json:
        _print(json.dumps(plain_listing(reading.stack, options.organization, reading.time, holdings), indent=2))
    else:
        _print(format_holdings(_title(reading, options), holdings))
    return 1 if left else 0


def _title(reading: _Reading, options: argparse.Namespace) -> str:
    return f"Organization {options.organization} in stack {reading.stack}, read {reading.time}:"


def _refuse_unknown(reading: _Reading, configured: Sequence[str], options: argparse.Namespace) -> None:
    """Refuse an organization that has nothing: a misspelled name must not look like a finished removal.

    Raises:
        OpenChoreoSecretsError: always.
    """
    name = options.organization
    if name in configured:
        msg = (
            f"--organization: {quote(name)} is in the configuration of stack {reading.stack}, and nothing of it exists "
            "yet; run pulumi up first"
        )
        raise OpenChoreoSecretsError(msg)
    nearest = find_nearest(name, sorted({*reading.state.organizations, *configured}))
    spelling = f'did you mean "{nearest}"?' if nearest else "check the spelling."
    names = ", ".join(sorted(cluster.name for cluster in reading.clusters.values()))
    msg = (
        f"--organization: {quote(name)} is not in the configuration or the state of stack {reading.stack}, and no "
        f"object of it is on the clusters ({names}). If it was removed, nothing of it is left. A mistyped name "
        f"looks the same, so the exit code is 2; {spelling} For exit code 0, use --record with a record from before "
        "the removal"
    )
    raise OpenChoreoSecretsError(msg)


def _write(file: Path, reading: _Reading, options: argparse.Namespace) -> int:
    """Write the record.

    Raises:
        OpenChoreoSecretsError: the file cannot be written.
    """
    clusters = {cluster.name: identity for identity, cluster in reading.clusters.items()}
    addresses = {urn: address for urn, address in reading.state.addresses.items() if address}
    record = Record(reading.stack, options.organization, reading.time, clusters, reading.holdings, addresses)
    # A record that cannot be read after the removal is of no use.
    read_record(record.text, str(file), reading.stack, options.organization)
    try:
        with file.open("x", encoding="utf-8") as opened:
            opened.write(record.text)
    except OSError as error:
        msg = f"--record: {file} cannot be written: {error.strerror}; use another file"
        raise OpenChoreoSecretsError(msg) from None
    if options.json:
        _print(json.dumps(record.plain(), indent=2))
    else:
        _print(format_holdings(_title(reading, options), reading.holdings))
        _print(f"\nRecorded in {file}. Remove the organization, update, and run the same command again.")
    return 0


def _print_receipt(receipt: Receipt, options: argparse.Namespace) -> int:
    _print(json.dumps(receipt.plain(), indent=2) if options.json else receipt.format())
    return 1 if receipt.left else 0


def _read(file: Path) -> str:
    """Content of the record.

    Raises:
        OpenChoreoSecretsError: the file cannot be read.
    """
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        msg = f"--record: {file} cannot be read: {reason}; use another file"
        raise OpenChoreoSecretsError(msg) from None


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _print(text: str) -> None:
    sys.stdout.write(f"{text}\n")
