"""ExternalSecrets that must be synced before builds and workloads can use their credentials."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Expected:
    """An ExternalSecret that must be synced."""

    organization: str
    namespace: str
    name: str

    def __str__(self) -> str:
        return f'organization "{self.organization}", Secret {self.namespace}/{self.name}'


@dataclass(frozen=True, order=True)
class FanOut:
    """A ClusterExternalSecret, whose ExternalSecret must be synced in every namespace that it selects."""

    organization: str
    name: str


Grouped = dict[str, dict[str, list[str]]]
"""Organization -> namespace -> names of its ExternalSecrets: the short form in the state."""


def group_expected(expected: Iterable[Expected]) -> Grouped:
    """ExternalSecrets in the form in which the state records them, sorted."""
    grouped: Grouped = {}
    for item in sorted(expected):
        grouped.setdefault(item.organization, {}).setdefault(item.namespace, []).append(item.name)
    return grouped


def list_expected(grouped: Mapping[str, Mapping[str, Iterable[str]]]) -> list[Expected]:
    """ExternalSecrets of the form in the state, the inverse of `group_expected`."""
    return [
        Expected(organization, namespace, name)
        for organization, namespaces in grouped.items()
        for namespace, names in namespaces.items()
        for name in names
    ]


def group_fan_outs(fan_outs: Iterable[FanOut]) -> dict[str, list[str]]:
    """Organization -> names of its ClusterExternalSecrets, sorted."""
    grouped: dict[str, list[str]] = {}
    for item in sorted(fan_outs):
        grouped.setdefault(item.organization, []).append(item.name)
    return grouped


def list_fan_outs(grouped: Mapping[str, Iterable[str]]) -> list[FanOut]:
    """ClusterExternalSecrets of the form in the state, the inverse of `group_fan_outs`."""
    return [FanOut(organization, name) for organization, names in grouped.items() for name in names]
