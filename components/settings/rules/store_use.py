"""Rules about an organization and the store that its credentials are read from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from ...errors import Problem
from ...managers.manager import Manager, PlannedStore
from ...schema.deferred import InputStr
from ...schema.text import quote
from ..organization import Organization

STORES: Final = "stores."
"""Argument of a component with the stores that credentials name, before the name of an entry."""


@dataclass(frozen=True)
class StoreUse:
    """What a component of a program reads from a store."""

    organization: Organization
    keys: tuple[InputStr, ...]
    """Remote keys; an output is not checked."""
    argument: str
    """Argument of the component with the store."""
    entry: str | None
    """The store in the settings of the organization. None: they name none."""
    entry_path: str
    """Path of the store in the settings of the organization."""
    owner: str
    """Path of the settings with the remote keys."""
    namespace: str | None = None
    """Namespace whose ExternalSecrets read from the store. None: OpenChoreo names the namespaces."""
    pulls: bool = False
    """Whether workloads read, whose store may have a name of its own."""


def use_by_builds(
    organization: Organization, argument: str, namespace: str | None, keys: tuple[InputStr, ...]
) -> StoreUse:
    """What an organization's builds read from a store.

    Args:
        organization: the organization.
        argument: argument of the component with the store.
        namespace: the build namespace. None: nothing there reads from the store.
        keys: remote keys that the component reads.
    """
    entry = organization.secret_store if "secret_store" in organization.model_fields_set else None
    return StoreUse(organization, keys, argument, entry, "organization.secretStore", "organization", namespace)


def use_by_workloads(organization: Organization, argument: str) -> StoreUse:
    """What an organization's pull secret reads from a store; arguments as in `use_by_builds`."""
    pull, owner = organization.pull_secret, "organization.pullSecret"
    entry = None if pull is None else pull.secret_store
    return StoreUse(organization, organization.pull_keys, argument, entry, f"{owner}.secretStore", owner, pulls=True)


def validate_store_use(planned: PlannedStore, use: StoreUse) -> Iterator[Problem]:
    """Problems of a store of a program that does not serve the organization."""
    store, name, keys = f'the store "{planned.name}"', use.organization.name, use.keys
    if name not in planned.organizations:
        served = ", ".join(planned.organizations) or "no organization"
        yield Problem(use.argument, f'{store} serves {served}, not {name}; pass "{name}" in organizations of the store')
    if use.namespace is not None and use.namespace not in planned.namespaces:
        text = f'may not be used in the namespace "{use.namespace}"; pass it in namespaces of the store'
        yield Problem(use.argument, f"{store} {text}")
    problems = list(validate_keys(planned.manager, name, keys, f'store "{planned.name}"', use.owner))
    yield from problems
    if planned.manager.enforces_keys and not problems and all(isinstance(key, str) for key in planned.keys):
        unread = [quote(key) for key in keys if isinstance(key, str) and key not in planned.keys]
        if unread:
            text = f"may not read {', '.join(unread)} of {name}; pass every remote key in keys of the store"
            yield Problem(use.argument, f"{store} {text}, such as keys=organization.{_attribute(use)}")


def validate_entry(name: str, use: StoreUse) -> Iterator[Problem]:
    """The problem of settings that name another store than the argument of a program.

    Args:
        name: name of the ClusterSecretStore.
        use: what the component reads from it.
    """
    organization, entry = use.organization.name, use.entry
    names = (
        entry,
        f"{entry}-{organization}",
        *((f"{entry}-pull", f"{entry}-pull-{organization}") if use.pulls else ()),
    )
    if entry is not None and name not in names:
        text = f'{quote(entry)} is not the store "{name}" of {use.argument}; leave it out, or pass the same store'
        yield Problem(use.entry_path, text)


def validate_keys(
    manager: Manager, organization: str, keys: Sequence[InputStr], store: str, path: str
) -> Iterator[Problem]:
    """Problems of remote keys that the manager cannot have.

    Args:
        manager: the secret manager.
        organization: name of the organization that reads them.
        keys: the remote keys; an output is not checked.
        store: the store in words.
        path: path of the settings with the keys.
    """
    for key in keys:
        problem = manager.key_problem(key, organization) if isinstance(key, str) else None
        if problem is not None:
            yield Problem(path, f"remoteKey {quote(str(key))} {problem} ({store})")


def _attribute(use: StoreUse) -> str:
    if use.argument.startswith(STORES):
        return f"build_reads[{quote(use.argument.removeprefix(STORES))}]"
    return "pull_keys" if use.keys == use.organization.pull_keys else "build_keys"
