"""Rules that managed stores of every manager share: names of one organization, and readers on another cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Set as AbstractSet
from contextlib import suppress
from typing import TypeVar

from ...errors import Problem
from ...managers.manager import Manager
from ...schema.deferred import InputStr
from ...schema.partial import Doubtful, certain
from ...schema.placeholder import ORGANIZATION
from ...schema.text import quote
from ..organization import Organization
from ..stack import StackSettings

StoreSettings = TypeVar("StoreSettings")
FilledStore = TypeVar("FilledStore")
Reads = Callable[[Organization], list[tuple[str, tuple[InputStr, ...]]]]
"""Organization -> entries of ``secretStores`` that it reads through, each with the remote keys that it reads there."""


def list_managed(
    settings: StackSettings, select: Callable[[Manager], StoreSettings | None]
) -> Iterator[tuple[str, StoreSettings]]:
    """Entry of ``secretStores`` of each managed store of one manager, with its settings.

    Args:
        settings: settings of the stack.
        select: the settings of a managed store of this manager. None: it is another one.
    """
    for name, store in settings.secret_stores.items():
        with suppress(Doubtful):
            selected = select(store.manager)
            if selected is not None:
                yield name, selected


def fill_stores(settings: StackSettings, fill: Callable[[Organization], Iterator[FilledStore]]) -> list[FilledStore]:
    """The managed stores of all organizations, without what is doubtful.

    Args:
        settings: settings of the stack.
        fill: the managed stores with the name of an organization filled in.
    """
    return [store for organization in settings.organizations for store in certain(fill(organization))]


def refuse_common_names(path: str, role_name: str | None, where: str) -> Iterator[Problem]:
    """A path or a role that is not that of one organization.

    Args:
        path: beginning of the names of secrets, with the placeholder.
        role_name: name of the role. None: the default.
        where: path of the block in the configuration.
    """
    if ORGANIZATION not in path.split("/"):
        yield Problem(
            f"{where}.path",
            f"{quote(path)} does not have {ORGANIZATION} as one whole part, so organizations with a common "
            f"beginning of their names could read each other's secrets; use a value such as org/{ORGANIZATION}/",
        )
    if role_name is not None and ORGANIZATION not in role_name:
        yield Problem(
            f"{where}.roleName",
            f"{quote(role_name)} names one role for all organizations; use a value such as eso-{ORGANIZATION}",
        )


def name_identities(settings: StackSettings, organization: Organization, entry: str) -> Iterator[tuple[str, bool]]:
    """Names after which the managed identities of an organization are named, and whether one is beside that of builds.

    Builds and a pull secret that read through one entry have an identity each.
    """
    yield settings.cluster_store_name(organization, entry), False
    if organization.pull_store == entry and entry in organization.build_reads:
        yield settings.pull_identity_name(organization, entry), True


def list_remote_readers(settings: StackSettings, entries: AbstractSet[str]) -> Iterator[tuple[str, str]]:
    """Pull secrets that read through one of these entries on another cluster than builds: their path, and the entry."""
    if settings.clusters.one_cluster:
        return
    for path, organization in settings.located:
        entry = next(certain(_pull_store(organization)), None)
        if entry is not None and entry in entries:
            yield f"{path}.pullSecret", entry


def _pull_store(organization: Organization) -> Iterator[str | None]:
    yield organization.pull_store
