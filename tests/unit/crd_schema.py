"""Objects against CustomResourceDefinitions, with unknown fields forbidden.

The API server silently prunes a field that the schema does not have, so only a running platform would show a typo in a
manifest. Here it is an error.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from local.documents import read_documents

Schema = dict[str, Any]
Kind = tuple[str, str]
"""``apiVersion`` and ``kind``."""

_SHARED: Final = Path(__file__).resolve().parents[3] / "shared" / "crds"
OFFICIAL: Final = _SHARED / "openchoreo-v0.9.0"
"""OpenChoreo's own definitions, where they are beside this checkout."""
OFFICIAL_OF: Final[Mapping[str, Path]] = {"v0.9": OFFICIAL, "v1": _SHARED / "openchoreo-v1.2.3"}
"""Name of a release -> its definitions."""

_PRESERVE: Final = "x-kubernetes-preserve-unknown-fields"
_INT_OR_STRING: Final = "x-kubernetes-int-or-string"
_EMBEDDED: Final = "x-kubernetes-embedded-resource"
_BASIC: Final = ("apiVersion", "kind", "metadata")


def strict(schema: Mapping[str, Any]) -> Schema:
    """A structural schema as JSON Schema: what it does not name is forbidden, unless it says that it keeps it."""
    result: Schema = {key: value for key, value in schema.items() if not key.startswith("x-")}
    result.pop("default", None)
    # Formats of Kubernetes such as int32 mean nothing to JSON Schema.
    result.pop("format", None)
    if "properties" in schema:
        result["properties"] = {name: strict(inner) for name, inner in schema["properties"].items()}
    if schema.get(_EMBEDDED):
        result["properties"] = {**dict.fromkeys(_BASIC, True), **result.get("properties", {})}
    if isinstance(schema.get("items"), dict):
        result["items"] = strict(schema["items"])
    extra = schema.get("additionalProperties")
    if isinstance(extra, dict):
        result["additionalProperties"] = strict(extra)
    elif "properties" in result and extra is None and not schema.get(_PRESERVE):
        result["additionalProperties"] = False
    if schema.get(_INT_OR_STRING):
        result["type"] = ["integer", "string"]
        result.pop("anyOf", None)
    if schema.get("nullable"):
        return {"anyOf": [{"type": "null"}, result]}
    return result


def additions(schema: Mapping[str, Any], value: Any, path: str) -> Iterator[str]:
    """Paths of defaulted fields that an object lacks."""
    if isinstance(value, list):
        for index, inner in enumerate(value):
            yield from additions(schema.get("items", {}), inner, f"{path}[{index}]")
    elif isinstance(value, Mapping):
        for name, inner in schema.get("properties", {}).items():
            where = f"{path}.{name}"
            if name in value:
                yield from additions(inner, value[name], where)
            elif "default" in inner:
                yield where


def defaults(schema: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, str, Any]]:
    """Path of a mapping, field and default of every field that has one; ``[]`` stands for the items of a list."""
    if isinstance(schema.get("items"), dict):
        yield from defaults(schema["items"], f"{path}[]")
    for name, inner in schema.get("properties", {}).items():
        if "default" in inner and inner.get("type") != "object":
            yield path, name, inner["default"]
        yield from defaults(inner, f"{path}.{name}" if path else name)


class Definitions:
    """The schemas of all versions of some CRDs."""

    def __init__(self, documents: Iterable[Mapping[str, Any]]) -> None:
        self._schemas: dict[Kind, Schema] = {}
        for document in documents:
            spec = document["spec"]
            for version in spec["versions"]:
                kind = (f"{spec['group']}/{version['name']}", spec["names"]["kind"])
                self._schemas[kind] = version["schema"]["openAPIV3Schema"]
        # Most tests need one or two of several hundred.
        self._validator = cache(self._build_validator)

    def _build_validator(self, kind: Kind) -> Draft202012Validator:
        schema = strict(self._schemas[kind])
        schema["properties"] = {**schema["properties"], **dict.fromkeys(_BASIC, True)}
        Draft202012Validator.check_schema(schema)
        return Draft202012Validator(schema)

    @classmethod
    def read(cls, files: Iterable[Path]) -> Definitions:
        """The definitions in YAML files, which are read once in each process."""
        return _read(tuple(files))

    def additions(self, manifest: Mapping[str, Any]) -> Iterator[str]:
        """Paths of the fields that the API server would add to a custom resource, and every update would show."""
        yield from additions(self._schemas[(manifest["apiVersion"], manifest["kind"])], manifest, "$")

    def has_field(self, manifest: Mapping[str, Any], path: str) -> bool:
        """Whether a path that `additions` yields is a field of this version of the CRD too."""
        schema: Any = self._schemas[(manifest["apiVersion"], manifest["kind"])]
        for name in re.findall(r"\w+|\[\d+\]", path.removeprefix("$")):
            schema = schema.get("items", {}) if name.startswith("[") else schema.get("properties", {}).get(name)
            if schema is None:
                return False
        return True

    def defaults(self, api_version: str, kind: str) -> dict[str, dict[str, Any]]:
        """Path of a mapping in ``spec`` -> its fields that have a default, with the default."""
        fields: dict[str, dict[str, Any]] = {}
        for path, name, default in defaults(self._schemas[(api_version, kind)]["properties"]["spec"], "spec"):
            fields.setdefault(path, {})[name] = default
        return fields

    def problems(self, manifest: Mapping[str, Any]) -> Iterator[str]:
        """Everything that is wrong with a custom resource, as ``path: what``.

        Raises:
            KeyError: there is no definition of its kind.
        """
        validator = self._validator((manifest["apiVersion"], manifest["kind"]))
        for error in validator.iter_errors(manifest):
            deepest = best_match([error]) or error
            yield f"{deepest.json_path}: {deepest.message}"


@cache
def _read(files: tuple[Path, ...]) -> Definitions:
    return Definitions(read_documents(files))
