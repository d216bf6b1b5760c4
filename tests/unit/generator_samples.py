"""Registries whose tokens ESO generates, and the manifests of each."""

from __future__ import annotations

from typing import Any

import pytest

from components.manifests import Manifest
from components.secrets.external_secret import Target
from tests.unit.managers import GUID, TENANT
from tests.unit.plans import credentials, generators
from tests.unit.registries import (
    ACR,
    ACR_TOKEN,
    ARTIFACTS,
    ECR,
    ECR_HOST,
    ECR_NAME,
    ECR_TOKEN,
    GCR_FULL,
    GCR_TOKEN,
)
from tests.unit.samples import Raw, organization

TARGET = Target(organization="acme", namespace="openchoreo-ci-acme", store="default-acme", refresh_interval="24h0m0s")
LABELS = {
    "app.kubernetes.io/managed-by": "openchoreo-secrets",
    "openchoreo.dev/organization": "acme",
    "openchoreo-secrets/credential": "registry-push",
}
ROLE = {"eks.amazonaws.com/role-arn": "arn:aws:iam::123456789012:role/eso-acme"}
CLIENT = {"azure.workload.identity/client-id": GUID, "azure.workload.identity/tenant-id": TENANT}
GOOGLE = {"iam.gke.io/gcp-service-account": "push-acme@acme-prod.iam.gserviceaccount.com"}
CLUSTER = {"clusterLocation": "europe-west3", "clusterName": "build"}


def _ecr(name: str, region: str = "eu-central-1", scope: str = "private") -> Raw:
    return {"region": region, "scope": scope, "auth": {"jwt": {"serviceAccountRef": {"name": name}}}}


def _acr(name: str, host: str, cloud: str = "PublicCloud", **more: str) -> Raw:
    auth = {"workloadIdentity": {"serviceAccountRef": {"name": name}}}
    return {"registry": host, "tenantId": TENANT, "environmentType": cloud, "auth": auth, **more}


def _gcr(name: str, **more: str) -> Raw:
    return {
        "projectID": "acme-prod",
        "auth": {"workloadIdentity": {"serviceAccountRef": {"name": name}, **CLUSTER, **more}},
    }


GENERATORS: list[Any] = [
    pytest.param(
        {**ECR, "ecr": ECR_TOKEN}, "ECRAuthorizationToken", ECR_NAME, _ecr(ECR_NAME), ROLE, "6h0m0s", id="ecr"
    ),
    pytest.param(
        {"server": "123456789012.dkr.ecr-fips.us-east-1.amazonaws.com", "ecr": ECR_TOKEN},
        "ECRAuthorizationToken",
        "123456789012-dkr-ecr-fips-us-east-1-amazonaws-com",
        _ecr("123456789012-dkr-ecr-fips-us-east-1-amazonaws-com", "us-east-1"),
        ROLE,
        "6h0m0s",
        id="ecr-by-address",
    ),
    pytest.param(
        {"server": f"{ECR_HOST}/acme", "ecr": ECR_TOKEN},
        "ECRAuthorizationToken",
        f"{ECR_NAME}--66082a62",
        _ecr(f"{ECR_NAME}--66082a62"),
        ROLE,
        "6h0m0s",
        id="ecr-with-a-path",
    ),
    pytest.param(
        {"registry": "ecr-public", "ecr": ECR_TOKEN},
        "ECRAuthorizationToken",
        "public-ecr-aws",
        _ecr("public-ecr-aws", "us-east-1", "public"),
        ROLE,
        "6h0m0s",
        id="ecr-public",
    ),
    pytest.param(
        {**ACR, "acr": ACR_TOKEN},
        "ACRAccessToken",
        "acmeprod-azurecr-io",
        _acr("acmeprod-azurecr-io", "acmeprod.azurecr.io"),
        CLIENT,
        "30m0s",
        id="acr",
    ),
    pytest.param(
        {
            **ACR,
            "environmentType": "ChinaCloud",
            "acr": {**ACR_TOKEN, "scope": "repository:acme/app:pull,push"},
        },
        "ACRAccessToken",
        "acmeprod-azurecr-cn",
        _acr("acmeprod-azurecr-cn", "acmeprod.azurecr.cn", "ChinaCloud", scope="repository:acme/app:pull,push"),
        CLIENT,
        "30m0s",
        id="acr-with-every-key",
    ),
    pytest.param(
        {**ARTIFACTS, "gcr": GCR_TOKEN},
        "GCRAccessToken",
        "europe-west3-docker-pkg-dev",
        _gcr("europe-west3-docker-pkg-dev"),
        None,
        "7m30s",
        id="gcr",
    ),
    pytest.param(
        {"registry": "gcr", "location": "eu", "gcr": GCR_FULL},
        "GCRAccessToken",
        "eu-gcr-io",
        _gcr("eu-gcr-io", clusterProjectID="acme-platform"),
        GOOGLE,
        "30m0s",
        id="gcr-with-every-key",
    ),
]
"""Registry, kind, name and spec of its generator, annotations of its ServiceAccount, renewed at least every."""


def made_for(*registries: Raw) -> list[Manifest]:
    """Generators and ServiceAccounts of the organization acme."""
    return generators(credentials(organization(registries=list(registries)), TARGET))
