"""A load for people and for programs."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any, Final

from ..table import table
from .amounts import interval, money, rate, share
from .model import Load, StoreLoad
from .poll import Poll

_HEADINGS: Final = (
    "STORE", "MANAGER", "SECRETS", "KEYS", "CALLS/S", "CALLS/MONTH", "FOR CALLS", "FOR KEYS", "QUOTA", "LAG",
)  # fmt: skip
_TITLE: Final = "What secret managers will be asked in 30 days, at list prices:"
_QUIET: Final = frozenset({"kubernetes", "fake"})


def report(load: Load) -> str:
    """A table; one line where only the cluster itself or fixed values are read; empty where nothing is read."""
    lines: list[str] = []
    if not {store.tariff.manager for store in load.stores} <= _QUIET:
        rows = [_row(store) for store in load.stores]
        lines = [_TITLE, table(_HEADINGS, [*rows, _total(load)] if len(rows) > 1 else rows), *_expected(load)]
    elif load.stores:
        lines = [_line(load)]
    return "\n".join([*lines, *_generated(load)])


def outputs(load: Load) -> dict[str, Any]:
    """Plain numbers, for ``pulumi stack output load``; what is not known is left out."""
    return {
        "stores": {store.entry: _store_outputs(store) for store in load.stores},
        "generatorsPerSecond": {kind: _number(each) for kind, each in load.generated_per_second.items()},
        "callsPerSecond": _number(load.calls_per_second),
        "callsPerMonth": round(load.calls_per_month),
        "dollarsPerMonth": {"calls": _number(load.calls_dollars), "keys": _number(load.keys_dollars)},
    }


def _store_outputs(store: StoreLoad) -> dict[str, Any]:
    dollars = {"calls": store.calls_dollars, "keys": store.keys_dollars}
    found: dict[str, Any] = {
        "manager": store.tariff.manager,
        "externalSecrets": store.external_secrets,
        "keys": sum(store.keys.values()),
        "callsPerSecond": _number(store.calls_per_second),
        "callsPerMonth": round(store.calls_per_month),
        "dollarsPerMonth": {what: _number(each) for what, each in dollars.items() if each is not None},
        "revocationLag": interval(store.slowest.interval),
        "slowest": {"organization": store.slowest.organization, "secret": store.slowest.secret},
    }
    return found if store.quota_share is None else found | {"quotaShare": _number(store.quota_share)}


def _number(value: Fraction) -> float:
    return round(float(value), 9)


def _row(store: StoreLoad) -> list[str]:
    return [
        store.entry,
        store.tariff.manager,
        f"{store.external_secrets:,}",
        f"{sum(store.keys.values()):,}",
        rate(store.calls_per_second),
        f"{round(store.calls_per_month):,}",
        _cost(store.calls_dollars, store.tariff.per_call),
        _cost(store.keys_dollars, store.tariff.per_key),
        "-" if store.quota_share is None else share(store.quota_share),
        _lag(store),
    ]


def _total(load: Load) -> list[str]:
    """Of all stores; where a price is not known it is more than that."""
    more = ">=" if any(None in (store.calls_dollars, store.keys_dollars) for store in load.stores) else ""
    return [
        "total",
        "",
        f"{sum(store.external_secrets for store in load.stores):,}",
        f"{sum(sum(store.keys.values()) for store in load.stores):,}",
        rate(load.calls_per_second),
        f"{round(load.calls_per_month):,}",
        more + money(load.calls_dollars),
        more + money(load.keys_dollars),
        "",
        "",
    ]


def _cost(dollars: Fraction | None, price: Fraction | None) -> str:
    if dollars is None:
        return "not known"
    return money(dollars) if price else "-"


def _lag(store: StoreLoad) -> str:
    """The longest; and whose it is, unless it is everybody's."""
    slowest = store.slowest
    everybody = all(each.interval == slowest.interval for each in store.polls)
    return interval(slowest.interval) if everybody else f"{interval(slowest.interval)} ({name(slowest)})"


def name(poll: Poll) -> str:
    """Organization and Secret: ``acme git-clone-secret``."""
    return f"{poll.organization} {poll.secret}"


def _line(load: Load) -> str:
    count = sum(store.external_secrets for store in load.stores)
    asked = f"{_count('Secret', count)}, {rate(load.calls_per_second)} calls a second"
    lags = dict.fromkeys(("" if store.slowest.interval is None else "within ") + _lag(store) for store in load.stores)
    return f"Polling: {asked}, free; a replaced value arrives {', '.join(lags)}"


def _expected(load: Load) -> Iterator[str]:
    """How many components, namespaces and runs the figures are for."""
    expected: dict[str, dict[str, int]] = {}
    for each in load.polls:
        if each.brought_by:
            expected.setdefault(each.brought_by, {})[each.organization] = each.copies
    if expected:
        counts = [_count(what, sum(found.values())) for what, found in sorted(expected.items())]
        yield f"Counted for {', '.join(counts)}; load says how many are expected."


def _count(what: str, number: int) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _generated(load: Load) -> Iterator[str]:
    for kind, each in load.generated_per_second.items():
        yield f"{kind}: {rate(each)} values a second, each a call to another API."
