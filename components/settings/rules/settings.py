"""Rules across parts of the configuration, which no single model can check."""

from __future__ import annotations

from collections.abc import Iterator, Set as AbstractSet
from dataclasses import dataclass

from ...errors import Problem
from ...openchoreo.release import Release
from ...schema.names import SUBDOMAIN_MAX
from ...schema.text import quote
from ..organization import Organization
from ..stack import StackSettings
from . import aws as aws_rules, ecr as ecr_rules, stores as store_rules
from .organization import validate_manual_name, validate_organization
from .policies import refuse_shared_apps
from .pull import validate_planes
from .registries import refuse_shared_identities

_STORE_NAME_MAX = SUBDOMAIN_MAX - len("eso-")
"""The identity of a store has the name of the store with the prefix ``eso-``."""


def validate_settings(settings: StackSettings, release: Release, manual_names: AbstractSet[str]) -> Iterator[Problem]:
    """Contradictions in the configuration, and violations of the release's limits."""
    yield from _unique_organizations(settings)
    for index, organization in enumerate(settings.organizations):
        path = f"organizations[{index}]"
        yield from validate_organization(organization, path, release, manual_names)
        uses = _used_stores(organization, path)
        yield from dict.fromkeys(problem for used in uses for problem in _store(used, organization, settings))
    yield from _one_source_per_store(settings)
    yield from refuse_shared_apps(settings)
    yield from _store_manuals(settings, manual_names)
    yield from validate_planes(settings, release)
    yield from refuse_shared_identities(settings)
    yield from store_rules.validate_store_access(settings, release, _reads)
    yield from aws_rules.validate_managed_stores(settings, _reads)
    yield from ecr_rules.validate_ecr_roles(settings)


def _unique_organizations(settings: StackSettings) -> Iterator[Problem]:
    seen: dict[str, int] = {}
    for index, organization in enumerate(settings.organizations):
        first = seen.setdefault(organization.name, index)
        if first != index:
            yield Problem(f"organizations[{index}].name", f'"{organization.name}" is also organizations[{first}]')


@dataclass(frozen=True)
class _Used:
    """A store that an organization reads from, the keys that it reads, and their place in the configuration."""

    entry: str
    keys: tuple[str, ...]
    path: str
    """Configuration path of the key that names the store."""
    owner: str
    """Configuration path of the block that names the remote keys."""


def _used_stores(organization: Organization, path: str) -> Iterator[_Used]:
    keys, store = organization.build_keys, organization.pull_store
    if keys:
        yield _Used(organization.secret_store, keys, f"{path}.secretStore", path)
    if store is not None:
        named = organization.pull_secret is not None and organization.pull_secret.secret_store is not None
        where = f"{path}.pullSecret.secretStore" if named else f"{path}.secretStore"
        yield _Used(store, organization.pull_keys, where, f"{path}.pullSecret")


def _reads(organization: Organization) -> list[tuple[str, tuple[str, ...]]]:
    """Entries of ``secretStores`` that an organization reads from, each with its remote keys."""
    return [(used.entry, used.keys) for used in _used_stores(organization, "")]


def _store(used: _Used, organization: Organization, settings: StackSettings) -> Iterator[Problem]:
    store = settings.secret_stores.get(used.entry)
    if store is None:
        names = ", ".join(sorted(settings.secret_stores)) or "none"
        yield Problem(used.path, f'no store "{used.entry}" under secretStores; configured: {names}')
        return
    name = settings.cluster_store_name(organization, used.entry)
    if len(name) > _STORE_NAME_MAX:
        yield Problem(
            used.path,
            f"gives a ClusterSecretStore a name of {len(name)} characters; the maximum is {_STORE_NAME_MAX}",
        )
    for key in used.keys:
        problem = store.manager.key_problem(key, organization.name)
        if problem is not None:
            yield Problem(used.owner, f'remoteKey {quote(key)} {problem} (store "{used.entry}")')


def _store_manuals(settings: StackSettings, manual_names: AbstractSet[str]) -> Iterator[Problem]:
    for name, store in settings.secret_stores.items():
        for place, manual in store.manager.manuals():
            path = f"secretStores.{name}.{store.manager.settings_key}{place}"
            yield from validate_manual_name(path, manual, manual_names)


def _one_source_per_store(settings: StackSettings) -> Iterator[Problem]:
    """Two entries must not have a ClusterSecretStore of the same name: they would share it."""
    entries: dict[str, str] = {}
    for index, organization in enumerate(settings.organizations):
        for used in _used_stores(organization, f"organizations[{index}]"):
            if used.entry not in settings.secret_stores:
                continue
            name = settings.cluster_store_name(organization, used.entry)
            first = entries.setdefault(name, used.entry)
            if first != used.entry:
                yield Problem(
                    used.path,
                    f'"{used.entry}" has the same ClusterSecretStore "{name}" as the store "{first}" of another '
                    "organization; rename one of the two stores",
                )
