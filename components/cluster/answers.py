"""What came back from the address of an API server, which may be anything else: a proxy, a login page, a web server.

An answer is used only if it has the form that the API promises, down to the fields that this package reads. Of anything
else the status and the content type are described; a body or a header may contain secrets and is never quoted.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from ..schema.text import flatten
from .shapes import COLLECTION, DISCOVERY, GROUP, IDENTITY, OBJECT, RESOURCES, REVIEW, STATUS, Shape

_NOT_FOUND: Final = b"404 page not found"
"""What an API server answers, as plain text, under the path of a group that it does not serve."""
_CONTENT_TYPES: Final = frozenset(
    {"application/json", "application/octet-stream", "application/xml", "application/yaml"}
    | {"text/css", "text/html", "text/javascript", "text/plain", "text/xml"}
)
_JSON_TYPES: Final = {dict: "object of another form", list: "list", str: "string", bool: "boolean", type(None): "null"}


@dataclass(frozen=True)
class Answer:
    """An answer of HTTP, whoever sent it."""

    status: int
    """Status code."""
    content_type: str | None
    """Header ``Content-Type``."""
    body: bytes
    """Content, decompressed."""

    @property
    def is_success(self) -> bool:
        """Whether the status says that the request was done."""
        return HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES

    @property
    def is_not_found(self) -> bool:
        """Whether an API server says that an object, or its kind, does not exist. A web server says it otherwise."""
        if self.status != HTTPStatus.NOT_FOUND:
            return False
        return self.body.strip() == _NOT_FOUND or self.read_message() is not None

    @property
    def is_passing(self) -> bool:
        """Whether the API server, or a proxy before it, is overloaded, starting or stopping."""
        return self.status == HTTPStatus.TOO_MANY_REQUESTS or self.status >= HTTPStatus.INTERNAL_SERVER_ERROR

    def read_message(self) -> str | None:
        """The API server's reason for an error, on one line. None: it is no answer of an API server."""
        content = self._parse(STATUS)
        return None if content is None else flatten(" ".join(str(content.get("message") or "no reason given").split()))

    def read(self, path: str) -> dict[str, Any] | None:
        """The object, the list or the groups at a path of the API. None: the answer is not that."""
        shape = _select_shape(path)
        content = self._parse(shape)
        return content if content is None or shape not in {OBJECT, COLLECTION} or _is_of(content, path) else None

    def describe(self) -> str:
        """Status and kind of content: ``200 (OK) and text/html``."""
        phrase = next((status.phrase for status in HTTPStatus if status == self.status), "no known status")
        return f"{self.status} ({phrase}) and {self._describe_body()}"

    def _describe_body(self) -> str:
        if not self.body.strip():
            return "an empty body"
        try:
            content = _load(self.body)
        except ValueError:
            kind = (self.content_type or "").partition(";")[0].strip().lower()
            suffix = " that is not valid JSON" if kind == "application/json" else ""
            return f"{kind}{suffix}" if kind in _CONTENT_TYPES else "content of an unknown type"
        return f"a JSON {_JSON_TYPES.get(type(content), 'number')}"

    def _parse(self, shape: Shape) -> dict[str, Any] | None:
        """The JSON in the body. None: it has another form."""
        try:
            content: dict[str, Any] = _load(self.body)
        except ValueError:
            return None
        return content if shape.accepts(content) else None


def _load(body: bytes) -> Any:
    """The JSON in a body.

    Raises:
        ValueError: it is no JSON, or none that can be written again.
    """
    try:
        content = json.loads(body.decode())
        if b"\\u" in body:  # half of a surrogate pair can be read, and not be printed
            json.dumps(content, ensure_ascii=False).encode()
    except RecursionError:
        msg = "too deep"
        raise ValueError(msg) from None
    return content


def _select_shape(path: str) -> Shape:
    """The form of what a path leads to."""
    match path.strip("/").split("/"):
        case ["api"] | ["apis"]:
            return DISCOVERY
        case ["apis", _]:
            return GROUP
        case ["api", _] | ["apis", _, _]:
            return RESOURCES
        case ["apis", "authorization.k8s.io", _, _]:
            return REVIEW
        case ["apis", "authentication.k8s.io", _, _]:
            return IDENTITY
    return OBJECT if _split(path)[1] else COLLECTION


def _split(path: str) -> tuple[str, str]:
    """Group and version, and name of the object, in the path of an object. Empty name: a collection."""
    parts = path.strip("/").split("/")
    count = 2 if parts[0] == "api" else 3
    api, place = "/".join(parts[1:count]), parts[count:]
    if len(place) > 2 and place[0] == "namespaces":  # noqa: PLR2004 -- a namespace and what is in it
        place = place[2:]
    return api, "/".join(place[1:])


def _is_of(content: dict[str, Any], path: str) -> bool:
    """Whether an object or a collection is the one at a path."""
    api, name = _split(path)
    if name:
        return bool(content["apiVersion"] == api and content["metadata"]["name"] == name)
    partial = content["kind"] == "PartialObjectMetadataList"
    return partial or bool(content["apiVersion"] == api and content["kind"].endswith("List"))
