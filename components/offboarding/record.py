"""The record of what an organization has, which is written before its removal and read after it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Final

from ..errors import OpenChoreoSecretsError
from .entries import find_problem
from .holdings import Holding, Holdings, RemoteKey

_VERSION: Final = 1


@dataclass(frozen=True)
class Record:
    """What an organization had."""

    stack: str
    """``<pulumi organization>/<project>/<stack>``."""
    organization: str
    time: str
    """When it was read, as RFC 3339."""
    clusters: Mapping[str, str]
    """Name of a cluster, which is its context if no other one has it -> UID of its namespace ``kube-system``."""
    holdings: Holdings
    addresses: Mapping[str, str] = field(default_factory=dict)
    """URN of a resource in Vault -> address of the server, without a password."""

    def plain(self) -> dict[str, Any]:
        """The record as JSON data."""
        content = {
            "version": _VERSION,
            "stack": self.stack,
            "organization": self.organization,
            "time": self.time,
            "clusters": dict(self.clusters),
            **plain_holdings(self.holdings),
            "addresses": dict(self.addresses),
        }
        return {**content, "digest": build_digest(content)}

    @property
    def text(self) -> str:
        """The content of its file."""
        return f"{json.dumps(self.plain(), indent=2)}\n"


def plain_holdings(holdings: Holdings) -> dict[str, Any]:
    """Holdings as JSON data; empty fields of an item are left out."""
    return {
        "items": plain_items(holdings.items),
        "remoteKeys": [asdict(key) for key in holdings.keys],
        "notes": list(holdings.notes),
    }


def plain_items(items: Iterable[Holding]) -> list[dict[str, str]]:
    """The items as JSON data, without empty fields."""
    return [{key: value for key, value in asdict(item).items() if value} for item in items]


def read_record(text: str, source: str, stack: str, organization: str) -> Record:
    """The record in a file, as the command has written it: every name in it can be a part of a path.

    Args:
        text: content of the file.
        source: the file, for messages.
        stack: ``<pulumi organization>/<project>/<stack>``, which the record must be about.
        organization: the same.

    Raises:
        OpenChoreoSecretsError: it is not a record, was changed, or is about another organization.
    """
    record = None
    is_original = False
    try:
        content = json.loads(text)
        if content["version"] == _VERSION:
            record = _read(content)
            is_original = content["digest"] == build_digest(content)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        record = None
    if record is None:
        msg = f"--record: {source} is not a record of this command; use another file, or delete it"
        raise OpenChoreoSecretsError(msg)
    if not is_original:
        msg = f"--record: {source} is not as the command has written it; use the original file"
        raise OpenChoreoSecretsError(msg)
    if problem := find_problem(record.holdings.items, record.clusters):
        msg = f"--record: {source}: {problem}; use the original file"
        raise OpenChoreoSecretsError(msg)
    if (record.stack, record.organization) != (stack, organization):
        msg = (
            f"--record: {source} is about the organization {record.organization} of the stack {record.stack}, not "
            f"about {organization} of {stack}; use another file"
        )
        raise OpenChoreoSecretsError(msg)
    return record


def build_digest(content: Mapping[str, Any]) -> str:
    """The digest in a record, of everything else in it: a record that has lost an entry proves nothing.

    Raises:
        ValueError: the content cannot be JSON.
    """
    rest = {key: value for key, value in content.items() if key != "digest"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()


def _read(content: Mapping[str, Any]) -> Record:
    """The record in JSON data.

    Raises:
        TypeError: something has another type than in a record; also KeyError, ValueError and AttributeError.
    """
    items = tuple(_read_item(item) for item in _list(content["items"]))
    if not items:
        # The command writes none for an organization that has nothing.
        raise ValueError
    return Record(
        _text(content["stack"]),
        _text(content["organization"]),
        _text(content["time"]),
        {_text(key): _text(value) for key, value in content["clusters"].items()},
        Holdings(
            items,
            tuple(RemoteKey(_text(item["store"]), _text(item["key"])) for item in _list(content["remoteKeys"])),
            tuple(_note(note) for note in _list(content["notes"])),
        ),
        {_text(key): _text(value) for key, value in content["addresses"].items()},
    )


def _read_item(item: Mapping[str, Any]) -> Holding:
    names = [entry.name for entry in fields(Holding)]
    if unknown := item.keys() - {*names}:
        raise ValueError(unknown)
    return Holding(**{name: _text(item.get(name, "")) for name in names})


def _text(value: Any) -> str:
    """A text without control characters, which would change the terminal of its reader."""
    if not isinstance(value, str) or not value.isprintable():
        raise TypeError
    return value


def _note(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError
    return value
