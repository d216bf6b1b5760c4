"""Rules about secret managers that no single model can check: isolation of organizations, and names filled in.

They are the same for an entry of ``secretStores`` and for the arguments of a `SecretStore` in a program.

With ``scope: organization`` an entry of ``secretStores`` is a template. The rules fill it in for every organization
that uses it and validate it again, so that a name which only becomes too long with a long organization is reported
before anything is created.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence, Set as AbstractSet
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from ...errors import Problem
from ...managers.cluster_secret_store import NO_NAMESPACES
from ...managers.manager import Manager
from ...managers.options import StoreOptions, describe_idle_retries
from ...managers.secret_store import SecretStoreSettings
from ...openchoreo.namespaces import (
    IS_BUILD,
    describe_build_namespace,
    describe_data_plane_namespace,
    describe_platform_namespace,
    list_control_namespaces,
)
from ...openchoreo.release import Release
from ...schema.arguments import check_name
from ...schema.deferred import InputStr
from ...schema.names import SUBDOMAIN_MAX, check_label, check_subdomain
from ...schema.partial import Doubtful, certain
from ...schema.placeholder import ORGANIZATION, fill, find_places
from ...schema.text import quote
from ..organization import Organization
from ..stack import StackSettings
from .organization import validate_manual_name, validate_name

_MANAGER: Final = "manager"
"""Argument of a store with its secret manager."""
_STORE_NAME_MAX: Final = SUBDOMAIN_MAX - len("eso-")
"""The identity of a store has the name of the store with the prefix ``eso-``."""

NO_KEYS: Final = (
    "is empty; pass the remote keys that the store may read, such as keys=organization.build_keys, or "
    "organization.pull_keys for a pull secret"
)
"""End of a message about a store that could read nothing."""

Reads = Callable[[Organization], list[tuple[str, tuple[InputStr, ...]]]]
"""Organization -> entries of ``secretStores`` that it reads through, each with the remote keys that it reads there."""


def validate_store_access(settings: StackSettings, release: Release, reads: Reads) -> Iterator[Problem]:
    """Problems of the stores that depend on their scope or their organizations."""
    for name, store in settings.secret_stores.items():
        yield from certain(_access(settings, name))
        yield from certain(_store_namespaces(store, f"secretStores.{name}", settings.names, release))
    for organization in settings.organizations:
        with suppress(Doubtful):
            entries = {entry for entry, _ in reads(organization)}
            for entry in sorted(entries & settings.secret_stores.keys()):
                yield from certain(_entry_filled(settings, entry, organization.name))


@dataclass(frozen=True)
class StoreArguments:
    """A store that a program creates outside of a stack."""

    name: str
    manager: Manager
    organizations: Sequence[str]
    namespaces: Sequence[str]
    keys: Sequence[object]
    """Remote keys; each is a text or an output."""
    manual_names: AbstractSet[str]
    """Names of the entries of ``manualSecrets``."""
    release: Release
    options: StoreOptions = field(default_factory=StoreOptions)


def validate_store_arguments(store: StoreArguments) -> Iterator[Problem]:
    """Problems of a store that a program creates, with the names of the arguments as paths."""
    yield from check_name("name", store.name, check_subdomain)
    if (problem := describe_long_name(store.name)) is not None:
        yield Problem("name", problem)
    for index, organization in enumerate(store.organizations):
        path = f"organizations[{index}]"
        yield from list(check_name(path, organization, check_label)) or validate_name(organization, path, store.release)
    if not store.namespaces:
        yield Problem("namespaces", NO_NAMESPACES)
    for index, namespace in enumerate(store.namespaces):
        yield from check_name(f"namespaces[{index}]", namespace, check_label)
    yield from _namespaces(store.manager, _MANAGER, sorted(store.organizations), store.namespaces, store.release)
    if len(set(store.organizations)) == 1:
        yield from _filled(store.manager, _MANAGER, store.organizations[0])
    else:
        count = "several organizations share" if store.organizations else "no organization uses"
        yield from _shared(store.manager, _MANAGER, count, "pass exactly one in organizations")
    if store.manager.is_managed:
        text = "is created by stacks only; use auth instead, or SecretStoreArgs.from_plan with a store of plan_stack"
        yield Problem(f"{_MANAGER}.managed", text)
    idle = describe_idle_retries(store.options, store.manager.settings_key, retries=store.manager.retries)
    if idle is not None:
        yield Problem("options.retrySettings", idle)
    for place, name in store.manager.manuals():
        yield from validate_manual_name(f"{_MANAGER}{place}", name, store.manual_names)
    yield from _keys(store)


def _keys(store: StoreArguments) -> Iterator[Problem]:
    plain_only = store.manager.plain_keys_only
    if store.manager.enforces_keys and not store.keys:
        yield Problem("keys", NO_KEYS)
    for index, key in enumerate(store.keys):
        path = f"keys[{index}]"
        if not isinstance(key, str):
            if plain_only is not None:
                yield Problem(path, plain_only)
            continue
        problems = (store.manager.key_problem(key, organization) for organization in store.organizations or [""])
        problem = next(filter(None, problems), None) if key else "is empty; expected at least one character"
        if problem is not None:
            yield Problem(path, f"{quote(key)} {problem}")


def describe_long_name(name: str) -> str | None:
    """What is wrong with a name of a ClusterSecretStore whose identity would have too long a name. None: nothing is."""
    if len(name) <= _STORE_NAME_MAX:
        return None
    return f"gives a ClusterSecretStore a name of {len(name)} characters; the maximum is {_STORE_NAME_MAX}"


def _entry_filled(settings: StackSettings, entry: str, organization: str) -> Iterator[Problem]:
    if settings.get_scope(entry) == "organization":
        manager = settings.secret_stores[entry].manager
        yield from _filled(manager, f"secretStores.{entry}.{manager.settings_key}", organization)


def _filled(manager: Manager, path: str, organization: str) -> Iterator[Problem]:
    """Problems that only appear with an organization's name filled in."""
    if any(find_places(manager.template())):
        for place, text in manager.problems_for(organization):
            yield Problem(f"{path}{place}", text)


