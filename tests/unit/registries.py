"""Registries by name and by address, and every way to sign in to one."""

from __future__ import annotations

from typing import Final

from tests.unit.managers import GUID, ROLE, TENANT
from tests.unit.samples import Raw

TOKEN: Final[Raw] = {"remoteKey": "acme-token"}
LOGIN: Final[Raw] = {"username": "bot", "password": TOKEN}
ECR: Final[Raw] = {"registry": "ecr", "account": "123456789012", "region": "eu-central-1"}
ACR: Final[Raw] = {"registry": "acr", "name": "acmeprod"}
ARTIFACTS: Final[Raw] = {"registry": "artifact-registry", "location": "europe-west3"}
ECR_HOST: Final = "123456789012.dkr.ecr.eu-central-1.amazonaws.com"
ECR_NAME: Final = "123456789012-dkr-ecr-eu-central-1-amazonaws-com"

ECR_TOKEN: Final[Raw] = {"roleArn": ROLE}
ACR_TOKEN: Final[Raw] = {"clientId": GUID, "tenantId": TENANT}
GCR_TOKEN: Final[Raw] = {"projectID": "acme-prod", "clusterLocation": "europe-west3", "clusterName": "build"}
PUSHER: Final = "push-{organization}@acme-prod.iam.gserviceaccount.com"
GCR_FULL: Final[Raw] = {**GCR_TOKEN, "clusterProjectID": "acme-platform", "gcpServiceAccount": PUSHER}

KEYS: Final[list[tuple[Raw, str]]] = [
    ({"registry": "dockerhub"}, "https://index.docker.io/v1/"),
    ({"registry": "ghcr"}, "ghcr.io"),
    ({"registry": "quay"}, "quay.io"),
    ({"registry": "gitlab"}, "registry.gitlab.com"),
    ({"registry": "gcr"}, "gcr.io"),
    ({"registry": "gcr", "location": "eu"}, "eu.gcr.io"),
    (ARTIFACTS, "europe-west3-docker.pkg.dev"),
    ({"registry": "artifact-registry", "location": "us"}, "us-docker.pkg.dev"),
    (ECR, ECR_HOST),
    ({**ECR, "region": "us-gov-west-1"}, "123456789012.dkr.ecr.us-gov-west-1.amazonaws.com"),
    ({**ECR, "region": "cn-north-1"}, "123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn"),
    ({**ECR, "region": "us-iso-east-1"}, "123456789012.dkr.ecr.us-iso-east-1.c2s.ic.gov"),
    ({**ECR, "region": "us-isob-east-1"}, "123456789012.dkr.ecr.us-isob-east-1.sc2s.sgov.gov"),
    ({**ECR, "region": "eusc-de-east-1"}, "123456789012.dkr.ecr.eusc-de-east-1.amazonaws.eu"),
    ({"registry": "ecr-public"}, "public.ecr.aws"),
    (ACR, "acmeprod.azurecr.io"),
    ({**ACR, "name": "acmeprod-h4sh", "environmentType": "USGovernmentCloud"}, "acmeprod-h4sh.azurecr.us"),
    ({**ACR, "environmentType": "ChinaCloud"}, "acmeprod.azurecr.cn"),
    ({"server": "https://index.docker.io/v1/"}, "https://index.docker.io/v1/"),
    ({"server": "registry.example:5000/acme/app"}, "registry.example:5000/acme/app"),
]
"""What names a registry, and its key in docker's ``auths``."""
