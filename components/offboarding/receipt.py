"""The receipt of a removal: what went, what is left, and what stays by design."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ..table import format_table
from .holdings import THERE, Holding, Holdings, RemoteKey
from .record import Record, plain_holdings, plain_items
from .state import describe_content

_HEADINGS: Final = ("WHERE", "KIND", "NAMESPACE", "NAME", "PART")
_STATUS: Final = (*_HEADINGS, "STATUS")
_KEYS: Final = ("STORE", "KEY")
_GONE, _LEFT, _STAYS, _UNCHECKED = "gone", "left", "stays", "unchecked"
_IN_STATE: Final = "in the state; no update has removed it"
_PART: Final = "still in the object; an update without the organization removes it"
_CHECKS: Final = {
    "aws:iam/role:Role": "aws iam get-role --role-name {}",
    "aws:kms/key:Key": "aws kms describe-key --key-id {}",
    "aws:secretsmanager/secret:Secret": "aws secretsmanager describe-secret --secret-id {}",
}
"""Type of a resource -> command with which a person can look for it."""

Answer = tuple[bool | None, str]
"""Whether a manager still has a resource (None: it was not asked), and why, for people."""


@dataclass(frozen=True)
class Receipt:
    """What has become of everything that an organization had."""

    record: Record
    updated: str
    """When the last update wrote the state, as RFC 3339. Empty: unknown."""
    checked: str
    """When the clusters and the state were read."""
    gone: tuple[Holding, ...]
    left: tuple[tuple[Holding, str], ...]
    """With the reason."""
    stays: tuple[tuple[Holding, str], ...]
    """The same, by design."""
    unchecked: tuple[tuple[Holding, str], ...]
    """Gone from the state; whether the manager still has them was not checked."""
    notes: tuple[str, ...] = ()
    """About what is there now."""

    @property
    def keys(self) -> tuple[RemoteKey, ...]:
        """What stays in the secret manager."""
        return self.record.holdings.keys

    def plain(self) -> dict[str, Any]:
        """The receipt as JSON data."""
        return {
            "stack": self.record.stack,
            "organization": self.record.organization,
            "recorded": self.record.time,
            "updated": self.updated,
            "checked": self.checked,
            "gone": plain_items(self.gone),
            **{
                name: [{**plain, "status": status} for plain, (_, status) in zip(_items(rows), rows, strict=True)]
                for name, rows in (("left", self.left), ("stays", self.stays), ("unchecked", self.unchecked))
            },
            "remoteKeys": [{"store": key.store, "key": key.key} for key in self.keys],
            "notes": list(self.notes),
        }

    def format(self) -> str:
        """The receipt as text."""
        update = f"last update {self.updated}, " if self.updated else ""
        head = (
            f"Organization {self.record.organization}, stack {self.record.stack}: recorded {self.record.time}, {update}"
            f"checked {self.checked}. What is gone went between the first and the last of these times."
        )
        parts = [head, *_section("Gone", _HEADINGS, [_row(item) for item in self.gone])]
        for title, rows in (
            ("Left", self.left),
            ("Stays by design", self.stays),
            ("Not in the state any more, not checked in the secret manager", self.unchecked),
        ):
            parts += _section(title, _STATUS, [(*_row(item), status) for item, status in rows])
        parts += _format_keys(self.keys)
        parts += _format_notes(self.notes)
        parts.append(self._format_end())
        return "\n\n".join(parts)

    def _format_end(self) -> str:
        if self.left:
            return f"{_count(len(self.left))} left."
        # Only copies have values of the organization; the other objects that stay have none.
        copies = {item.kind == "Secret" for item, _ in self.stays}
        exceptions = [
            *(["what stays by design"] if False in copies else []),
            *(["what others have created from its stores"] if True in copies else []),
        ]
        note = f", except {' and '.join(exceptions)}" if exceptions else ""
        return f"Nothing of the organization is left on the clusters and in the state{note}."


def build_receipt(
    record: Record,
    live: Holdings,
    survivors: Mapping[tuple[str, ...], str],
    answers: Mapping[Holding, Answer],
    times: tuple[str, str],
) -> Receipt:
    """Compare what an organization had with what is there now.

    Args:
        record: what it had.
        live: what it has now, by marks and state.
        survivors: place of an object that exists with its UID -> why, whatever its marks are now.
        answers: recorded resource of the state -> what its manager answered.
        times: when the last update wrote the state, and when everything was read.
    """
    # Each place has one verdict, and what is there now decides before what was there.
    verdicts: dict[tuple[str, ...], tuple[str, Holding, str]] = {}
    for item in live.items:
        otherwise = _IN_STATE if item.is_in_state else _PART if item.part else THERE
        verdicts[item.place] = _judge_present(item, survivors.get(item.place, otherwise))
    for item in record.holdings.items:
        if item.place not in verdicts:
            verdicts[item.place] = _judge_absent(item, survivors, answers)
    sections: dict[str, list[tuple[Holding, str]]] = {}
    for section, item, reason in (verdicts[place] for place in sorted(verdicts)):
        sections.setdefault(section, []).append((item, reason))
    left, stays, unchecked = (tuple(sections.get(section, ())) for section in (_LEFT, _STAYS, _UNCHECKED))
    gone = tuple(item for item, _ in sections.get(_GONE, ()))
    return Receipt(record, *times, gone, left, stays, unchecked, live.notes)


def _judge_present(item: Holding, reason: str) -> tuple[str, Holding, str]:
    """The section of something that is there, and what it says."""
    if not item.stays:
        return _LEFT, item, reason
    return _STAYS, item, item.stays if reason.startswith((THERE, _IN_STATE, _PART)) else f"{item.stays}; {reason}"


def _judge_absent(
    item: Holding, survivors: Mapping[tuple[str, ...], str], answers: Mapping[Holding, Answer]
) -> tuple[str, Holding, str]:
    """The same for a recorded entry that neither marks nor the state show any more."""
    if item.place in survivors:
        return _judge_present(item, survivors[item.place])
    if not item.is_in_state:
        return _GONE, item, ""
    exists, reason = answers.get(item, (None, describe_check(item)))
    if item.stays:
        return _STAYS, item, f"{item.stays}; not checked"
    return {True: _LEFT, False: _GONE, None: _UNCHECKED}[exists], item, reason


def describe_check(item: Holding) -> str:
    """How a person can look for a resource in its manager, and what to expect there."""
    command = _CHECKS.get(item.kind)
    check = "not checked" if command is None else f"not checked: {command.format(shlex.quote(item.name))}"
    content = describe_content(item.kind)
    return f"{check}; {content}" if content else check


def format_holdings(title: str, holdings: Holdings) -> str:
    """What an organization has, as text.

    Args:
        title: the first line.
        holdings: what it has.
    """
    rows = [(*_row(item), item.stays) for item in holdings.items]
    parts = [title, *_section("", (*_HEADINGS, "STAYS"), rows), *_format_keys(holdings.keys)]
    parts += _format_notes(holdings.notes)
    return "\n\n".join(parts)


def plain_listing(stack: str, organization: str, time: str, holdings: Holdings) -> dict[str, Any]:
    """The same as JSON data."""
    return {"stack": stack, "organization": organization, "time": time, **plain_holdings(holdings)}


def _items(rows: Iterable[tuple[Holding, str]]) -> list[dict[str, str]]:
    return plain_items(item for item, _ in rows)


def _row(item: Holding) -> tuple[str, ...]:
    return item.where, item.kind, item.namespace, item.name, item.part


def _section(title: str, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """A table with a title; columns without a value are left out. Empty: there are no rows."""
    if not rows:
        return
    used = [index for index in range(len(headings)) if any(row[index] for row in rows)]
    table = format_table([headings[index] for index in used], [[row[index] for index in used] for row in rows])
    yield f"{title}:\n{table}" if title else table


def _format_keys(keys: Sequence[RemoteKey]) -> Iterator[str]:
    rows = [(key.store, key.key) for key in keys]
    yield from _section("Stays in the secret manager, unless the stack has created it", _KEYS, rows)


def _format_notes(notes: Sequence[str]) -> list[str]:
    return ["\n".join(f"- {note}" for note in notes)] if notes else []


def _count(number: int) -> str:
    return "1 item of the organization is" if number == 1 else f"{number} items of the organization are"
