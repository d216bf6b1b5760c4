"""Rules about the planes of OpenChoreo that get a store: their kinds, and those that several organizations name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...errors import Problem
from ...openchoreo.kinds import Kind
from ...openchoreo.release import Release
from ...pull.credential import PlaneStore
from ...schema.partial import certain
from ...schema.text import quote
from ..organization import Organization
from ..stack import StackSettings

_Stores = dict[tuple[str, str], tuple[str, str]]
"""Kind and name of a cluster-scoped plane -> the store that it gets first, and the path that names the plane."""


def validate_plane_objects(settings: StackSettings, release: Release) -> Iterator[Problem]:
    """Kinds of planes that the release does not have, and planes that would get two stores."""
    stores: _Stores = {}
    for path, organization in settings.located:
        yield from certain(_build_plane(organization, path, release, stores))
        yield from certain(_data_plane(organization, path, release, stores))


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
