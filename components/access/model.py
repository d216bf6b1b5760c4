"""The access graph: edges from subjects to keys, and what leads from one organization to another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

Origin = Literal["configuration", "live"]
Reason = Literal[
    "shared-store",
    "shared-identity",
    "shared-key",
    "shared-value",
    "policy",
    "plane-store",
    "namespace",
    "store-conditions",
    "source-namespace",
    "external-secret",
    "push-secret",
    "rbac",
]
"""Why an organization reaches another one."""

OUTPUT: Final = "(known after an update)"
"""In place of a text that a program passes as an output."""


@dataclass(frozen=True, order=True)
class Edge:
    """One organization can read one key."""

    organization: str
    plane: str
    """Cluster of the subject: ``build`` or ``data``; ``build`` where both planes are one cluster."""
    subject: str
    """``builds in openchoreo-ci-acme``."""
    object: str
    """What reads the key: ``ExternalSecret openchoreo-ci-acme/git-clone-secret``. Empty: nothing planned reads it, but
    the store serves every ExternalSecret of the subject."""
    store: str
    """``ClusterSecretStore org-acme``. Empty: the value comes from the configuration, or from a generator."""
    identity: str
    """Identity of the store in the secret manager. Empty: the value is in the configuration."""
    key: str
    """``kubernetes secret-manager: acme-git``, or ``manualSecrets.acmeGitToken``."""


@dataclass(frozen=True, order=True)
class Crossing:
    """Organizations that reach what belongs to other organizations."""

    reason: Reason
    origin: Origin
    readers: tuple[str, ...]
    """Organizations that can read, sorted."""
    owners: tuple[str, ...]
    """Organizations whose keys, stores or identities they reach, sorted. A reader that is an owner too reaches the
    others."""
    subject: str = ""
    """Who reads, if it is more precise than the organizations."""
    object: str = ""
    store: str = ""
    identity: str = ""
    keys: tuple[str, ...] = ()
    why: str = ""
    remedy: str = ""
    """What removes it."""

    @property
    def pairs(self) -> int:
        """Number of edges from one organization to another one."""
        return len(self.readers) * len(self.owners) - len(set(self.readers) & set(self.owners))


def is_between(readers: tuple[str, ...], owners: tuple[str, ...]) -> bool:
    """Whether a reader is not the only owner: at least one edge leads from one organization to another."""
    return bool(readers and owners) and (len(set(readers) | set(owners)) > 1)


@dataclass(frozen=True, order=True)
class Reacher:
    """A subject that belongs to no organization and has rights by which it reaches stores, identities or keys."""

    cluster: str
    subject: str
    """``User alice``, ``ServiceAccount external-secrets/external-secrets``."""
    right: str
    """``may create tokens of ServiceAccounts``."""
    scope: str
    """``all namespaces``, or ``namespace secret-manager``."""
    through: str
    """``ClusterRoleBinding eso -> ClusterRole eso-controller``."""
    owners: int
    """Number of organizations that it reaches."""


@dataclass(frozen=True, order=True)
class Difference:
    """An object that the plan and a cluster do not agree on."""

    cluster: str
    object: str
    store: str
    """Store that it uses; empty for none."""
    text: str
    own: bool = False
    """Whether it is an ExternalSecret that reads through the store of its own organization: those of components and
    build runs are not planned one by one."""


@dataclass(frozen=True)
class OrganizationAccess:
    """What belongs to one organization."""

    name: str
    subjects: tuple[str, ...] = ()
    stores: tuple[str, ...] = ()
    identities: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()


@dataclass(frozen=True)
class Report:
    """Everything that a reviewer asks for."""

    stack: str
    organizations: tuple[OrganizationAccess, ...]
    edges: tuple[Edge, ...]
    crossings: tuple[Crossing, ...]
    reachers: tuple[Reacher, ...] = ()
    missing: tuple[Difference, ...] = ()
    """Planned and missing."""
    unplanned: tuple[Difference, ...] = ()
    """Live and not planned."""
    clusters: tuple[str, ...] = ()
    """Clusters that were read. Empty: only the configuration was."""
    skipped: str = ""
    """Why clusters were not read, in one sentence. Empty: they were read, or the report is offline."""
    objects: Mapping[str, int] = field(default_factory=dict)
    """Kind -> number of live objects that were read."""
    denied: tuple[Crossing, ...] = ()
    """What stores would allow, and admission policies deny; no edges."""

    @property
    def pairs(self) -> int:
        """Number of edges between organizations."""
        return sum(crossing.pairs for crossing in self.crossings)

    @property
    def exposed(self) -> dict[str, int]:
        """Organization -> number of other organizations that reach it; only organizations that at least one reaches."""
        readers: dict[str, set[str]] = {}
        for crossing in self.crossings:
            for owner in crossing.owners:
                readers.setdefault(owner, set()).update(crossing.readers)
        return {owner: count for owner, names in sorted(readers.items()) if (count := len(names - {owner}))}

    def touched(self) -> Iterator[str]:
        """Organizations that read from others or are read by others, sorted."""
        names = {name for item in self.crossings for name in (*item.readers, *item.owners)}
        yield from sorted(names)
