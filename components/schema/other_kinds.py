"""What a configuration for two releases has for objects that one of them does not have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ..openchoreo.release import Release
from .paths import ORGANIZATIONS

_ADMISSION: Final = "admission"
_SECRET_API: Final = "secretApi"
_PLANE: Final = "dataPlane"
_PULL: Final = "pullSecret"
_PODS: Final = "pods"
_TYPES: Final = "componentTypes"
_GIT: Final = "git"
_REFERENCE: Final = "secretReference"
_OF_PROJECTS: Final = {"projectTypes": "project_type", "clusterProjectTypes": "shared_project_type"}
_OF_COMPONENTS: Final = {"clusterComponentTypes": "shared_component_type"}


def drop_other_kinds(root: Mapping[str, Any], release: Release, other: Release) -> dict[str, Any]:
    """A configuration without what only the other release can use; mistakes stay as they are.

    Args:
        root: the configuration under the names of the settings; it is not changed.
        release: whose settings are read.
        other: the other one of the two.
    """
    limits = root.get(_ADMISSION)
    if isinstance(limits, Mapping) and release.secret_api is None and other.secret_api is not None:
        root = {**root, _ADMISSION: {key: value for key, value in limits.items() if key != _SECRET_API}}
    organizations = root.get(ORGANIZATIONS)
    if not isinstance(organizations, (list, tuple)):
        return dict(root)
    return {**root, ORGANIZATIONS: [_drop(organization, release, other) for organization in organizations]}


def _drop(organization: Any, release: Release, other: Release) -> Any:
    if not isinstance(organization, Mapping):
        return organization
    kept = dict(organization)
    kind = _get(kept, _PLANE, "kind")
    own, others = ({plane.name for plane in one.data_planes} for one in (release, other))
    if isinstance(kind, str) and kind in others - own:
        del kept[_PLANE]
    if _GIT in kept and release.secret_reference is None and other.secret_reference is not None:
        kept[_GIT] = _drop_references(kept[_GIT])
    missing = _list_keys(other) - _list_keys(release)
    pull = kept.get(_PULL)
    if isinstance(pull, Mapping) and missing.intersection(pull):
        types = pull.get(_TYPES)
        if not types or {key for key in pull if key in missing} & _OF_PROJECTS.keys():
            # Nothing else tells which pods pull, or where the Secret is created.
            del kept[_PULL]
        else:
            pods = [place for place in pull.get(_PODS) or () if _get({_PODS: place}, _PODS, "componentType") in types]
            rest = {key: value for key, value in pull.items() if key not in missing and key != _PODS}
            kept[_PULL] = {**rest, _PODS: pods} if pods else rest
    return kept


def _drop_references(git: Any) -> Any:
    """One or several git credentials without the names of their SecretReferences."""
    if isinstance(git, (list, tuple)):
        return [_drop_references(credential) for credential in git]
    return {key: value for key, value in git.items() if key != _REFERENCE} if isinstance(git, Mapping) else git


def _list_keys(release: Release) -> set[str]:
    """Keys of a pull secret for kinds that a release has."""
    return {key for key, kind in {**_OF_PROJECTS, **_OF_COMPONENTS}.items() if getattr(release, kind) is not None}


def _get(mapping: Mapping[str, Any], key: str, inner: str) -> Any:
    value = mapping.get(key)
    return value.get(inner) if isinstance(value, Mapping) else None
