"""Evaluates the forms of CEL that this package writes, and those in the conditions of OpenChoreo's own objects."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

from components.openchoreo.template_engine import find_expressions

_TOKEN: Final = re.compile(
    r"""\s*("(?:\\.|[^"\\])*"|'[^'\\]*'|[0-9]+|[A-Za-z_]\w*|&&|\|\||==|!=|[?:!+.,()\[\]{}])""", re.DOTALL
)
_FUNCTIONS: Final = frozenset({"dyn", "string", "has"})
Variables = Mapping[str, Any]
Code = Callable[[Variables], Any]


class EvaluationError(Exception):
    """The expression has no value."""


class FormError(Exception):
    """The expression has a form that this module does not evaluate."""


def render(value: Any, variables: Variables) -> Any:
    """A template as OpenChoreo renders it: a text that is one expression has the type of its result."""
    if isinstance(value, dict):
        return {render(key, variables): render(item, variables) for key, item in value.items()}
    if isinstance(value, list):
        return [render(item, variables) for item in value]
    if not isinstance(value, str):
        return value
    expressions = list(find_expressions(value))
    if len(expressions) == 1 and value[expressions[0].start : expressions[0].end] == value.strip():
        return evaluate(expressions[0].code, variables)
    text, end = "", 0
    for expression in expressions:
        text += value[end : expression.start] + _text(evaluate(expression.code, variables))
        end = expression.end
    return text + value[end:]


def evaluate(code: str, variables: Variables) -> Any:
    """The result of an expression without ``${}``."""
    parser = _Parser(_tokenize(code))
    try:
        result = parser.choice()
    except IndexError:
        # A value is missing at the end.
        raise FormError(code) from None
    if parser.tokens:
        raise FormError(code)
    return result(variables)


def _tokenize(code: str) -> list[str]:
    tokens, position, end = [], 0, len(code.rstrip())
    while position < end:
        match = _TOKEN.match(code, position)
        if match is None:
            raise FormError(code)
        tokens.append(match.group(1))
        position = match.end()
    return tokens


def _text(value: Any) -> str:
    return json.dumps(value) if isinstance(value, bool) else str(value)


class _Parser:
    """Recursive descent, as in the grammar of CEL. Only the branch that is chosen is evaluated."""

    def __init__(self, tokens: list[str]) -> None:
        self.tokens = tokens

    def choice(self) -> Code:
        condition = self._either()
        if not self._skip("?"):
            return condition
        first = self._either()
        self._expect(":")
        second = self.choice()
        return lambda variables: (first if _boolean(condition(variables)) else second)(variables)

    def _either(self) -> Code:
        left = self._both()
        while self._skip("||"):
            left = partial(_either, left, self._both())
        return left

    def _both(self) -> Code:
        left = self._relation()
        while self._skip("&&"):
            left = partial(_both, left, self._relation())
        return left

    def _relation(self) -> Code:
        left = self._sum()
        if self._skip("in"):
            right = self._sum()
            return lambda variables: left(variables) in right(variables)
        if self._skip("=="):
            return partial(_equal, left, self._sum())
        if self._skip("!="):
            different = partial(_equal, left, self._sum())
            return lambda variables: not different(variables)
        return left

    def _sum(self) -> Code:
        left = self._operand()
        while self._skip("+"):
            left = partial(_add, left, self._operand())
        return left

    def _operand(self) -> Code:
        if self._skip("!"):
            operand = self._operand()
            return lambda variables: not _boolean(operand(variables))
        value = self._value()
        while self.tokens and self.tokens[0] in {".", "["}:
            if self._skip("."):
                value = partial(_select_from, value, partial(_constant, self.tokens.pop(0)))
            else:
                self._expect("[")
                value = partial(_select_from, value, self.choice())
                self._expect("]")
        return value

    def _value(self) -> Code:
        token = self.tokens.pop(0)
        if token == "(":
            inner = self.choice()
            self._expect(")")
            return inner
        if token == "[":
            items = self._items("]")
            return lambda variables: [item(variables) for item, _ in items]
        if token == "{":
            pairs = self._items("}")
            return lambda variables: {key(variables): value(variables) for key, value in pairs}
        if token[0] in "\"'":
            text = json.loads(token) if token[0] == '"' else token[1:-1]
            return partial(_constant, text)
        if token.isdigit() or token in {"true", "false"}:
            constant = json.loads(token)
            return partial(_constant, constant)
        return self._name(token)

    def _name(self, name: str) -> Code:
        if not self._skip("("):
            return lambda variables: _select(variables, name)
        if name not in _FUNCTIONS:
            msg = f"{name}(...)"
            raise FormError(msg)
        argument = self.choice()
        self._expect(")")
        functions: dict[str, Code] = {
            "dyn": argument,
            "string": lambda v: _text(argument(v)),
            "has": lambda v: _exists(argument, v),
        }
        return functions[name]

    def _items(self, closing: str) -> list[tuple[Code, Code]]:
        items = []
        while not self._skip(closing):
            key = self.choice()
            items.append((key, self.choice() if self._skip(":") else key))
            if not self._skip(","):
                self._expect(closing)
                break
        return items

    def _skip(self, token: str) -> bool:
        if not self.tokens or self.tokens[0] != token:
            return False
        del self.tokens[0]
        return True

    def _expect(self, token: str) -> None:
        if not self._skip(token):
            msg = f"{token} is missing before {self.tokens[:3]}"
            raise FormError(msg)


def _constant(value: Any, _: Variables) -> Any:
    return value


def _either(one: Code, other: Code, variables: Variables) -> bool:
    return _boolean(one(variables)) or _boolean(other(variables))


def _both(one: Code, other: Code, variables: Variables) -> bool:
    return _boolean(one(variables)) and _boolean(other(variables))


def _equal(one: Code, other: Code, variables: Variables) -> bool:
    return bool(one(variables) == other(variables))


def _add(one: Code, other: Code, variables: Variables) -> Any:
    return one(variables) + other(variables)


def _select_from(value: Code, key: Code, variables: Variables) -> Any:
    return _select(value(variables), key(variables))


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        msg = f"{value!r} is no boolean"
        raise FormError(msg)
    return value


def _select(value: Any, key: Any) -> Any:
    if key not in value:
        raise EvaluationError(key)
    return value[key]


def _exists(argument: Code, variables: Variables) -> bool:
    try:
        argument(variables)
    except EvaluationError:
        return False
    return True
