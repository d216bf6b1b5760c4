"""What secret managers charge for being asked, and how often they may be asked.

List prices in US dollars, without free tiers, taxes and discounts, and without calls to a key service for secrets that
are encrypted with a key of one's own. A figure that no source states is None, never a guess. Read on 2026-11-25:

- AWS Secrets Manager: https://aws.amazon.com/secrets-manager/pricing/ (as of 2026-09-20), and
  https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html (GetSecretValue).
- AWS Parameter Store, standard parameters at the default throughput:
  https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-throughput.html, and for the 40 a second
  https://docs.aws.amazon.com/general/latest/gr/ssm.html (as others quote it; GetParameter).
- Azure Key Vault: https://azure.microsoft.com/pricing/details/key-vault/ (as Microsoft Q&A 5608202 and infracost's
  price list quote it: secrets operations, both tiers; what is stored is free), and
  https://learn.microsoft.com/azure/key-vault/general/service-limits.
- Google Secret Manager: https://cloud.google.com/secret-manager/pricing (access operations, active versions; one active
  version in one location is counted for each secret), and https://docs.cloud.google.com/secret-manager/quotas.
- Vault, OpenBao, Secrets of a cluster and fixed values have no price for a call.

How often the operator asks is read from ESO 0.16.2, ``pkg/provider``: every provider makes one call for each entry of
``data`` and each ``extract``; that of AWS Secrets Manager alone keeps what it has read, until the sync ends.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final


@dataclass(frozen=True)
class Tariff:
    """One secret manager, as its price list and ESO's provider have it."""

    manager: str
    """Its name."""
    per_call: Fraction | None
    """Dollars for one call. 0: calls have no price. None: not known."""
    per_key: Fraction | None
    """Dollars a month for one stored key. 0: storing has no price. None: not known."""
    quota: Fraction | None = None
    """Reads a second that it allows in one account and region, key vault or project. None: not known, or none."""
    reads_once: bool = False
    """Whether several properties of one secret are one call in a sync."""


_FREE: Final = Fraction(0)


def _per_10_000(dollars: str) -> Fraction:
    return Fraction(dollars) / 10_000


_SECRETS_MANAGER: Final = Tariff(
    "AWS Secrets Manager", _per_10_000("0.05"), Fraction("0.40"), Fraction(10_000), reads_once=True
)
_PARAMETER_STORE: Final = Tariff("AWS Parameter Store", _FREE, _FREE, Fraction(40))
_TARIFFS: Final[Mapping[str, Tariff]] = {
    "azurekv": Tariff("Azure Key Vault", _per_10_000("0.03"), _FREE, Fraction(4_000, 10)),
    "gcpsm": Tariff("Google Secret Manager", _per_10_000("0.03"), Fraction("0.06"), Fraction(90_000, 60)),
    "vault": Tariff("Vault", _FREE, _FREE),
    "kubernetes": Tariff("kubernetes", _FREE, _FREE),
    "fake": Tariff("fake", _FREE, _FREE),
}


@dataclass(frozen=True)
class Place:
    """Where a ClusterSecretStore finds its secrets: two keys are one secret only if all of this is equal."""

    tariff: Tariff
    """Prices and quota of the manager."""
    where: str = ""
    """Key vault or project, for which the quota is; empty where all stores of an entry share it."""
    prefix: str = ""
    """What stands in front of every key."""


UNKNOWN: Final = Place(Tariff("not known", None, None))
"""Of a store that is not made here."""


def place(provider: str, block: Mapping[str, Any]) -> Place:
    """Where a ClusterSecretStore finds its secrets.

    Args:
        provider: key of the provider block, as ESO calls it: ``azurekv``.
        block: the provider block, the organization's name filled in.
    """
    # A custom block may lack what ESO requires; the API server says so better.
    if provider == "aws":
        manager = _PARAMETER_STORE if block.get("service") == "ParameterStore" else _SECRETS_MANAGER
        return Place(manager, prefix=str(block.get("prefix", "")))
    where = block.get({"azurekv": "vaultUrl", "gcpsm": "projectID"}.get(provider, ""), "")
    return Place(_TARIFFS.get(provider) or Tariff(provider, None, None), where=str(where))
