"""Warnings about a load that exceeds its budget: by how much, which organizations cause it, and what to change."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from typing import Final

from ..schema.durations import parse_seconds
from ..settings.load import Budget
from .amounts import format_interval, format_money, format_names, format_rate
from .model import Load
from .poll import MONTH, Poll
from .report import describe_poll

_ADVISED: Final = 3600
"""Recommended interval in seconds, the default of ``refreshInterval``, unless ``revocationLag`` is shorter."""
_SHOWN: Final = 3
_NOTHING: Final = Fraction(0)

_Weighed = tuple[Poll, Fraction]
"""A poll, and the weight of one call per second: dollars a month, or 1 to count calls."""
_Show = Callable[[Fraction], str]


def check_budget(load: Load, budget: Budget) -> list[str]:
    """One text of several lines for each limit that the load exceeds; empty if it exceeds none."""
    lag = None if budget.revocation_lag is None else round(parse_seconds(budget.revocation_lag))
    longest = _ADVISED if lag is None else min(_ADVISED, lag)
    texts = [*_dollars(load, budget.dollars_per_month, longest), *_calls(load, budget.calls_per_second, longest)]
    return texts if lag is None else [*texts, *_lag(load, lag)]


def _dollars(load: Load, dollars: float | None, longest: int) -> Iterator[str]:
    total = load.dollars_per_month
    if dollars is None or total <= (limit := Fraction(str(dollars))):
        return
    priced = _priced(load)
    costs = _by_organization(priced)
    for store in load.stores:
        for organization, keys in store.keys.items():
            costs[organization] += keys * (store.tariff.per_key or _NOTHING)
    parts = f"calls {format_money(load.calls_dollars)}, keys {format_money(load.keys_dollars)}"
    excess = f"{format_money(total - limit)} over {format_money(limit)}"
    lines = [
        f"budget.dollarsPerMonth: {format_money(total)} a month ({parts}) is {excess}",
        _most(costs, format_money),
        *_savings(priced, longest, format_money, "a month"),
    ]
    if load.keys_dollars > limit:
        lines.append("the keys alone exceed it; store several values as properties of one key")
    yield "\n  ".join(lines)


def _calls(load: Load, calls: float | None, longest: int) -> Iterator[str]:
    total = load.calls_per_second
    if calls is None or total <= (limit := Fraction(str(calls))):
        return
    weighed = [(poll, Fraction(1)) for store in load.stores for poll in store.polls]
    excess = f"{format_rate(total - limit)} over {format_rate(limit)}"
    lines = [
        f"budget.callsPerSecond: {format_rate(total)} calls per second is {excess}",
        _most(_by_organization(weighed), format_rate),
        *_savings(weighed, longest, format_rate, "calls per second"),
    ]
    yield "\n  ".join(lines)


def _lag(load: Load, limit: int) -> Iterator[str]:
    priced = _priced(load)
    late = [(poll, weight) for poll, weight in priced if poll.interval is None or poll.interval > limit]
    if not late:
        return
    slowest = sorted((poll for poll, _ in late), key=lambda poll: -(poll.interval or float("inf")))
    more = [(Fraction(poll.copies * poll.calls, limit) - poll.calls_per_second, weight) for poll, weight in late]
    calls, dollars = Fraction(sum(rate for rate, _ in more)), Fraction(sum(rate * weight for rate, weight in more))
    number, total = (sum(poll.copies for poll in polls) for polls in (slowest, [poll for poll, _ in priced]))
    secrets = format_names(f"{describe_poll(poll)} ({format_interval(poll.interval)})" for poll in slowest)
    shortest = format_interval(limit)
    yield (
        f"budget.revocationLag: {number:,} of {total:,} Secrets keep a replaced value over {shortest}: {secrets}\n"
        f"  refreshInterval: {shortest} for {_organizations(slowest)} adds {format_rate(calls)} calls per second and "
        f"{format_money(dollars)} a month"
    )


def _priced(load: Load) -> list[_Weighed]:
    """Every poll with the dollars of a month of one call per second, as far as prices are known."""
    return [(poll, (store.tariff.per_call or _NOTHING) * MONTH) for store in load.stores for poll in store.polls]


def _by_organization(weighed: Iterable[_Weighed]) -> dict[str, Fraction]:
    sums: dict[str, Fraction] = {}
    for poll, weight in weighed:
        sums[poll.organization] = sums.get(poll.organization, _NOTHING) + poll.calls_per_second * weight
    return sums


def _most(sums: dict[str, Fraction], show: _Show) -> str:
    """Organizations that cause the load, the largest share first."""
    ranked = sorted((name for name in sums if sums[name]), key=lambda name: (-sums[name], name))
    return f"by organization: {format_names(f'{organization} {show(sums[organization])}' for organization in ranked)}"


def _savings(weighed: Iterable[_Weighed], longest: int, show: _Show, unit: str) -> Iterator[str]:
    """Savings of longer intervals, the largest first."""
    short: dict[int, list[_Weighed]] = {}
    for poll, weight in weighed:
        if poll.interval is not None and poll.interval < longest:
            short.setdefault(poll.interval, []).append((poll, weight * (1 - Fraction(poll.interval, longest))))
    saved = {now: Fraction(sum(_by_organization(polls).values())) for now, polls in short.items()}
    for now in sorted(short, key=lambda now: -saved[now])[:_SHOWN]:
        if saved[now]:
            yield (
                f"refreshInterval of {_organizations(poll for poll, _ in short[now])} from {format_interval(now)} to "
                f"{format_interval(longest)} saves {show(saved[now])} {unit}"
            )


def _organizations(polls: Iterable[Poll]) -> str:
    return format_names(dict.fromkeys(poll.organization for poll in polls))
