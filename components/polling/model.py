"""Expected calls to each secret manager and their price. Fractions are exact, so sums never depend on the order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from ..managers.tariff import Tariff
from .poll import MONTH, Poll

_NOTHING = Fraction(0)


@dataclass(frozen=True)
class StoreLoad:
    """Expected load on one entry of ``secretStores``, from all organizations and both planes."""

    entry: str
    """Name of the entry; ``${dataplane.secretStore}`` for the store that a DataPlane names, which is unknown."""
    tariff: Tariff
    """Prices and quota of its secret manager."""
    polls: tuple[Poll, ...]
    """Polls of all ExternalSecrets that read from the entry, at least one."""
    keys: Mapping[str, int]
    """Organization -> number of secrets in the manager; a shared secret counts for the first organization."""
    busiest: Fraction
    """Calls per second to the busiest place with a quota of its own, such as one of many key vaults."""

    @property
    def external_secrets(self) -> int:
        """Number of ExternalSecrets that read from the entry."""
        return sum(poll.copies for poll in self.polls)

    @property
    def calls_per_second(self) -> Fraction:
        """Calls per second to the manager."""
        return sum((poll.calls_per_second for poll in self.polls), _NOTHING)

    @property
    def calls_per_month(self) -> Fraction:
        """Calls in a month of 30 days."""
        return self.calls_per_second * MONTH

    @property
    def calls_dollars(self) -> Fraction | None:
        """US dollars for a month of calls. None: no price is known."""
        return None if self.tariff.per_call is None else self.calls_per_month * self.tariff.per_call

    @property
    def keys_dollars(self) -> Fraction | None:
        """US dollars for storing all keys for a month. None: no price is known."""
        return None if self.tariff.per_key is None else sum(self.keys.values()) * self.tariff.per_key

    @property
    def quota_share(self) -> Fraction | None:
        """Used share of the quota in the busiest place, 1 for all of it. None: there is no quota, or it is unknown."""
        return None if self.tariff.quota is None else self.busiest / self.tariff.quota

    @property
    def slowest(self) -> Poll:
        """The poll with the longest interval: there a replaced value stays longest. Never polled is longest of all."""
        return max(self.polls, key=lambda poll: (poll.interval is None, poll.interval or 0))


@dataclass(frozen=True)
class Load:
    """Expected load of all credentials of a stack, for a month of 30 days."""

    stores: tuple[StoreLoad, ...]
    """One for each entry of ``secretStores`` that is read, sorted by its name."""
    polls: tuple[Poll, ...]
    """Polls of all ExternalSecrets, including those that use generators only."""

    @property
    def external_secrets(self) -> int:
        """Number of ExternalSecrets that read from a store; one that reads from several counts once."""
        return sum({poll.number: poll.copies for poll in self.polls if poll.store}.values())

    @property
    def calls_per_second(self) -> Fraction:
        """Calls per second to all managers."""
        return sum((store.calls_per_second for store in self.stores), _NOTHING)

    @property
    def calls_per_month(self) -> Fraction:
        """Calls in a month of 30 days."""
        return self.calls_per_second * MONTH

    @property
    def calls_dollars(self) -> Fraction:
        """US dollars for a month of calls, as far as prices are known."""
        return sum((store.calls_dollars or _NOTHING for store in self.stores), _NOTHING)

    @property
    def keys_dollars(self) -> Fraction:
        """US dollars for storing all keys for a month, as far as prices are known."""
        return sum((store.keys_dollars or _NOTHING for store in self.stores), _NOTHING)

    @property
    def dollars_per_month(self) -> Fraction:
        """US dollars for calls and keys together."""
        return self.calls_dollars + self.keys_dollars

    @property
    def generated_per_second(self) -> dict[str, Fraction]:
        """Kind of generator -> values per second; each value is one call to an API other than a secret manager."""
        rates: dict[str, Fraction] = {}
        for poll in self.polls:
            for kind in poll.generators:
                rates[kind] = rates.get(kind, _NOTHING) + poll.syncs_per_second
        return dict(sorted(rates.items()))