def _access(settings: StackSettings, entry: str) -> Iterator[Problem]:
    """Each organization has its own access, or the configuration accepts that it has not."""
    store, path = settings.secret_stores[entry], f"secretStores.{entry}"
    manager = store.manager
    placeholders = list(find_places(manager.template()))
    if settings.get_scope(entry) == "shared":
        block = f"{path}.{manager.settings_key}"
        yield from _shared(manager, block, "several organizations share", 'use scope "organization"')
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


def _shared(manager: Manager, path: str, users: str, advice: str) -> Iterator[Problem]:
    """Templates of a store that does not serve exactly one organization."""
    for place in find_places(manager.template()):
        yield Problem(f"{path}{place}", f"has {ORGANIZATION}, but {users} the store; {advice}")


def _is_inside(place: str, fields: tuple[str, ...]) -> bool:
    return not fields or any(re.match(rf"\.{re.escape(field)}(?![A-Za-z0-9])", place) for field in fields)


def _store_namespaces(
    store: SecretStoreSettings, path: str, organizations: Sequence[str], release: Release
) -> Iterator[Problem]:
    yield from _namespaces(store.manager, f"{path}.{store.manager.settings_key}", organizations, (), release)


def _namespaces(
    manager: Manager, path: str, organizations: Sequence[str], builds: Sequence[str], release: Release
) -> Iterator[Problem]:
    """Whoever has rights in a namespace may use every ServiceAccount and every Secret there."""
    control = list_control_namespaces(organizations, release)
    for place, namespace in manager.references():
        # The namespace may contain the placeholder and only become one of others with an organization's name.
        filled = dict.fromkeys(str(fill(namespace, organization)) for organization in organizations or [""])
        problems = ((name, _describe_readers(name, control, builds, release)) for name in filled)
        name, problem = next(((name, problem) for name, problem in problems if problem is not None), ("", None))
        if problem is not None:
            yield Problem(f"{path}{place}", f"{quote(name)} {problem} what is in it; use another namespace")


def _describe_readers(namespace: str, control: AbstractSet[str], builds: Sequence[str], release: Release) -> str | None:
    """Who else could read what is in a namespace of sources, by the name of the namespace. None: no one else."""
    build = describe_build_namespace(namespace, release)
    if namespace in builds or build is not None:
        return f"{build or IS_BUILD}, whose builds could read, use or replace"
    workloads = describe_data_plane_namespace(namespace, release)
    if workloads is not None:
        return f"{workloads}, whose developers could read, use or replace"
    platform = describe_platform_namespace(namespace, control)
    return None if platform is None else f"{platform}, whose users could read, use or replace"
