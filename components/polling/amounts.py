"""Amounts for people: small ones keep their first digits instead of becoming zero; nobody reads those of large ones."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Final

_SMALLEST: Final = Fraction(1, 10_000)
_CENT: Final = Fraction(1, 100)
_TEN: Final = 10
_NAMED: Final = 3


def money(dollars: Fraction) -> str:
    """``$1,728.00``, ``$0.0036``, ``<$0.0001`` or ``$0``."""
    if dollars >= _CENT:
        return f"${float(dollars):,.2f}"
    return f"<${float(_SMALLEST)}" if 0 < dollars < _SMALLEST else f"${float(dollars):.2g}"


def rate(per_second: Fraction) -> str:
    """``133.3``, ``0.000278``, ``<0.0001`` or ``0``."""
    if per_second >= _TEN:
        return f"{float(per_second):,.1f}"
    return f"<{float(_SMALLEST)}" if 0 < per_second < _SMALLEST else f"{float(per_second):.3g}"


def share(part: Fraction) -> str:
    """``1.3%``, ``<0.1%`` or ``0%``."""
    if not part:
        return "0%"
    return "<0.1%" if part < Fraction(1, 1000) else f"{float(part):.1%}"


def interval(seconds: int | None) -> str:
    """``1h30m``, ``15s``; ``never`` for None."""
    if seconds is None:
        return "never"
    parts = zip((seconds // 3600, seconds // 60 % 60, seconds % 60), "hms", strict=True)
    return "".join(f"{number}{unit}" for number, unit in parts if number)


def listed(names: Iterable[str]) -> str:
    """The first three, and how many there are besides: ``acme, globex, initech and 997 more``."""
    found = [*names]
    rest = len(found) - _NAMED
    return ", ".join(found[:_NAMED]) + (f" and {rest:,} more" if rest > 0 else "")
