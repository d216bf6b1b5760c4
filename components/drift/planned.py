"""The objects of a stack as they are compared with a cluster: manifest, user, and what of it is secret."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any, Final

from ..manifests import STACK_ANNOTATION, Manifest
from ..object_names import name_object
from .differences import Path

_DIGEST_LENGTH: Final = 8
_ORDER: Final = (
    "Namespace",
    "ServiceAccount",
    "Role",
    "RoleBinding",
    "ClusterSecretStore",
    "Secret",
    "",
    "ExternalSecret",
    "ClusterExternalSecret",
)
"""Kinds in the order in which their objects need each other; empty: every other kind."""


@dataclass(frozen=True)
class PlannedManifest:
    """One object of a stack."""

    user: str
    """Who needs it, for messages: ``organization "acme"``."""
    manifest: Manifest
    """The object exactly as it is registered."""
    secret: bool = False
    """Whether it contains values of ``manualSecrets``."""

    def __str__(self) -> str:
        return f"{self.name} ({self.user})"

    @property
    def name(self) -> str:
        """Kind, namespace and name, which identify the object on a cluster."""
        return name_object(self.manifest)

    @property
    def rank(self) -> int:
        """Position of its kind in the order of creation."""
        kind = self.manifest["kind"]
        return _ORDER.index(kind if kind in _ORDER else "")

    @property
    def adopted(self) -> bool:
        """Whether it is a namespace of others, to which the stack only adds labels."""
        annotations = self.manifest["metadata"].get("annotations") or {}
        return self.manifest["kind"] == "Namespace" and STACK_ANNOTATION not in annotations

    @property
    def digest(self) -> str:
        """A short digest of the configuration; no byte of a secret value is in it."""
        content = self.manifest
        if self.secret:
            content = {**content, **{key: _without_values(content.get(key)) for key in ("data", "spec")}}
        text = json.dumps(content, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()[:_DIGEST_LENGTH]

    def hides(self, path: Path, *, extra: bool) -> bool:
        """Whether a value is not shown, because it may be a secret.

        Args:
            path: the field.
            extra: whether someone else added it, so that the configuration does not say what it contains.
        """
        return self.may_hold_secret(path) or "template" in path or (extra and path[:2] == ("spec", "provider"))

    def may_hold_secret(self, path: Path) -> bool:
        """Whether a field contains a value of ``manualSecrets``."""
        holds_secrets = self.secret and path[:1] in {("data",), ("spec",)}
        return holds_secrets or (self.manifest["kind"] == "Secret" and path[:1] == ("data",))


def _without_values(value: Any) -> Any:
    """Keys and numbers of items only."""
    if isinstance(value, dict):
        return {key: _without_values(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_without_values(inner) for inner in value]
    return None
