"""Prices and read quotas of a secret manager, as each manager module states them with the source.

Prices are list prices in US dollars, without free tiers, taxes and discounts, and without calls to a key service for
secrets encrypted with a customer's own key. A figure without a source is None, never a guess.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from ..schema.deferred import InputStr


@dataclass(frozen=True)
class Tariff:
    """What one secret manager charges, and how often it may be read."""

    manager: str
    """Its name."""
    per_call: Fraction | None
    """Dollars for one call. 0: calls are free. None: the price is not known."""
    per_key: Fraction | None
    """Dollars a month for one stored key. 0: storage is free. None: the price is not known."""
    quota: Fraction | None = None
    """Reads a second in one account and region, key vault or project. None: no quota, or not known."""
    reads_once: bool = False
    """Whether ESO reads several properties of one secret with one call in a sync. ESO 0.16.2 and 0.20.4,
    ``pkg/provider``: every provider makes one call for each entry of ``data`` and each ``extract``; only that of AWS
    Secrets Manager caches its reads until the sync ends."""


@dataclass(frozen=True)
class Place:
    """Where a ClusterSecretStore reads: two remote keys are one stored secret only if their places are equal."""

    tariff: Tariff
    """Prices and quota of the manager."""
    where: InputStr = ""
    """Key vault or project that the quota is for. Empty: all stores of an entry share the quota."""
    prefix: InputStr = ""
    """Text in front of every key."""


FREE: Final = Fraction(0)
UNKNOWN: Final = Place(Tariff("not known", None, None))
"""Place of a store that this stack does not create."""


def per_10_000(dollars: str) -> Fraction:
    """Price of one call, from the price of 10,000 calls."""
    return Fraction(dollars) / 10_000
