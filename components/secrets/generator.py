"""Generators of the External Secrets Operator: values that are made on demand and live for a short time.

Source: ``generators.external-secrets.io/v1alpha1``. A generator lies in the namespace of the ExternalSecret that uses
it; what it makes exists nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from ..manifests import CREDENTIAL_LABEL, Manifest, manifest, organization_labels

API: Final = "generators.external-secrets.io/v1alpha1"


@dataclass(frozen=True)
class Generator:
    """A generator, and the ServiceAccount that it signs in with."""

    kind: str
    """``GithubAccessToken``, ``ECRAuthorizationToken``, ``ACRAccessToken`` or ``GCRAccessToken``."""
    name: str
    """Name of the generator, and of its ServiceAccount."""
    spec: Mapping[str, Any]
    """As the CRD of its kind has it, defaults written out."""
    lifetime: str
    """How long what it makes is good for, at least: a canonical Go duration."""
    service_account: Mapping[str, str] | None = None
    """Annotations of a ServiceAccount that is made for it. None: it needs none."""


def generator_manifests(organization: str, namespace: str, credential: str, generator: Generator) -> list[Manifest]:
    """The generator, after the ServiceAccount where it has one.

    Args:
        organization: whose.
        namespace: of the ExternalSecret that uses it.
        credential: what that Secret is for: ``git``, ``registry-push`` ...
        generator: what is made.
    """
    labels = {**organization_labels(organization), CREDENTIAL_LABEL: credential}
    found = []
    if generator.service_account is not None:
        annotations = generator.service_account
        found.append(
            manifest(
                "v1", "ServiceAccount", generator.name, namespace=namespace, labels=labels, annotations=annotations
            )
        )
    spec = dict(generator.spec)
    found.append(manifest(API, generator.kind, generator.name, namespace=namespace, labels=labels, spec=spec))
    return found
