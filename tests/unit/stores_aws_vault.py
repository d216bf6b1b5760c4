"""Stores of AWS and Vault, and the provider block of each."""

from __future__ import annotations

import pytest

from tests.unit.managers import (
    ACCOUNT,
    AWS_OWN,
    CA,
    ESO,
    KEY,
    OWN,
    ROLE,
    VAULT_OWN,
    aws,
    vault,
)
from tests.unit.samples import CA_BUNDLE

OWN_REF = {"name": "eso-org-acme", "namespace": ESO}
ACME_REF = {"name": "reader-acme", "namespace": ESO, "audiences": ["other"]}
ACME_KEY = {"name": "keys-acme", "namespace": ESO, "key": "id"}
SECRETS_MANAGER = {"service": "SecretsManager", "region": "eu-central-1"}
VAULT = {"server": "https://vault.example:8200", "version": "v2"}
STORES = [
    pytest.param(
        AWS_OWN, "aws", {**SECRETS_MANAGER, "auth": {"jwt": {"serviceAccountRef": OWN_REF}}}, id="aws-own-account"
    ),
    pytest.param(aws(role=ROLE), "aws", {**SECRETS_MANAGER, "role": ROLE.format(organization="acme")}, id="aws-role"),
    pytest.param(
        aws(
            service="ParameterStore",
            auth={"serviceAccountRef": ACCOUNT},
            role=ROLE,
            additionalRoles=["arn:aws:iam::123456789012:role/jump"],
            externalID="platform/{organization}",
            sessionTags=[{"key": "organization", "value": "{organization}"}, {"key": "empty", "value": ""}],
            transitiveTagKeys=["organization"],
            prefix="org/{organization}/",
        ),
        "aws",
        {
            "service": "ParameterStore",
            "region": "eu-central-1",
            "auth": {"jwt": {"serviceAccountRef": ACME_REF}},
            "role": "arn:aws:iam::123456789012:role/eso-acme",
            "additionalRoles": ["arn:aws:iam::123456789012:role/jump"],
            "externalID": "platform/acme",
            "sessionTags": [{"key": "organization", "value": "acme"}, {"key": "empty", "value": ""}],
            "transitiveTagKeys": ["organization"],
            "prefix": "org/acme/",
        },
        id="aws-every-key",
    ),
    pytest.param(
        aws(
            auth={
                "secretRef": {
                    "accessKeyIDSecretRef": KEY,
                    "secretAccessKeySecretRef": KEY,
                    "sessionTokenSecretRef": KEY,
                }
            }
        ),
        "aws",
        {
            **SECRETS_MANAGER,
            "auth": {
                "secretRef": {
                    "accessKeyIDSecretRef": ACME_KEY,
                    "secretAccessKeySecretRef": ACME_KEY,
                    "sessionTokenSecretRef": ACME_KEY,
                }
            },
        },
        id="aws-access-keys",
    ),
    pytest.param(
        VAULT_OWN,
        "vault",
        {
            **VAULT,
            "auth": {"kubernetes": {"mountPath": "kubernetes", "role": "acme", "serviceAccountRef": OWN_REF}},
        },
        id="vault-own-account",
    ),
    pytest.param(
        vault(
            {"kubernetes": {"mountPath": "clusters/prod", "role": "r-{organization}", "secretRef": KEY}},
            path="kv/{organization}",
            version="v1",
            namespace="teams/{organization}",
            caBundle=CA_BUNDLE,
        ),
        "vault",
        {
            "server": "https://vault.example:8200",
            "version": "v1",
            "path": "kv/acme",
            "namespace": "teams/acme",
            "caBundle": CA_BUNDLE,
            "auth": {"kubernetes": {"mountPath": "clusters/prod", "role": "r-acme", "secretRef": ACME_KEY}},
        },
        id="vault-every-key",
    ),
    pytest.param(
        vault({"kubernetes": {"role": "{organization}"}}, caProvider=CA),
        "vault",
        {**VAULT, "caProvider": CA, "auth": {"kubernetes": {"mountPath": "kubernetes", "role": "acme"}}},
        id="vault-operator's-own-token",
    ),
    pytest.param(
        vault({"jwt": {"role": "{organization}", "serviceAccount": {**OWN, "audiences": ["vault"]}}}),
        "vault",
        {
            **VAULT,
            "auth": {
                "jwt": {
                    "path": "jwt",
                    "role": "acme",
                    "kubernetesServiceAccountToken": {"serviceAccountRef": {**OWN_REF, "audiences": ["vault"]}},
                }
            },
        },
        id="vault-jwt-own-account",
    ),
    pytest.param(
        vault({"jwt": {"path": "oidc", "role": "{organization}", "serviceAccountRef": ACCOUNT}}),
        "vault",
        {
            **VAULT,
            "auth": {
                "jwt": {
                    "path": "oidc",
                    "role": "acme",
                    "kubernetesServiceAccountToken": {"serviceAccountRef": ACME_REF},
                }
            },
        },
        id="vault-jwt-existing-account",
    ),
    pytest.param(
        vault({"jwt": {"role": "{organization}", "secretRef": KEY}}),
        "vault",
        {**VAULT, "auth": {"jwt": {"path": "jwt", "role": "acme", "secretRef": ACME_KEY}}},
        id="vault-jwt-token",
    ),
    pytest.param(
        vault({"appRole": {"roleId": "{organization}", "secretRef": KEY}}),
        "vault",
        {**VAULT, "auth": {"appRole": {"path": "approle", "roleId": "acme", "secretRef": ACME_KEY}}},
        id="vault-app-role",
    ),
    pytest.param(
        vault({"appRole": {"path": "roles", "roleRef": KEY, "secretRef": KEY}}),
        "vault",
        {**VAULT, "auth": {"appRole": {"path": "roles", "roleRef": ACME_KEY, "secretRef": ACME_KEY}}},
        id="vault-app-role-in-a-secret",
    ),
    pytest.param(
        vault({"tokenSecretRef": KEY}, server="http://vault.vault:8200", insecure=True),
        "vault",
        {"server": "http://vault.vault:8200", "version": "v2", "auth": {"tokenSecretRef": ACME_KEY}},
        id="vault-token-over-http",
    ),
]
