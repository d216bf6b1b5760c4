"""Rules between parts of the configuration that no single model can see."""

from __future__ import annotations

from collections.abc import Iterator, Set as AbstractSet
from dataclasses import dataclass

from ...errors import Problem
from ...openchoreo.release import Release
from ...schema.names import SUBDOMAIN_MAX
from ...schema.text import quoted
from ..organization import Organization
from ..stack import StackSettings
from . import aws as aws_rules, ecr as ecr_rules, stores as store_rules
from .organization import manual_problems, organization_problems
from .policies import one_app_per_organization
from .pull import stack_problems
from .registries import shared_identities

_STORE_NAME_MAX = SUBDOMAIN_MAX - len("eso-")
"""The identity of a store is named like the store, with ``eso-`` in front."""


def settings_problems(settings: StackSettings, release: Release, manual_names: AbstractSet[str]) -> Iterator[Problem]:
    """Everything that contradicts something else in the configuration, or a limit of the release."""
    yield from _unique_organizations(settings)
    for index, organization in enumerate(settings.organizations):
        path = f"organizations[{index}]"
        yield from organization_problems(organization, path, release, manual_names)
        uses = _used_stores(organization, path)
        yield from dict.fromkeys(problem for used in uses for problem in _store(used, organization, settings))
    yield from _one_source_per_store(settings)
    yield from one_app_per_organization(settings)
    yield from _store_manuals(settings, manual_names)
    yield from stack_problems(settings, release)
    yield from shared_identities(settings)
    yield from store_rules.problems(settings, release, _reads)
    yield from aws_rules.problems(settings, _reads)
    yield from ecr_rules.problems(settings)


def _unique_organizations(settings: StackSettings) -> Iterator[Problem]:
    seen: dict[str, int] = {}
    for index, organization in enumerate(settings.organizations):
        first = seen.setdefault(organization.name, index)
        if first != index:
            yield Problem(f"organizations[{index}].name", f'"{organization.name}" is also organizations[{first}]')


@dataclass(frozen=True)
class _Used:
    """A store that an organization reads through: which, what, and where the configuration says so."""

    entry: str
    keys: tuple[str, ...]
    path: str
    """Of the key that names the store."""
    owner: str
    """Of what names the keys."""


def _used_stores(organization: Organization, path: str) -> Iterator[_Used]:
    keys, store = organization.build_keys, organization.pull_store
    if keys:
        yield _Used(organization.secret_store, keys, f"{path}.secretStore", path)
    if store is not None:
        named = organization.pull_secret is not None and organization.pull_secret.secret_store is not None
        where = f"{path}.pullSecret.secretStore" if named else f"{path}.secretStore"
        yield _Used(store, organization.pull_keys, where, f"{path}.pullSecret")


def _reads(organization: Organization) -> list[tuple[str, tuple[str, ...]]]:
    """Entries of ``secretStores`` that an organization reads through, and the keys that it reads there."""
    return [(used.entry, used.keys) for used in _used_stores(organization, "")]


def _store(used: _Used, organization: Organization, settings: StackSettings) -> Iterator[Problem]:
    store = settings.secret_stores.get(used.entry)
    if store is None:
        known = ", ".join(sorted(settings.secret_stores)) or "none is configured"
        yield Problem(used.path, f'no store "{used.entry}" under secretStores; known: {known}')
        return
    name = settings.cluster_store_name(organization, used.entry)
    if len(name) > _STORE_NAME_MAX:
        yield Problem(
            used.path,
            f"makes a ClusterSecretStore with a name of {len(name)} characters; the maximum is {_STORE_NAME_MAX}",
        )
    for key in used.keys:
        problem = store.manager.key_problem(key, organization.name)
        if problem is not None:
            yield Problem(used.owner, f'remoteKey {quoted(key)} {problem} (store "{used.entry}")')


def _store_manuals(settings: StackSettings, manual_names: AbstractSet[str]) -> Iterator[Problem]:
    for name, store in settings.secret_stores.items():
        for place, manual in store.manager.manuals():
            path = f"secretStores.{name}.{store.manager.settings_key}{place}"
            yield from manual_problems(path, manual, manual_names)


def _one_source_per_store(settings: StackSettings) -> Iterator[Problem]:
    """Two stores that make one name would be merged, and serve each other's organizations."""
    made: dict[str, str] = {}
    for index, organization in enumerate(settings.organizations):
        for used in _used_stores(organization, f"organizations[{index}]"):
            if used.entry not in settings.secret_stores:
                continue
            name = settings.cluster_store_name(organization, used.entry)
            first = made.setdefault(name, used.entry)
            if first != used.entry:
                yield Problem(
                    used.path,
                    f'"{used.entry}" makes the ClusterSecretStore "{name}", as the store "{first}" does for '
                    "another organization; rename one of the two stores",
                )
