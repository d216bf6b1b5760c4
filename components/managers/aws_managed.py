"""Settings of managed stores: the stack creates a role, its policy and its secrets in AWS for each organization.

Source: forms of the names of IAM roles, Secrets Manager and Parameter Store, as AWS documents them.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Final, Literal, Self

from pydantic import AfterValidator, model_validator

from ..schema.cloud_names import RoleName
from ..schema.model import Example, Label
from ..schema.placeholder import fill, must_match_template
from .references import Reference
from .rendering import build_role_template

RECOVERY_DEFAULT: Final = 30
_RECOVERY: Final = (0, *range(7, 31))


def _recovery(days: int) -> int:
    if days not in _RECOVERY:
        msg = "is not a valid recovery window; expected 7 to 30 days, or 0 to delete at once"
        raise ValueError(msg)
    return days


class AwsManaged(Reference):
    """For each organization, a role that may read one path, and the secrets of that path, without values."""

    example: ClassVar[Example] = {"path": "org/{organization}/"}
    namespace_field: ClassVar[str] = "identity_namespace"

    identity_namespace: Label | None = None
    """Namespace of the ServiceAccounts that the stack creates, with ``aws.oidcProvider``. It must exist and must not be
    a build namespace. None, with ``aws.operatorRoleArn``: the operator signs in as itself."""
    path: Annotated[
        str,
        must_match_template(
            r"/?(?!(?i:aws|ssm))([A-Za-z0-9_-]+/)+",
            "a path; expected <part>/[<part>/...] of letters, digits, _ and -, not beginning with aws or ssm, "
            "with / at the end and {organization} as one whole part",
        ),
    ]
    """Beginning of the names of an organization's secrets, such as ``org/{organization}/``; ``remoteKey`` follows.
    Plain text: it forms names of resources."""
    role_name: RoleName | None = None
    """Name of each organization's role; must contain ``{organization}``. None: ``eso-<store>-{organization}``."""
    kms_key: Literal["organization", "none"] = "none"
    """``organization``: a KMS key for each organization encrypts its secrets, and only its role may decrypt with it.
    ``none``: AWS's own key for Secrets Manager."""
    containers: bool | None = None
    """Whether the stack creates an empty secret for each ``remoteKey``. None: with ``SecretsManager`` only."""
    recovery_window_days: Annotated[int, AfterValidator(_recovery)] = RECOVERY_DEFAULT
    """Days in which a deleted secret can be restored: 7 to 30. 0: it is deleted at once."""
    unique_names: bool = False
    """Whether names of secrets end in a random suffix: a deleted secret reserves its name until it can no longer be
    restored."""

    @model_validator(mode="after")
    def _names_need_containers(self) -> Self:
        if self.containers is False and self.unique_names:
            msg = "has uniqueNames with containers: false, so there are no secrets to name; leave uniqueNames out"
            raise ValueError(msg)
        return self

    def path_of(self, organization: str) -> str:
        """Beginning of the names of an organization's secrets; ends in ``/``."""
        return str(fill(self.path, organization))

    def role_of(self, store: str, organization: str, *, beside_builds: bool = False) -> str:
        """Name of the role of a store, which serves one organization.

        Args:
            store: name after which its identity is named.
            organization: name of the organization.
            beside_builds: whether it is a pull store, and the builds' store of its entry has a role too.
        """
        return str(fill(build_role_template(store, self.role_name, beside_builds=beside_builds), organization))
