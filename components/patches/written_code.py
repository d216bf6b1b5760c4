"""The expressions that this package writes, without ``${}``: all their forms, so that tests can evaluate them.

Source: ``internal/template/engine.go`` of openchoreo/openchoreo v1.2.3, and the limits of ``google/cel-go``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ..errors import PatchError
from ..openchoreo.template_engine import START, find_expressions

MAX_CODE: Final = 100_000
"""Number of characters in an expression that cel-go still parses."""
_MEMBERSHIP: Final = re.compile(r"([\w.]+) in (?=\[)")
_NO_SCALAR: Final = "is a list or a mapping; expected a text, a number, true or false"


def write_text(text: str) -> str:
    """A text in quotation marks. CEL has no pairs of escapes for one character, so such characters stay as they are."""
    return json.dumps(text, ensure_ascii=False)


def write_value(value: Any) -> str:
    """A value of a template as an expression with the same result.

    Raises:
        ExpressionError: it is a text with an expression that has no end.
        TypeError: it is a list or a mapping.
    """
    if isinstance(value, list | dict):
        raise TypeError(_NO_SCALAR)
    if not isinstance(value, str):
        # CEL refuses a choice between a text and a literal of another type.
        return f"dyn({json.dumps(value)})"
    expressions = list(find_expressions(value))
    # OpenChoreo ignores space around a single expression, which is often the end of a YAML block.
    if len(expressions) == 1 and value.strip() == value[expressions[0].start : expressions[0].end]:
        return _end_comment(expressions[0].code)
    parts, end = [], 0
    for expression in expressions:
        parts += [*_literal(value[end : expression.start]), f"string({_end_comment(expression.code)})"]
        end = expression.end
    parts += _literal(value[end:])
    return " + ".join(parts) or '""'


def write_membership(variable: str, namespaces: Iterable[str]) -> str:
    """Whether the namespace is one of these."""
    return f"{variable} in [{', '.join(write_text(namespace) for namespace in sorted(namespaces))}]"


@dataclass(frozen=True)
class Membership:
    """What code begins with, as `write_membership` writes it."""

    variable: str
    """Expression for the namespace."""
    namespaces: tuple[str, ...]
    """Sorted."""
    rest: str
    """What follows."""


def read_membership(code: str) -> Membership | None:
    """What `write_membership` has written at the beginning of code. None: the code has another form."""
    match = _MEMBERSHIP.match(code)
    if match is None:
        return None
    try:
        names, end = json.JSONDecoder().raw_decode(code, match.end())
    except ValueError:
        return None
    texts = all(isinstance(name, str) for name in names)
    return Membership(match[1], tuple(sorted(names)), code[end:]) if texts else None


def write_choice(variable: str, texts: Mapping[str, str]) -> str:
    """The text of the namespace; evaluation fails for a namespace that has none.

    Args:
        variable: expression for the namespace.
        texts: namespace -> text.
    """
    pairs = (f"{write_text(namespace)}: {write_text(text)}" for namespace, text in sorted(texts.items()))
    return f"{{{', '.join(pairs)}}}[{variable}]"


def embed(code: str) -> str:
    """The expression as a text of a template.

    Raises:
        PatchError: it is longer than what OpenChoreo parses; the message completes a sentence about its place.
    """
    if len(code) > MAX_CODE:
        size = f"becomes an expression of {len(code):,} characters"
        msg = f"{size}; expected at most {MAX_CODE:,}, so use fewer or shorter names"
        raise PatchError(msg)
    return f"{START}{code}}}"


def _end_comment(code: str) -> str:
    """The code, after which a bracket can follow: without the end of the line, the bracket is part of a comment."""
    code = code.strip()
    return f"{code}\n" if "//" in code else code


def _literal(text: str) -> Iterator[str]:
    if text:
        yield write_text(text)
