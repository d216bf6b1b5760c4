"""SVG as text: shapes, and texts that are escaped, measured and broken into lines. No size depends on a font file."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate, chain, takewhile
from typing import Final

FONT: Final = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', 'Liberation Mono', monospace"
SIZE: Final = 12
"""Height of the letters of names, in pixels."""
_ADVANCE: Final = 0.61
"""Width of a letter of a monospaced font, as a part of its size; slightly too much for every listed font."""
_PARTS: Final = re.compile(r"(?<=[\s,/=])")
"""Where a line ends at best: after a whole name."""
_BREAKS: Final = re.compile(r"(?<=[:.@_-])")
"""Where it ends inside a name that is longer than a line."""
_ILLEGAL: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot contain."""
_COLOURS: Final = (
    ("#ffffff", "#0f141b", ".page, .on-bad", "fill"),
    ("#f4f6f9", "#171e28", ".lane", "fill"),
    ("#fdf0ef", "#2a1718", ".bad-lane", "fill"),
    ("#ffffff", "#1f2834", ".node", "fill"),
    ("#fff7f6", "#3a1f21", ".bad-node", "fill"),
    ("#c3ccd8", "#3a4656", ".node", "stroke"),
    ("#18212e", "#e8edf4", "text", "fill"),
    ("#5b6778", "#9aa8ba", ".muted, .head", "fill"),
    ("#2f5d9b", "#8db7ee", ".number", "fill"),
    ("#93a5bd", "#5b7089", ".flow", "stroke"),
    ("#ffffff", "#0f141b", ".halo", "stroke"),
    ("#c81e1e", "#ff7b72", ".bad-lane, .bad-node, .cross", "stroke"),
    ("#c81e1e", "#ff7b72", ".dot, .bad", "fill"),
    ("#ffffff", "#0f141b", ".on-bad", "fill"),
)
"""Colour on a light and on a dark page, and what has it. Without variables, which not every viewer reads."""
_SHAPES: Final = (
    ".bad-lane { stroke-opacity: 0.45; }",
    ".flow { fill: none; stroke-width: 1.5; }",
    ".maybe { stroke-dasharray: 4 4; }",
    ".cross { fill: none; stroke-width: 2; }",
    ".halo { fill: none; stroke-width: 6; stroke-opacity: 0.8; }",
    f"text {{ font-family: {FONT}; white-space: pre; }}",
    ".name { font-size: 12px; }",
    ".strong { font-size: 13px; font-weight: 700; }",
    ".muted { font-size: 10px; }",
    ".title { font-size: 20px; font-weight: 700; }",
    ".number { font-size: 22px; font-weight: 700; }",
    ".head { font-size: 11px; font-weight: 700; letter-spacing: 1px; }",
    ".on-bad { font-size: 11px; font-weight: 700; text-anchor: middle; }",
)


@dataclass(frozen=True)
class Box:
    """A rectangle, in pixels."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Its right edge."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """Its lower edge."""
        return self.y + self.height

    @property
    def middle(self) -> float:
        """Half of its height."""
        return self.y + self.height / 2


def escape(text: str) -> str:
    """A text inside an element or an attribute, whatever it contains."""
    legal = _ILLEGAL.sub("\ufffd", text)
    for letter, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("'", "&#39;")):
        legal = legal.replace(letter, entity)
    # One text is one line: a line break inside would be drawn over the next one.
    return re.sub(r"[\t\r\n]", " ", legal)


def measure(text: str, size: float = SIZE) -> float:
    """Width of a text in pixels."""
    return count_columns(text) * size * _ADVANCE


def count_columns(text: str) -> int:
    """Number of letters, where those of East Asia count twice."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def wrap(text: str, width: float, size: float = SIZE) -> list[str]:
    """A text in lines that fit into a width: broken after names, and inside names where that is not enough."""
    most = max(1, int(width / (size * _ADVANCE)))
    lines, line = [], ""
    parts = ([part] if count_columns(part) <= most else _BREAKS.split(part) for part in _PARTS.split(text))
    for word in chain.from_iterable(parts):
        rest = word
        if count_columns(line + rest) > most and line:
            lines.append(line.rstrip())
            line = ""
        while count_columns(rest) > most:
            end = _fit(rest, most)
            lines.append(rest[:end])
            rest = rest[end:]
        line += rest
    return [*lines, line.rstrip()] if line.strip() or not lines else lines


def _fit(text: str, most: int) -> int:
    """Number of characters of a text that fit; at least one."""
    columns = accumulate(map(count_columns, text))
    return max(1, sum(1 for _ in takewhile(lambda used: used <= most, columns)))


def cut(text: str, width: float, size: float = SIZE) -> str:
    """The beginning of a text that fits into a width, with an ellipsis if something is missing."""
    if measure(text, size) <= width:
        return text
    most = int(width / (size * _ADVANCE)) - 1
    return f"{text[: _fit(text, max(1, most))]}\u2026"


def draw_text(x: float, y: float, text: str, kind: str = "name") -> str:
    """A line of text; ``y`` is the line on which its letters stand."""
    return f'<text class="{kind}" x="{x:g}" y="{y:g}">{escape(text)}</text>'


def draw_box(box: Box, kind: str, *, radius: float = 6, title: str = "") -> str:
    """A rectangle with round corners; its title is shown by a pointer on it."""
    shape = f'class="{kind}" x="{box.x:g}" y="{box.y:g}" width="{box.width:g}" height="{box.height:g}" rx="{radius:g}"'
    return f"<rect {shape}><title>{escape(title)}</title></rect>" if title else f"<rect {shape}/>"


def draw_curve(start: tuple[float, float], end: tuple[float, float], kind: str, title: str = "") -> str:
    """A curve from the right edge of a box to the left edge of another one."""
    (left, top), (right, bottom) = start, end
    bend = (right - left) / 2
    path = f"M{left:g} {top:g}C{left + bend:g} {top:g} {right - bend:g} {bottom:g} {right:g} {bottom:g}"
    return draw_path(path, kind, title)


def draw_path(path: str, kind: str, title: str = "") -> str:
    """A path."""
    body = f'class="{kind}" d="{path}"'
    return f"<path {body}><title>{escape(title)}</title></path>" if title else f"<path {body}/>"


def draw_dot(x: float, y: float, radius: float, title: str = "") -> str:
    """A filled circle."""
    body = f'class="dot" cx="{x:g}" cy="{y:g}" r="{radius:g}"'
    return f"<circle {body}><title>{escape(title)}</title></circle>" if title else f"<circle {body}/>"


def draw_badge(x: float, y: float, number: int) -> str:
    """The number of a crossing in a filled circle."""
    text = f'<text class="on-bad" x="{x:g}" y="{y + 4:g}">{number}</text>'
    return draw_dot(x, y, 9) + text


def compose(width: float, height: float, title: str, parts: Iterable[str]) -> str:
    """A whole picture, with a background and colours for light and dark."""
    size = f'width="{width:g}" height="{height:g}" viewBox="0 0 {width:g} {height:g}"'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">',
        f"<title>{escape(title)}</title>",
        f"<style>{_build_style()}</style>",
        draw_box(Box(0, 0, width, height), "page", radius=0),
        *parts,
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _build_style() -> str:
    light = [f"{where} {{ {what}: {colour}; }}" for colour, _, where, what in _COLOURS]
    dark = [f"{where} {{ {what}: {colour}; }}" for _, colour, where, what in _COLOURS]
    return "\n".join([*_SHAPES, *light, "@media (prefers-color-scheme: dark) {", *dark, "}"])
