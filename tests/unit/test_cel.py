"""What no CEL parser accepts is recognised, and nothing that one accepts is refused."""

from __future__ import annotations

import pytest
from hypothesis import given, settings as hypothesis_settings, strategies as st

from components.openchoreo.cel import find_references, find_syntax_problem, is_never_boolean, tokenize

FAST = hypothesis_settings(deadline=None, max_examples=200)


def _problem(code: str) -> str | None:
    return find_syntax_problem(tokenize(code))


@pytest.mark.parametrize(
    "code",
    [
        "a",
        " .a.b ",
        "a.b[0]['c'].d(1, x)",
        "-1 - -2 + 3u * 0x1F / 1.5e-3 % .5",
        "!a && !!b || (c)",
        "a ? b : c ? d : e",
        "{a ? 'b' : 'c': 1, 'd': e ? f : g,}",
        "[a, b ? c : d,]",
        "[?a.?b, ?c[?0]].orValue('')",
        "{?'a': b}",
        "T{a: 1}",
        "f()",
        "[] + [{}]",
        "a in [1] // a comment",
        r"""'it\'s' + "say \"a\"" + r'\' + b'a' + bR"x" + '''a'b''' + '""' + r\"\"\"a"b\"\"\" """.replace(
            r"\"\"\"", '"""'
        ),
        "a.`b-c`",
        "items.map(item, item.a == ')')",
        "a\n  .b",
    ],
)
def test_what_a_parser_accepts(code: str) -> None:
    assert _problem(code) is None


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        ("", "it is empty"),
        (" // nothing", "it is empty"),
        ("a b", 'no operator is between "a" and "b"'),
        ("a 'b'", 'no operator is between "a" and "\'b\'"'),
        ("(a) 1", 'no operator is between ")" and "1"'),
        ("a ! b", 'no operator is between "a" and "!"'),
        ("1 +", 'nothing follows "+"'),
        ("+ 1", 'nothing precedes "+"'),
        ("a == == b", 'nothing precedes "=="'),
        ("in a", 'nothing precedes "in"'),
        ("(a &&)", 'nothing follows "&&"'),
        ("f(a,)", 'nothing follows ","'),
        ("a, b", '"," is in no brackets'),
        ("a.", 'nothing follows "."'),
        ("a..b", 'no name follows "."'),
        ("a.1", 'no operator is between "a" and ".1"'),
        ("a.'b'", 'no name follows "."'),
        ("()", 'nothing is between "(" and ")"'),
        ("(a", 'a "(" is not closed'),
        ("a)", '")" closes no "("'),
        ("[a)", '")" closes no "("'),
        ("a ? b", '"?" is followed by no ":"'),
        ("(a ? b)", '"?" is followed by no ":"'),
        ("[a ? b, c]", '"?" is followed by no ":"'),
        ("a : b", '":" follows no "?"'),
        ("a = b", "it contains '='"),
        ("a & b", "it contains '&'"),
        ("a;", "it contains ';'"),
        ("ä", "it contains 'ä'"),
        ("\x00", "it contains '\\x00'"),
        ("'a", "a text has no end"),
        ('"a\n"', "a text has no end"),
    ],
)
def test_what_no_parser_accepts(code: str, problem: str) -> None:
    assert _problem(code) == problem


@pytest.mark.parametrize(
    ("code", "references"),
    [
        ("metadata.name", [("metadata", "name")]),
        ("metadata.labels.team + parameters.a.b", [("metadata", "labels", "team"), ("parameters", "a", "b")]),
        ("metadata.?labels[metadata.name].x", [("metadata", "labels"), ("metadata", "name")]),
        ("workload.`a-b`", [("workload", "a-b")]),
        ("metadata.name.startsWith('a') && has(parameters.b)", [("metadata", "name"), ("parameters", "b")]),
        ("oc_omit()", []),
        ("configurations.toVolumes()", [("configurations",)]),
        ("Message{field: x}", [("field",), ("x",)]),
        ("items.map(item, item.name == other)", [("items",), ("other",)]),
        ("items.transformMapEntry(i, item, {item.name: i})", [("items",)]),
        ("math.greatest(1, b) == int('1') || type(c) == string || true", [("b",), ("c",)]),
        ("'metadata.name'", []),
        ("1", []),
    ],
)
def test_references(code: str, references: list[tuple[str, ...]]) -> None:
    assert list(find_references(tokenize(code))) == references


@pytest.mark.parametrize(
    ("code", "never"),
    [
        ("'a'", True),
        ("1", True),
        ("null", True),
        ("true", False),
        ("metadata", True),
        ("metadata.name", True),
        ("metadata.name.startsWith('a')", False),
        ("metadata.labels['a']", False),
        ("parameters.a", False),
        ("parameters", False),
        ("f(1)", False),
        ("1 + 2", True),
        ("-a", True),
        ("'a' + b == c", False),
        ("!a", False),
        ("a ? 'b' : 'c'", False),
        ("'a' in b", False),
        ("[a == b]", True),
        ("{'a': true}", True),
        ("(a == b)", False),
        ("(a + b)", True),
        ("((1))", True),
        ("[a].exists(x, x == 1)", False),
    ],
)
def test_never_boolean(code: str, never: bool) -> None:
    assert is_never_boolean(tokenize(code), {"metadata"}) is never


ATOMS = st.sampled_from(
    ["a", "metadata.name", "1", "2.5", "'}'", '"${"', "r'\\'", "true", "f(a, 'b')", "[a, b]", "{'a': b}"]
)
"""Complete expressions, with brackets and quotation marks of all kinds."""
EXPRESSIONS = st.recursive(
    ATOMS,
    lambda inner: (
        st.tuples(inner, st.sampled_from(["+", "-", "==", "&&", "in", "<="]), inner).map(" ".join)
        | st.tuples(inner, inner, inner).map(lambda parts: "({} ? {} : {})".format(*parts))
        | inner.map(lambda code: f"!({code})")
        | inner.map(lambda code: f"items.map(x, {code})")
        | st.lists(inner, max_size=3).map(lambda codes: f"[{', '.join(codes)}]")
    ),
    max_leaves=6,
)


@given(EXPRESSIONS)
@FAST
def test_every_expression_of_the_grammar_is_accepted(code: str) -> None:
    assert _problem(code) is None


@given(EXPRESSIONS, st.sampled_from([" +", " b", ")", " ? a", ".", " ==", " '"]))
@FAST
def test_an_end_that_is_obviously_wrong_is_refused(code: str, end: str) -> None:
    assert _problem(code + end) is not None


@given(st.text(alphabet="ab1.,:?!+-=<>&|()[]{}'\"\\r \n", max_size=15))
@FAST
def test_any_text_is_examined(code: str) -> None:
    tokens = tokenize(code)
    if find_syntax_problem(tokens) is None:
        list(find_references(tokens))
        is_never_boolean(tokens, {"a"})
