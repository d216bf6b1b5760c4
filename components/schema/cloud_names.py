"""Names of identities in clouds, as secret managers and registries write them.

Source: IAM, Microsoft Entra and Google Cloud, as each documents its names.
"""

from __future__ import annotations

import re
from typing import Annotated, Final

from .form import must_match
from .placeholder import must_match_template


def _arn_role_name(arn: str) -> str | None:
    name = arn.rpartition("/")[2]
    if len(name) > ROLE_NAME_MAX:
        return f"names a role of {len(name)} characters; IAM allows at most {ROLE_NAME_MAX}"
    return None


ROLE_EXAMPLE: Final = "arn:aws:iam::123456789012:role/eso-{organization}"
"""A role in examples of settings."""
ENTRA_ID: Final = "01234567-89ab-cdef-0123-456789abcdef"
"""An id of Microsoft Entra in examples of settings."""

RoleArn = Annotated[
    str,
    must_match_template(
        r"arn:aws[a-z-]*:iam::[0-9]{12}:role/([\x21-\x7e]+/)?[\w+=,.@-]+",
        "the ARN of an IAM role; expected arn:aws:iam::<account>:role/<name>, "
        "with {organization} in place of the organization's name",
        _arn_role_name,
    ),
]

ROLE_NAME_MAX: Final = 64


def _role_name(name: str) -> str | None:
    if len(name) > ROLE_NAME_MAX:
        return f"is a role name of {len(name)} characters; IAM allows at most {ROLE_NAME_MAX}"
    return None


RoleName = Annotated[str, must_match_template(r"[\w-]+", "the name of a role: letters, digits, _ and -", _role_name)]

AwsAccountId = Annotated[
    str, must_match(r"[0-9]{12}", "the number of an AWS account; expected 12 digits in quotation marks")
]
AwsTagKey = Annotated[
    str,
    must_match(
        r"[\w .:/=+@-]{1,128}",
        "the key of a tag; expected letters, digits, spaces and _.:/=+@-, 128 characters at most",
        re.UNICODE,
    ),
]

Guid = Annotated[
    str,
    must_match(
        r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}",
        f"an id of Microsoft Entra; expected a GUID such as {ENTRA_ID}",
    ),
]
AzureTenant = Annotated[
    str,
    must_match(
        r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?",
        "a tenant of Microsoft Entra; expected its id, or its domain such as acme.onmicrosoft.com",
    ),
]
AzureRegistryName = Annotated[
    str,
    must_match(
        r"[a-z0-9]{5,50}(-[a-z0-9]+)?",
        "the name of an Azure registry; expected 5 to 50 lower-case letters and digits, without the domain",
    ),
]

CloudName = Annotated[
    str,
    must_match(
        r"[a-z0-9]([a-z0-9-]*[a-z0-9])?",
        "a name of Google Cloud; expected lower-case letters, digits and hyphens, such as acme-prod",
    ),
]
GcpProject = Annotated[
    str,
    must_match(r"([a-z0-9.-]+:)?[a-z0-9-]+", "the id of a Google Cloud project; expected an id such as acme-prod"),
]
_ACCOUNT: Final = re.compile(r"[a-z][a-z0-9-]{4,28}[a-z0-9]", re.ASCII)


def _account(email: str) -> str | None:
    name, _, domain = email.partition("@")
    if domain.endswith(".iam.gserviceaccount.com") and not _ACCOUNT.fullmatch(name):
        return "does not begin with a service account id: 6 to 30 lower-case letters, digits and hyphens"
    return None


GcpServiceAccountEmail = Annotated[
    str,
    must_match_template(
        r"[a-z0-9-]+@[a-z0-9.-]+\.gserviceaccount\.com",
        "a service account; expected <name>@<project>.iam.gserviceaccount.com, "
        "with {organization} in place of the organization's name",
        _account,
    ),
]
