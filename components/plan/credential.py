"""One Secret of an organization, and where it goes."""

from __future__ import annotations

from dataclasses import dataclass

from ..secrets.external_secret import SecretTemplate, Target
from ..secrets.manual_secret import ManualSecret


@dataclass(frozen=True)
class Credential:
    """What is made for one credential."""

    target: Target
    """Where and how it arrives."""
    secret: SecretTemplate | ManualSecret
    """The Secret."""
