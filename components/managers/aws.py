"""AWS Secrets Manager and Systems Manager Parameter Store.

Source: ``AWSProvider`` of ``external-secrets.io/v1``, and what ESO does with it: access keys silently override a
ServiceAccount, and ESO sends the external id and tags only if it assumes a role.

Prices and quotas, read on 2026-11-25:

- Secrets Manager: https://aws.amazon.com/secrets-manager/pricing/ (as of 2026-09-20), and
  https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html (GetSecretValue).
- Parameter Store, standard parameters at the default throughput:
  https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-throughput.html, and for 40 a second
  https://docs.aws.amazon.com/general/latest/gr/ssm.html (as others quote it; GetParameter).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Annotated, Any, ClassVar, Final, Literal, Self

from pydantic import Field, model_validator

from ..errors import Problem, SettingsError
from ..iam.account import AwsAccount
from ..iam.trust import ORGANIZATION_TAG
from ..manifests import Manifest
from ..schema.cloud_names import ROLE_EXAMPLE, RoleArn
from ..schema.cloud_regions import AwsRegion
from ..schema.deferred import Deferrable, InputStr
from ..schema.model import Example, Several, to_json_data
from ..schema.placeholder import ORGANIZATION, fill_text, must_match_template
from ..schema.text import quote
from .aws_auth import AwsAuth, SessionTag
from .aws_managed import AwsManaged
from .manager import PlannedStore, StoreInputs, TypedManager
from .references import StoreServiceAccount
from .registry import register
from .rendering import build_account_reference, build_provider_block, build_service_account, dump
from .tariff import FREE, Place, Tariff, per_10_000

_EXTERNAL_ID_LENGTH: Final = (2, 1224)
_EXTERNAL_ID: Final = "an external id: letters, digits and _+=,.@:/-, 2 to 1224 characters"
_SET_BY_MANAGED: Final = {
    "auth": "managed creates each store's ServiceAccount, or the operator signs in as itself",
    "role": "managed creates a role for each organization",
    "additionalRoles": "ESO assumes the role directly",
    "externalID": "the role's trust policy requires none",
    "sessionTags": "the role's trust policy sets them",
    "transitiveTagKeys": "ESO assumes no further role",
    "prefix": "managed.path is the prefix",
}
"""Why a key cannot be combined with ``managed``."""
_ARN: Final = re.compile(r"arn:aws[a-z-]*:[a-z]+:[a-z0-9-]*:[0-9]*:\S+", re.ASCII)
_KEYS: Final = {
    "SecretsManager": (
        re.compile(r"[A-Za-z0-9/_+=.@!-]{1,512}"),
        "a name of AWS Secrets Manager: letters, digits and /_+=.@!-, at most 512 characters, or an ARN without prefix",
    ),
    "ParameterStore": (
        re.compile(r"[A-Za-z0-9_./-]{1,1011}(:[A-Za-z0-9_.-]{1,100})?"),
        "a name of AWS Parameter Store: letters, digits and _./-, at most 1011 characters, or an ARN without prefix",
    ),
}
"""Service -> form of its keys with their prefix, and what it is called in a message."""
_SECRETS_MANAGER: Final = Tariff(
    "AWS Secrets Manager", per_10_000("0.05"), Fraction("0.40"), Fraction(10_000), reads_once=True
)
_PARAMETER_STORE: Final = Tariff("AWS Parameter Store", FREE, FREE, Fraction(40))


def _external_id(value: str) -> str | None:
    low, high = _EXTERNAL_ID_LENGTH
    return None if low <= len(value) <= high else f"is not {_EXTERNAL_ID}"


ExternalId = Annotated[str, must_match_template(r"[\w+=,.@:/-]+", _EXTERNAL_ID, _external_id)]


@register
class AwsStore(TypedManager):
    """AWS Secrets Manager or Parameter Store.

    ESO provider ``aws``.
    """

    example: ClassVar[Example] = {"service": "SecretsManager", "region": "eu-central-1", "role": ROLE_EXAMPLE}
    settings_key: ClassVar[str] = "aws"
    provider_key: ClassVar[str] = "aws"
    docs_page: ClassVar[str] = "stores/aws.md"
    tariff: ClassVar[Tariff] = _SECRETS_MANAGER

    service: Literal["SecretsManager", "ParameterStore"]
    """The service to read from."""
    region: Deferrable[AwsRegion]
    """Region, such as ``eu-central-1``."""
    auth: AwsAuth | None = None
    """How the operator signs in. None: as itself (IRSA or Pod Identity of the operator's own pod)."""
    role: Deferrable[RoleArn] | None = None
    """Role to assume after signing in; this role reads the secrets. May contain ``{organization}``."""
    additional_roles: Annotated[Several[Deferrable[RoleArn]], Field(min_length=1)] | None = None
    """Roles to assume before ``role``, in this order."""
    external_id: Deferrable[ExternalId] | None = None
    """External id for assuming ``role``."""
    session_tags: Annotated[Several[SessionTag], Field(min_length=1, max_length=50)] | None = None
    """Tags of the session in which ESO assumes ``role``."""
    transitive_tag_keys: Annotated[Several[Annotated[str, Field(min_length=1)]], Field(min_length=1)] | None = None
    """Keys of ``sessionTags`` that later sessions inherit."""
    prefix: Deferrable[Annotated[str, Field(min_length=1, max_length=512)]] | None = None
    """Text in front of every key; may contain ``{organization}``. A convenience, not a boundary."""
    managed: AwsManaged | None = None
    """Create a role, a policy and secrets for each organization. None: they exist, and the other fields name them."""

    @model_validator(mode="after")
    def _managed(self) -> Self:
        managed = self.managed
        if managed is None:
            return self
        present = to_json_data(self)
        idle = [f"{key} ({why})" for key, why in _SET_BY_MANAGED.items() if key in present]
        if idle:
            msg = f"combines managed with {', '.join(idle)}; use managed without them"
            raise ValueError(msg)
        if not isinstance(self.region, str):
            msg = "has an output as region, which is part of names with managed; use the text itself"
            raise ValueError(msg)  # noqa: TRY004 -- pydantic reports a ValueError as a problem
        parameters = self.service == "ParameterStore"
        if managed.path.startswith("/") is not parameters:
            rule = "must begin with /" if parameters else "must not begin with /"
            msg = f'has the managed.path "{managed.path}"; a path of {self.service} {rule}'
            raise ValueError(msg)
        if parameters and (managed.containers or managed.unique_names):
            msg = (
                "has managed.containers or managed.uniqueNames; a parameter needs a value, so the stack creates none; "
                "leave them out"
            )
            raise ValueError(msg)
        return self

    @property
    def is_managed(self) -> bool:
        """With ``managed``, the stack creates role and secrets."""
        return self.managed is not None

    @property
    def creates_secrets(self) -> bool:
        """Whether the stack creates an empty secret for each key."""
        return self.managed is not None and self.service == "SecretsManager" and self.managed.containers is not False

    @model_validator(mode="after")
    def _role(self) -> Self:
        needing = {
            "additionalRoles": self.additional_roles,
            "externalID": self.external_id,
            "sessionTags": self.session_tags,
            "transitiveTagKeys": self.transitive_tag_keys,
        }
        idle = [name for name, value in needing.items() if value is not None]
        if self.role is None and idle:
            msg = f"has {', '.join(idle)} without role, which they apply to; set role or leave them out"
            raise ValueError(msg)
        keys = [tag.key for tag in self.session_tags or ()]
        if len({key.lower() for key in keys}) < len(keys):
            msg = "has the same key twice in sessionTags; AWS compares keys without case, so use every key once"
            raise ValueError(msg)
        unknown = sorted(set(self.transitive_tag_keys or ()) - set(keys))
        if unknown:
            msg = f"has transitiveTagKeys that are not keys of sessionTags: {', '.join(unknown)}"
            raise ValueError(msg)
        return self

    @property
    def plain_keys_only(self) -> str | None:
        """The stack names the secrets that it creates after their keys."""
        if not self.creates_secrets:
            return None
        return "is an output, and managed creates a secret for each key; use the text itself, or containers: false"

    @property
    def isolation_fields(self) -> tuple[str, ...] | None:
        """The last assumed role reads; without a role, the identity that signs in. Managed stores are isolated."""
        if self.managed is not None:
            return None
        if self.role is not None:
            return ("role", "sessionTags")
        if self.auth is None:
            return ("role",)
        if self.auth.service_account is not None:
            return ("role", "auth.serviceAccount.roleArn")
        return ("role", "auth.serviceAccountRef" if self.auth.service_account_ref is not None else "auth.secretRef")

    def key_problem(self, key: str, organization: str) -> str | None:
        """A name with its prefix, or an ARN, which ESO cannot use with a prefix."""
        prefix = self._fill_prefix(organization)
        if not isinstance(prefix, str):
            return None
        form, what = _KEYS[self.service]
        if form.fullmatch(prefix + key) or (not prefix and _ARN.fullmatch(key)):
            return None
        with_prefix = f"with the prefix {quote(prefix)} " if prefix else ""
        return f"{with_prefix}is not {what}"

    def location_block(self, organization: str) -> Mapping[str, Any]:
        """The prefix, and the role that reads, whose account the secrets are in."""
        signing_in = self.auth.service_account if self.auth is not None else None
        own = None if signing_in is None else signing_in.role_arn
        return {
            "service": self.service,
            "region": self.region,
            "role": own if self.role is None else self.role,
            "prefix": self._fill_prefix(organization),
        }

    def _fill_prefix(self, organization: str) -> InputStr:
        own = "" if self.prefix is None else self.prefix
        return fill_text(own if self.managed is None else self.managed.path, organization)

    def identity(self, planned: PlannedStore) -> list[Manifest]:
        """A ServiceAccount with its IAM role, unless the store uses an existing identity."""
        if self.managed is not None:
            role = _role(planned, self.managed, _account(planned))
            return build_service_account(planned, _own(self.managed), {"eks.amazonaws.com/role-arn": role})
        own = self.auth.service_account if self.auth else None
        return build_service_account(planned, own, {"eks.amazonaws.com/role-arn": own.role_arn if own else None})

    def provider(self, planned: PlannedStore, inputs: StoreInputs) -> dict[str, Any]:
        """The ``aws`` block of a ClusterSecretStore."""
        if self.managed is not None:
            return {self.provider_key: _managed(planned, self, self.managed)}
        block = build_provider_block(
            planned,
            service=self.service,
            region=self.region,
            auth=_auth(planned, self.auth) if self.auth else None,
            role=self.role,
            additionalRoles=_listed(self.additional_roles),
            externalID=self.external_id,
            sessionTags=None if self.session_tags is None else [dump(tag) for tag in self.session_tags],
            transitiveTagKeys=_listed(self.transitive_tag_keys),
            prefix=self.prefix,
        )
        return {self.provider_key: block}

    @classmethod
    def place_of(cls, block: Mapping[str, Any]) -> Place:
        """The service decides prices and quota, and the prefix is part of a secret's name."""
        tariff = _PARAMETER_STORE if block.get("service") == "ParameterStore" else _SECRETS_MANAGER
        return Place(tariff, prefix=block.get("prefix", ""))


def _managed(planned: PlannedStore, store: AwsStore, managed: AwsManaged) -> dict[str, Any]:
    """The store signs in as its own ServiceAccount; with Pod Identity the operator signs in and assumes the role."""
    reference = build_account_reference(planned, _own(managed), None)
    assumed = reference is None
    tag = {"key": ORGANIZATION_TAG, "value": ORGANIZATION}
    return build_provider_block(
        planned,
        service=store.service,
        region=store.region,
        auth=None if assumed else {"jwt": {"serviceAccountRef": reference}},
        role=_role(planned, managed, _account(planned)) if assumed else None,
        sessionTags=[tag] if assumed else None,
        prefix=managed.path,
    )


def _own(managed: AwsManaged) -> StoreServiceAccount | None:
    namespace = managed.identity_namespace
    return None if namespace is None else StoreServiceAccount(identity_namespace=namespace)


def _role(planned: PlannedStore, managed: AwsManaged, account: AwsAccount) -> str:
    (organization,) = planned.organizations
    role = managed.role_of(planned.managed_name, organization, beside_builds=planned.beside_builds)
    return account.role_arn(role)


def _account(planned: PlannedStore) -> AwsAccount:
    if planned.aws is None:
        problem = Problem("aws.managed", "creates a role in an AWS account, and the plan of the store has no account")
        source = f"store {planned.name}"
        raise SettingsError(source, [problem])
    return planned.aws


def _listed(values: Sequence[InputStr] | None) -> list[InputStr] | None:
    return None if values is None else list(values)


def _auth(planned: PlannedStore, auth: AwsAuth) -> dict[str, Any]:
    reference = build_account_reference(planned, auth.service_account, auth.service_account_ref)
    if reference is not None:
        return {"jwt": {"serviceAccountRef": reference}}
    return {"secretRef": dump(auth.secret_ref)}
