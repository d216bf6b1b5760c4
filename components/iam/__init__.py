"""IAM policy documents as plain data: who may assume a role, and what the role may do.

Source: IAM's JSON policy reference, and ESO's AWS provider, which calls ``GetSecretValue`` or ``GetParameter`` for each
``remoteRef``.
"""

from __future__ import annotations

from .arn import build_key_alias, build_secret_arns
from .policy import build_ecr_policy, build_read_policy
from .text import Document, format_document
from .trust import ORGANIZATION_TAG, build_ecr_trust, build_operator_trust, build_web_identity_trust

__all__ = [
    "ORGANIZATION_TAG",
    "Document",
    "build_ecr_policy",
    "build_ecr_trust",
    "build_key_alias",
    "build_operator_trust",
    "build_read_policy",
    "build_secret_arns",
    "build_web_identity_trust",
    "format_document",
]
