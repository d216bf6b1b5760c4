"""Tokens of Amazon's Elastic Container Registry.

Source: ``ECRAuthorizationToken`` of ``generators.external-secrets.io/v1alpha1``.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Self, cast

from pydantic import model_validator

from ...schema.cloud_names import RoleArn, RoleName
from ...schema.deferred import Deferrable, InputStr
from ...schema.model import Example, Model
from ...schema.one_of import check_one_of
from ...schema.placeholder import ORGANIZATION, fill, fill_text, must_match_template
from ...secrets import lifetimes
from ...secrets.credential import Owner
from ...secrets.generator import Generator
from ..hosts import RegistryHost
from .registry_token import RegistryToken, register_token


class EcrManaged(Model):
    """A role in the stack's AWS account that may use the organization's own repositories only."""

    example: ClassVar[Example] = {"repositories": "{organization}/"}

    repositories: Annotated[
        str,
        must_match_template(
            r"([a-z0-9]+((\.|__?|-+)[a-z0-9]+)*/)+",
            "the beginning of names of repositories; expected <part>/[<part>/...] in lower case, with / at the end "
            "and {organization} as one whole part",
        ),
    ] = f"{ORGANIZATION}/"
    """Beginning of the names of the organization's repositories; they must exist."""
    role_name: RoleName = f"ecr-{ORGANIZATION}"
    """Name of the role; must contain ``{organization}``."""


@register_token
class EcrToken(RegistryToken):
    """A token of Elastic Container Registry, valid for 12 h, for an existing role or one that the stack creates."""

    example: ClassVar[Example] = {"roleArn": "arn:aws:iam::123456789012:role/push-{organization}"}

    role_arn: Deferrable[RoleArn] | None = None
    """IAM role of the ServiceAccount (annotation ``eks.amazonaws.com/role-arn``); may contain
    ``{organization}``."""
    managed: EcrManaged | None = None
    """Create the role in the account of the stack's ``aws``, instead of ``roleArn``."""
    settings_key: ClassVar[str] = "ecr"
    identity_key: ClassVar[str] = "roleArn"
    generator_kind: ClassVar[str] = "ECRAuthorizationToken"

    @model_validator(mode="after")
    def _one_role(self) -> Self:
        check_one_of({"roleArn": self.role_arn, "managed": self.managed}, required=True)
        return self

    @property
    def identity(self) -> InputStr | None:
        """The role. None: the role that the stack creates for the organization."""
        return self.role_arn

    @property
    def lifetime(self) -> str:
        """Half a day for any role."""
        return lifetimes.ECR

    def generator(self, registry: RegistryHost, name: str, owner: Owner) -> Generator:
        """``ECRAuthorizationToken``."""
        arn = self._role_arn(owner)
        return Generator(
            kind=self.generator_kind,
            name=name,
            spec={
                "region": registry.aws_region,
                "scope": "public" if registry.is_ecr_public else "private",
                "auth": {"jwt": {"serviceAccountRef": {"name": name}}},
            },
            lifetime=self.lifetime,
            service_account={} if arn is None else {"eks.amazonaws.com/role-arn": arn},
        )

    def _role_arn(self, owner: Owner) -> InputStr | None:
        """The role, as configured or as the stack creates it. None: the stack's AWS account is missing."""
        if self.role_arn is not None:
            return fill_text(self.role_arn, owner.name)
        # The validator requires one of both.
        managed = cast("EcrManaged", self.managed)
        if owner.account is None:
            return None
        return owner.account.role_arn(str(fill(managed.role_name, owner.name)))
