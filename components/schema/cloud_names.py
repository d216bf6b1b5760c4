"""Names of identities in clouds, as secret managers and registries write them.

Source: IAM, Microsoft Entra and Google Cloud, as each documents its names.
"""

from __future__ import annotations

import re
from typing import Annotated, Final

from pydantic import Field

from ..schema.placeholder import template


def _arn_role_name(arn: str) -> str | None:
    name = arn.rpartition("/")[2]
    if len(name) > ROLE_NAME_MAX:
        return f"names a role of {len(name)} characters; IAM allows {ROLE_NAME_MAX}"
    return None


RoleArn = Annotated[
    str,
    template(
        r"arn:aws[a-z-]*:iam::[0-9]{12}:role/([\x21-\x7e]+/)?[\w+=,.@-]+",
        "the ARN of an IAM role; expected arn:aws:iam::<account>:role/<name>, "
        "with {organization} in place of the organization's name",
        _arn_role_name,
    ),
]

ROLE_NAME_MAX: Final = 64


def _role_name(name: str) -> str | None:
    if len(name) > ROLE_NAME_MAX:
        return f"is a role name of {len(name)} characters; IAM allows {ROLE_NAME_MAX}"
    return None


RoleName = Annotated[str, template(r"[\w-]+", "the name of a role: letters, digits, _ and -", _role_name)]

Guid = Annotated[str, Field(pattern=r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")]

CloudName = Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$")]
_ACCOUNT: Final = re.compile(r"[a-z][a-z0-9-]{4,28}[a-z0-9]", re.ASCII)


def _account(email: str) -> str | None:
    name, _, domain = email.partition("@")
    if domain.endswith(".iam.gserviceaccount.com") and not _ACCOUNT.fullmatch(name):
        return "does not begin with a service account id: 6 to 30 lower-case letters, digits and hyphens"
    return None


GcpServiceAccountEmail = Annotated[
    str,
    template(
        r"[a-z0-9-]+@[a-z0-9.-]+\.gserviceaccount\.com",
        "a service account; expected <name>@<project>.iam.gserviceaccount.com, "
        "with {organization} in place of the organization's name",
        _account,
    ),
]
