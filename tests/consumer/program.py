"""A consumer's program, as a type checker without the plugin of pydantic sees it; nothing runs it.

An error that is expected has a comment, and strict mypy reports a comment without its error.
"""

from __future__ import annotations

import pulumi

from components import (
    ComponentWorkflows,
    ExternalCredential,
    GitCredential,
    Organization,
    PullSecret,
    RegistryCredential,
    RemoteRef,
    SecretStoreArgs,
    Source,
)
from components.iam.account import AwsAccount
from components.managers.aws import AwsStore
from components.managers.aws_auth import AwsAuth, AwsSecretRef, AwsServiceAccount
from components.managers.azure import AzureStore
from components.managers.gcp import GcpStore
from components.managers.references import SecretKeyRef, ServiceAccountRef
from components.managers.vault import VaultStore
from components.managers.vault_auth import VaultAuth, VaultKubernetesAuth
from components.registries.tokens import EcrToken, GcrToken


def organization(key: pulumi.Input[str], output: pulumi.Output[str]) -> Organization:
    """Lists and tuples, texts and outputs."""
    gcr = GcrToken(project_id=output, cluster_location="europe-west3", cluster_name=output, cluster_project_id=output)
    return Organization(
        name="acme",
        git=GitCredential(remote_key=key, property=output, version="1"),
        registries=[
            RegistryCredential(registry="ghcr", username="bot", password=RemoteRef(remote_key=output)),
            RegistryCredential(registry="ecr", account="1", region="a", ecr=EcrToken(role_arn=output)),
            RegistryCredential(registry="gcr", gcr=gcr),
        ],
        external=[ExternalCredential(name="sonar", keys={"token": Source(remote_key=key)})],
        pull_secret=PullSecret(component_types=["service"], docker_config=RemoteRef(remote_key="pull")),
        component_workflows=ComponentWorkflows(names=("docker",)),
    )


def stores(arn: pulumi.Output[str], name: pulumi.Input[str]) -> list[SecretStoreArgs]:
    """Every manager that takes outputs."""
    key = SecretKeyRef(name=name, namespace="eso", key="id")
    keys = AwsSecretRef(access_key_id=key, secret_access_key=key, session_token=key)
    account = AwsServiceAccount(identity_namespace="eso", role_arn=arn, audiences=["sts"])
    login = VaultKubernetesAuth(role=arn, service_account_ref=ServiceAccountRef(name=name, namespace="eso"))
    managers = (
        AwsStore(service="SecretsManager", region="eu-central-1", auth=AwsAuth(service_account=account)),
        AwsStore(
            service="SecretsManager",
            region=name,
            auth=AwsAuth(secret_ref=keys),
            role=arn,
            external_id=name,
            additional_roles=[arn, "a"],
        ),
        AzureStore(vault_url=name, auth_type="ManagedIdentity", identity_id=arn),
        GcpStore(project_id=name),
        VaultStore(server=name, auth=VaultAuth(kubernetes=login)),
    )
    return [SecretStoreArgs("acme", manager, namespaces=["a"], keys=[name, "a"]) for manager in managers]


def refused(output: pulumi.Output[str]) -> None:
    """Names that a preview must know."""
    Organization(name=output)  # type: ignore[arg-type]
    Organization(name="acme", registry_secret_name=output)  # type: ignore[arg-type]
    RegistryCredential(server=output)  # type: ignore[arg-type]
    RegistryCredential(registry="ecr", account=output, region="a")  # type: ignore[arg-type]
    RegistryCredential(registry="ecr", account=1, region="a")  # type: ignore[arg-type]
    RegistryCredential(registry="ecr-public", ecr={"roleArn": "a"})  # type: ignore[arg-type]
    SecretKeyRef(name=output, namespace=output, key="id")  # type: ignore[arg-type]
    AwsAccount(account_id=output, region="eu-central-1", oidc_provider=output)  # type: ignore[arg-type]
