"""How an object of a cluster is named in messages, and its path in the Kubernetes API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def format_object(kind: str, name: str, namespace: str | None = None) -> str:
    """``ExternalSecret openchoreo-ci-acme/git-clone-secret``, without the slash for a cluster-scoped object."""
    return f"{kind} {namespace}/{name}" if namespace else f"{kind} {name}"


def name_object(manifest: Mapping[str, Any]) -> str:
    """The name of an object as `format_object` returns it, from its manifest."""
    metadata = manifest["metadata"]
    return format_object(manifest["kind"], metadata["name"], metadata.get("namespace"))


def build_path(api: str, kind: str, namespace: str | None = None, name: str = "", *, plural: str = "") -> str:
    """Path of an object, or of the list of a kind.

    Args:
        api: group and version: ``v1``, ``external-secrets.io/v1``.
        kind: ``ExternalSecret``.
        namespace: of the object. None or empty: all namespaces, or a cluster-scoped kind.
        name: of the object. Empty: the path of the list.
        plural: name of the kind in paths. Empty: the kind in lower case with an "s".
    """
    group = f"{'/api' if api == 'v1' else '/apis'}/{api}"
    place = f"/namespaces/{namespace}" if namespace else ""
    return f"{group}{place}/{plural or pluralize(kind)}" + (f"/{name}" if name else "")


def pluralize(kind: str) -> str:
    """Name of a kind in paths; correct for every kind that a stack creates."""
    lower = kind.lower()
    return f"{lower.removesuffix('y')}ies" if lower.endswith("policy") else f"{lower}s"
