"""Rules about secret managers that no single model can check: isolation of organizations, and names filled in.

With ``scope: organization`` an entry of ``secretStores`` is a template. The rules fill it in for every organization
that uses it and validate it again, so that a name which only becomes too long with a long organization is reported
before anything is created.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress

from ...errors import Problem
from ...managers.secret_store import SecretStoreSettings
from ...openchoreo.release import Release
from ...schema.deferred import InputStr
from ...schema.partial import Doubtful, certain
from ...schema.placeholder import ORGANIZATION, fill, find_places
from ...schema.text import quote
from ..organization import Organization
from ..stack import StackSettings

Reads = Callable[[Organization], list[tuple[str, tuple[InputStr, ...]]]]
"""Organization -> entries of ``secretStores`` that it reads through, each with the remote keys that it reads there."""


def validate_store_access(settings: StackSettings, release: Release, reads: Reads) -> Iterator[Problem]:
    """Problems of the stores that depend on their scope or their organizations."""
    for name, store in settings.secret_stores.items():
        yield from certain(_access(store, f"secretStores.{name}"))
        yield from certain(_namespaces(store, f"secretStores.{name}", settings.names, release))
    for organization in settings.organizations:
        with suppress(Doubtful):
            entries = {entry for entry, _ in reads(organization)}
            for entry in sorted(entries & settings.secret_stores.keys()):
                yield from certain(_filled(settings.secret_stores[entry], f"secretStores.{entry}", organization.name))


def _filled(store: SecretStoreSettings, path: str, organization: str) -> Iterator[Problem]:
    """Problems that only appear with an organization's name filled in."""
    if store.scope == "organization" and any(find_places(store.manager.template())):
        for place, text in store.manager.problems_for(organization):
            yield Problem(f"{path}.{store.manager.settings_key}{place}", text)


def _access(store: SecretStoreSettings, path: str) -> Iterator[Problem]:
    """Each organization has its own access, or the configuration accepts that it has not."""
    manager = store.manager
    placeholders = list(find_places(manager.template()))
    if store.scope == "shared":
        for place in placeholders:
            yield Problem(
                f"{path}.{manager.settings_key}{place}",
                f'has {ORGANIZATION}, but several organizations share the store; use scope "organization"',
            )
        if store.shared_access:
            yield Problem(f"{path}.sharedAccess", 'has no effect with scope "shared"; leave it out')
        return
    fields = manager.isolation_fields
    isolated = fields is None or any(_is_inside(place, fields) for place in placeholders)
    if isolated and store.shared_access:
        yield Problem(
            f"{path}.sharedAccess",
            "contradicts the store, which gives each organization its own access; leave it out",
        )
    if not isolated and not store.shared_access:
        where = " or ".join(fields or ("any field",))
        yield Problem(
            f"{path}.{manager.settings_key}",
            "gives all organizations the same access, so each could read the others' secrets; use "
            f'{ORGANIZATION} in {where}, or scope "shared", or sharedAccess: true if the manager itself isolates them',
        )


def _is_inside(place: str, fields: tuple[str, ...]) -> bool:
    return not fields or any(re.match(rf"\.{re.escape(field)}(?![A-Za-z0-9])", place) for field in fields)


def _namespaces(
    store: SecretStoreSettings, path: str, organizations: Sequence[str], release: Release
) -> Iterator[Problem]:
    """Whoever may start builds may use every ServiceAccount and every Secret in their namespace."""
    builds = {release.build_namespace(name) for name in organizations}
    for place, namespace in store.manager.references():
        # The namespace may contain the placeholder and only become a build namespace with an organization's name.
        filled = (fill(namespace, organization) for organization in organizations)
        build = next((name for name in filled if name in builds), None)
        if build is not None:
            yield Problem(
                f"{path}.{store.manager.settings_key}{place}",
                f"{quote(build)} is the build namespace of an organization, whose builds could read, use or replace "
                "what is in it; use another namespace",
            )
