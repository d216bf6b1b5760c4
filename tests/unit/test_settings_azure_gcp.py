"""Mistakes in a block of Azure Key Vault or Google Secret Manager: every message in full."""

from __future__ import annotations

import pytest

from tests.unit.managers import (
    ACCOUNT,
    GUID,
    KEY,
    OWN,
    TENANT,
    azure,
    gcp,
)
from tests.unit.samples import Raw, assert_rejected, settings

ACCOUNTS = "serviceAccount, serviceAccountRef"


def _rejected(store: Raw, problem: str) -> None:
    assert_rejected({"secretStores.default": store}, f"secretStores.default.{problem}")


VAULT_NAME = "expected 3 to 24 letters, digits and single hyphens, the first a letter"


@pytest.mark.parametrize(
    ("store", "problem"),
    [
        pytest.param(
            azure(vaultUrl="http://{organization}.vault.azure.net"),
            '.vaultUrl: "http://{organization}.vault.azure.net" is not the address of a key vault; '
            "expected https://<vault>.vault.azure.net, with {organization} in place of the organization's name",
            id="plain-text",
        ),
        pytest.param(
            azure(vaultUrl="https://kv.vault.azure.net"),
            f'.vaultUrl: "https://kv.vault.azure.net" has the wrong vault name; {VAULT_NAME}',
            id="short-name",
        ),
        pytest.param(
            azure(vaultUrl="https://the-builds-{organization}-key-vault.vault.azure.net"),
            '.vaultUrl: "https://the-builds-acme-key-vault.vault.azure.net" of the organization "acme" '
            f"has the wrong vault name; {VAULT_NAME}",
            id="long-name-of-an-organization",
        ),
        pytest.param(
            azure("Password"),
            '.authType: "Password" must be one of WorkloadIdentity, ManagedIdentity, ServicePrincipal',
            id="auth-type",
        ),
        pytest.param(
            azure(serviceAccount={**OWN, "clientId": GUID}, serviceAccountRef=ACCOUNT),
            f": names serviceAccount and serviceAccountRef; expected at most one of {ACCOUNTS}",
            id="two-accounts",
        ),
        pytest.param(
            azure("ManagedIdentity", tenantId=TENANT, serviceAccountRef=ACCOUNT),
            ": has tenantId, serviceAccountRef, which authType ManagedIdentity does not use; "
            "expected with it: identityId",
            id="managed-identity-with-account",
        ),
        pytest.param(
            azure(tenantId=TENANT),
            f": has tenantId, which authType WorkloadIdentity does not use; expected with it: {ACCOUNTS}",
            id="tenant-of-the-operator",
        ),
        pytest.param(
            azure("ServicePrincipal", tenantId=TENANT),
            ": is incomplete; authType ServicePrincipal needs tenantId and authSecretRef",
            id="no-principal",
        ),
        pytest.param(
            azure("ServicePrincipal", authSecretRef={"clientId": KEY, "clientSecret": KEY}),
            ": is incomplete; authType ServicePrincipal needs tenantId and authSecretRef",
            id="no-tenant",
        ),
        pytest.param(
            azure("ServicePrincipal", tenantId=TENANT, authSecretRef={"clientId": KEY}),
            ".authSecretRef: is incomplete; expected exactly one of clientSecret, clientCertificate",
            id="no-proof",
        ),
        pytest.param(
            azure(
                "ServicePrincipal",
                tenantId=TENANT,
                authSecretRef={"clientId": KEY, "clientSecret": KEY, "clientCertificate": KEY},
            ),
            ".authSecretRef: names clientSecret and clientCertificate; "
            "expected exactly one of clientSecret, clientCertificate",
            id="two-proofs",
        ),
        pytest.param(
            azure(serviceAccount={**OWN, "clientId": "builds"}),
            '.serviceAccount.clientId: "builds" is not an id of Microsoft Entra; '
            "expected a GUID such as 01234567-89ab-cdef-0123-456789abcdef",
            id="client-id",
        ),
    ],
)
def test_azure(store: Raw, problem: str) -> None:
    _rejected(store, f"azure{problem}")


@pytest.mark.parametrize("url", ["https://abc.vault.azure.net/", "https://kv.internal.example:8443"])
def test_azure_vault_of_any_other_host(url: str) -> None:
    assert settings({"secretStores.default": {"sharedAccess": True, **azure(vaultUrl=url)}})


PROJECT = "is not a project id: 6 to 30 lower-case letters, digits and hyphens, the first a letter"


@pytest.mark.parametrize(
    ("store", "problem"),
    [
        pytest.param(
            gcp(projectID="Prod"),
            '.projectID: "Prod" is not a project id: lower-case letters, digits and hyphens',
            id="project",
        ),
        pytest.param(gcp(projectID="prod"), f'.projectID: "prod" {PROJECT}', id="short-project"),
        pytest.param(
            gcp(projectID="the-secrets-of-organization-{organization}"),
            f'.projectID: "the-secrets-of-organization-acme" of the organization "acme" {PROJECT}',
            id="long-project-of-an-organization",
        ),
        pytest.param(
            gcp({"workloadIdentity": {"serviceAccount": OWN}, "secretRef": {"secretAccessKeySecretRef": KEY}}),
            ".auth: names workloadIdentity and secretRef; expected exactly one of workloadIdentity, secretRef",
            id="two-ways",
        ),
        pytest.param(
            gcp({"workloadIdentity": {"clusterName": "builds"}}),
            f".auth.workloadIdentity: is incomplete; expected exactly one of {ACCOUNTS}",
            id="no-account",
        ),
        pytest.param(
            gcp({"workloadIdentity": {"serviceAccount": {**OWN, "gcpServiceAccount": "eso-{organization}"}}}),
            '.auth.workloadIdentity.serviceAccount.gcpServiceAccount: "eso-{organization}" is not a service account; '
            "expected <name>@<project>.iam.gserviceaccount.com, "
            "with {organization} in place of the organization's name",
            id="google-account",
        ),
        pytest.param(
            gcp({"workloadIdentity": {"serviceAccount": {**OWN, "gcpServiceAccount": "x@p.iam.gserviceaccount.com"}}}),
            '.auth.workloadIdentity.serviceAccount.gcpServiceAccount: "x@p.iam.gserviceaccount.com" '
            "does not begin with a service account id: 6 to 30 lower-case letters, digits and hyphens",
            id="short-google-account",
        ),
    ],
)
def test_gcp(store: Raw, problem: str) -> None:
    _rejected(store, f"gcp{problem}")
