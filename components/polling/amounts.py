"""Amounts for people: small ones keep their first digits instead of becoming zero, large ones are rounded."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Final

_SMALLEST: Final = Fraction(1, 10_000)
_CENT: Final = Fraction(1, 100)
_TEN: Final = 10
_NAMED: Final = 3


def format_money(dollars: Fraction) -> str:
    """US dollars as text: ``$1,728.00``, ``$0.0036``, ``<$0.0001`` or ``$0``."""
    if dollars >= _CENT:
        return f"${float(dollars):,.2f}"
    return f"<${float(_SMALLEST)}" if 0 < dollars < _SMALLEST else f"${float(dollars):.2g}"


def format_rate(per_second: Fraction) -> str:
    """A number per second as text: ``133.3``, ``0.000278``, ``<0.0001`` or ``0``."""
    if per_second >= _TEN:
        return f"{float(per_second):,.1f}"
    return f"<{float(_SMALLEST)}" if 0 < per_second < _SMALLEST else f"{float(per_second):.3g}"


def format_share(part: Fraction) -> str:
    """A share as text: ``1.3%``, ``<0.1%`` or ``0%``."""
    if not part:
        return "0%"
    return "<0.1%" if part < Fraction(1, 1000) else f"{float(part):.1%}"


def format_interval(seconds: int | None) -> str:
    """Seconds as text: ``1h30m``, ``15s``; ``never`` for None."""
    if seconds is None:
        return "never"
    parts = zip((seconds // 3600, seconds // 60 % 60, seconds % 60), "hms", strict=True)
    return "".join(f"{number}{unit}" for number, unit in parts if number)


def format_names(names: Iterable[str]) -> str:
    """The first three names, and the number of the others: ``acme, globex, initech and 997 more``."""
    every = [*names]
    rest = len(every) - _NAMED
    return ", ".join(every[:_NAMED]) + (f" and {rest:,} more" if rest > 0 else "")
