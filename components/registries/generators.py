"""Tokens of cloud registries: settings -> ESO generator, with the ServiceAccount that it signs in with.

Both lie in the build namespace, so builds may use them as well as the operator does: the cloud's identity must be
allowed to push to the organization's repositories and to do nothing else.

Source: ``generators.external-secrets.io/v1alpha1`` and what ESO does with it. Lifetimes are the clouds': 12 h for a
token of ECR; 3 h for a refresh token of ACR (Microsoft, "Authenticate with an Azure container registry"), and for its
access tokens an hour is assumed, for which no source was found; Google's lives for an hour as a Google service account
and else as long as the Kubernetes token that it was traded for, which ESO asks for 15 minutes.
"""

from __future__ import annotations

import hashlib
from typing import Any, cast

from ..schema.placeholder import fill
from ..secrets.credential import Owner
from ..secrets.generator import Generator
from .credential import RegistryCredential
from .tokens import AcrToken, EcrManaged, EcrToken, GcrToken


def generator(registry: RegistryCredential, owner: Owner) -> Generator | None:
    """The generator of a registry's tokens, with outputs ``username`` and ``password``; None: it has none.

    Args:
        registry: whose tokens.
        owner: organization whose name replaces ``{organization}``, and the account of its roles.
    """
    if registry.ecr is not None:
        return _ecr(registry, registry.ecr, owner)
    if registry.acr is not None:
        return _acr(registry, registry.acr)
    if registry.gcr is not None:
        return _gcr(registry, registry.gcr, owner.name)
    return None


def _ecr(registry: RegistryCredential, token: EcrToken, owner: Owner) -> Generator:
    name = _name(registry)
    arn = _role_arn(token, owner)
    return Generator(
        kind="ECRAuthorizationToken",
        name=name,
        spec={
            "region": registry.aws_region,
            "scope": "public" if registry.family == "ecr-public" else "private",
            "auth": {"jwt": {"serviceAccountRef": {"name": name}}},
        },
        lifetime="12h0m0s",
        service_account={} if arn is None else {"eks.amazonaws.com/role-arn": arn},
    )


def _role_arn(token: EcrToken, owner: Owner) -> str | None:
    """The role of the token, as configured or as the stack creates it. None: only a stack knows it."""
    if token.role_arn is not None:
        return str(fill(token.role_arn, owner.name))
    # `EcrToken` has one of both.
    managed = cast("EcrManaged", token.managed)
    if owner.account is None:
        return None
    return owner.account.role_arn(str(fill(managed.role_name, owner.name)))


def _acr(registry: RegistryCredential, token: AcrToken) -> Generator:
    name = _name(registry)
    scope = {} if token.scope is None else {"scope": token.scope}
    return Generator(
        kind="ACRAccessToken",
        name=name,
        spec={
            "registry": registry.host,
            "tenantId": token.tenant_id,
            "environmentType": registry.azure_cloud,
            "auth": {"workloadIdentity": {"serviceAccountRef": {"name": name}}},
            **scope,
        },
        lifetime="3h0m0s" if token.scope is None else "1h0m0s",
        service_account={
            "azure.workload.identity/client-id": token.client_id,
            "azure.workload.identity/tenant-id": token.tenant_id,
        },
    )


def _gcr(registry: RegistryCredential, token: GcrToken, organization: str) -> Generator:
    name, account = _name(registry), token.gcp_service_account
    cluster: dict[str, Any] = {"clusterLocation": token.cluster_location, "clusterName": token.cluster_name}
    if token.cluster_project_id is not None:
        cluster["clusterProjectID"] = token.cluster_project_id
    return Generator(
        kind="GCRAccessToken",
        name=name,
        spec={
            "projectID": token.project_id,
            "auth": {"workloadIdentity": {"serviceAccountRef": {"name": name}, **cluster}},
        },
        lifetime="15m0s" if account is None else "1h0m0s",
        service_account={} if account is None else {"iam.gke.io/gcp-service-account": fill(account, organization)},
    )


def _name(registry: RegistryCredential) -> str:
    """The host with hyphens for dots, as trust policies must name it. A path adds a digest, which no host ends with."""
    name = registry.host.replace(".", "-")
    path = registry.auths_key.removeprefix(registry.host)
    return f"{name}--{hashlib.sha256(path.encode()).hexdigest()[:8]}" if path else name
