"""Texts are read as OpenChoreo's template engine reads them."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings as hypothesis_settings, strategies as st

from components.openchoreo.template_engine import Expression, ExpressionError, becomes_list, find_expressions

FAST = hypothesis_settings(deadline=None, max_examples=200)
NESTED = "has an expression inside an expression"
OPEN = "has a ${ without a closing }"


@pytest.mark.parametrize(
    ("text", "expressions"),
    [
        ("", []),
        ("$x {a} }", []),
        ("${a}", [Expression(0, 4, "a")]),
        ("x ${a} y ${b}", [Expression(2, 6, "a"), Expression(9, 13, "b")]),
        ("${'{'}", [Expression(0, 6, "'{'")]),
        ('${"${x}"}', [Expression(0, 9, '"${x}"')]),
        ('${a == "}"}', [Expression(0, 11, 'a == "}"')]),
        (r"${'\'}'}", [Expression(0, 8, r"'\'}'")]),
        (r"${'\\'}", [Expression(0, 7, r"'\\'")]),
        ("${{'a': {}}}", [Expression(0, 12, "{'a': {}}")]),
        ('${"it\'s"}', [Expression(0, 9, '"it\'s"')]),
        ("$${a}", [Expression(1, 5, "a")]),
    ],
)
def test_expressions(text: str, expressions: list[Expression]) -> None:
    assert list(find_expressions(text)) == expressions


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("${", OPEN),
        ("${a", OPEN),
        ("${{a}", OPEN),
        ("${'a}", OPEN),
        ("${a\\'}", OPEN),
        ("${'a\\", OPEN),
        ("${a ${b}}", NESTED),
        ("${a ${b", NESTED),
    ],
)
def test_refused(text: str, message: str) -> None:
    with pytest.raises(ExpressionError) as raised:
        list(find_expressions(text))
    assert str(raised.value) == message


QUOTED = st.text(max_size=8).map(lambda text: json.dumps(text, ensure_ascii=False)) | st.text(max_size=8).map(
    lambda text: "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
)
CODE = st.recursive(
    QUOTED | st.text(alphabet="ab.+ ", max_size=5),
    lambda inner: inner.map(lambda code: f"{{{code}}}") | st.tuples(inner, inner).map("".join),
)
LITERAL = st.text(max_size=8).filter(lambda text: "$" not in text)


@given(st.lists(st.tuples(LITERAL, CODE), max_size=3), LITERAL)
@FAST
def test_what_is_between_texts_comes_out(parts: list[tuple[str, str]], last: str) -> None:
    text = "".join(f"{literal}${{{code}}}" for literal, code in parts) + last
    expressions = list(find_expressions(text))
    assert [expression.code for expression in expressions] == [code for _, code in parts]
    assert all(text[one.start : one.end] == f"${{{one.code}}}" for one in expressions)


@pytest.mark.parametrize(
    ("text", "becomes"),
    [
        ("[1,2]", True),
        ('["x"]', True),
        ("[]", True),
        ('[{"a": [null]}] ', True),
        ('["${metadata.name}"]', True),
        ("[${parameters.a}]", True),
        ("[" * 100_000 + "]" * 100_000, True),
        (" [1]", False),
        ("[a]", False),
        ("[1", False),
        ("[1] [2]", False),
        ("[NaN]", False),
        ("[${a", False),
        ('{"a": 1}', False),
        ("1", False),
        ("true", False),
        ("", False),
        ("[git.example.com]:2222 ssh-ed25519 AAAA", False),
    ],
)
def test_texts_that_become_lists(text: str, becomes: bool) -> None:
    assert becomes_list(text) is becomes


@given(st.lists(st.none() | st.booleans() | st.integers() | st.text(max_size=5), max_size=4))
@FAST
def test_every_array_becomes_a_list(values: list[object]) -> None:
    assert becomes_list(json.dumps(values).replace("$", ""))
