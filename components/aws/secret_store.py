"""Component: the AWS resources behind the ClusterSecretStore of one organization."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import pulumi
import pulumi_random
from pulumi_aws import kms, secretsmanager

from ..errors import Problem, SettingsError
from ..iam.text import format_document
from ..plan.aws_managed import ManagedStore
from ..schema.arguments import check_arguments
from ..schema.text import quote
from .role import register_role

_KEY_DAYS = 30


@check_arguments()
@dataclass(frozen=True)
class AwsSecretStoreArgs:
    """Arguments of `AwsSecretStore`."""

    managed: ManagedStore
    """Role, policies, key and secrets, as `plan_managed_stores` plans them."""
    random: pulumi.ProviderResource | None = None
    """Provider of ``pulumi-random``; required with ``uniqueNames``."""
    owner: AwsSecretStore | None = None
    """The store of the builds; required for a pull store whose secrets it has."""


class AwsSecretStore(pulumi.ComponentResource):
    """An IAM role that may read the secrets below one path, and an empty secret for each key that is read.

    People or a rotation set the values: Pulumi never has one.
    """

    role_arn: pulumi.Output[str]
    """ARN of the role, known at once; whoever uses it waits for the role."""
    names: Mapping[str, pulumi.Input[str]]
    """Remote key -> its name below the path, if that differs from the key (``uniqueNames``)."""
    secrets: list[pulumi.Input[str]]
    """Full names of the secrets that need a value, sorted by key."""
    key_arn: pulumi.Input[str] | None
    """ARN of the organization's KMS key. None: it has none."""

    @check_arguments()
    def __init__(self, name: str, args: AwsSecretStoreArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        managed = args.managed
        if managed.unique_names and args.random is None:
            text = "is missing; uniqueNames needs a provider, such as random_provider(...)"
            source = f"AwsSecretStore {quote(name)}"
            raise SettingsError(source, [Problem("random", text)])
        super().__init__("openchoreo:index:AwsSecretStore", name, _inputs(managed), opts)
        key = self._key(name, managed) if managed.alias is not None else None
        names: dict[str, pulumi.Input[str]] = {}
        self.secrets = []
        for remote_key, full_name in managed.containers.items():
            if managed.unique_names:
                suffix = self._suffix(f"{name}/{remote_key}", args.random)
                names[remote_key] = pulumi.Output.concat(remote_key, "-", suffix)
                self.secrets.append(pulumi.Output.concat(full_name, "-", suffix))
            else:
                self.secrets.append(full_name)
        self.names, self.key_arn = names, None if key is None else key.arn
        if args.owner is not None:
            self.names, self.key_arn = args.owner.names, args.owner.key_arn
        policy = format_document(managed.policy(self.key_arn, self.names))
        self.role_arn = register_role(
            name,
            managed.account,
            managed.role,
            description=f'Reads the secrets of the organization "{managed.organization}" for the store {managed.name}',
            trust=managed.trust,
            policy=cast("pulumi.Input[str]", policy),
            tags=managed.tags,
            parent=self,
        )
        for remote_key, secret in zip(managed.containers, self.secrets, strict=True):
            self._container(f"{name}/{remote_key}", secret, managed, key)
        self.register_outputs({"roleArn": self.role_arn, "secrets": self.secrets})

    def _key(self, name: str, managed: ManagedStore) -> kms.Key:
        child = pulumi.ResourceOptions(parent=self)
        key = kms.Key(
            name,
            description=f'Secrets of the organization "{managed.organization}" in the store {managed.name}',
            enable_key_rotation=True,
            deletion_window_in_days=managed.recovery_window_days or _KEY_DAYS,
            tags=managed.tags,
            opts=child,
        )
        kms.Alias(name, name=managed.alias, target_key_id=key.key_id, opts=child)
        return key

    def _suffix(self, name: str, provider: pulumi.ProviderResource | None) -> pulumi.Output[str]:
        return pulumi_random.RandomId(
            name, byte_length=4, opts=pulumi.ResourceOptions(parent=self, provider=provider)
        ).hex

    def _container(
        self, name: str, secret: pulumi.Input[str], managed: ManagedStore, key: kms.Key | None
    ) -> secretsmanager.Secret:
        return secretsmanager.Secret(
            name,
            name=secret,
            description=f'Read by the builds and workloads of the organization "{managed.organization}"',
            kms_key_id=None if key is None else key.arn,
            recovery_window_in_days=managed.recovery_window_days,
            tags=managed.tags,
            opts=pulumi.ResourceOptions(parent=self),
        )


def _inputs(managed: ManagedStore) -> dict[str, Any]:
    """What the component records in the state."""
    return {
        "store": managed.name,
        "organization": managed.organization,
        "service": managed.service,
        "path": managed.path,
        "role": managed.role,
    }
