"""How the External Secrets Operator makes a Secret, keeps it in step and lets go of it.

Source: ``ExternalSecret`` of ``external-secrets.io/v1`` (``spec.refreshPolicy``, ``spec.target.creationPolicy`` and
``spec.target.deletionPolicy``), its admission webhook and its controller. Values are the operator's own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import AfterValidator

from .model import Model

CreationPolicy = Literal["Owner", "Orphan", "Merge", "None"]
DeletionPolicy = Literal["Retain", "Delete", "Merge"]
RefreshPolicy = Literal["Periodic", "CreatedOnce", "OnChange"]


def _makes_a_secret(value: CreationPolicy) -> CreationPolicy:
    if value == "None":
        msg = "makes no Secret, and builds wait for one; use Owner, Orphan or Merge"
        raise ValueError(msg)
    return value


class Policies(Model):
    """What differs from the level above: the stack's defaults, the organization, one credential."""

    creation_policy: Annotated[CreationPolicy, AfterValidator(_makes_a_secret)] | None = None
    """``Owner``: the Secret goes with its ExternalSecret. ``Orphan``: it stays. ``Merge``: the keys are put into a
    Secret that somebody else has made, and stay there. None: the level above, in the end ``Owner``."""
    deletion_policy: DeletionPolicy | None = None
    """When a value is gone from the manager: ``Retain``: the Secret stays as it is, and that is an error. ``Delete``:
    the Secret goes when all its values have. ``Merge``: their keys go. None: the level above, in the end ``Retain``."""
    refresh_policy: RefreshPolicy | None = None
    """``Periodic``: every ``refreshInterval``. ``CreatedOnce``: never again after the first time. ``OnChange``: when
    the ExternalSecret changes. None: the level above, in the end ``Periodic``."""


@dataclass(frozen=True)
class AppliedPolicies:
    """The policies of one ExternalSecret."""

    creation: CreationPolicy = "Owner"
    deletion: DeletionPolicy = "Retain"
    refresh: RefreshPolicy = "Periodic"

    def under(self, nearer: Policies | None) -> AppliedPolicies:
        """These, apart from what a nearer level says."""
        if nearer is None:
            return self
        return AppliedPolicies(
            nearer.creation_policy or self.creation,
            nearer.deletion_policy or self.deletion,
            nearer.refresh_policy or self.refresh,
        )

    def contradictions(self) -> Iterator[str]:
        """Combinations that the operator refuses, or that would do something else than they say."""
        if self.deletion == "Delete" and self.creation != "Owner":
            yield f"deletionPolicy Delete needs creationPolicy Owner, not {self.creation}"
        if self.deletion != "Retain" and self.refresh == "CreatedOnce":
            yield (
                f"deletionPolicy {self.deletion} says nothing with refreshPolicy CreatedOnce, which never looks again; "
                "use Retain"
            )
