"""IAM policy documents as plain data: who may assume a role, and what the role may do.

Source: IAM's JSON policy reference, and ESO's AWS provider, which calls ``GetSecretValue`` or ``GetParameter`` for each
``remoteRef``.
"""

from __future__ import annotations

from .arn import key_alias, secret_arns
from .policy import ecr_policy, read_policy
from .text import Document, document_text
from .trust import ORGANIZATION_TAG, ecr_trust, operator_trust, web_identity_trust

__all__ = [
    "ORGANIZATION_TAG",
    "Document",
    "document_text",
    "ecr_policy",
    "ecr_trust",
    "key_alias",
    "operator_trust",
    "read_policy",
    "secret_arns",
    "web_identity_trust",
]
