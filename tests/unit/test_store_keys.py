"""Which remote keys each secret manager can have."""

from __future__ import annotations

import pytest

from tests.unit.managers import (
    AZURE_OWN,
    GCP_OWN,
    ONEPASSWORD,
    ROLE,
    VAULT_OWN,
    aws,
    azure,
)
from tests.unit.samples import AT_ACME, Raw, acme, assert_rejected, settings

SECRETS_MANAGER = (
    "a name of AWS Secrets Manager: letters, digits and /_+=.@!-, at most 512 characters, or an ARN without prefix"
)
PARAMETER_STORE = (
    "a name of AWS Parameter Store: letters, digits and _./-, at most 1011 characters, or an ARN without prefix"
)
KEY_VAULT = "a name of Azure Key Vault: letters, digits and hyphens, at most 127, after secret/, key/, cert/ or nothing"
SECRET_MANAGER = "a name of Google Secret Manager: letters, digits, - and _, at most 255 characters"
ARN = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:acme/git-AbCdEf"
PREFIXED = aws(role=ROLE, prefix="org/{organization}/")
PARAMETERS = aws(service="ParameterStore", role=ROLE)


@pytest.mark.parametrize(
    ("store", "key", "problem"),
    [
        pytest.param(aws(role=ROLE), "acme git", f'"acme git" is not {SECRETS_MANAGER}', id="aws"),
        pytest.param(
            aws(role=ROLE), "k" * 513, f'"{"k" * 60}"… (513 characters) is not {SECRETS_MANAGER}', id="aws-long"
        ),
        pytest.param(
            PREFIXED,
            "k" * 504,
            f'"{"k" * 60}"… (504 characters) with the prefix "org/acme/" is not {SECRETS_MANAGER}',
            id="aws-long-with-prefix",
        ),
        pytest.param(
            PREFIXED,
            ARN,
            f'"{ARN[:60]}"… (71 characters) with the prefix "org/acme/" is not {SECRETS_MANAGER}',
            id="arn",
        ),
        pytest.param(
            aws(role=ROLE, prefix="{org}/"),
            "git",
            f'"git" with the prefix "{{org}}/" is not {SECRETS_MANAGER}',
            id="aws-misspelt-placeholder",
        ),
        pytest.param(PARAMETERS, "/acme/git+", f'"/acme/git+" is not {PARAMETER_STORE}', id="parameter"),
        pytest.param(azure(), "acme/git", f'"acme/git" is not {KEY_VAULT}', id="azure-slash"),
        pytest.param(azure(), "acme_git", f'"acme_git" is not {KEY_VAULT}', id="azure"),
        pytest.param(GCP_OWN, "acme/git", f'"acme/git" is not {SECRET_MANAGER}', id="gcp"),
    ],
)
def test_remote_key_that_the_manager_cannot_have(store: Raw, key: str, problem: str) -> None:
    assert_rejected(
        {"secretStores.default": store, **acme(git={"remoteKey": key})},
        f'{AT_ACME}: remoteKey {problem} (store "default")',
    )


@pytest.mark.parametrize(
    ("store", "key"),
    [
        pytest.param(aws(role=ROLE), "rds!db-1/a_b+c=d.e@f", id="aws"),
        pytest.param(aws(role=ROLE), "k" * 512, id="aws-longest"),
        pytest.param(aws(role=ROLE), ARN, id="aws-arn"),
        pytest.param(PREFIXED, "k" * 503, id="aws-longest-with-prefix"),
        pytest.param(PARAMETERS, "/acme/git-pat:3", id="parameter-of-a-version"),
        pytest.param(AZURE_OWN, "acme-git", id="azure"),
        pytest.param(AZURE_OWN, "cert/acme-git", id="azure-certificate"),
        pytest.param(GCP_OWN, "k" * 255, id="gcp-longest"),
        pytest.param(VAULT_OWN, "any/path of it", id="vault"),
        pytest.param(ONEPASSWORD, "clé/ünï/名前", id="custom"),
    ],
)
def test_remote_key_that_the_manager_can_have(store: Raw, key: str) -> None:
    assert settings({"secretStores.default": store, **acme(git={"remoteKey": key})})
