"""One Secret of an organization: its content, its place and the way it is created."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from ..manifests import Manifest
from ..schema.policies import AppliedPolicies
from ..secrets.credential import LocatedCredential, Owner, SecretContent
from ..secrets.external_secret import SecretTemplate, Target, build_external_secret
from ..secrets.generator import build_generator_manifests
from ..secrets.manual_secret import ManualSecret


@dataclass(frozen=True)
class PlannedSecret:
    """One Secret, built once."""

    path: str
    """Configuration path below the organization that decides its name: ``git.secretName``."""
    target: Target
    """Namespace, store, interval and policies."""
    content: SecretContent
    """The Secret."""
    per_run: bool
    """Whether each build run creates it, instead of the stack before the first build."""

    @property
    def name(self) -> str:
        """Name of the Secret, and of its ExternalSecret."""
        return self.content.name

    @property
    def manual(self) -> ManualSecret | None:
        """The Secret, if its values come from encrypted configuration."""
        return self.content if isinstance(self.content, ManualSecret) else None

    @property
    def template(self) -> SecretTemplate | None:
        """The Secret, if the operator creates it."""
        return self.content if isinstance(self.content, SecretTemplate) else None

    @cached_property
    def external_secret(self) -> Manifest | None:
        """The ExternalSecret. None: the Secret is manual."""
        return None if self.template is None else build_external_secret(self.target, self.template)

    @cached_property
    def generators(self) -> tuple[Manifest, ...]:
        """The generators that it reads from, each after its ServiceAccount."""
        if self.template is None:
            return ()
        return tuple(
            manifest
            for generator in self.template.generators
            for manifest in build_generator_manifests(
                self.target.organization, self.target.namespace, self.template.credential, generator
            )
        )


def plan_secrets(located: LocatedCredential, owner: Owner, base: Target) -> Iterator[PlannedSecret]:
    """The Secrets of one credential, in the order in which they must be created.

    Args:
        located: the credential.
        owner: its organization.
        base: namespace, store, interval and policies of the organization; the credential's own take precedence.
    """
    credential = located.credential
    interval = credential.refresh_interval or base.refresh_interval
    target = replace(base, refresh_interval=interval, policies=base.policies.under(credential.policies))
    if base.stores and credential.reads:
        target = replace(target, store=base.stores[credential.reads[0].entry])
    paths = {name: path for path, name in credential.secret_names(owner.defaults).items()}
    for content in credential.secrets(owner):
        operators = isinstance(content, SecretTemplate) and content.operator_policies
        yield PlannedSecret(
            path=f"{located.prefix}{paths[content.name]}",
            target=replace(target, policies=AppliedPolicies()) if operators else target,
            content=content,
            per_run=located.per_run and content.credential == credential.kind,
        )
