"""The access graph as the plan has it: stores, the rooms of organizations, and what reads which key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from ..managers.manager import Plane
from ..managers.remote_keys import PlaceIndex, RemotePlace
from ..object_names import format_object
from .rooms import Condition, Room, RoomIndex
from .sign_in import SignIn
from .uses import STORE, Use

BUILD: Final[Plane] = "build"
_EXPRESSION: Final = "${"
_DATA_PLANE_STORE: Final = "the store that the data plane names"


@dataclass(frozen=True)
class Store:
    """A ClusterSecretStore or a SecretStore, planned or live."""

    plane: str
    kind: str
    name: str
    namespace: str | None
    conditions: tuple[Condition, ...]
    sign_in: SignIn
    identity: str
    """As whom it reads, in words."""
    organizations: tuple[str, ...] = ()
    """Organizations that it is planned for, sorted. Empty: it is not planned."""
    keys: tuple[str, ...] = ()
    """Remote keys that its organizations read, sorted."""
    shared: bool = False
    """Whether the configuration plans it for several organizations."""
    labels: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return format_object(self.kind, self.name, self.namespace)


@dataclass(frozen=True)
class Read:
    """A planned object of one organization that reads one key."""

    organization: str
    plane: str
    subject: str
    object: str
    use: Use
    builds: bool = True


@dataclass(frozen=True)
class ManualValue:
    """A planned Secret with a value from the configuration."""

    organization: str
    plane: str
    namespace: str
    object: str
    entry: str
    """``manualSecrets.acmeGitToken``."""
    builds: bool


@dataclass(frozen=True)
class GeneratorUse:
    """A generator of one organization, and as whom it signs in."""

    organization: str
    object: str
    principal: str
    identity: str


@dataclass(frozen=True)
class PlaneUse:
    """A plane of one organization in OpenChoreo that names a store for its builds or workloads."""

    organization: str
    plane: str
    """Cluster of the store."""
    object: str
    """``DataPlane acme/default``."""
    store: str
    """Name of a ClusterSecretStore."""


@dataclass(frozen=True)
class Configured:
    """What a plan says about access."""

    stores: tuple[Store, ...]
    rooms: tuple[Room, ...]
    reads: tuple[Read, ...]
    values: tuple[ManualValue, ...]
    generators: tuple[GeneratorUse, ...]
    names: tuple[str, ...]
    """Names of the organizations, sorted."""
    control_namespaces: Mapping[str, str]
    """Namespace on the control plane -> its organization."""
    planes: tuple[PlaneUse, ...] = ()
    accepted: frozenset[str] = frozenset()
    """Remote keys that organizations may share by configuration (``sharedKeys``)."""

    @cached_property
    def name_set(self) -> frozenset[str]:
        """The same."""
        return frozenset(self.names)

    @cached_property
    def room_index(self) -> RoomIndex:
        """The rooms with their index."""
        return RoomIndex(self.rooms)

    @cached_property
    def generator_kinds(self) -> dict[str, set[str]]:
        """Organization -> kinds of the generators that the stack creates for it."""
        kinds: dict[str, set[str]] = {}
        for use in self.generators:
            kinds.setdefault(use.organization, set()).add(use.object.partition(" ")[0])
        return kinds

    @cached_property
    def by_name(self) -> dict[tuple[str, str], Store]:
        """Plane and name -> ClusterSecretStore."""
        return {(store.plane, store.name): store for store in self.stores}

    @cached_property
    def accepted_places(self) -> frozenset[RemotePlace]:
        """The secrets that the accepted keys may name."""
        places = (self.identify(read) for read in self.reads if read.use.key in self.accepted)
        return frozenset(other for place in set(places) for other in self._places.find(place))

    @cached_property
    def owners(self) -> dict[RemotePlace, tuple[str, ...]]:
        """Secret in a manager -> organizations that by plan read what may be that secret, sorted."""
        owners: dict[RemotePlace, set[str]] = {}
        for read in self.reads:
            if not read.use.generator:
                owners.setdefault(self.identify(read), set()).add(read.organization)
        return {
            place: tuple(sorted({name for other in self._places.find(place) for name in owners.get(other, ())}))
            for place in owners
        }

    @cached_property
    def _places(self) -> PlaceIndex:
        return PlaceIndex(self.identify(read) for read in self.reads)

    def find_owners(self, place: RemotePlace) -> tuple[str, ...]:
        """Organizations that by plan read what may be one secret, sorted."""
        own = self.owners.get(place)
        others = self._places.find(place) if own is None else ()
        return own or tuple(sorted({name for other in others for name in self.owners.get(other, ())}))

    @cached_property
    def spellings(self) -> dict[RemotePlace, tuple[str, ...]]:
        """Secret in a manager -> the keys by which the plan names it, each with its place, sorted."""
        spellings: dict[RemotePlace, set[str]] = {}
        for read in self.reads:
            spellings.setdefault(self.identify(read), set()).add(self.locate(read))
        return {place: tuple(sorted(keys)) for place, keys in spellings.items()}

    def find_store(self, read: Read) -> Store | None:
        """The planned store of a read. None: the stack does not create it."""
        return self.by_name.get((read.plane, read.use.store)) if read.use.kind == STORE else None

    def locate(self, read: Read) -> str:
        """The key of a read with its place in the manager."""
        store = self.find_store(read)
        if store is not None:
            return store.sign_in.locate(read.use.key)
        return f"{describe_use(read.use)}: {read.use.key}"

    def identify(self, read: Read) -> RemotePlace:
        """The secret that a read names."""
        store = self.find_store(read)
        return (describe_use(read.use), read.use.key) if store is None else store.sign_in.identify(read.use.key)


def describe_use(use: Use) -> str:
    """The store of a use in words, for a store that is not planned."""
    return _DATA_PLANE_STORE if _EXPRESSION in use.store else f"{use.kind} {use.store}"
