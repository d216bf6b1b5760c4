"""Isolation of organizations in a secret manager, and keys that builds must not reach."""

from __future__ import annotations

import pytest

from tests.unit.managers import (
    ACCOUNT,
    AWS_OWN,
    AZURE_OWN,
    CA,
    ESO,
    GCP_OWN,
    GUID,
    KEY,
    ONEPASSWORD,
    OWN,
    ROLE,
    TENANT,
    VAULT_OWN,
    aws,
    azure,
    custom,
    gcp,
    vault,
)
from tests.unit.samples import Raw, acme, assert_rejected, settings

CONSTANT_ROLE = "arn:aws:iam::123456789012:role/eso"
LOGIN = {"kubernetes": {"role": "{organization}"}}
ONE_KEY = {"name": "keys", "namespace": ESO, "key": "id"}
ONE_ACCOUNT = {"name": "reader", "namespace": ESO}


def _rejected(store: Raw, problem: str) -> None:
    assert_rejected({"secretStores.default": store}, f"secretStores.default.{problem}")


def _one_access(where: str) -> str:
    return (
        "gives all organizations the same access, so each could read the others' secrets; use "
        f'{{organization}} in {where}, or scope "shared", or sharedAccess: true if the manager itself isolates them'
    )


@pytest.mark.parametrize(
    ("store", "where"),
    [
        pytest.param(aws(), "role", id="aws-operator-itself"),
        pytest.param(aws(prefix="org/{organization}/"), "role", id="aws-a-prefix-is-no-boundary"),
        pytest.param(
            aws(role=CONSTANT_ROLE, auth={"serviceAccount": {**OWN, "roleArn": ROLE}}),
            "role or sessionTags",
            id="aws-the-last-role-reads",
        ),
        pytest.param(
            aws(auth={"serviceAccount": {**OWN, "roleArn": CONSTANT_ROLE}}),
            "role or auth.serviceAccount.roleArn",
            id="aws-own-accounts-of-one-role",
        ),
        pytest.param(
            aws(auth={"serviceAccountRef": ONE_ACCOUNT}), "role or auth.serviceAccountRef", id="aws-one-account"
        ),
        pytest.param(
            aws(auth={"secretRef": {"accessKeyIDSecretRef": ONE_KEY, "secretAccessKeySecretRef": ONE_KEY}}),
            "role or auth.secretRef",
            id="aws-one-key",
        ),
        pytest.param(
            vault({"kubernetes": {"role": "eso", "serviceAccount": OWN}}, path="{organization}"),
            "auth.kubernetes.role or namespace",
            id="vault-a-mount-is-no-boundary",
        ),
        pytest.param(
            vault({"kubernetes": {"role": "eso", "mountPath": "{organization}"}}),
            "auth.kubernetes.role or namespace",
            id="vault-one-role",
        ),
        pytest.param(
            vault({"jwt": {"role": "eso", "serviceAccount": OWN}}),
            "auth.jwt.role or namespace",
            id="vault-one-jwt-role",
        ),
        pytest.param(
            vault({"appRole": {"roleId": "eso", "secretRef": KEY}}),
            "auth.appRole.roleId or auth.appRole.roleRef or namespace",
            id="vault-one-app-role",
        ),
        pytest.param(vault({"tokenSecretRef": ONE_KEY}), "auth.tokenSecretRef or namespace", id="vault-one-token"),
        pytest.param(
            azure(vaultUrl="https://builds.vault.azure.net", serviceAccount={**OWN, "clientId": GUID}),
            "vaultUrl",
            id="azure-own-accounts-of-one-client",
        ),
        pytest.param(
            azure(vaultUrl="https://builds.vault.azure.net", serviceAccountRef=ONE_ACCOUNT),
            "vaultUrl or serviceAccountRef",
            id="azure-one-account",
        ),
        pytest.param(
            azure(
                "ServicePrincipal",
                vaultUrl="https://builds.vault.azure.net",
                tenantId=TENANT,
                authSecretRef={"clientId": ONE_KEY, "clientSecret": ONE_KEY},
            ),
            "vaultUrl or authSecretRef",
            id="azure-one-principal",
        ),
        pytest.param(gcp(), "projectID", id="gcp-operator-itself"),
        pytest.param(
            gcp({"secretRef": {"secretAccessKeySecretRef": ONE_KEY}}), "projectID or auth.secretRef", id="gcp-one-key"
        ),
        pytest.param(
            gcp({"workloadIdentity": {"serviceAccountRef": ONE_ACCOUNT}}),
            "projectID or auth.workloadIdentity.serviceAccountRef",
            id="gcp-one-account",
        ),
        pytest.param(
            gcp(
                {
                    "workloadIdentity": {
                        "serviceAccount": {**OWN, "gcpServiceAccount": "builds@prod.iam.gserviceaccount.com"}
                    }
                }
            ),
            "projectID or auth.workloadIdentity.serviceAccount.gcpServiceAccount",
            id="gcp-own-accounts-of-one-google-account",
        ),
        pytest.param(custom("doppler", {"project": "builds"}), "any field", id="custom"),
        pytest.param(
            {"kubernetes": {"remoteNamespace": "secret-manager", "serviceAccount": ONE_ACCOUNT}},
            "serviceAccount",
            id="kubernetes-one-account",
        ),
    ],
)
def test_one_access_for_all_organizations_must_be_meant(store: Raw, where: str) -> None:
    (manager,) = store
    _rejected(
        store,
        f"{manager}: {_one_access(where)}",
    )
    assert settings({"secretStores.default": {"sharedAccess": True, **store}})


