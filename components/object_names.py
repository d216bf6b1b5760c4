"""How an object of a cluster is named in messages, its path in the Kubernetes API, and the user of a ServiceAccount."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

ACCOUNT_USER: Final = "system:serviceaccount:"
"""What the user of a ServiceAccount begins with (Kubernetes, "Service account tokens")."""


def format_object(kind: str, name: str, namespace: str | None = None) -> str:
    """``ExternalSecret openchoreo-ci-acme/git-clone-secret``, without the slash for a cluster-scoped object."""
    return f"{kind} {namespace}/{name}" if namespace else f"{kind} {name}"


def name_object(manifest: Mapping[str, Any]) -> str:
    """The name of an object as `format_object` returns it, from its manifest."""
    metadata = manifest["metadata"]
    return format_object(manifest["kind"], metadata["name"], metadata.get("namespace"))


def format_account_user(namespace: str, name: str) -> str:
    """The user of a ServiceAccount: ``system:serviceaccount:external-secrets:external-secrets``."""
    return f"{ACCOUNT_USER}{namespace}:{name}"


def read_account_user(user: str) -> tuple[str, str] | None:
    """Namespace and name of the ServiceAccount whose user it is. None: another user."""
    namespace, _, name = user.removeprefix(ACCOUNT_USER).partition(":")
    is_account = user.startswith(ACCOUNT_USER) and namespace and name and ":" not in name
    return (namespace, name) if is_account else None


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
