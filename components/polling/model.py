"""What the operator will ask each secret manager, and what that costs. Exact fractions: sums never depend on order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from ..managers.tariff import Tariff
from .poll import MONTH, Poll

_NOTHING = Fraction(0)


@dataclass(frozen=True)
class StoreLoad:
    """What one entry of ``secretStores`` is asked, by every organization and from every plane."""

    entry: str
    """Its name; ``${dataplane.secretStore}`` for the store that a DataPlane names, of which nothing is known."""
    tariff: Tariff
    """Prices and quota of its manager."""
    polls: tuple[Poll, ...]
    """All ExternalSecrets that read from it, at least one."""
    keys: Mapping[str, int]
    """Organization -> how many secrets in the manager; one that several organizations read counts for the first."""
    busiest: Fraction
    """Calls a second in the place with the most of them, such as one key vault among many."""

    @property
    def external_secrets(self) -> int:
        """How many ExternalSecrets read from it."""
        return sum(each.copies for each in self.polls)

    @property
    def calls_per_second(self) -> Fraction:
        """Calls to the manager."""
        return sum((each.calls_per_second for each in self.polls), _NOTHING)

    @property
    def calls_per_month(self) -> Fraction:
        """The same, in a month."""
        return self.calls_per_second * MONTH

    @property
    def calls_dollars(self) -> Fraction | None:
        """Price of a month of calls. None: not known."""
        return None if self.tariff.per_call is None else self.calls_per_month * self.tariff.per_call

    @property
    def keys_dollars(self) -> Fraction | None:
        """Price of storing all keys for a month. None: not known."""
        return None if self.tariff.per_key is None else sum(self.keys.values()) * self.tariff.per_key

    @property
    def quota_share(self) -> Fraction | None:
        """Share of the manager's quota in the busiest place; 1 is all of it. None: it has none."""
        return None if self.tariff.quota is None else self.busiest / self.tariff.quota

    @property
    def slowest(self) -> Poll:
        """The ExternalSecret in which a replaced value stays longest; one that is never polled outlasts all others."""
        return max(self.polls, key=lambda each: (each.interval is None, each.interval or 0))


@dataclass(frozen=True)
class Load:
    """What a stack's credentials ask for, in a month of 30 days."""

    stores: tuple[StoreLoad, ...]
    """By name of the entry; an entry that nothing reads from is left out."""
    polls: tuple[Poll, ...]
    """Every ExternalSecret, those that use generators only as well."""

    @property
    def calls_per_second(self) -> Fraction:
        """Calls to all managers."""
        return sum((each.calls_per_second for each in self.stores), _NOTHING)

    @property
    def calls_per_month(self) -> Fraction:
        """The same, in a month."""
        return self.calls_per_second * MONTH

    @property
    def calls_dollars(self) -> Fraction:
        """Price of a month of calls, as far as prices are known."""
        return sum((each.calls_dollars or _NOTHING for each in self.stores), _NOTHING)

    @property
    def keys_dollars(self) -> Fraction:
        """Price of storing all keys for a month, as far as prices are known."""
        return sum((each.keys_dollars or _NOTHING for each in self.stores), _NOTHING)

    @property
    def dollars_per_month(self) -> Fraction:
        """Both together."""
        return self.calls_dollars + self.keys_dollars

    @property
    def generated_per_second(self) -> dict[str, Fraction]:
        """Kind of generator -> values that are made in a second; each is a call to an API that is no secret manager."""
        found: dict[str, Fraction] = {}
        for each in self.polls:
            for kind in each.generators:
                found[kind] = found.get(kind, _NOTHING) + each.syncs_per_second
        return dict(sorted(found.items()))