def test_session_tags_isolate_organizations() -> None:
    assert settings(
        {
            "secretStores.default": aws(
                role=CONSTANT_ROLE, sessionTags=[{"key": "org", "value": "{organization}"}], prefix="o/"
            )
        }
    )


@pytest.mark.parametrize("store", [AWS_OWN, VAULT_OWN, AZURE_OWN, GCP_OWN, ONEPASSWORD])
def test_shared_access_where_each_has_its_own(store: Raw) -> None:
    _rejected(
        {"sharedAccess": True, **store},
        "sharedAccess: contradicts the store, which gives each organization its own access; leave it out",
    )


def test_shared_access_of_a_shared_store() -> None:
    _rejected(
        {"scope": "shared", "sharedAccess": True, **aws()},
        'sharedAccess: has no effect with scope "shared"; leave it out',
    )


@pytest.mark.parametrize(
    ("store", "place"),
    [
        pytest.param(aws(role=ROLE), "aws.role", id="aws"),
        pytest.param(
            aws(role=CONSTANT_ROLE, sessionTags=[{"key": "org", "value": "{organization}"}]),
            "aws.sessionTags[0].value",
            id="in-a-list",
        ),
        pytest.param(VAULT_OWN, "vault.auth.kubernetes.role", id="vault"),
        pytest.param(AZURE_OWN, "azure.vaultUrl", id="azure"),
        pytest.param(ONEPASSWORD, "custom.onepassword.vaults.{organization}", id="custom-key"),
    ],
)
def test_placeholder_in_a_shared_store(store: Raw, place: str) -> None:
    _rejected(
        {"scope": "shared", **store},
        f'{place}: has {{organization}}, but several organizations share the store; use scope "organization"',
    )


IN_BUILDS = "openchoreo-ci-acme"


@pytest.mark.parametrize(
    ("store", "place"),
    [
        pytest.param(
            aws(auth={"serviceAccount": {"identityNamespace": IN_BUILDS, "roleArn": ROLE}}),
            "aws.auth.serviceAccount.identityNamespace",
            id="own-account",
        ),
        pytest.param(
            azure(serviceAccountRef={**ACCOUNT, "namespace": IN_BUILDS}),
            "azure.serviceAccountRef.namespace",
            id="existing-account",
        ),
        pytest.param(
            vault({"tokenSecretRef": {**KEY, "namespace": IN_BUILDS}}),
            "vault.auth.tokenSecretRef.namespace",
            id="token",
        ),
        pytest.param(vault(LOGIN, caProvider={**CA, "namespace": IN_BUILDS}), "vault.caProvider.namespace", id="ca"),
        pytest.param(
            custom("gitlab", {"auth": {"SecretRef": {"accessToken": {**KEY, "namespace": IN_BUILDS}}}}),
            "custom.gitlab.auth.SecretRef.accessToken.namespace",
            id="custom",
        ),
        pytest.param(
            custom(
                "gitlab", {"auth": {"SecretRef": {"accessToken": {**KEY, "namespace": "openchoreo-ci-{organization}"}}}}
            ),
            "custom.gitlab.auth.SecretRef.accessToken.namespace",
            id="custom-by-its-placeholder",
        ),
    ],
)
def test_nothing_that_gives_access_lies_beside_builds(store: Raw, place: str) -> None:
    _rejected(
        store,
        f'{place}: "{IN_BUILDS}" is the build namespace of an organization, whose builds could read, use or replace '
        "what is in it; use another namespace",
    )


def test_placeholder_is_an_ordinary_key_of_the_fake_manager() -> None:
    data = [{"key": "{organization}", "manual": "gitToken"}]
    found = settings({"secretStores.default": {"fake": {"data": data}}, **acme(git={"remoteKey": "{organization}"})})
    assert found.organizations[0].name == "acme"


def test_an_unused_store_is_checked_on_its_own() -> None:
    store = azure(vaultUrl="https://the-long-name-of-a-vault-{organization}.vault.azure.net")
    assert settings({"secretStores.spare": store})
    assert_rejected({"secretStores.spare": aws()}, f"secretStores.spare.aws: {_one_access('role')}")
