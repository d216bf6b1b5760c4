"""ExternalSecrets that must be synced before builds and workloads can use their credentials."""

from __future__ import annotations

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
