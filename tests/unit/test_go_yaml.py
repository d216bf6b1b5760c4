"""YAML as Pulumi reads it. `tests.platform.test_configuration` compares the same values with Pulumi's."""

from __future__ import annotations

import math
from typing import Any

import pytest
import yaml

from components.schema.go_yaml import load
from tests.unit.yaml_values import PLAIN


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
