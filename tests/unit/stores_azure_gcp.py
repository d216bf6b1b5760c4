"""Stores of Azure and Google Cloud, and the provider block of each."""

from __future__ import annotations

import pytest

from tests.unit.managers import (
    ACCOUNT,
    AZURE_OWN,
    ESO,
    GCP_OWN,
    GUID,
    KEY,
    ONEPASSWORD,
    TENANT,
    azure,
    gcp,
)

OWN_REF = {"name": "eso-org-acme", "namespace": ESO}
ACME_REF = {"name": "reader-acme", "namespace": ESO, "audiences": ["other"]}
ACME_KEY = {"name": "keys-acme", "namespace": ESO, "key": "id"}
AZURE = {"vaultUrl": "https://kv-acme.vault.azure.net", "environmentType": "PublicCloud"}
GCP = {"projectID": "secrets-prod"}
STORES = [
    pytest.param(
        AZURE_OWN,
        "azurekv",
        {**AZURE, "authType": "WorkloadIdentity", "serviceAccountRef": OWN_REF},
        id="azure-own-account",
    ),
    pytest.param(
        azure(serviceAccountRef=ACCOUNT, tenantId=TENANT, environmentType="ChinaCloud"),
        "azurekv",
        {
            **AZURE,
            "authType": "WorkloadIdentity",
            "environmentType": "ChinaCloud",
            "tenantId": TENANT,
            "serviceAccountRef": ACME_REF,
        },
        id="azure-existing-account",
    ),
    pytest.param(azure(), "azurekv", {**AZURE, "authType": "WorkloadIdentity"}, id="azure-operator's-own-identity"),
    pytest.param(
        azure("ManagedIdentity", identityId=GUID),
        "azurekv",
        {**AZURE, "authType": "ManagedIdentity", "identityId": GUID},
        id="azure-managed-identity",
    ),
    pytest.param(
        azure("ServicePrincipal", tenantId=TENANT, authSecretRef={"clientId": KEY, "clientSecret": KEY}),
        "azurekv",
        {
            **AZURE,
            "authType": "ServicePrincipal",
            "tenantId": TENANT,
            "authSecretRef": {"clientId": ACME_KEY, "clientSecret": ACME_KEY},
        },
        id="azure-service-principal",
    ),
    pytest.param(
        azure("ServicePrincipal", tenantId=TENANT, authSecretRef={"clientId": KEY, "clientCertificate": KEY}),
        "azurekv",
        {
            **AZURE,
            "authType": "ServicePrincipal",
            "tenantId": TENANT,
            "authSecretRef": {"clientId": ACME_KEY, "clientCertificate": ACME_KEY},
        },
        id="azure-certificate",
    ),
    pytest.param(
        GCP_OWN, "gcpsm", {**GCP, "auth": {"workloadIdentity": {"serviceAccountRef": OWN_REF}}}, id="gcp-own-account"
    ),
    pytest.param(
        gcp(
            {
                "workloadIdentity": {
                    "serviceAccountRef": ACCOUNT,
                    "clusterLocation": "europe-west3",
                    "clusterName": "builds",
                    "clusterProjectID": "platform-prod",
                }
            },
            projectID="{organization}-secrets",
            location="europe-west3",
        ),
        "gcpsm",
        {
            "projectID": "acme-secrets",
            "location": "europe-west3",
            "auth": {
                "workloadIdentity": {
                    "serviceAccountRef": ACME_REF,
                    "clusterLocation": "europe-west3",
                    "clusterName": "builds",
                    "clusterProjectID": "platform-prod",
                }
            },
        },
        id="gcp-every-key",
    ),
    pytest.param(
        gcp({"secretRef": {"secretAccessKeySecretRef": KEY}}),
        "gcpsm",
        {**GCP, "auth": {"secretRef": {"secretAccessKeySecretRef": ACME_KEY}}},
        id="gcp-key",
    ),
    pytest.param(
        gcp(projectID="{organization}-secrets"),
        "gcpsm",
        {"projectID": "acme-secrets"},
        id="gcp-operator's-own-identity",
    ),
    pytest.param(
        ONEPASSWORD,
        "onepassword",
        {
            "connectHost": "https://onepassword.example",
            "vaults": {"acme": 1},
            "auth": {"secretRef": {"connectTokenSecretRef": {"name": "token", "namespace": ESO, "key": "token"}}},
        },
        id="custom",
    ),
]
