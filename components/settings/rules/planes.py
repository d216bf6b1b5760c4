"""Rules about the planes of OpenChoreo that get a store: their kinds, and those that several organizations name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress

from ...errors import Problem
from ...openchoreo.kinds import Kind
from ...openchoreo.release import Release
from ...pull.credential import PlaneStore
from ...schema.partial import Doubtful, certain
from ...schema.suggestions import find_nearest
from ...schema.text import quote
from ..organization import Organization
from ..stack import StackSettings
from .used_stores import list_certain_stores

_Stores = dict[tuple[str, str], tuple[str, str]]
"""Kind and name of a cluster-scoped plane -> the store that it gets first, and the path that names the plane."""
_Owners = dict[str, set[str]]
"""Store of the stack -> its organizations."""
_Own = dict[str, tuple[list[str], list[str]]]
"""Organization -> its stores for builds and for workloads."""


def validate_plane_objects(settings: StackSettings, release: Release) -> Iterator[Problem]:
    """Kinds of planes that the release does not have, and planes that would get two stores."""
    stores: _Stores = {}
    for path, organization in settings.located:
        yield from certain(_build_plane(organization, path, release, stores))
        yield from certain(_data_plane(organization, path, release, stores))
    yield from _validate_owners(settings)


def validate_plane_kinds(organization: Organization, path: str, release: Release) -> Iterator[Problem]:
    """The same for one organization of a program."""
    yield from _build_plane(organization, path, release, {})
    yield from _data_plane(organization, path, release, {})


def _build_plane(organization: Organization, path: str, release: Release, stores: _Stores) -> Iterator[Problem]:
    yield from _plane(organization.build_plane, f"{path}.buildPlane", release.build_planes, stores)


def _data_plane(organization: Organization, path: str, release: Release, stores: _Stores) -> Iterator[Problem]:
    yield from _plane(organization.data_plane, f"{path}.dataPlane", release.data_planes, stores)


def _plane(plane: PlaneStore | None, path: str, kinds: Sequence[Kind], stores: _Stores) -> Iterator[Problem]:
    if plane is None:
        return
    kind = next((kind for kind in kinds if plane.kind in {None, kind.name}), None)
    if kind is None:
        expected = " or ".join(kind.name for kind in kinds)
        yield Problem(f"{path}.kind", f"{quote(str(plane.kind))} is no kind of this plane; expected {expected}")
        return
    if kind.namespaced or not isinstance(plane.secret_store_ref, str):
        return
    store, first = stores.setdefault((kind.name, plane.name), (plane.secret_store_ref, path))
    if store != plane.secret_store_ref:
        yield Problem(
            f"{path}.secretStoreRef",
            f'"{plane.secret_store_ref}" is not the store "{store}" that {first} gives to the {kind.name} '
            f"{plane.name}; all organizations share this plane, so use one store with scope: shared",
        )


def _validate_owners(settings: StackSettings) -> Iterator[Problem]:
    """Planes of an organization that name a store of the stack which is not for it, or not for that plane."""
    owners, own = _list_stores(settings)
    for path, organization in settings.located:
        for rule in (_build_owner, _data_owner):
            yield from certain(rule(organization, path, owners, own))


def _build_owner(organization: Organization, path: str, owners: _Owners, own: _Own) -> Iterator[Problem]:
    builds, pulls = own.get(organization.name, ([], []))
    yield from _owner(organization.build_plane, f"{path}.buildPlane", organization.name, owners, builds)
    yield from _builds_pull_store(organization.build_plane, f"{path}.buildPlane", builds, pulls)


def _data_owner(organization: Organization, path: str, owners: _Owners, own: _Own) -> Iterator[Problem]:
    _, pulls = own.get(organization.name, ([], []))
    yield from _owner(organization.data_plane, f"{path}.dataPlane", organization.name, owners, pulls)


def find_misspelled_stores(settings: StackSettings) -> Iterator[Problem]:
    """Planes that name a store which is not of the stack, although its name looks like one of them."""
    named = [
        (f"{path}.{key}", organization.name, plane.secret_store_ref, key == "dataPlane")
        for path, organization in settings.located
        for key, plane in (("buildPlane", organization.build_plane), ("dataPlane", organization.data_plane))
        if plane is not None
    ]
    owners, own = _list_stores(settings) if named else ({}, {})
    for path, organization, ref, pulls in named:
        if isinstance(ref, str) and ref not in owners:
            stores = own.get(organization, ([], []))[pulls]
            nearest = find_nearest(ref, stores)
            if nearest or any(f"{ref}-".startswith(f"{entry}-") for entry in settings.secret_stores):
                advice = f"did you mean {quote(nearest)}?" if nearest else f"{_advise(stores)}."
                text = f"is no store of this configuration; {advice} Ignore this if the ClusterSecretStore exists"
                yield Problem(f"{path}.secretStoreRef", f"{quote(ref)} {text}")


def _list_stores(settings: StackSettings) -> tuple[_Owners, _Own]:
    """The stores of the stack by store and by organization."""
    owners: _Owners = {}
    own: _Own = {}
    for path, organization in settings.located:
        for used in list_certain_stores(organization, path):
            with suppress(Doubtful):
                if used.entry in settings.secret_stores:
                    find = settings.pull_store_name if used.pulls else settings.cluster_store_name
                    name = find(organization, used.entry)
                    owners.setdefault(name, set()).add(organization.name)
                    own.setdefault(organization.name, ([], []))[used.pulls].append(name)
    return owners, own


def _owner(
    plane: PlaneStore | None, path: str, organization: str, owners: _Owners, own: Sequence[str]
) -> Iterator[Problem]:
    ref = None if plane is None else plane.secret_store_ref
    names = owners.get(ref, set()) if isinstance(ref, str) else set()
    if names and organization not in names:
        count = "organization" if len(names) == 1 else "organizations"
        text = f"is a store of the {count} {', '.join(map(quote, sorted(names)))}; {_advise(own)}"
        yield Problem(f"{path}.secretStoreRef", f"{quote(str(ref))} {text}")


def _builds_pull_store(
    plane: PlaneStore | None, path: str, builds: Sequence[str], pulls: Sequence[str]
) -> Iterator[Problem]:
    ref = None if plane is None else plane.secret_store_ref
    if ref in pulls and ref not in builds:
        yield Problem(f"{path}.secretStoreRef", f"{quote(str(ref))} may be used by workloads only; {_advise(builds)}")


def _advise(own: Sequence[str]) -> str:
    """What a plane can name instead."""
    if not own:
        return "use a store of this organization, or remove this"
    return f"use {quote(own[0])}, or remove this"
