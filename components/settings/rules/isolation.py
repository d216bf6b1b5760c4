"""What lets organizations, or builds and workloads, reach each other's secrets: errors with ``isolation: strict``.

The same problems are warnings otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from ...errors import Problem
from ...managers.secret_store import SecretStoreSettings
from ...schema.partial import Doubtful, certain
from ...schema.placeholder import ORGANIZATION
from ..organization import Organization
from ..partial import BUILD_KINDS, certain_credentials
from ..stack import StackSettings


def validate_isolation(settings: StackSettings) -> Iterator[Problem]:
    """What ``isolation: strict`` refuses. Empty without it."""
    if settings.isolation != "strict":
        return
    for name, store in settings.secret_stores.items():
        yield from certain(_strict(store, f"secretStores.{name}"))
    yield from find_common_identities(settings)


def find_common_identities(settings: StackSettings) -> Iterator[Problem]:
    """Pull secrets whose store has the identity of the builds' store, because the settings name one for both."""
    for path, organization in settings.located:
        yield from certain(_common_identity(settings, organization, path))


def _strict(store: SecretStoreSettings, path: str) -> Iterator[Problem]:
    """What lets organizations reach each other's secrets by intent."""
    if store.scope == "shared":
        text = '"shared" lets all organizations use one store, which isolation: strict refuses; remove it'
        yield Problem(f"{path}.scope", f"{text}, or use isolation: store")
    if store.shared_access:
        yield Problem(
            f"{path}.sharedAccess",
            "true accepts that the block does not keep organizations apart, which isolation: strict refuses; give each "
            f"organization its own access with {ORGANIZATION}, or use isolation: store",
        )


def _common_identity(settings: StackSettings, organization: Organization, path: str) -> Iterator[Problem]:
    entry = organization.pull_store
    if entry is None or entry not in settings.secret_stores or settings.get_scope(entry) == "shared":
        return
    manager = settings.secret_stores[entry].manager
    if manager.separates_stores(one_cluster=settings.clusters.one_cluster):
        return
    for other in sorted(organization.group_reads(certain_credentials(organization, BUILD_KINDS))):
        with suppress(Doubtful):
            if other in settings.secret_stores and settings.secret_stores[other].manager == manager:
                named = organization.pull_secret is not None and organization.pull_secret.secret_store is not None
                same, remedy = f'"{entry}" and "{other}" have', f'give "{entry}" an identity that'
                if other == entry:
                    same, remedy = f'"{entry}" has', f"use an entry of its own, such as {other}-pull, whose identity"
                yield Problem(
                    f"{path}.pullSecret.secretStore" if named else f"{path}.secretStore",
                    f"{same} one identity for builds and for workloads, so every namespace of {organization.name}'s "
                    f"workloads can read the credentials of its builds; {remedy} may read the pull secret only",
                )
                return
