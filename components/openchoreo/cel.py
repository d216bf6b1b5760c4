"""The words of CEL, the language of OpenChoreo's expressions: texts, brackets, operators and names, without a grammar.

It recognises what no CEL parser accepts. Some invalid expressions pass, but no valid one is refused.

Source: the language definition of ``google/cel-spec`` and the grammar ``CEL.g4`` of ``google/cel-go``.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

_TOKEN: Final = re.compile(
    r"""
    (?P<space> (?: \s | //[^\n]* )+ )
  | (?P<text> [bB]? (?:
        [rR] (?: \"{3}.*?\"{3} | '{3}.*?'{3} | "[^"\n]*" | '[^'\n]*' )
      | \"{3}(?:\\.|[^\\])*?\"{3} | '{3}(?:\\.|[^\\])*?'{3} | "(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\\n])*'
    ) )
  | (?P<number> 0[xX][0-9a-fA-F]+[uU]? | (?: [0-9]+\.[0-9]+ | \.[0-9]+ | [0-9]+ ) (?: [eE][+-]?[0-9]+ )? [uU]? )
  | (?P<name> [A-Za-z_]\w* | `[^`\n]+` )
  | (?P<operator> && | \|\| | [=!<>]= | [<>+\-*/%?:!.,] )
  | (?P<opening> [(\[{] )
  | (?P<closing> [)\]}] )
    """,
    re.ASCII | re.DOTALL | re.VERBOSE,
)
_PAIRS: Final = {")": "(", "]": "[", "}": "{"}
_UNARY: Final = frozenset({"-", "!", "."})
_BOOLEAN: Final = frozenset({"==", "!=", "<", "<=", ">", ">=", "&&", "||", "in", "!", "?"})
_ARITHMETIC: Final = frozenset({"+", "-", "*", "/", "%"})
_CONSTANTS: Final = frozenset(
    {"true", "false", "null", "bool", "bytes", "double", "dyn", "int", "list", "map", "null_type", "string", "type"}
    | {"uint", "google", "base64", "cel", "lists", "math", "optional", "optional_type", "sets", "strings"}
)
"""Names that are no variables: literals, types, and the namespaces of functions in CEL's extensions."""


@dataclass(frozen=True)
class Token:
    """One word of an expression."""

    kind: str
    """``text``, ``number``, ``name``, ``operator``, ``opening``, ``closing``; ``invalid``: CEL does not allow it."""
    text: str
    """As written."""

    @property
    def ends_operand(self) -> bool:
        """Whether an operator can follow."""
        return self.kind in {"text", "number", "name", "closing"}


@dataclass
class _Bracket:
    """An open bracket, or the whole expression."""

    text: str
    call: bool = False
    """Whether arguments of a function are in it."""
    questions: int = 0
    """Number of ``?`` without their ``:``."""


def tokenize(code: str) -> list[Token]:
    """The words of an expression. What follows a character that CEL does not allow is one ``invalid`` word."""
    tokens: list[Token] = []
    position = 0
    while position < len(code):
        match = _TOKEN.match(code, position)
        if match is None:
            return [*tokens, Token("invalid", code[position:])]
        kind = str(match.lastgroup)
        if kind != "space":
            tokens.append(Token("operator" if match.group() == "in" else kind, match.group()))
        position = match.end()
    return tokens


def find_syntax_problem(tokens: Sequence[Token]) -> str | None:
    """Why no CEL parser accepts an expression, as a clause. None: brackets and operators are in order."""
    brackets = [_Bracket("")]
    before: Token | None = None
    for token in tokens:
        problem = _pair_problem(before, token) or _bracket_problem(brackets, before, token)
        if problem is not None:
            return problem
        before = token
    if before is None:
        return "it is empty"
    if len(brackets) > 1:
        return f'a "{brackets[-1].text}" is not closed'
    return f'nothing follows "{before.text}"' if before.kind == "operator" else _choice_problem(brackets[-1])


def _pair_problem(before: Token | None, token: Token) -> str | None:
    """What is wrong with a word after another one."""
    operand = before is not None and before.ends_operand
    operator = before is not None and before.kind == "operator"
    previous = before.text if before is not None else ""
    if token.kind == "invalid":
        return "a text has no end" if token.text[0] in "'\"" else f"it contains {token.text[0]!r}"
    if previous == "." and token.kind != "name" and token.text != "?":
        return 'no name follows "."'
    if operand and (token.kind in {"text", "number", "name"} or token.text == "!"):
        return f'no operator is between "{previous}" and "{token.text}"'
    if token.kind == "operator" and not (operand or token.text in _UNARY or _is_optional(before, token)):
        return f'nothing precedes "{token.text}"'
    if operator and token.kind == "closing" and (previous != "," or token.text == ")"):
        return f'nothing follows "{previous}"'
    return None


def _bracket_problem(brackets: list[_Bracket], before: Token | None, token: Token) -> str | None:
    """What is wrong with the bracket that a word is in or closes. ``brackets`` is changed."""
    bracket = brackets[-1]
    if token.kind == "opening":
        brackets.append(_Bracket(token.text, call=before is not None and before.ends_operand))
    elif token.kind == "closing":
        if bracket.text != _PAIRS[token.text]:
            return f'"{token.text}" closes no "{_PAIRS[token.text]}"'
        if token.text == ")" and not bracket.call and before is not None and before.kind == "opening":
            return 'nothing is between "(" and ")"'
        brackets.pop()
        return _choice_problem(bracket)
    elif token.text == "?" and not _is_optional(before, token):
        bracket.questions += 1
    elif token.text == ":" and bracket.questions:
        bracket.questions -= 1
    elif token.text == ":" and bracket.text != "{":
        return '":" follows no "?"'
    elif token.text == ",":
        return _choice_problem(bracket) if bracket.text else '"," is in no brackets'
    return None


def _choice_problem(bracket: _Bracket) -> str | None:
    return '"?" is followed by no ":"' if bracket.questions else None


def _is_optional(before: Token | None, token: Token) -> bool:
    """Whether it is the ``?`` of an optional field or entry: ``a.?b``, ``[?a]``, ``{?"a": b}``."""
    return token.text == "?" and before is not None and before.text in {".", "[", "{", ","}


def find_references(tokens: Sequence[Token]) -> Iterator[tuple[str, ...]]:
    """Each variable with the fields that follow it: ``("metadata", "labels")``.

    It omits literals, functions, methods, and variables that a macro such as ``map`` declares.
    """
    declared = _find_declared(tokens)
    for index, token in enumerate(tokens):
        if token.kind != "name" or _is_member(tokens, index) or _text(tokens, index + 1) in {"(", "{"}:
            continue
        if token.text not in declared | _CONSTANTS:
            yield (token.text, *_fields(tokens, index + 1))


def _fields(tokens: Sequence[Token], index: int) -> Iterator[str]:
    while _text(tokens, index) == ".":
        index += 2 if _text(tokens, index + 1) == "?" else 1
        if _text(tokens, index + 1) == "(":
            return
        yield tokens[index].text.strip("`")
        index += 1


def _find_declared(tokens: Sequence[Token]) -> set[str]:
    """Names that a macro may declare: the first names in the brackets of a method, ``items.map(index, item, ...)``."""
    declared = set()
    for index, token in enumerate(tokens):
        if token.kind == "name" and _is_member(tokens, index) and _text(tokens, index + 1) == "(":
            place = index + 2
            while place + 1 < len(tokens) and tokens[place].kind == "name" and tokens[place + 1].text == ",":
                declared.add(tokens[place].text)
                place += 2
    return declared


def _is_member(tokens: Sequence[Token], index: int) -> bool:
    before = _text(tokens, index - 1)
    return before == "." or (before == "?" and _text(tokens, index - 2) == ".")


def _text(tokens: Sequence[Token], index: int) -> str:
    return tokens[index].text if 0 <= index < len(tokens) else ""


def is_never_boolean(tokens: Sequence[Token], others: Collection[str]) -> bool:
    """Whether the result of an expression cannot be true or false.

    Args:
        tokens: of an expression with a valid syntax.
        others: variables whose fields are texts, lists and mappings.
    """
    outer = list(_find_outer(tokens))
    operators = {token.text for token in outer if token.kind == "operator"}
    if operators & _BOOLEAN:
        return False
    if operators & _ARITHMETIC:
        return True
    first = outer[0]
    if len(outer) == 1:
        return first.kind in {"text", "number"} or first.text in {"null", *others}
    if first.kind == "opening" and len(outer) == 2:  # noqa: PLR2004 -- one pair of brackets
        return first.text != "(" or is_never_boolean(tokens[1:-1], others)
    return first.text in others and all(token.kind == "name" or token.text == "." for token in outer)


def _find_outer(tokens: Sequence[Token]) -> Iterator[Token]:
    """The words that are in no brackets, and those brackets."""
    depth = 0
    for token in tokens:
        depth -= token.kind == "closing"
        if depth == 0:
            yield token
        depth += token.kind == "opening"
