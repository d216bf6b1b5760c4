"""The parts that all ExternalSecrets share, written out once."""

from __future__ import annotations

from collections.abc import Mapping

from components.manifests import Manifest
from tests.unit.samples import Raw

DEFAULTS = {"conversionStrategy": "Default", "decodingStrategy": "None", "metadataPolicy": "None"}
"""Of a ``remoteRef``."""


def external_secret_of_acme(
    name: str,
    credential: str,
    template: Raw,
    data: list[Raw],
    *,
    namespace: str = "openchoreo-ci-acme",
    store: str = "default-acme",
    interval: str = "1h0m0s",
    annotations: Mapping[str, str] | None = None,
    own_annotations: Mapping[str, str] | None = None,
) -> Manifest:
    """An ExternalSecret of the organization acme.

    Args:
        name: its name, and that of the Secret.
        credential: kind of credential.
        template: template of the Secret, without metadata.
        data: entries of ``spec.data``.
        namespace: its namespace.
        store: its ClusterSecretStore.
        interval: canonical Go duration.
        annotations: of the Secret.
        own_annotations: of the ExternalSecret itself.
    """
    organization = {"openchoreo.dev/organization": "acme"}
    labels = {**organization, "openchoreo-secrets/credential": credential}
    noted = {"annotations": dict(annotations)} if annotations else {}
    return {
        "apiVersion": "external-secrets.io/v1",
        "kind": "ExternalSecret",
        "metadata": {
            "name": name,
            "namespace": namespace,
            "labels": {"app.kubernetes.io/managed-by": "openchoreo-secrets", **organization},
            **({"annotations": dict(own_annotations)} if own_annotations else {}),
        },
        "spec": {
            "refreshInterval": interval,
            "secretStoreRef": {"kind": "ClusterSecretStore", "name": store},
            "target": {
                "creationPolicy": "Owner",
                "deletionPolicy": "Retain",
                "template": {
                    "engineVersion": "v2",
                    "mergePolicy": "Replace",
                    "metadata": {"labels": labels, **noted},
                    **template,
                },
            },
            "data": data,
        },
    }
