"""A load against its budget: by how much it is over, what most of it is, and what to change."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from typing import Final

from ..schema.durations import seconds
from ..settings.load import Budget
from .amounts import interval, listed, money, rate
from .model import Load
from .poll import MONTH, Poll
from .report import name

_ADVISED: Final = 3600
"""Interval in seconds that is advised, unless values would stay too long then: the default of ``refreshInterval``."""
_SHOWN: Final = 3
_NOTHING: Final = Fraction(0)

_Weighed = tuple[Poll, Fraction]
"""An ExternalSecret, and what one call a second of it counts."""
_Show = Callable[[Fraction], str]


def warnings(load: Load, budget: Budget) -> list[str]:
    """A text of several lines for each limit that is exceeded; none if all is well."""
    lag = None if budget.revocation_lag is None else round(seconds(budget.revocation_lag))
    longest = _ADVISED if lag is None else min(_ADVISED, lag)
    found = [*_dollars(load, budget.dollars_per_month, longest), *_calls(load, budget.calls_per_second, longest)]
    return found if lag is None else [*found, *_lag(load, lag)]


def _dollars(load: Load, dollars: float | None, longest: int) -> Iterator[str]:
    total = load.dollars_per_month
    if dollars is None or total <= (limit := Fraction(str(dollars))):
        return
    priced = _priced(load)
    costs = _by_organization(priced)
    for store in load.stores:
        for organization, keys in store.keys.items():
            costs[organization] += keys * (store.tariff.per_key or _NOTHING)
    parts = f"calls {money(load.calls_dollars)}, keys {money(load.keys_dollars)}"
    lines = [
        f"budget.dollarsPerMonth: {money(total)} a month ({parts}) is {money(total - limit)} over {money(limit)}",
        _most(costs, money),
        *_savings(priced, longest, money, "a month"),
    ]
    if load.keys_dollars > limit:
        lines.append("the keys alone are over it; several properties in one key cost no more than one")
    yield "\n  ".join(lines)


def _calls(load: Load, calls: float | None, longest: int) -> Iterator[str]:
    total = load.calls_per_second
    if calls is None or total <= (limit := Fraction(str(calls))):
        return
    weighed = [(each, Fraction(1)) for store in load.stores for each in store.polls]
    lines = [
        f"budget.callsPerSecond: {rate(total)} calls a second is {rate(total - limit)} over {rate(limit)}",
        _most(_by_organization(weighed), rate),
        *_savings(weighed, longest, rate, "calls a second"),
    ]
    yield "\n  ".join(lines)


def _lag(load: Load, limit: int) -> Iterator[str]:
    priced = _priced(load)
    late = [(each, weight) for each, weight in priced if each.interval is None or each.interval > limit]
    if not late:
        return
    slowest = sorted((each for each, _ in late), key=lambda each: -(each.interval or float("inf")))
    more = [(Fraction(each.copies * each.calls, limit) - each.calls_per_second, weight) for each, weight in late]
    calls, dollars = Fraction(sum(each for each, _ in more)), Fraction(sum(each * weight for each, weight in more))
    number, total = (sum(each.copies for each in polls) for polls in (slowest, [each for each, _ in priced]))
    kept = listed(f"{name(each)} ({interval(each.interval)})" for each in slowest)
    wanted = interval(limit)
    yield (
        f"budget.revocationLag: {number:,} of {total:,} Secrets keep a replaced value longer than {wanted}: {kept}\n"
        f"  refreshInterval: {wanted} for {_organizations(slowest)} adds {rate(calls)} calls a second and "
        f"{money(dollars)} a month"
    )


def _priced(load: Load) -> list[_Weighed]:
    """Each ExternalSecret with the dollars of a month of one call a second, as far as prices are known."""
    return [(each, (store.tariff.per_call or _NOTHING) * MONTH) for store in load.stores for each in store.polls]


def _by_organization(weighed: Iterable[_Weighed]) -> dict[str, Fraction]:
    found: dict[str, Fraction] = {}
    for each, weight in weighed:
        found[each.organization] = found.get(each.organization, _NOTHING) + each.calls_per_second * weight
    return found


def _most(found: dict[str, Fraction], show: _Show) -> str:
    """Who causes it, the greatest part first."""
    ranked = sorted((name for name in found if found[name]), key=lambda name: (-found[name], name))
    return f"by organization: {listed(f'{organization} {show(found[organization])}' for organization in ranked)}"


def _savings(weighed: Iterable[_Weighed], longest: int, show: _Show, unit: str) -> Iterator[str]:
    """What longer intervals would save, the largest saving first."""
    short: dict[int, list[_Weighed]] = {}
    for each, weight in weighed:
        if each.interval is not None and each.interval < longest:
            short.setdefault(each.interval, []).append((each, weight * (1 - Fraction(each.interval, longest))))
    saved = {now: Fraction(sum(_by_organization(found).values())) for now, found in short.items()}
    for now in sorted(short, key=lambda now: -saved[now])[:_SHOWN]:
        if saved[now]:
            yield (
                f"refreshInterval of {_organizations(each for each, _ in short[now])} from {interval(now)} to "
                f"{interval(longest)} saves {show(saved[now])} {unit}"
            )


def _organizations(polls: Iterable[Poll]) -> str:
    return listed(dict.fromkeys(each.organization for each in polls))
