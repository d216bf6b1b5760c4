"""The resource types of managed stores, each with the calls that create, update and delete it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import boto3

from tests.platform.stand_in import Inputs, Resource


@dataclass(frozen=True)
class Clients:
    """boto3 for one region, and the tags of everything."""

    region: str
    default_tags: Mapping[str, str]

    def of(self, service: str) -> Any:
        return boto3.client(service, region_name=self.region)

    def tags(self, inputs: Inputs, key: str = "Key", value: str = "Value") -> list[dict[str, str]]:
        merged = {**self.default_tags, **inputs.get("tags", {})}
        return [{key: name, value: text} for name, text in sorted(merged.items())]


def _create_role(aws: Clients, inputs: Inputs) -> dict[str, Any]:
    boundary = inputs.get("permissionsBoundary")
    made = aws.of("iam").create_role(
        RoleName=inputs["name"],
        Path=inputs.get("path", "/"),
        AssumeRolePolicyDocument=inputs["assumeRolePolicy"],
        Description=inputs.get("description", "Managed by Pulumi"),
        MaxSessionDuration=inputs.get("maxSessionDuration", 3600),
        Tags=aws.tags(inputs),
        **({} if boundary is None else {"PermissionsBoundary": boundary}),
    )
    return {"id": inputs["name"], "arn": made["Role"]["Arn"]}


def _update_role(aws: Clients, name: str, inputs: Inputs) -> None:
    aws.of("iam").update_assume_role_policy(RoleName=name, PolicyDocument=inputs["assumeRolePolicy"])


def _put_policy(aws: Clients, inputs: Inputs) -> dict[str, Any]:
    aws.of("iam").put_role_policy(RoleName=inputs["role"], PolicyName=inputs["name"], PolicyDocument=inputs["policy"])
    return {"id": f"{inputs['role']}:{inputs['name']}"}


def _create_secret(aws: Clients, inputs: Inputs) -> dict[str, Any]:
    key = inputs.get("kmsKeyId")
    made = aws.of("secretsmanager").create_secret(
        Name=inputs["name"],
        Description=inputs.get("description", "Managed by Pulumi"),
        Tags=aws.tags(inputs),
        **({} if key is None else {"KmsKeyId": key}),
    )
    return {"id": made["ARN"], "arn": made["ARN"]}


def _update_secret(aws: Clients, arn: str, inputs: Inputs) -> None:
    aws.of("secretsmanager").update_secret(SecretId=arn, Description=inputs["description"])


def _delete_secret(aws: Clients, arn: str, state: Inputs) -> None:
    days = state.get("recoveryWindowInDays", 30)
    how = {"RecoveryWindowInDays": days} if days else {"ForceDeleteWithoutRecovery": True}
    aws.of("secretsmanager").delete_secret(SecretId=arn, **how)


def _create_key(aws: Clients, inputs: Inputs) -> dict[str, Any]:
    made = aws.of("kms").create_key(Description=inputs["description"], Tags=aws.tags(inputs, "TagKey", "TagValue"))
    metadata = made["KeyMetadata"]
    if inputs["enableKeyRotation"]:
        aws.of("kms").enable_key_rotation(KeyId=metadata["KeyId"])
    return {"id": metadata["KeyId"], "keyId": metadata["KeyId"], "arn": metadata["Arn"]}


def _delete_key(aws: Clients, key: str, state: Inputs) -> None:
    aws.of("kms").schedule_key_deletion(KeyId=key, PendingWindowInDays=state["deletionWindowInDays"])


def _create_alias(aws: Clients, inputs: Inputs) -> dict[str, Any]:
    aws.of("kms").create_alias(AliasName=inputs["name"], TargetKeyId=inputs["targetKeyId"])
    return {"id": inputs["name"]}


def _nothing(*_: object) -> None:
    """What the real provider does here is not looked at in these tests."""


RESOURCES: Final[Mapping[str, Resource]] = {
    "aws:iam/role:Role": Resource(
        frozenset(
            {
                "name",
                "path",
                "description",
                "assumeRolePolicy",
                "permissionsBoundary",
                "maxSessionDuration",
                "tags",
            }
        ),
        frozenset({"name", "path"}),
        _create_role,
        _update_role,
        lambda aws, name, _: aws.of("iam").delete_role(RoleName=name),
    ),
    "aws:iam/rolePolicy:RolePolicy": Resource(
        frozenset({"name", "role", "policy"}),
        frozenset({"name", "role"}),
        _put_policy,
        lambda aws, _, inputs: _put_policy(aws, inputs),
        lambda aws, _, state: aws.of("iam").delete_role_policy(RoleName=state["role"], PolicyName=state["name"]),
    ),
    "aws:secretsmanager/secret:Secret": Resource(
        frozenset({"name", "description", "kmsKeyId", "recoveryWindowInDays", "tags"}),
        frozenset({"name"}),
        _create_secret,
        _update_secret,
        _delete_secret,
    ),
    "aws:kms/key:Key": Resource(
        frozenset({"description", "enableKeyRotation", "deletionWindowInDays", "tags"}),
        frozenset(),
        _create_key,
        _nothing,
        _delete_key,
    ),
    "aws:kms/alias:Alias": Resource(
        frozenset({"name", "targetKeyId"}),
        frozenset({"name"}),
        _create_alias,
        _nothing,
        lambda aws, name, _: aws.of("kms").delete_alias(AliasName=name),
    ),
    "random:index/randomId:RandomId": Resource(
        frozenset({"byteLength"}),
        frozenset({"byteLength"}),
        lambda _, inputs: {"id": (made := secrets.token_hex(inputs["byteLength"])), "hex": made},
        _nothing,
        _nothing,
    ),
}
