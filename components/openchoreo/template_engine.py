"""How OpenChoreo's template engine reads a text: where its expressions are, and which texts it gives another type.

Source: ``internal/template/engine.go`` and ``internal/pipeline/*/pipeline.go`` of openchoreo/openchoreo v0.9.0 and
v1.2.3.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NoReturn

START: Final = "${"
"""What an expression begins with, wherever it is in a text."""
_QUOTES: Final = frozenset("'\"")
_NESTED: Final = "has an expression inside an expression"
_OPEN: Final = "has a ${ without a closing }"


@dataclass(frozen=True)
class Expression:
    """One ``${...}`` in a text."""

    start: int
    """Index of the ``$``."""
    end: int
    """Index after the closing brace."""
    code: str
    """What is between the braces."""


class ExpressionError(ValueError):
    """An expression does not end, or contains another one; the message completes a sentence about the text."""


def find_expressions(text: str) -> Iterator[Expression]:
    """The expressions in a text. Braces in quotation marks are part of the quoted text.

    Raises:
        ExpressionError: an expression does not end, or contains another one that is not quoted.
    """
    start = text.find(START)
    while start >= 0:
        end = _find_end(text, start + len(START))
        yield Expression(start, end, text[start + len(START) : end - 1])
        start = text.find(START, end)


def _find_end(text: str, index: int) -> int:
    """Index after the brace that closes an expression whose code begins at ``index``."""
    depth, quotation = 1, ""
    while index < len(text):
        character = text[index]
        if quotation:
            if character == "\\":
                index += 1
            elif character == quotation:
                quotation = ""
        elif character in _QUOTES:
            quotation = character
        elif text.startswith(START, index):
            raise ExpressionError(_NESTED)
        else:
            depth += (character == "{") - (character == "}")
        index += 1
        if not depth:
            return index
    raise ExpressionError(_OPEN)


def becomes_list(text: str) -> bool:
    """Whether a workflow renders a list instead of the text: it is a JSON array, whatever its expressions become."""
    if not text.startswith("["):
        return False
    try:
        expressions = list(find_expressions(text))
    except ExpressionError:
        expressions = []
    for expression in reversed(expressions):
        text = f"{text[: expression.start]}0{text[expression.end :]}"
    try:
        json.loads(text, parse_int=str, parse_float=str, parse_constant=_refuse)
    except ValueError:
        return False
    except RecursionError:
        return True
    return True


def _refuse(constant: str) -> NoReturn:
    """JSON of Go has no ``NaN`` and no ``Infinity``."""
    raise ValueError(constant)
