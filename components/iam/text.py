"""A policy document as data and as text."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final, cast

from ..schema.deferred import InputStr, lift, resolve_tree

Document = dict[str, Any]
"""A policy: ``Version`` and ``Statement``, JSON types only."""

_VERSION: Final = "2012-10-17"


def build_document(*statements: dict[str, Any]) -> Document:
    """A policy document with these statements."""
    return {"Version": _VERSION, "Statement": list(statements)}


def build_statement(actions: Sequence[str], resource: InputStr | Sequence[InputStr], **parts: Any) -> dict[str, Any]:
    """A statement that allows actions on resources; ``parts`` adds ``Sid`` or ``Condition``."""
    return {"Effect": "Allow", "Action": list(actions), "Resource": resource, **parts}


def format_document(policy: Document) -> InputStr:
    """The policy as JSON text, deferred if a part of it is.

    Equal policies give equal texts, so that Pulumi shows no difference.
    """
    return cast("InputStr", lift(lambda tree: json.dumps(tree, separators=(",", ":")), resolve_tree(policy)))
