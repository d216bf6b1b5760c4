"""The record of what an organization has, which is written before its removal and read after it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Final

from ..errors import OpenChoreoSecretsError
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
    """Context -> UID of its namespace ``kube-system``."""
    holdings: Holdings
    addresses: Mapping[str, str] = field(default_factory=dict)
    """URN of a resource in Vault -> address of the server."""

    def plain(self) -> dict[str, Any]:
        """The record as JSON data."""
        return {
            "version": _VERSION,
            "stack": self.stack,
            "organization": self.organization,
            "time": self.time,
            "clusters": dict(self.clusters),
            **plain_holdings(self.holdings),
            "addresses": dict(self.addresses),
        }

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
    """The record in a file.

    Args:
        text: content of the file.
        source: the file, for messages.
        stack: ``<pulumi organization>/<project>/<stack>``, which the record must be about.
        organization: the same.

    Raises:
        OpenChoreoSecretsError: it is not a record, or is about another organization.
    """
    try:
        content = json.loads(text)
        record = Record(
            _text(content["stack"]),
            _text(content["organization"]),
            _text(content["time"]),
            {_text(key): _text(value) for key, value in content["clusters"].items()},
            Holdings(
                tuple(_read_item(item) for item in content["items"]),
                tuple(RemoteKey(_text(item["store"]), _text(item["key"])) for item in content["remoteKeys"]),
                tuple(_text(note) for note in content["notes"]),
            ),
            {_text(key): _text(value) for key, value in content["addresses"].items()},
        )
        is_record = content["version"] == _VERSION
    except (ValueError, TypeError, KeyError, AttributeError):
        is_record = False
    if not is_record:
        msg = f"--record: {source} is not a record of this command; use another file, or delete it"
        raise OpenChoreoSecretsError(msg)
    if (record.stack, record.organization) != (stack, organization):
        msg = (
            f"--record: {source} is about the organization {record.organization} of the stack {record.stack}, not "
            f"about {organization} of {stack}; use another file"
        )
        raise OpenChoreoSecretsError(msg)
    return record


def _read_item(item: Mapping[str, Any]) -> Holding:
    names = [entry.name for entry in fields(Holding)]
    if unknown := item.keys() - {*names}:
        raise ValueError(unknown)
    return Holding(**{name: _text(item.get(name, "")) for name in names})


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value
