"""Settings out of a configuration with mistakes, so that the rules can say what else is wrong.

What is doubtful is as small as the rules need it: a plane of ``clusters``, a field of ``admission``, an entry of
``secretStores``, a field of an organization, and any other key as a whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any, Final, TypeVar

from pydantic import BaseModel

from ..managers.secret_store import SecretStoreSettings
from ..schema.model import Model
from ..schema.partial import Doubtful, doubtful, without
from ..schema.paths import ORGANIZATIONS, Location
from ..secrets.credential import LocatedCredential
from .admission import Admission
from .clusters import Clusters
from .organization import Organization
from .stack import StackSettings

M = TypeVar("M", bound=Model)
Below = Mapping[str | int, list[Location]]
"""First step of a location -> the rest of all locations that begin with it."""

BUILD_KINDS: Final = ("git", "registries", "external")
"""Fields of an organization with the credentials of its builds."""
KINDS: Final = (*BUILD_KINDS, "pull_secret")
"""The same, with the credential of its workloads."""

_ADMISSION: Final = "admission"
_CLUSTERS: Final = "clusters"
_STORES: Final = "secretStores"


def partial_settings(raw: Mapping[str, Any], locations: Iterable[Location]) -> StackSettings:
    """The settings, doubtful at every location with a mistake.

    Args:
        raw: the configuration with the keys of YAML.
        locations: of all mistakes in the shape of the configuration, with the keys of YAML.
    """
    below = _below(locations)
    settings = _partial(StackSettings, raw, [*locations])
    parts: dict[str, Any] = {}
    models: tuple[tuple[str, type[Model]], ...] = ((_CLUSTERS, Clusters), (_ADMISSION, Admission))
    for key, model in models:
        if _only_parts(below, key):
            parts[key] = _partial(model, raw[key], below[key])
    if _only_parts(below, _STORES):
        parts["secret_stores"] = _stores(raw[_STORES], _below(below[_STORES]))
    if _only_parts(below, ORGANIZATIONS):
        wrong = _below(below[ORGANIZATIONS])
        parts["organizations"] = tuple(
            _partial(Organization, organization, wrong.get(index, []))
            for index, organization in enumerate(raw[ORGANIZATIONS])
        )
    vars(settings).update(parts)
    return settings


def certain_credentials(organization: Organization, kinds: Iterable[str] = KINDS) -> Iterator[LocatedCredential]:
    """Its credentials of some kinds, without those that are doubtful.

    With doubtful workflows, they count as created ahead of the first build.

    Args:
        organization: the organization.
        kinds: fields of the organization, of `KINDS`.
    """
    fields = vars(organization)
    workflows = () if "component_workflows" in fields else ("component_workflows",)
    for kind in kinds:
        others = {other: None for other in (*KINDS, *workflows) if other != kind}
        with suppress(Doubtful):
            yield from BaseModel.model_copy(organization, update=others).credentials


def _below(locations: Iterable[Location]) -> Below:
    below: dict[str | int, list[Location]] = {}
    for location in locations:
        for first in location[:1]:
            below.setdefault(first, []).append(location[1:])
    return below


def _only_parts(below: Below, key: str) -> bool:
    """Whether there are mistakes inside the value of a key, and none of the value itself."""
    return key in below and () not in below[key]


def _stores(raw: Mapping[str, Any], wrong: Below) -> dict[str, SecretStoreSettings]:
    return {
        name: doubtful(SecretStoreSettings)
        if name in wrong
        else SecretStoreSettings.model_validate(store, by_alias=True, by_name=False)
        for name, store in raw.items()
    }


def _partial(model: type[M], raw: Any, locations: list[Location]) -> M:
    """An instance whose fields with a mistake are doubtful."""
    if () in locations:
        return doubtful(model)
    wrong = _below(locations)
    names = {field.alias or name: name for name, field in model.model_fields.items()}
    right = {key: value for key, value in raw.items() if key in names and key not in wrong}
    stand_ins = {key: value for key, value in model.example.items() if key in wrong}
    settings = model.model_validate({**stand_ins, **right}, by_alias=True, by_name=False)
    return without(settings, {names[key] for key in wrong if key in names})
