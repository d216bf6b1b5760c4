"""What is registered in AWS for one organization: every resource whole, through the account's own provider."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pulumi
import pytest

from components.aws.ecr_role import EcrRole
from components.aws.provider import account_provider, random_provider
from components.aws.secret_store import AwsSecretStore, AwsSecretStoreArgs
from components.errors import SettingsError
from components.plan.aws_managed import ManagedStore
from components.plan.ecr_roles import EcrRoleArgs
from tests.mocks.aws_samples import (
    COMPUTED,
    KEY,
    PARENT,
    POLICY,
    PROVIDER,
    PUSH_POLICY,
    RANDOM,
    ROLE,
    SECRET,
    push_trust,
)
from tests.mocks.recorder import Recorder, Registered, Unknown, resolve
from tests.unit.aws_accounts import DECRYPT, KEY_ARN, READ, account, made, managed, pod_identity, with_account

NO_LABEL = (
    'is not a DNS label: lower-case letters, digits and "-", at most 63 characters, first and last a letter or a digit'
)
ACME = {"openchoreo.dev/organization": "acme"}


def only(**keys: Any) -> ManagedStore:
    (found,) = made(with_account(managed(**keys)))
    return found


def program(store: ManagedStore, kept: list[AwsSecretStore]) -> None:
    provider = account_provider("aws", store.account)
    random = random_provider("random") if store.unique_names else None
    opts = pulumi.ResourceOptions(providers=[provider])
    kept.append(AwsSecretStore(store.name, AwsSecretStoreArgs(store, random), opts))


def by_type(registered: list[Registered], type_: str) -> Registered:
    (found,) = (each for each in registered if each.type == type_)
    return found


def test_a_role_its_policy_and_a_secret_without_a_value(recorder: Recorder) -> None:
    store, kept = only(), list[AwsSecretStore]()

    registered = recorder.run(lambda: program(store, kept))

    role = Registered(
        ROLE,
        "default-acme",
        {
            "name": "eso-default-acme",
            "path": "/",
            "description": 'Reads the secrets of the organization "acme" for the store default-acme',
            "assumeRolePolicy": json.dumps(store.trust, separators=(",", ":")),
            "maxSessionDuration": 3600,
            "tags": ACME,
        },
        parent=PARENT,
        provider=PROVIDER,
    )
    policy = Registered(
        POLICY,
        "default-acme",
        {
            "name": "eso-default-acme",
            "role": "eso-default-acme",
            "policy": json.dumps({"Version": "2012-10-17", "Statement": [READ]}, separators=(",", ":")),
        },
        parent=PARENT,
        provider=PROVIDER,
        depends_on=frozenset({str(role)}),
    )
    secret = Registered(
        SECRET,
        "default-acme/acme-git",
        {
            "name": "org/acme/acme-git",
            "description": 'Read by the builds and workloads of the organization "acme"',
            "recoveryWindowInDays": 30,
            "tags": ACME,
        },
        parent=PARENT,
        provider=PROVIDER,
    )
    recorded = {
        "store": "default-acme",
        "organization": "acme",
        "service": "SecretsManager",
        "path": "org/acme/",
        "role": "eso-default-acme",
    }
    component = Registered("openchoreo:index:AwsSecretStore", "default-acme", recorded)
    tags = json.dumps({"tags": {"app.kubernetes.io/managed-by": "openchoreo-secrets"}})
    provider = Registered(
        "pulumi:providers:aws",
        "aws",
        {
            "region": "eu-central-1",
            "allowedAccountIds": '["123456789012"]',
            "defaultTags": tags,
            "skipCredentialsValidation": "false",
            "skipRegionValidation": "true",
        },
    )
    assert registered == [role, policy, secret, component, provider]
    assert (kept[0].names, kept[0].secrets) == ({}, ["org/acme/acme-git"])
    assert recorder.outputs == {
        PARENT: {"roleArn": "arn:aws:iam::123456789012:role/eso-default-acme", "secrets": ["org/acme/acme-git"]}
    }


def test_a_key_of_its_own(recorder: Recorder) -> None:
    """The role may decrypt with exactly the created key, and with no other key of that name."""
    recorder.computed = COMPUTED
    registered = recorder.run(lambda: program(only(kmsKey="organization", recoveryWindowDays=7), []))

    assert by_type(registered, KEY).inputs == {
        "description": 'Secrets of the organization "acme" in the store default-acme',
        "enableKeyRotation": True,
        "deletionWindowInDays": 7,
        "tags": ACME,
    }
    assert by_type(registered, "aws:kms/alias:Alias").inputs == {"name": "alias/eso-default-acme", "targetKeyId": "k"}
    secret = by_type(registered, SECRET).inputs
    assert (secret["kmsKeyId"], secret["recoveryWindowInDays"]) == (KEY_ARN, 7)
    policy = by_type(registered, POLICY).inputs["policy"]
    assert json.loads(policy) == {"Version": "2012-10-17", "Statement": [READ, DECRYPT]}
    assert {each.provider for each in registered if each.type.startswith("aws:")} == {PROVIDER}


def test_a_key_outlives_its_secrets_that_cannot_be_restored(recorder: Recorder) -> None:
    """KMS takes no zero; a key that goes by mistake would take the secrets of others with it, if there were any."""
    registered = recorder.run(lambda: program(only(kmsKey="organization", recoveryWindowDays=0), []))
    assert by_type(registered, KEY).inputs["deletionWindowInDays"] == 30
    assert by_type(registered, SECRET).inputs["recoveryWindowInDays"] == 0


def test_names_that_are_never_used_twice(recorder: Recorder) -> None:
    recorder.computed = COMPUTED
    registered = recorder.run(lambda: program(only(uniqueNames=True), []))

    random = by_type(registered, RANDOM)
    assert (random.name, random.inputs) == ("default-acme/acme-git", {"byteLength": 4})
    assert (random.parent, random.provider) == (PARENT, "pulumi:providers:random random")
    assert by_type(registered, SECRET).inputs["name"] == "org/acme/acme-git-1f2e3d4c"
    assert recorder.outputs[PARENT]["secrets"] == ["org/acme/acme-git-1f2e3d4c"]


def test_a_preview_shows_the_same_resources(recorder: Recorder) -> None:
    """Only what AWS and chance decide is unknown."""
    store = only(uniqueNames=True, kmsKey="organization")
    recorder.computed = COMPUTED
    update = recorder.run(lambda: program(store, []))
    preview = Recorder(preview=True).run(lambda: program(store, []))

    assert [str(each) for each in preview] == [str(each) for each in update]
    assert by_type(preview, SECRET).inputs["name"] is Unknown
    assert by_type(preview, POLICY).inputs["policy"] is Unknown
    assert by_type(preview, ROLE) == by_type(update, ROLE)


def test_boundary_path_and_tags_of_the_account(recorder: Recorder) -> None:
    boundary = "arn:aws:iam::123456789012:policy/eso"
    own = account(permissionsBoundary=boundary, rolePath="/eso/", tags={"team": "builds"})
    arns: list[str] = []

    async def create() -> None:
        kept: list[AwsSecretStore] = []
        program(replace(only(), account=own), kept)
        arns.append(await resolve(kept[0].role_arn))

    registered = recorder.run(create)

    role = by_type(registered, ROLE).inputs
    assert (role["permissionsBoundary"], role["path"]) == (boundary, "/eso/")
    assert arns == ["arn:aws:iam::123456789012:role/eso/eso-default-acme"]
    assert json.loads(by_type(registered, "pulumi:providers:aws").inputs["defaultTags"]) == {
        "tags": {"team": "builds", "app.kubernetes.io/managed-by": "openchoreo-secrets"}
    }


def ecr_args(**differing: Any) -> EcrRoleArgs:
    parts = {
        "account": account(),
        "organization": "acme",
        "role": "ecr-acme",
        "repositories": "acme/",
        "namespace": "openchoreo-ci-acme",
        "service_account": "registry-push",
    }
    return EcrRoleArgs(**{**parts, **differing})


def test_a_role_for_pushing_images(recorder: Recorder) -> None:
    arns: list[tuple[str, set[str]]] = []

    async def pushing() -> None:
        opts = pulumi.ResourceOptions(providers=[account_provider("aws", account())])
        arn = EcrRole("acme", ecr_args(), opts).role_arn
        arns.append((await resolve(arn), {type(resource).__name__ for resource in await arn.resources()}))

    registered = recorder.run(pushing)

    assert arns == [("arn:aws:iam::123456789012:role/ecr-acme", {"Role", "RolePolicy"})], "whoever uses it waits"
    assert by_type(registered, "openchoreo:index:EcrRole").inputs == {
        "organization": "acme",
        "role": "ecr-acme",
        "repositories": "acme/",
        "namespace": "openchoreo-ci-acme",
        "serviceAccount": "registry-push",
        "push": True,
    }

    role = by_type(registered, ROLE)
    assert (role.parent, role.provider) == ("openchoreo:index:EcrRole acme", PROVIDER)
    assert role.inputs["name"] == "ecr-acme"
    assert role.inputs["tags"] == ACME
    assert json.loads(role.inputs["assumeRolePolicy"]) == push_trust("registry-push")
    assert json.loads(by_type(registered, POLICY).inputs["policy"]) == PUSH_POLICY
    assert recorder.outputs == {"openchoreo:index:EcrRole acme": {"roleArn": "arn:aws:iam::123456789012:role/ecr-acme"}}


@pytest.mark.parametrize(
    ("differing", "problems"),
    [
        (
            {"repositories": "acme"},
            [
                (
                    'repositories: "acme" is not the beginning of names of repositories; expected <part>/[<part>/...] '
                    "in lower case, with / at the end and {organization} as one whole part"
                )
            ],
        ),
        (
            {"account": pod_identity()},
            ["account.oidcProvider: is missing; ESO's generator cannot use Pod Identity for a ServiceAccount"],
        ),
        ({"role": "a role"}, ['role: "a role" is not the name of a role: letters, digits, _ and -']),
        (
            {"organization": "Acme", "namespace": "a.b", "service_account": "-"},
            [
                f'organization: "Acme" {NO_LABEL}',
                f'namespace: "a.b" {NO_LABEL}',
                (
                    'service_account: "-" is not a Kubernetes object name: lower-case letters, digits, "-" and ".", at '
                    "most 253 characters, first and last a letter or a digit"
                ),
            ],
        ),
    ],
)
def test_nothing_is_registered_for_a_role_that_cannot_be(
    recorder: Recorder, differing: dict[str, Any], problems: list[str]
) -> None:
    def failing() -> None:
        with pytest.raises(SettingsError) as raised:
            EcrRole("acme", ecr_args(**differing))
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        lines = [f'EcrRole "acme": {count}', *(f"  - {problem}" for problem in problems)]
        assert str(raised.value).splitlines() == lines

    assert recorder.run(failing) == []
