"""A load as text for people, and as plain numbers for programs."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any, Final

from ..table import format_table
from .amounts import format_interval, format_money, format_rate, format_share
from .model import Load, StoreLoad
from .poll import Poll

_HEADINGS: Final = (
    "STORE", "MANAGER", "SECRETS", "KEYS", "CALLS/S", "CALLS/MONTH", "FOR CALLS", "FOR KEYS", "QUOTA", "LAG",
)  # fmt: skip
_TITLE: Final = "Expected calls to secret managers in 30 days, at list prices:"
_ROWS: Final = 10
"""Most stores in the table."""
_QUIET: Final = frozenset({"kubernetes", "fake"})


def describe_load(load: Load) -> str:
    """The load as a table of the busiest stores; one line if only the cluster or fixed values are read.

    Empty if nothing is read.
    """
    lines: list[str] = []
    if not {store.tariff.manager for store in load.stores} <= _QUIET:
        lines = [_TITLE, format_table(_HEADINGS, _rows(load)), *_expected(load)]
    elif load.stores:
        lines = [_line(load)]
    return "\n".join([*lines, *_generated(load)])


def export_load(load: Load) -> dict[str, Any]:
    """The load as plain numbers for ``pulumi stack output load``; unknown prices and quotas are left out.

    Pulumi prints no key that begins with two underscores (``IsInternalPropertyKey`` of its SDK), so that an update does
    not print more for a large stack than for a small one.
    """
    return {
        "__stores": {store.entry: _store_outputs(store) for store in load.stores},
        "generatorsPerSecond": {kind: _number(rate) for kind, rate in load.generated_per_second.items()},
        "callsPerSecond": _number(load.calls_per_second),
        "callsPerMonth": round(load.calls_per_month),
        "dollarsPerMonth": {"calls": _number(load.calls_dollars), "keys": _number(load.keys_dollars)},
    }


def _store_outputs(store: StoreLoad) -> dict[str, Any]:
    dollars = {"calls": store.calls_dollars, "keys": store.keys_dollars}
    numbers: dict[str, Any] = {
        "manager": store.tariff.manager,
        "externalSecrets": store.external_secrets,
        "keys": sum(store.keys.values()),
        "callsPerSecond": _number(store.calls_per_second),
        "callsPerMonth": round(store.calls_per_month),
        "dollarsPerMonth": {what: _number(price) for what, price in dollars.items() if price is not None},
        "revocationLag": format_interval(store.slowest.interval),
        "slowest": {"organization": store.slowest.organization, "secret": store.slowest.secret},
    }
    return numbers if store.quota_share is None else numbers | {"quotaShare": _number(store.quota_share)}


def _number(value: Fraction) -> float:
    return round(float(value), 9)


def _rows(load: Load) -> list[list[str]]:
    """A row for each of the busiest stores, one for all others, and their total."""
    busiest = sorted(load.stores, key=lambda store: store.calls_per_second, reverse=True)[:_ROWS]
    others = [store for store in load.stores if store not in busiest]
    rows = [_row(store) for store in load.stores if store in busiest]
    if others:
        entries = {store.entry for store in others}
        polls = tuple(poll for poll in load.polls if poll.store in entries)
        rows.append(_sum(_count("other", len(others)), Load(tuple(others), polls)))
    return [*rows, _sum("total", load)] if len(rows) > 1 else rows


def _row(store: StoreLoad) -> list[str]:
    return [
        store.entry,
        store.tariff.manager,
        f"{store.external_secrets:,}",
        f"{sum(store.keys.values()):,}",
        format_rate(store.calls_per_second),
        f"{round(store.calls_per_month):,}",
        _cost(store.calls_dollars, store.tariff.per_call),
        _cost(store.keys_dollars, store.tariff.per_key),
        "-" if store.quota_share is None else format_share(store.quota_share),
        _lag(store),
    ]


def _sum(title: str, load: Load) -> list[str]:
    """The row of several stores; ``>=`` marks a sum without the prices that are unknown."""
    more = ">=" if any(None in (store.calls_dollars, store.keys_dollars) for store in load.stores) else ""
    return [
        title,
        "",
        f"{load.external_secrets:,}",
        f"{sum(sum(store.keys.values()) for store in load.stores):,}",
        format_rate(load.calls_per_second),
        f"{round(load.calls_per_month):,}",
        more + format_money(load.calls_dollars),
        more + format_money(load.keys_dollars),
        "",
        "",
    ]


def _cost(dollars: Fraction | None, price: Fraction | None) -> str:
    if dollars is None:
        return "not known"
    return format_money(dollars) if price else "-"


def _lag(store: StoreLoad) -> str:
    """Longest lag of a store, with its Secret unless all Secrets have the same."""
    slowest = store.slowest
    uniform = all(poll.interval == slowest.interval for poll in store.polls)
    return (
        format_interval(slowest.interval)
        if uniform
        else f"{format_interval(slowest.interval)} ({describe_poll(slowest)})"
    )


def describe_poll(poll: Poll) -> str:
    """Organization and Secret: ``acme git-clone-secret``."""
    return f"{poll.organization} {poll.secret}"


def _line(load: Load) -> str:
    calls = f"{_count('Secret', load.external_secrets)}, {format_rate(load.calls_per_second)} calls per second"
    lags = dict.fromkeys(("" if store.slowest.interval is None else "within ") + _lag(store) for store in load.stores)
    return f"Polling: {calls}, free; a replaced value arrives {', '.join(lags)}"


def _expected(load: Load) -> Iterator[str]:
    """Numbers of components, namespaces and runs that the figures assume."""
    expected: dict[str, dict[str, int]] = {}
    for poll in load.polls:
        if poll.brought_by:
            expected.setdefault(poll.brought_by, {})[poll.organization] = poll.copies
    if expected:
        counts = [_count(what, sum(copies.values())) for what, copies in sorted(expected.items())]
        yield f"Assumes {', '.join(counts)}; set the expected numbers in load."


def _count(what: str, number: int) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _generated(load: Load) -> Iterator[str]:
    for kind, values in load.generated_per_second.items():
        yield f"{kind}: {format_rate(values)} values per second, each from one call to another API."
