"""Manifests of ESO's generators, which create short-lived values on demand.

Source: ``generators.external-secrets.io/v1alpha1``. A generator is in the namespace of the ExternalSecret that uses it.
Its values are stored only in the Secret.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from ..manifests import CREDENTIAL_LABEL, Manifest, build_manifest
from ..openchoreo.labels import build_organization_labels
from ..schema.deferred import InputStr

API: Final = "generators.external-secrets.io/v1alpha1"


@dataclass(frozen=True)
class Generator:
    """A generator, and the ServiceAccount with which it authenticates."""

    kind: str
    """``GithubAccessToken``, ``ECRAuthorizationToken``, ``ACRAccessToken`` or ``GCRAccessToken``."""
    name: str
    """Name of the generator, and of its ServiceAccount."""
    spec: Mapping[str, Any]
    """``spec`` as in the CRD of the kind, with defaults written out."""
    lifetime: str
    """Minimum lifetime of a value, a canonical Go duration."""
    service_account: Mapping[str, InputStr] | None = None
    """Annotations of the ServiceAccount that is created with the generator. None: no ServiceAccount is needed."""


def build_generator_manifests(
    organization: str, namespace: str, credential: str, generator: Generator
) -> list[Manifest]:
    """Manifests of the generator and, before it, of its ServiceAccount if there is one.

    Args:
        organization: name of the organization.
        namespace: namespace of the ExternalSecret that uses the generator.
        credential: value of the credential label: ``git``, ``registry-push`` and so on.
        generator: the generator.
    """
    labels = {**build_organization_labels(organization), CREDENTIAL_LABEL: credential}
    manifests = []
    if generator.service_account is not None:
        annotations = generator.service_account
        manifests.append(
            build_manifest(
                "v1", "ServiceAccount", generator.name, namespace=namespace, labels=labels, annotations=annotations
            )
        )
    spec = dict(generator.spec)
    manifests.append(build_manifest(API, generator.kind, generator.name, namespace=namespace, labels=labels, spec=spec))
    return manifests
