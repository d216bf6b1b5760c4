"""Tables of the credentials of every organization, read from the cluster."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

from components.cluster.connection import Cluster
from components.manifests import CREDENTIAL_LABEL, MANAGED_BY, MANAGED_BY_LABEL
from components.openchoreo import DEFAULT_RELEASE, Kind, Release
from components.openchoreo.labels import ORGANIZATION_LABEL
from components.patches.pod_spec import read_image_pull_secrets
from components.table import format_table

_HEADINGS: Final = ("ORGANIZATION", "NAMESPACE", "CREDENTIAL", "SECRET", "STORE", "READY", "AGE")
_TYPES: Final = ("ORGANIZATION", "COMPONENTTYPE", "IMAGE PULL SECRETS", "RESOURCE")
_OURS: Final = f"{MANAGED_BY_LABEL}={MANAGED_BY},{ORGANIZATION_LABEL}"
_SHARED: Final = "(all)"
"""In place of the organization: the object is cluster-scoped."""
_MANUAL: Final = f"{_OURS},{CREDENTIAL_LABEL}"


def format_credential_tables(cluster: Cluster, release: Release = DEFAULT_RELEASE) -> str:
    """A table of all Secrets and, if there are any, one of the ComponentTypes that use pull secrets."""
    rows = [
        _row(
            item,
            _labels_of_secret(item),
            item["spec"].get("secretStoreRef", {}).get("name", "(generator)"),
            _ready(item),
        )
        for item in cluster.items("/apis/external-secrets.io/v1/externalsecrets", labelSelector=_OURS)
    ]
    rows += [
        _row(item, item["metadata"]["labels"], "(manual)", "True")
        for item in cluster.items("/api/v1/secrets", metadata_only=True, labelSelector=_MANUAL)
    ]
    kinds = [kind for kind in (release.component_type, release.shared_component_type) if kind is not None]
    types = [row for kind in kinds for row in _patched(cluster, kind)]
    tables = ((_HEADINGS, rows), (_TYPES, types))
    return (
        "\n\n".join(format_table(headings, sorted(lines)) for headings, lines in tables if lines)
        or "No credentials yet."
    )


def _patched(cluster: Cluster, kind: Kind) -> Iterator[tuple[str, ...]]:
    """Rows for component types whose pods have image pull secrets, with the resources that create them."""
    for item in cluster.items(kind.path(None)):
        names = read_image_pull_secrets(item, kind)
        entries = item["spec"]["resources"]
        resources = [entry["id"] for entry in entries if entry["template"].get("kind") == "ExternalSecret"]
        if names:
            metadata = item["metadata"]
            organization = metadata.get("namespace", _SHARED)
            yield organization, metadata["name"], ", ".join(names), ", ".join(resources) or "-"


def _labels_of_secret(external_secret: dict[str, Any]) -> dict[str, str]:
    """Labels that the Secret of an ExternalSecret has. Empty: the ExternalSecret is not from this package."""
    template = external_secret["spec"].get("target", {}).get("template", {})
    return dict(template.get("metadata", {}).get("labels") or {})


def _row(item: dict[str, Any], labels: dict[str, str], store: str, ready: str) -> tuple[str, ...]:
    metadata = item["metadata"]
    return (
        metadata["labels"][ORGANIZATION_LABEL],
        metadata["namespace"],
        labels.get(CREDENTIAL_LABEL, "unknown"),
        metadata["name"],
        store,
        ready,
        _age(metadata["creationTimestamp"]),
    )


def _ready(item: dict[str, Any]) -> str:
    conditions = item.get("status", {}).get("conditions") or []
    ready = next((condition for condition in conditions if condition["type"] == "Ready"), None)
    if ready is None:
        return "not yet"
    return "True" if ready["status"] == "True" else f"False: {ready.get('reason')}"


def _age(created: str) -> str:
    seconds = int((datetime.now(UTC) - datetime.fromisoformat(created)).total_seconds())
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds >= size:
            return f"{seconds // size}{unit}"
    return f"{max(seconds, 0)}s"
