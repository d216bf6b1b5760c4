"""Which organizations the rights of a subject reach, and to which organizations the subject belongs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from .crossings import unite
from .live_rooms import Site
from .model import Crossing, Reacher, is_between
from .rbac import ACCOUNTS_OF, ANYONE, BY_KIND, CLUSTER_SCOPED, Grant, Subject
from .sign_in import Account

_SYSTEM = "system:"
_WHOLE_NAMESPACE = ("eso", "generators", "pods", "exec", "bind")
"""Rights with which a subject reaches every ServiceAccount and every Secret of a namespace."""
Owners = Mapping[str, Mapping[str, tuple[str, ...]]]
"""Namespace -> name -> organizations."""


@dataclass(frozen=True)
class _Targets:
    """What a right can be about."""

    accounts: Owners
    """ServiceAccounts by which stores sign in."""
    secrets: Owners
    """Secrets that stores read from, or sign in with."""
    rooms: Mapping[str, tuple[str, ...]]
    """Namespace -> organizations to which it belongs."""
    names: tuple[str, ...]
    """All organizations."""

    def list_owners(self, kind: str, namespace: str, names: frozenset[str] | None) -> tuple[str, ...]:
        """Organizations that a right reaches.

        Args:
            kind: of the right.
            namespace: in which it applies. Empty: everywhere.
            names: of the objects. None: every object.
        """
        if kind == "groups" and names is not None and not any(name.startswith(_SYSTEM) for name in names):
            # What groups of people may do is in other bindings, and only their names are in this one.
            return ()
        if kind == "labels" or kind in CLUSTER_SCOPED:
            return self.names
        if kind == "impersonate" and names is not None:
            # The user name of a ServiceAccount ends in its name.
            names = frozenset(name.rpartition(":")[2] for name in names)
        accounts = _select(self.accounts, namespace, None if kind in _WHOLE_NAMESPACE else names)
        secrets = _select(self.secrets, namespace, None if kind in _WHOLE_NAMESPACE else names)
        if kind in {"token", "impersonate"}:
            return accounts
        rooms = [self.rooms.get(namespace, ())] if namespace else self.rooms.values()
        if kind not in {"secrets", "write"}:
            return unite([secrets, accounts, *rooms])
        if names is not None and names <= self.secrets.get(namespace, {}).keys():
            rooms = []
        # A right to objects with names cannot create a token.
        return unite([secrets, *([accounts] if kind == "write" and names is None else []), *rooms])


def _select(owners: Owners, namespace: str, names: frozenset[str] | None) -> tuple[str, ...]:
    groups = [owners.get(namespace, {})] if namespace else owners.values()
    if names is None:
        return unite(organizations for group in groups for organizations in group.values())
    # There may be a role for each of very many objects.
    return unite(group[name] for group in groups for name in names if name in group)


@dataclass(frozen=True)
class Reach:
    """The rights of a subject, and whom they reach."""

    grant: Grant
    readers: tuple[str, ...]
    """Organizations of the subject, sorted. Empty: it is one of the platform."""
    rights: str
    """In words."""
    owners: tuple[str, ...]
    """Organizations that the rights reach, sorted; at least one."""


def list_right_crossings(reaches: Iterable[Reach]) -> Iterator[Crossing]:
    """Subjects of one organization whose rights reach another one."""
    for reach in reaches:
        grant, readers, owners = reach.grant, reach.readers, reach.owners
        # What the identity of a store may read for its own organizations is in the crossings of the store.
        own = grant.subject.kind == "ServiceAccount" and set(owners) <= set(readers)
        if not own and is_between(readers, owners):
            yield Crossing(
                "rbac",
                "live",
                readers,
                tuple(name for name in owners if (name,) != readers),
                subject=str(grant.subject),
                object=grant.through,
                why=f"{grant.subject} may {reach.rights} in {_describe_scope(grant)}",
                remedy=f"delete {grant.through.partition(' -> ')[0]}, or take the subject out of it",
            )


def list_reachers(cluster: str, reaches: Iterable[Reach]) -> Iterator[Reacher]:
    """Subjects of no organization whose rights reach organizations."""
    for reach in reaches:
        if not reach.readers:
            grant, words = reach.grant, f"may {reach.rights}"
            scope = _describe_scope(grant)
            yield Reacher(cluster, str(grant.subject), words, scope, grant.through, len(reach.owners))


def _describe_scope(grant: Grant) -> str:
    return f"namespace {grant.namespace}" if grant.namespace else "all namespaces"


def list_reaches(site: Site, grants: Iterable[Grant]) -> Iterator[Reach]:
    """Each grant that reaches organizations."""
    targets = _read_targets(site)
    identities = targets.accounts
    reach: dict[tuple[str, str, frozenset[str] | None], tuple[str, ...]] = {}
    for grant in grants:
        words, owners = [], []
        for kind, names in grant.rights.items():
            place = kind, grant.namespace, names
            if place not in reach:
                reach[place] = targets.list_owners(*place)
            if reach[place]:
                words.append(BY_KIND[kind].words)
                owners.append(reach[place])
        if owners:
            readers = _name_organizations(site, grant.subject, identities)
            yield Reach(grant, readers, ", ".join(words), unite(owners))


def _name_organizations(site: Site, subject: Subject, identities: Owners) -> tuple[str, ...]:
    """Organizations to which a subject belongs. Empty: none, so it is one of the platform."""
    if subject.kind == "ServiceAccount":
        own = identities.get(subject.namespace, {}).get(subject.name)
        return own or site.name_residents(subject.namespace)
    if subject.name in ANYONE:
        return site.configured.names
    if subject.kind == "Group" and subject.name.startswith(ACCOUNTS_OF):
        return site.name_residents(subject.name.removeprefix(ACCOUNTS_OF))
    return ()


def _read_targets(site: Site) -> _Targets:
    accounts: dict[str, dict[str, tuple[str, ...]]] = {}
    secrets: dict[str, dict[str, tuple[str, ...]]] = {}

    def add(owners: dict[str, dict[str, tuple[str, ...]]], place: Account, organizations: tuple[str, ...]) -> None:
        namespace, name = place
        group = owners.setdefault(namespace, {})
        group[name] = unite([group.get(name, ()), organizations])

    for store in (*site.configured.stores, *site.stores):
        if store.plane != site.plane or not store.organizations:
            continue
        if store.sign_in.account is not None:
            add(accounts, store.sign_in.account, store.organizations)
        for place in store.sign_in.secrets:
            add(secrets, place, store.organizations)
        for key in store.keys if store.sign_in.source else ():
            add(secrets, (store.sign_in.source, key), store.organizations)
    rooms = {room.name: room.organizations for room in site.room_index.rooms if room.name and room.organizations}
    return _Targets(accounts, secrets, rooms, site.configured.names)
