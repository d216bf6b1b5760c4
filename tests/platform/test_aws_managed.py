"""Managed stores on the real engine: created in AWS, filled by a person, read by the operator, deleted.

The types of ``pulumi-aws`` are served by a stand-in over boto3 (`aws_provider`), and AWS is moto. Moto does
not evaluate IAM policies; `tests.iam` evaluates the documents that moto has at the end.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from components.iam.account import AwsAccount
from components.iam.policy import build_ecr_policy, build_read_policy
from components.iam.trust import build_ecr_trust, build_web_identity_trust
from components.openchoreo import Release
from local.engine import Engine
from local.platform import Platform
from tests.iam import Request, allows
from tests.platform.aws import ACCOUNT, REGION, MotoAws
from tests.platform.harness import Kubernetes, Stack, make_project
from tests.platform.openchoreo import configure
from tests.platform.releases import Builds, on_each_control_plane, on_v1
from tests.platform.stand_in_providers import add_providers
from tests.platform.warm import Warm
from tests.platform.workflows import RunWorkflow

ISSUER = "oidc.example/id/platform"
WHERE: dict[str, Any] = {"accountId": ACCOUNT, "region": REGION, "oidcProvider": ISSUER}
MANAGED_BY = {"Key": "app.kubernetes.io/managed-by", "Value": "openchoreo-secrets"}


@pytest.fixture(scope="module")
def project(engine: Engine, warm: Warm, tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """The project with the stand-ins for two providers in addition to its own provider."""
    folder = make_project(tmp_path_factory.mktemp("aws") / "project")
    add_providers(folder, Path(__file__).parent / "aws_provider", "aws", "random")
    return warm.use(Engine(engine.folder, engine.programs, folder))


@pytest.fixture
def stack(
    project: Engine,
    platform: Platform,
    names: Iterator[int],
    manager: str,
    aws: MotoAws,
    release: Release,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Stack]:
    """An empty stack, in an environment with credentials of AWS, as the provider wants them."""
    for variable in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(variable)
    monkeypatch.setenv("AWS_ENDPOINT_URL", aws.endpoint)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    stack = Stack(project, f"test{next(names)}", platform.kubeconfig, release)
    stack.init()
    yield stack
    stack.destroy()


def store(manager: str, service: str = "SecretsManager", **keys: Any) -> dict[str, Any]:
    path = "org/{organization}/" if service == "SecretsManager" else "/org/{organization}/"
    return {
        "aws": {"service": service, "region": REGION, "managed": {"identityNamespace": manager, "path": path, **keys}}
    }


def reading(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "secretStore": "org", "git": {"remoteKey": "git", "property": "token"}, **more}


def role_of(aws: MotoAws, name: str) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """Trust and only policy of a role, as AWS has them; None if there is no such role."""
    iam = aws.client("iam")
    try:
        role = iam.get_role(RoleName=name)["Role"]
    except iam.exceptions.NoSuchEntityException:
        return None
    (policy,) = iam.list_role_policies(RoleName=name)["PolicyNames"]
    assert iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"] == []
    return _document(role["AssumeRolePolicyDocument"]), _document(
        iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
    )


def _document(found: Any) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(unquote(found)) if isinstance(found, str) else found
    return document


def secrets_of(aws: MotoAws, organization: str) -> dict[str, dict[str, Any]]:
    """Every secret of an organization by name, those that wait for their end included."""
    pages = aws.client("secretsmanager").get_paginator("list_secrets").paginate(IncludePlannedDeletion=True)
    found = [each for page in pages for each in page["SecretList"]]
    return {each["Name"]: each for each in found if each["Name"].startswith(f"org/{organization}/")}


def clone_secret(cluster: Kubernetes, organization: str) -> str | None:
    found = cluster.secret(f"openchoreo-ci-{organization}", "git-clone-secret")
    return None if found is None else found[1]["clone-secret"]


def has_value(aws: MotoAws, name: str) -> bool:
    """Whether a secret has a value."""
    client = aws.client("secretsmanager")
    assert client.describe_secret(SecretId=name)["Name"] == name
    try:
        client.get_secret_value(SecretId=name)
    except client.exceptions.ResourceNotFoundException:
        return False
    return True


def fill(aws: MotoAws, name: str, token: str) -> None:
    """``aws secretsmanager put-secret-value``, as a person runs it."""
    value = json.dumps({"token": token})
    aws.client("secretsmanager").put_secret_value(SecretId=name, SecretString=value)


def test_create_fill_read_and_delete(
    stack: Stack, cluster: Kubernetes, aws: MotoAws, manager: str, organization: str
) -> None:
    one, other = f"{organization}-a", f"{organization}-b"
    stack.configure(
        aws={**WHERE, "tags": {"team": "builds"}},
        secretStores={"org": store(manager)},
        organizations=[reading(one), reading(other)],
        readyTimeout="3s",
    )

    message = stack.up_fails()

    for name in (one, other):
        assert f'organization "{name}", Secret openchoreo-ci-{name}/git-clone-secret' in message
        said = f"The stack created these secrets in AWS without a value; set their values: org/{name}/git"
        assert f'organization "{name}": {said}' in message
        assert stack.output()["organizations"]["__names"][name]["awsSecrets"] == [f"org/{name}/git"]

    account = AwsAccount.model_validate(WHERE)
    for name in (one, other):
        trust = build_web_identity_trust(account, [account], manager, f"eso-org-{name}")
        assert role_of(aws, f"eso-org-{name}") == (trust, build_read_policy(account, "SecretsManager", f"org/{name}/"))
        (secret,) = secrets_of(aws, name).values()
        assert secret["Name"] == f"org/{name}/git"
        assert not has_value(aws, secret["Name"])
        tags = [{"Key": "openchoreo.dev/organization", "Value": name}, {"Key": "team", "Value": "builds"}]
        assert sorted(secret["Tags"], key=lambda tag: str(tag["Key"])) == [MANAGED_BY, *tags]

    fill(aws, f"org/{one}/git", "of-one")
    fill(aws, f"org/{other}/git", "of-other")
    assert has_value(aws, f"org/{one}/git")
    stack.configure(readyTimeout="30s")
    stack.up()

    assert (clone_secret(cluster, one), clone_secret(cluster, other)) == ("of-one", "of-other")
    stack.unchanged(update=True)
    assert not [name for name in ("of-one", "of-other") if name in stack.state.read_text()]
    assert not [name for name in ("of-one", "of-other") if name in "".join(stack.outputs)]
    _no_role_reads_anothers_secret(aws, one, other)

    stack.configure(organizations=[reading(one)])
    stack.up()

    assert role_of(aws, f"eso-org-{other}") is None
    (removed,) = secrets_of(aws, other).values()
    assert (removed["DeletedDate"] - removed["CreatedDate"]).days == 30
    assert clone_secret(cluster, one) == "of-one"
    stack.unchanged(update=True)

    stack.destroy()

    assert role_of(aws, f"eso-org-{one}") is None
    assert "DeletedDate" in secrets_of(aws, one)[f"org/{one}/git"]


def _no_role_reads_anothers_secret(aws: MotoAws, *organizations: str) -> None:
    """Evaluate the policies in AWS for the ARNs in AWS."""
    for reader in organizations:
        found = role_of(aws, f"eso-org-{reader}")
        assert found is not None
        for owner in organizations:
            (secret,) = secrets_of(aws, owner).values()
            assert allows(found[1], Request("secretsmanager:GetSecretValue", secret["ARN"])) is (reader == owner)


@on_v1
def test_a_key_and_names_that_are_never_used_twice(
    stack: Stack, cluster: Kubernetes, aws: MotoAws, manager: str, organization: str, builds: Builds
) -> None:
    """A deleted organization can be created again at once, although AWS still reserves the names of its old secrets."""
    stack.configure(
        aws=WHERE,
        secretStores={"org": store(manager, kmsKey="organization", uniqueNames=True, recoveryWindowDays=7)},
        organizations=[reading(organization)],
        readyTimeout="3s",
    )
    stack.ok("preview")
    stack.up_fails()
    (name,) = stack.output()["organizations"]["__names"][organization]["awsSecrets"]
    assert name.startswith(f"org/{organization}/git-")
    fill(aws, name, "first")
    stack.configure(readyTimeout="30s")
    stack.up()

    assert cluster.secret(builds.namespace(organization), builds.git) == builds.token("first")
    stack.unchanged(update=True)
    (secret,) = secrets_of(aws, organization).values()
    aliases = {each["AliasName"]: each for each in aws.client("kms").list_aliases()["Aliases"]}
    key = aws.client("kms").describe_key(KeyId=aliases[f"alias/eso-org-{organization}"]["TargetKeyId"])["KeyMetadata"]
    assert secret["KmsKeyId"] == key["Arn"]
    found = role_of(aws, f"eso-org-{organization}")
    assert found is not None
    account = AwsAccount.model_validate(WHERE)
    assert found[1] == build_read_policy(account, "SecretsManager", f"org/{organization}/", key=key["Arn"])

    stack.destroy()
    gone = aws.client("kms").describe_key(KeyId=key["KeyId"])["KeyMetadata"]
    assert gone["KeyState"] == "PendingDeletion"
    stack.configure(readyTimeout="3s")
    stack.up_fails()
    (again,) = stack.output()["organizations"]["__names"][organization]["awsSecrets"]
    assert again != name


def test_parameters_are_read_and_none_is_created(
    stack: Stack, cluster: Kubernetes, aws: MotoAws, manager: str, organization: str
) -> None:
    aws.put_parameter(f"/org/{organization}/git", json.dumps({"token": "parameter"}))
    stack.configure(
        aws=WHERE, secretStores={"org": store(manager, "ParameterStore")}, organizations=[reading(organization)]
    )

    stack.up()

    assert clone_secret(cluster, organization) == "parameter"
    assert secrets_of(aws, organization) == {}
    assert "awsSecrets" not in stack.output()["organizations"]["__names"][organization]
    stack.unchanged(update=True)


def test_credentials_of_another_account_are_refused(
    stack: Stack, aws: MotoAws, manager: str, organization: str
) -> None:
    """Nothing is created in the account of other credentials in the environment."""
    account = {**WHERE, "accountId": "210987654321"}
    stack.configure(aws=account, secretStores={"org": store(manager)}, organizations=[reading(organization)])

    assert f"AWS account ID not allowed: {ACCOUNT}" in stack.up_fails()

    assert role_of(aws, f"eso-org-{organization}") is None
    assert secrets_of(aws, organization) == {}


@on_each_control_plane
def test_builds_push_with_their_own_role(
    stack: Stack, cluster: Kubernetes, aws: MotoAws, workflow: RunWorkflow, organization: str, builds: Builds
) -> None:
    """Only a real registry issues the token, at the first run. Everything that it requires exists before."""
    host = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"
    registry = {"registry": "ecr", "account": ACCOUNT, "region": REGION, "ecr": {"managed": {}}}
    pushing = {"name": organization, "registries": [registry], **workflow.settings}
    configure(stack, pushing, aws=WHERE)

    stack.up()

    account, name, namespace = AwsAccount.model_validate(WHERE), host.replace(".", "-"), builds.namespace(organization)
    role = (build_ecr_trust(account, namespace, name), build_ecr_policy(account, f"{organization}/"))
    assert role_of(aws, f"ecr-{organization}") == role
    signs_in = cluster.get("v1", "ServiceAccount", name, namespace)
    assert signs_in is not None
    assert signs_in["metadata"]["annotations"]["eks.amazonaws.com/role-arn"] == account.role_arn(f"ecr-{organization}")
    generator = cluster.get("generators.external-secrets.io/v1alpha1", "ECRAuthorizationToken", name, namespace)
    assert generator is not None
    assert generator["spec"]["auth"] == {"jwt": {"serviceAccountRef": {"name": name}}}
    (source,) = workflow.render("registry-push-secret")["spec"]["dataFrom"]
    assert source["sourceRef"]["generatorRef"]["name"] == name
    stack.unchanged(update=True)

    stack.destroy()

    assert role_of(aws, f"ecr-{organization}") is None
