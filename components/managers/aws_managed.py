"""What is made in AWS for each organization of a managed store: a role, its policy, and the secrets that it reads.

Source: names of IAM roles, of Secrets Manager and of Parameter Store, as AWS documents them.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, model_validator

from ..schema.cloud_names import RoleName
from ..schema.model import Label, Model
from ..schema.placeholder import fill, template

RECOVERY_DEFAULT: Final = 30
_RECOVERY: Final = (0, *range(7, 31))


def _recovery(days: int) -> int:
    if days not in _RECOVERY:
        msg = "is not a number of days that AWS allows; expected 7 to 30, or 0 for no recovery at all"
        raise ValueError(msg)
    return days


class AwsManaged(Model):
    """For each organization a role that may read one path, and the secrets of that path, without values."""

    identity_namespace: Label | None = None
    """Namespace of the ServiceAccounts that are made, with ``aws.oidcProvider``; not a build namespace. It must
    exist."""
    path: Annotated[
        str,
        template(
            r"/?(?!(?i:aws|ssm))([A-Za-z0-9_-]+/)+",
            "a path; expected <part>/[<part>/...] of letters, digits, _ and -, not beginning with aws or ssm, "
            "with / at the end and {organization} as one whole part",
        ),
    ]
    """What an organization's secrets begin with, such as ``org/{organization}/``; ``remoteKey`` follows it."""
    role_name: RoleName | None = None
    """Name of each role; ``{organization}`` stands in it. None: ``eso-<store>-{organization}``."""
    kms_key: Literal["organization", "none"] = "none"
    """``organization``: a KMS key for each organization, with which its secrets are encrypted, and which its role alone
    is given. ``none``: AWS's own key for Secrets Manager."""
    containers: bool | None = None
    """Whether an empty secret is made for each ``remoteKey``. None: with ``SecretsManager`` only."""
    recovery_window_days: Annotated[int, AfterValidator(_recovery)] = RECOVERY_DEFAULT
    """For how many days a removed secret can be restored: 7 to 30. 0: its value is gone at once."""
    unique_names: bool = False
    """Whether each secret gets a random suffix, since a removed one holds its name until its days are over."""

    @model_validator(mode="after")
    def _names_need_containers(self) -> Self:
        if self.containers is False and self.unique_names:
            msg = "has uniqueNames without containers; they are the names of what is made"
            raise ValueError(msg)
        return self

    def path_of(self, organization: str) -> str:
        """What the names of an organization's secrets begin with; ends in ``/``."""
        return str(fill(self.path, organization))

    def role_of(self, store: str, organization: str) -> str:
        """Name of the role behind a ClusterSecretStore, which serves one organization."""
        return f"eso-{store}" if self.role_name is None else str(fill(self.role_name, organization))
