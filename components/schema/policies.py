"""ESO's policies: how the operator creates a Secret, refreshes it and deletes it.

Source: ``ExternalSecret`` of ``external-secrets.io/v1`` (``spec.refreshPolicy``, ``spec.target.creationPolicy`` and
``spec.target.deletionPolicy``), its admission webhook and its controller. Values are the operator's own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator

from .model import Example, Model

CreationPolicy = Literal["Owner", "Orphan", "Merge"]
DeletionPolicy = Literal["Retain", "Delete", "Merge"]
RefreshPolicy = Literal["Periodic", "CreatedOnce", "OnChange"]


def _creates_a_secret(value: object) -> object:
    if value == "None":
        msg = "creates no Secret, and builds need one; use Owner, Orphan or Merge"
        raise ValueError(msg)
    return value


class Policies(Model):
    """Policies of one level, which override those of the level above: stack, organization, credential."""

    example: ClassVar[Example] = {"creationPolicy": "Orphan"}

    creation_policy: Annotated[CreationPolicy, BeforeValidator(_creates_a_secret)] | None = None
    """``Owner``: the Secret is deleted with its ExternalSecret. ``Orphan``: it is kept. ``Merge``: the keys are merged
    into an existing Secret, and stay there. None: the level above; the default is ``Owner``."""
    deletion_policy: DeletionPolicy | None = None
    """When a value is deleted in the manager: ``Retain``: the Secret is kept, and ESO reports an error. ``Delete``: the
    Secret is deleted once all its values are. ``Merge``: the keys are removed. None: the level above; the default is
    ``Retain``."""
    refresh_policy: RefreshPolicy | None = None
    """``Periodic``: every ``refreshInterval``. ``CreatedOnce``: only once. ``OnChange``: when the ExternalSecret
    changes. None: the level above; the default is ``Periodic``."""


@dataclass(frozen=True)
class AppliedPolicies:
    """The effective policies of one ExternalSecret."""

    creation: CreationPolicy = "Owner"
    deletion: DeletionPolicy = "Retain"
    refresh: RefreshPolicy = "Periodic"

    def under(self, nearer: Policies | None) -> AppliedPolicies:
        """These policies, overridden by those of a nearer level; None overrides nothing."""
        if nearer is None:
            return self
        return AppliedPolicies(
            nearer.creation_policy or self.creation,
            nearer.deletion_policy or self.deletion,
            nearer.refresh_policy or self.refresh,
        )

    def contradictions(self) -> Iterator[str]:
        """What is wrong with the combination: ESO refuses it, or one policy has no effect beside another."""
        if self.deletion == "Delete" and self.creation != "Owner":
            yield f"deletionPolicy Delete needs creationPolicy Owner, not {self.creation}"
        if self.deletion != "Retain" and self.refresh == "CreatedOnce":
            yield (
                f"deletionPolicy {self.deletion} has no effect with refreshPolicy CreatedOnce, which never refreshes; "
                "use Retain"
            )
