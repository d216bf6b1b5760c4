"""Manifests of the organization acme in whole: ExternalSecrets of its build namespace, and generators of registries."""

from __future__ import annotations

from typing import Any, Final

from components.manifests import Manifest
from tests.mocks.build_plane_samples import OWNED, PLANE, SPACE
from tests.mocks.recorder import Registered
from tests.mocks.signature import OWNER, sign
from tests.unit.expected import DEFAULTS, external_secret_of_acme
from tests.unit.templates import CLOSED, OPENED, config, config_forms, key, token, word

ECR_NAME: Final = "123456789012-dkr-ecr-eu-central-1-amazonaws-com"
GOOGLE_NAME: Final = "europe-west3-docker-pkg-dev"

_GENERATORS: Final = "generators.external-secrets.io/v1alpha1"
_LABELS: Final = {**OWNED, "openchoreo-secrets/credential": "registry-push"}

GENERATORS: Final[list[Manifest]] = [
    {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": {
            "name": ECR_NAME,
            "namespace": SPACE,
            "labels": _LABELS,
            "annotations": {"eks.amazonaws.com/role-arn": "arn:aws:iam::123456789012:role/push-acme"},
        },
    },
    {
        "apiVersion": _GENERATORS,
        "kind": "ECRAuthorizationToken",
        "metadata": {"name": ECR_NAME, "namespace": SPACE, "labels": _LABELS},
        "spec": {
            "region": "eu-central-1",
            "scope": "private",
            "auth": {"jwt": {"serviceAccountRef": {"name": ECR_NAME}}},
        },
    },
    {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": {"name": GOOGLE_NAME, "namespace": SPACE, "labels": _LABELS},
    },
    {
        "apiVersion": _GENERATORS,
        "kind": "GCRAccessToken",
        "metadata": {"name": GOOGLE_NAME, "namespace": SPACE, "labels": _LABELS},
        "spec": {
            "projectID": "acme-prod",
            "auth": {
                "workloadIdentity": {
                    "serviceAccountRef": {"name": GOOGLE_NAME},
                    "clusterLocation": "europe-west3",
                    "clusterName": "build",
                }
            },
        },
    },
]
"""Tokens for ECR and Artifact Registry, and the ServiceAccounts that request them."""

TOKENS: Final[list[dict[str, Any]]] = [
    {
        "sourceRef": {
            "generatorRef": {"apiVersion": _GENERATORS, "kind": "ECRAuthorizationToken", "name": ECR_NAME},
        },
        "rewrite": [{"regexp": {"source": "^", "target": "registry_0_"}}],
    },
    {
        "sourceRef": {"generatorRef": {"apiVersion": _GENERATORS, "kind": "GCRAccessToken", "name": GOOGLE_NAME}},
        "rewrite": [{"regexp": {"source": "^", "target": "registry_1_"}}],
    },
]
"""``dataFrom`` of what reads from these generators."""


PUSH_WITH_TOKENS: Final[Manifest] = {
    "apiVersion": "external-secrets.io/v1",
    "kind": "ExternalSecret",
    "metadata": {"name": "registry-push-secret", "namespace": SPACE, "labels": OWNED},
    "spec": {
        "refreshInterval": "7m30s",
        "target": {
            "creationPolicy": "Owner",
            "deletionPolicy": "Retain",
            "template": {
                "engineVersion": "v2",
                "mergePolicy": "Replace",
                "metadata": {
                    "labels": {"openchoreo.dev/organization": "acme", "openchoreo-secrets/credential": "registry-push"}
                },
                "type": "kubernetes.io/dockerconfigjson",
                "data": {
                    ".dockerconfigjson": OPENED
                    + token("123456789012.dkr.ecr.eu-central-1.amazonaws.com", "registry_0")
                    + token("europe-west3-docker.pkg.dev", "registry_1")
                    + CLOSED
                },
            },
        },
        "dataFrom": TOKENS,
    },
}
"""It reads from generators alone, so it has no store."""


def _data(secret_key: str, remote_key: str) -> list[dict[str, Any]]:
    return [{"secretKey": secret_key, "remoteRef": {"key": remote_key, **DEFAULTS}}]


def git_secret(store: str) -> Manifest:
    """The git token with the key ``acme-pat``."""
    return external_secret_of_acme(
        "git-clone-secret",
        "git",
        {"type": "Opaque", "data": {"clone-secret": word(".token", "acme-pat")}},
        _data("token", "acme-pat"),
        store=store,
        annotations={"openchoreo-secrets/git-host": "github.com"},
    )


def push_secret(store: str) -> Manifest:
    """The docker config of ghcr.io with the key ``acme-registry``."""
    login = config("ghcr.io", config_forms("ghcr\\.io"), "registry_0", "acme-registry")
    template = {"type": "kubernetes.io/dockerconfigjson", "data": {".dockerconfigjson": OPENED + login + CLOSED}}
    data = _data("registry_0", "acme-registry")
    return external_secret_of_acme("registry-push-secret", "registry-push", template, data, store=store)


def sonar_secret(store: str) -> Manifest:
    """The token of an external service with the key ``acme-sonar``."""
    template = {"type": "Opaque", "data": {"token": key(".token")}}
    return external_secret_of_acme("sonar", "external", template, _data("token", "acme-sonar"), store=store)


def registered_secret(manifest: Manifest, *, depends_on: frozenset[str]) -> Registered:
    """The registration of an ExternalSecret below the build plane."""
    return Registered(
        "kubernetes:external-secrets.io/v1:ExternalSecret",
        f"acme/{manifest['metadata']['name']}",
        sign(manifest, OWNER),
        parent=PLANE,
        depends_on=depends_on,
    )
