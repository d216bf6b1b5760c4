"""The forms of answers accept every object that the CRDs allow, as far as types go."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from components.cluster.shapes import OBJECT
from local.documents import read_documents
from local.obtain import list_operator_crds
from local.seed import list_openchoreo_crds
from tests.unit.crd_schema import OFFICIAL

SAMPLES: Final = {"string": "a", "integer": 300, "boolean": True, "array": [], "object": {}, "number": 1.5}
READ: Final = frozenset(
    {"ClusterExternalSecret", "ClusterPushSecret", "ClusterSecretStore", "ExternalSecret", "PushSecret"}
    | {"BuildPlane", "ComponentType", "ComponentWorkflow", "DataPlane"}
)
"""Kinds whose objects are read with their specs."""


def list_fields() -> Iterator[tuple[str, str, Any]]:
    """Kind and version, part and name, and a value of its type, of every field below spec and status."""
    files: list[Path] = [*list_operator_crds(), *(sorted(OFFICIAL.glob("*.yaml")) or list_openchoreo_crds())]
    for definition in read_documents(files):
        kind = definition["spec"]["names"]["kind"]
        for version in definition["spec"]["versions"] if kind in READ else ():
            parts = version["schema"]["openAPIV3Schema"]["properties"]
            for part in ("spec", "status"):
                for name, schema in parts.get(part, {}).get("properties", {}).items():
                    if (value := SAMPLES.get(schema.get("type", ""))) is not None:
                        yield f"{kind} {version['name']}", part, {name: value}


def test_every_field_of_the_kinds_that_are_read() -> None:
    metadata = {"name": "a", "uid": "1", "resourceVersion": "7"}
    base = {"apiVersion": "a/v1", "kind": "A", "metadata": metadata}
    fields = list(list_fields())
    assert {kind.partition(" ")[0] for kind, _, _ in fields} == READ
    assert [field for field in fields if not OBJECT.accepts({**base, field[1]: field[2]})] == []


def test_metadata_with_everything() -> None:
    time = "2026-01-01T00:00:00Z"
    owner = {"apiVersion": "v1", "kind": "A", "name": "a", "uid": "1", "controller": True}
    manager = {"manager": "a", "operation": "Apply", "time": time, "fieldsType": "FieldsV1", "fieldsV1": {"f:a": {}}}
    metadata = {
        "name": "a",
        "namespace": "b",
        "uid": "1",
        "resourceVersion": "7",
        "generation": 2,
        "creationTimestamp": time,
        "deletionTimestamp": time,
        "deletionGracePeriodSeconds": 0,
        "labels": {"a": "b"},
        "annotations": {"a": "b"},
        "finalizers": ["a"],
        "ownerReferences": [owner],
        "managedFields": [manager, {**manager, "time": None}],
    }
    assert OBJECT.accepts({"apiVersion": "v1", "kind": "A", "metadata": metadata, "spec": None, "status": None})
