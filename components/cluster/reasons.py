"""Why an ExternalSecret is not synced, in ESO's words: its latest event, and why its store is not ready."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from ..errors import ClusterError
from ..manifests import ESO
from ..object_names import build_path
from ..plan.expected import Expected
from ..schema.text import flatten
from .connection import Cluster
from .store_users import list_store_references

Store = Mapping[str, Any]
_ABSENT: Final = "does not exist"

_KEY: Final = re.compile(r"error processing spec\.data\[\d+\] \(key: (.+?)\), err: ")
_WRAPPERS: Final = re.compile(
    r"(?:error processing spec\.data(?:From)?\[\d+\](?:\.\w+)*(?: \(key: .+?\))?, err: )"
    r"|.* desc = "
    r"|.*\bhttps response error StatusCode: \d+, RequestID: [^,]*, (?:api error )?"
)
"""What ESO (``externalsecret_controller_secret.go``), gRPC and AWS' SDK (``smithy-go``) put before the cause."""
_VAULT: Final = re.compile(r".*\bURL: (?P<request>\w+ \S+) Code: (?P<code>\d+)\. Errors: (?:\* )?(?P<cause>.+)")
"""Vault's client (``ResponseError``): the cause comes after the request."""


def list_reasons(cluster: Cluster, secret: Expected, read_store: Callable[[str], Store | None]) -> list[str]:
    """ESO's reasons why a Secret is not synced, without repetitions; empty if ESO states none.

    Args:
        cluster: cluster of the ExternalSecret.
        secret: the ExternalSecret.
        read_store: the ClusterSecretStore of a name; None if it does not exist.
    """
    warning = _read_warning(cluster, secret.namespace, "ExternalSecret", secret.name)
    live = cluster.get(build_path(ESO, "ExternalSecret", secret.namespace, secret.name)) or {}
    names = dict.fromkeys(reference.get("name") for reference in list_store_references(live.get("spec") or {}))
    problems = {name: _find_problem(cluster, name, read_store(name)) for name in names if name}
    titles = {f'ClusterSecretStore "{name}" is not ready' for name, problem in problems.items() if problem is not None}
    reasons = [] if warning is None or warning in titles else [warning]
    for problem in filter(None, problems.values()):
        if not (reasons and problem.endswith(_ABSENT)):
            reasons.append(problem)
    return reasons


def _find_problem(cluster: Cluster, name: str, store: Store | None) -> str | None:
    """Why a store cannot be read from. None: it is ready."""
    if store is None:
        return f'ClusterSecretStore "{name}" {_ABSENT}'
    refused = _read_refusal(store)
    if refused is None:
        return None
    # Events of cluster-scoped objects are in "default"; they say more than the condition, often only a title.
    cause = _read_warning(cluster, "default", "ClusterSecretStore", name) or refused
    return f'ClusterSecretStore "{name}" is not ready: {cause}'


def unwrap(message: str) -> str:
    """A message of ESO on one line: the clause that names the cause, and the remote key if the clause does not."""
    text = " ".join(message.split())
    key = _KEY.search(text)
    while wrapper := _WRAPPERS.match(text):
        text = text[wrapper.end() :]
    if vault := _VAULT.fullmatch(text):
        text = f"{vault['cause']} ({vault['code']}, {vault['request']})"
    return flatten(text if key is None or key[1] in text else f'key "{key[1]}": {text}')


def _read_refusal(store: Store) -> str | None:
    """The message of a store that is not ready; None if the store is ready."""
    conditions = (store.get("status") or {}).get("conditions") or ()
    return next(
        (
            unwrap(str(entry.get("message")))
            for entry in conditions
            if entry.get("type") == "Ready" and entry.get("status") == "False"
        ),
        None,
    )


def _read_warning(cluster: Cluster, namespace: str, kind: str, name: str) -> str | None:
    """The latest warning event of an object; None if there is none, or the user may not read events."""
    selector = f"involvedObject.kind={kind},involvedObject.name={name},type=Warning"
    try:
        events = [*cluster.items(f"/api/v1/namespaces/{namespace}/events", fieldSelector=selector)]
    except ClusterError:
        return None
    latest = max(events, key=lambda event: str(event.get("lastTimestamp") or event.get("eventTime")), default=None)
    return None if latest is None else unwrap(str(latest.get("message")))
