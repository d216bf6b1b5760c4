"""YAML as Pulumi reads it. `tests.platform.test_configuration` compares the same values with Pulumi's."""

from __future__ import annotations

import math
from typing import Any

import pytest
import yaml

from components.schema.go_yaml import describe_error, load
from tests.unit.samples import CANARY
from tests.unit.yaml_values import MERGED, PLAIN


@pytest.mark.parametrize(("text", "value"), MERGED.items())
def test_merged_mappings(text: str, value: Any) -> None:
    assert load(text) == value


@pytest.mark.parametrize(("text", "value"), PLAIN.items())
def test_plain_values(text: str, value: Any) -> None:
    assert (load(f"key: {text}"), type(load(text))) == ({"key": value}, type(value))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("'no'", "no"),
        ('"017"', "017"),
        ("{on: off}", {"on": "off"}),
        ("<<: {a: 1}\nb: 2", {"a": 1, "b": 2}),
        (".inf", math.inf),
        ("-.INF", -math.inf),
        ("", None),
        ("2020-99-99", "2020-99-99"),
        ("0b_", "0b_"),
        ("2020-01-02t03:04:05.10+02:00", "2020-01-02 03:04:05.1 +0200 +0200"),
        ("2020-01-02T03:04:05Z", "2020-01-02 03:04:05 +0000 UTC"),
    ],
)
def test_other_values(text: str, value: Any) -> None:
    assert load(text) == value


def test_no_number() -> None:
    assert math.isnan(load(".nan"))


def test_invalid_text() -> None:
    with pytest.raises(yaml.YAMLError):
        load("{")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param("a: 1\nb: 2\na: 3\n", 'it has the key "a" twice (lines 1 and 3)', id="whole-file"),
        pytest.param("x:\n  - {name: a, name: b}\n", 'it has the key "name" twice (line 2)', id="nested"),
        pytest.param("a: {}\n'a': 1", 'it has the key "a" twice (lines 1 and 2)', id="quoted"),
        pytest.param("p:clusters: 1\np:clusters: 1", 'it has the key "p:clusters" twice (lines 1 and 2)', id="prefix"),
        pytest.param('1: 1\n"1": 1', "it has a key twice (lines 1 and 2)", id="a-number-and-its-text"),
        pytest.param("a b: 1\na b: 1", "it has a key twice (lines 1 and 2)", id="no-name"),
        pytest.param(f"{CANARY}: 1\n{CANARY}: 1", "it has a key twice (lines 1 and 2)", id="a-token"),
        pytest.param("? [a]\n: {b: 1, b: 2}", 'it has the key "b" twice (line 2)', id="below-a-list-as-a-key"),
        pytest.param("x: &x {a: 1}\ny:\n  <<: *x\n  <<: *x", "it has a key twice (lines 3 and 4)", id="two-merges"),
        pytest.param("a: 1\nb: {<<: hush}", "it merges what is no mapping (line 2)", id="a-merged-text"),
        pytest.param("<<: [{a: 1}, [hush]]", "it merges what is no mapping (line 1)", id="a-merged-list"),
        pytest.param("x: &x\n  <<: *x", "it is nested more than 100 levels deep", id="merged-into-itself"),
        pytest.param("[" * 101 + "]" * 101, "it is nested more than 100 levels deep", id="deep"),
        pytest.param("[" * 9999 + "]" * 9999, "it is nested more than 100 levels deep", id="very-deep"),
        pytest.param("a: &a [*a]", "it is nested more than 100 levels deep", id="an-anchor-in-itself"),
        pytest.param(f"a:\n- {'1' * 1001}", "it has a number of more than 1000 digits (line 2)", id="digits"),
        pytest.param(f"0x{'f' * 5000}", "it has a number of more than 1000 digits (line 1)", id="other-digits"),
        *(
            pytest.param(text, "it has a value that its tag does not allow", id=text)
            for text in ("!!int hush", "!!int [1]", "!!float hush", "!!bool hush", "!!timestamp hush")
        ),
        pytest.param("a: [\n", "it is not valid YAML (line 2)", id="syntax"),
        pytest.param("\x00", "it is not valid YAML", id="characters"),
    ],
)
def test_refused_texts(text: str, reason: str) -> None:
    with pytest.raises(yaml.YAMLError) as caught:
        load(text)
    assert describe_error(caught.value) == reason


def test_deep_and_long_values() -> None:
    assert load(f"{'[' * 100}{']' * 100}") != []
    assert load("1" * 1000) == int("1" * 1000)
    lines = [f"a{number}: &a{number} [{', '.join([f'*a{number - 1}'] * 9)}]" for number in range(1, 30)]
    assert len(load("\n".join(["a0: &a0 [x]", *lines]))) == 30


def test_merged_keys_are_no_duplicates() -> None:
    text = "x: &x {one: 1, two: 1}\ny: &y {<<: *x, one: 2}\nz: {<<: *y, two: 3}\nagain: *x\n"
    first = {"one": 1, "two": 1}
    assert load(text) == {"x": first, "y": {"one": 2, "two": 1}, "z": {"one": 2, "two": 3}, "again": first}


def test_a_file_that_cannot_be_opened() -> None:
    assert describe_error(PermissionError(13, "Permission denied")) == "Permission denied"
