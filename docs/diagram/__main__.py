"""Draw ``docs/architecture.svg``: what Pulumi writes, and which way secret values take instead.

    python docs/diagram          # after a change of this file

The picture follows the reader's light or dark theme. The same source always gives the same bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Final

TARGET: Final = Path(__file__).resolve().parents[1] / "architecture.svg"
WIDTH: Final = 1000
HEIGHT: Final = 540
ROWS: Final = (("acme", 312), ("globex", 402))
"""Organization -> top of its row in the manager and the operator."""


@dataclass(frozen=True)
class Colors:
    """The colors of one theme, written out in every rule: many viewers of SVG know no variables of CSS."""

    page: str
    card: str
    line: str
    text: str
    soft: str
    names: str
    acme: str
    acme_fill: str
    globex: str
    globex_fill: str

    def rules(self) -> str:
        """The rules that use them."""
        return f"""\
  text {{ fill: {self.text}; }}
  .soft {{ fill: {self.soft}; }}
  .page {{ fill: {self.page}; }}
  .card {{ fill: {self.card}; stroke: {self.line}; }}
  .inner {{ fill: {self.page}; stroke: {self.line}; }}
  .acme {{ fill: {self.acme_fill}; stroke: {self.acme}; }}
  .globex {{ fill: {self.globex_fill}; stroke: {self.globex}; }}
  .flow.names {{ stroke: {self.names}; }}
  .flow.acme {{ fill: none; stroke: {self.acme}; }}
  .flow.globex {{ fill: none; stroke: {self.globex}; }}
  .head-names {{ fill: {self.names}; }}
  .head-acme {{ fill: {self.acme}; }}
  .head-globex {{ fill: {self.globex}; }}"""


_RULES: Final = """\
  text { font: 13px -apple-system, "Segoe UI", "Helvetica Neue", Arial, sans-serif; }
  .title { font-weight: 600; font-size: 15px; }
  .soft { font-size: 12px; }
  .code { font: 12px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
  .flow { fill: none; stroke-width: 2; }
  .flow.acme, .flow.globex { stroke-dasharray: 6 4; }"""
_LIGHT: Final = Colors(
    page="#ffffff", card="#f6f8fa", line="#d0d7de", text="#1f2328", soft="#59636e", names="#59636e",
    acme="#0969da", acme_fill="#ddf4ff", globex="#8250df", globex_fill="#fbefff",
)  # fmt: skip
_DARK: Final = Colors(
    page="#0d1117", card="#151b23", line="#3d444d", text="#f0f6fc", soft="#9198a1", names="#9198a1",
    acme="#58a6ff", acme_fill="#121d2f", globex="#bc8cff", globex_fill="#1f1830",
)  # fmt: skip


def text(x: int, y: int, words: str, style: str = "", anchor: str = "start") -> str:
    """One line of text; ``style`` is a class of the stylesheet."""
    attributes = (f' class="{style}"' if style else "") + (f' text-anchor="{anchor}"' if anchor != "start" else "")
    return f'<text x="{x}" y="{y}"{attributes} xml:space="preserve">{escape(words)}</text>'


def box(x: int, y: int, width: int, height: int, style: str) -> str:
    """A rectangle with round corners."""
    return f'<rect class="{style}" x="{x}" y="{y}" width="{width}" height="{height}" rx="8"/>'


def arrow(x: int, y: int, end: int, style: str, *, target: int | None = None) -> str:
    """A horizontal arrow from ``x`` to ``end``, whose head touches ``end``; ``target``: height at which it ends."""
    target = y if target is None else target
    step = "" if target == y else f"H{(x + end) // 2}V{target}"
    return (
        f'<path class="flow {style}" d="M{x} {y}{step}H{end - 9}"/>'
        f'<path class="head-{style}" d="M{end} {target}l-10 -5v10z"/>'
    )


def configuration() -> list[str]:
    """The stack file."""
    lines = (
        "organizations:",
        "  - name: acme",
        "    git: {remoteKey: acme/git}",
        "    registries: [...]",
        "    pullSecret: {...}",
        "  - name: globex",
        "    ...",
    )
    return [
        box(20, 20, 260, 206, "card"),
        text(36, 46, "Stack configuration", "title"),
        text(36, 66, "remote keys, never values", "soft"),
        *(text(36, 92 + 18 * number, line, "code") for number, line in enumerate(lines)),
    ]


def program() -> list[str]:
    """What an update does, in order."""
    steps = (
        "validates the configuration",
        "checks the clusters",
        "creates and patches objects",
        "waits for every Secret",
    )
    parts = [
        box(345, 20, 250, 206, "card"),
        text(361, 46, "pulumi up", "title"),
        text(361, 66, "one plan for each run", "soft"),
    ]
    for number, step in enumerate(steps, start=1):
        y = 70 + 34 * number
        parts += [text(361, y, str(number), "soft"), text(379, y, step)]
    return parts


def manager() -> list[str]:
    """The secret manager, with keys of two organizations."""
    parts = [
        box(20, 252, 260, 242, "card"),
        text(36, 278, "Secret manager", "title"),
        text(36, 298, "AWS, Vault, Azure, Google, ...", "soft"),
    ]
    for name, y in ROWS:
        parts += [
            box(36, y, 228, 74, name),
            text(50, y + 27, f"{name}/git, {name}/ghcr", "code"),
            text(50, y + 52, f"readable by {name}'s identity only", "soft"),
        ]
    return parts


def operator() -> list[str]:
    """The External Secrets Operator, which reads with an identity for each organization."""
    parts = [
        box(345, 252, 250, 242, "card"),
        text(361, 278, "External Secrets Operator", "title"),
        text(361, 298, "reads values and writes Secrets", "soft"),
    ]
    for name, y in ROWS:
        parts += [
            box(361, y, 218, 74, name),
            text(375, y + 27, f"signs in as eso-org-{name}", "code"),
            text(375, y + 52, f"for the store org-{name}", "soft"),
        ]
    return parts


def platform() -> list[str]:
    """The clusters of OpenChoreo, with two organizations."""
    parts = [
        box(660, 20, 320, 474, "card"),
        text(676, 46, "OpenChoreo platform", "title"),
        text(676, 66, "control plane, build plane, data plane", "soft"),
        box(676, 80, 288, 66, "inner"),
        text(690, 106, "ComponentTypes"),
        text(690, 130, "gain a pull secret; the patch is reversible", "soft"),
        box(676, 156, 288, 66, "inner"),
        text(690, 182, "ClusterSecretStores"),
        text(690, 206, "one per organization, exact namespaces", "soft"),
    ]
    for name, y in (("acme", 246), ("globex", 370)):
        parts += [
            box(676, y, 288, 112, name),
            text(690, y + 24, f"openchoreo-ci-{name}", "code"),
            text(690, y + 43, "git-clone-secret, registry-push-secret", "soft"),
            text(690, y + 76, f"dp-{name}-default-development-...", "code"),
            text(690, y + 95, "registry-pull-secret", "soft"),
        ]
    return parts


def flows() -> list[str]:
    """Arrows, and what they mean."""
    return [
        arrow(280, 123, 345, "names"),
        arrow(595, 123, 660, "names"),
        *(arrow(264, top + 37, 361, name) for name, top in ROWS),
        arrow(579, 349, 676, "acme", target=302),
        arrow(579, 439, 676, "globex"),
        '<path class="flow names" d="M20 520H50"/>',
        text(60, 525, "names and manifests: Pulumi", "soft"),
        '<path class="flow acme" d="M270 520H300"/><path class="flow globex" d="M306 520H336"/>',
        text(346, 525, "secret values: the operator alone, with an identity for each organization", "soft"),
    ]


def draw() -> str:
    """The whole picture, as SVG."""
    body = [*configuration(), *program(), *manager(), *operator(), *platform(), *flows()]
    what = "Pulumi writes names and manifests; the External Secrets Operator alone moves secret values."
    size = f'viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}"'
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label="{what}">',
            f"<style>\n{_RULES}\n{_LIGHT.rules()}",
            f"  @media (prefers-color-scheme: dark) {{\n{_DARK.rules()}\n  }}\n</style>",
            f'<rect class="page" width="{WIDTH}" height="{HEIGHT}" rx="12"/>',
            *body,
            "</svg>",
            "",
        ]
    )


if __name__ == "__main__":
    TARGET.write_text(draw(), encoding="utf-8")
