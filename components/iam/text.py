"""A policy document as data and as text."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

Document = dict[str, Any]
"""A policy: ``Version`` and ``Statement``, JSON types only."""

_VERSION: Final = "2012-10-17"


def build_document(*statements: Mapping[str, Any]) -> Document:
    """A policy document with these statements."""
    return {"Version": _VERSION, "Statement": [dict(statement) for statement in statements]}


def build_statement(actions: Sequence[str], resource: str | Sequence[str], **parts: Any) -> dict[str, Any]:
    """A statement that allows actions on resources; ``parts`` adds ``Sid`` or ``Condition``."""
    return {"Effect": "Allow", "Action": list(actions), "Resource": resource, **parts}


def format_document(policy: Document) -> str:
    """The policy as JSON text. Equal policies give equal texts, so that Pulumi shows no difference."""
    return json.dumps(policy, separators=(",", ":"))
