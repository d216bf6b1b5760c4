"""Go durations, as Kubernetes and the External Secrets Operator (ESO) write them (``time.ParseDuration``)."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

_MICRO: Final = ("u", "\u00b5", "\u03bc")
"""Go accepts the micro sign and the Greek letter, which look alike."""
_SECONDS: Final = {
    "ns": Decimal("1e-9"),
    **{f"{micro}s": Decimal("1e-6") for micro in _MICRO},
    "ms": Decimal("1e-3"),
    "s": Decimal(1),
    "m": Decimal(60),
    "h": Decimal(3600),
}
_UNIT: Final = "|".join(_SECONDS)
_PART: Final = rf"(?:\d{{1,9}}(?:\.\d{{0,9}})?|\.\d{{1,9}})(?:{_UNIT})"
_PARTS: Final = re.compile(rf"([\d.]+)({_UNIT})")
_DURATION: Final = re.compile(rf"(?:{_PART})+|0", re.ASCII)
_LONGEST: Final = 290 * 365 * 24 * 3600

_NOT_POSITIVE: Final = "must be greater than zero"

ALLOWED: Final = 'a Go duration such as "30m", "1h" or "1h30m"'


def parse_seconds(text: str) -> float:
    """Length of a Go duration in seconds.

    Raises:
        ValueError: the text is not a duration, is negative, or exceeds what Go can hold (about 290 years).
    """
    return float(_exact(text))


def check_duration(text: str) -> str:
    """The text unchanged, if it is a duration.

    Raises:
        ValueError: the text is not a duration.
    """
    parse_seconds(text)
    return text


def check_above_zero(text: str) -> str:
    """The text unchanged, if it is longer than no time.

    Raises:
        ValueError: it is not, or the text is not a duration.
    """
    if not parse_seconds(text):
        raise ValueError(_NOT_POSITIVE)
    return text


def format_canonical(text: str) -> str:
    """The same duration as Go prints it (``1h`` becomes ``1h0m0s``).

    ESO writes durations back in this form, so a manifest in this form shows no difference.

    Raises:
        ValueError: the text is not a duration, or not a whole number of seconds.
    """
    whole = int(exact := _exact(text))
    if exact != whole:
        msg = f"is not a whole number of seconds; expected {ALLOWED}"
        raise ValueError(msg)
    hours, rest = divmod(whole, 3600)
    minutes, secs = divmod(rest, 60)
    if hours:
        return f"{hours}h{minutes}m{secs}s"
    if minutes:
        return f"{minutes}m{secs}s"
    return f"{secs}s"


def limit_interval(interval: str, lifetime: str) -> str:
    """The interval, or half of the lifetime if that is shorter.

    Half, so that ESO can retry a failed renewal while the old value still works.

    Args:
        interval: canonical Go duration between two polls; ``0s`` means never, so half of the lifetime is shorter.
        lifetime: canonical Go duration of at least 2 s.

    Returns:
        A canonical Go duration, never ``0s``.
    """
    half = halve(lifetime)
    return interval if 0 < parse_seconds(interval) <= parse_seconds(half) else half


def halve(lifetime: str) -> str:
    """Half of a canonical Go duration of at least 2 s, in whole seconds."""
    return format_canonical(f"{parse_seconds(lifetime) // 2:.0f}s")


def _exact(text: str) -> Decimal:
    """Exact seconds; a float would round 5ns to zero."""
    if text.startswith("-"):
        msg = f"is negative; expected {ALLOWED}, not below zero"
        raise ValueError(msg)
    if not _DURATION.fullmatch(text):
        msg = f"is not a duration; expected {ALLOWED}"
        raise ValueError(msg)
    total = sum((Decimal(number) * _SECONDS[unit] for number, unit in _PARTS.findall(text)), Decimal())
    if total > _LONGEST:
        msg = f"is longer than 290 years; expected {ALLOWED}"
        raise ValueError(msg)
    return total
