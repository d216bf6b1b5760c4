"""The validator itself: what it accepts and what it rejects."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.crd_schema import Definitions

SPEC: dict[str, Any] = {
    "type": "object",
    "required": ["name"],
    "properties": {
        "name": {"type": "string", "pattern": "^[a-z]+$"},
        "port": {"x-kubernetes-int-or-string": True, "anyOf": [{"type": "integer"}, {"type": "string"}]},
        "count": {"type": "integer", "format": "int32", "default": 1},
        "maybe": {"type": "object", "nullable": True, "properties": {"a": {"type": "string"}}},
        "labels": {"type": "object", "additionalProperties": {"type": "string"}},
        "free": {
            "type": "object",
            "x-kubernetes-preserve-unknown-fields": True,
            "properties": {"a": {"type": "string"}},
        },
        "list": {"type": "array", "items": {"type": "object", "properties": {"a": {"type": "string"}}}},
        "object": {
            "type": "object",
            "x-kubernetes-embedded-resource": True,
            "properties": {"spec": {"type": "object"}},
        },
    },
}
DEFINITIONS = Definitions(
    [
        {
            "spec": {
                "group": "example.dev",
                "names": {"kind": "Thing"},
                "versions": [
                    {
                        "name": "v1",
                        "schema": {"openAPIV3Schema": {"type": "object", "properties": {"spec": SPEC}}},
                    }
                ],
            }
        }
    ]
)


def _problems(**spec: Any) -> list[str]:
    thing = {"apiVersion": "example.dev/v1", "kind": "Thing", "metadata": {"name": "x", "labels": {"a": "b"}}}
    return list(DEFINITIONS.problems({**thing, "spec": {"name": "a", **spec}}))


@pytest.mark.parametrize(
    "spec",
    [
        pytest.param({}, id="only-what-is-required"),
        pytest.param({"port": 80}, id="integer-of-int-or-string"),
        pytest.param({"port": "http"}, id="string-of-int-or-string"),
        pytest.param({"maybe": None}, id="null-where-nullable"),
        pytest.param({"maybe": {"a": "b"}}, id="value-where-nullable"),
        pytest.param({"labels": {"any": "text"}}, id="any-name-in-a-map"),
        pytest.param({"free": {"a": "b", "c": 1}}, id="unknown-fields-are-kept"),
        pytest.param({"object": {"apiVersion": "v1", "kind": "Pod", "metadata": {}, "spec": {}}}, id="embedded-object"),
    ],
)
def test_allowed(spec: dict[str, Any]) -> None:
    assert _problems(**spec) == []


@pytest.mark.parametrize(
    ("spec", "problem"),
    [
        pytest.param(
            {"nam": "b"}, "$.spec: Additional properties are not allowed ('nam' was unexpected)", id="unknown-field"
        ),
        pytest.param({"name": "A"}, "$.spec.name: 'A' does not match '^[a-z]+$'", id="pattern"),
        pytest.param({"port": 1.5}, "$.spec.port: 1.5 is not of type 'integer', 'string'", id="neither-int-nor-string"),
        pytest.param({"count": "1"}, "$.spec.count: '1' is not of type 'integer'", id="type"),
        pytest.param({"count": None}, "$.spec.count: None is not of type 'integer'", id="null-where-not-nullable"),
        pytest.param({"labels": {"a": 1}}, "$.spec.labels.a: 1 is not of type 'string'", id="value-in-a-map"),
        pytest.param({"free": {"a": 1}}, "$.spec.free.a: 1 is not of type 'string'", id="known-field-of-a-free-object"),
        pytest.param(
            {"maybe": {"b": 1}},
            "$.spec.maybe: Additional properties are not allowed ('b' was unexpected)",
            id="inside-nullable",
        ),
        pytest.param(
            {"list": [{"a": "b"}, {"b": "a"}]},
            "$.spec.list[1]: Additional properties are not allowed ('b' was unexpected)",
            id="inside-a-list",
        ),
    ],
)
def test_refused(spec: dict[str, Any], problem: str) -> None:
    assert _problems(**spec) == [problem]


def test_unknown_version() -> None:
    with pytest.raises(KeyError):
        list(DEFINITIONS.problems({"apiVersion": "example.dev/v2", "kind": "Thing"}))


def test_fields_that_the_server_would_add() -> None:
    thing = {"apiVersion": "example.dev/v1", "kind": "Thing", "metadata": {"name": "x"}}
    assert list(DEFINITIONS.additions({**thing, "spec": {"name": "a", "list": [{}]}})) == ["$.spec.count"]
    assert list(DEFINITIONS.additions({**thing, "spec": {"name": "a", "count": 2}})) == []


@pytest.mark.parametrize(
    ("path", "exists"),
    [("$.spec.count", True), ("$.spec.list[0].a", True), ("$.spec.list[0].b", False), ("$.spec.newer.a", False)],
)
def test_fields_of_a_version(path: str, exists: bool) -> None:
    assert DEFINITIONS.has_field({"apiVersion": "example.dev/v1", "kind": "Thing"}, path) is exists
