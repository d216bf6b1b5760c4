"""A small IAM: what a policy document says about one request.

As far as the documents of this project go: explicit deny before allow, ``*`` and ``?`` in actions and resources, and
the condition operators ``StringEquals`` and ``ForAllValues:StringEquals``. Anything else is an error, so that no
document can use what is not evaluated here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Values = Mapping[str, str | Sequence[str]]


@dataclass(frozen=True)
class Request:
    """A request to AWS."""

    action: str
    resource: str = ""
    """ARN; empty for a trust policy, which is its role's."""
    principal: tuple[str, str] | None = None
    """Kind and ARN of who asks, for a trust policy."""
    context: Values = field(default_factory=dict)
    """Condition keys that AWS fills in."""


def allows(policy: Mapping[str, Any], request: Request) -> bool:
    """Whether a policy allows a request: some statement does, and none denies it."""
    assert policy["Version"] == "2012-10-17"
    effects = {each["Effect"] for each in policy["Statement"] if _applies(each, request)}
    assert effects <= {"Allow", "Deny"}
    return effects == {"Allow"}


def _applies(statement: Mapping[str, Any], request: Request) -> bool:
    unknown = statement.keys() - {"Sid", "Effect", "Principal", "Action", "Resource", "Condition"}
    assert not unknown, f"this IAM does not know {unknown}"
    assert ("Principal" in statement) != ("Resource" in statement), "a policy is either a trust policy, or it is not"
    if not any(_like(each.lower(), request.action.lower()) for each in _list(statement["Action"])):
        return False
    if "Resource" in statement:
        if not any(_like(each, request.resource) for each in _list(statement["Resource"])):
            return False
    elif not _is(statement["Principal"], request.principal):
        return False
    return all(
        _holds(operator, key, _list(wanted), request.context)
        for operator, keys in statement.get("Condition", {}).items()
        for key, wanted in keys.items()
    )


def _is(principal: Mapping[str, Any], asking: tuple[str, str] | None) -> bool:
    assert isinstance(principal, dict), "a principal that is anybody"
    return asking is not None and asking[1] in _list(principal.get(asking[0], ()))


def _holds(operator: str, key: str, wanted: Sequence[str], context: Values) -> bool:
    given = {name.lower(): value for name, value in context.items()}.get(key.lower())
    if operator == "StringEquals":
        return isinstance(given, str) and given in wanted
    assert operator == "ForAllValues:StringEquals", f"this IAM does not know {operator}"
    return set(_list(given or ())) <= set(wanted)


def _like(pattern: str, text: str) -> bool:
    assert "$" not in pattern, "this IAM knows no policy variables"
    parts = {"*": ".*", "?": "."}
    return re.fullmatch("".join(parts.get(each, re.escape(each)) for each in pattern), text, re.DOTALL) is not None


def _list(value: str | Sequence[str]) -> Sequence[str]:
    return [value] if isinstance(value, str) else value
