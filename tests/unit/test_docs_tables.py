"""The tables of registries, tokens and git hosts in ``docs/`` have one row for each value of the catalogs."""

from __future__ import annotations

import re

from components.git.hosts import GIT_SOFTWARE, GitSoftware
from components.registries.catalog import REGISTRIES, Registry
from components.registries.tokens import TOKENS
from components.schema.model import get_yaml_key
from tests.unit.documented import ROOT

REGISTRIES_PAGE = "docs/registries.md"
GIT_PAGE = "docs/git-credentials.md"


def read_table(page: str, first: str) -> list[dict[str, str]]:
    """Rows by column of the table whose first columns have these titles; every row must fill all columns."""
    text = (ROOT / page).read_text()
    (table,) = re.findall(rf"^{re.escape(first)}.*\n(?:\|.*\n)+", text, re.MULTILINE)
    titles, _, *rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()]
    return [dict(zip(titles, row, strict=True)) for row in rows]


def codes(cell: str) -> list[str]:
    """The words in backticks."""
    return re.findall(r"`([^`]+)`", cell)


def describe_registry(registry: Registry) -> tuple[list[str], ...]:
    """The words in backticks of a registry's row: configuration, key in auths, user name, sources."""
    names = [*registry.needs, *registry.takes]
    required = {name: f"<{get_yaml_key(name)}>" for name in registry.needs}
    sources = ["serviceAccountKey"] * registry.service_account_key + [registry.token] * bool(registry.token)
    settings = [f"registry: {registry.name}", *map(get_yaml_key, names)]
    return settings, [registry.address_for(required)], list(registry.usernames), sources


def describe_software(software: GitSoftware) -> tuple[list[str], ...]:
    """The words in backticks of a git host's row: provider, recognized hosts, user name with a token."""
    hosts = [*software.hosts, *(f"*{domain}" for domain in software.domains)]
    return [software.name], hosts, [software.token_username] if software.token_username else []


def as_row(title: str, words: tuple[list[str], ...], last: str) -> str:
    """A row to add to a table."""
    cells = [title, *(", ".join(f"`{word}`" for word in cell) for cell in words)]
    return f"| {' | '.join(cells)} |{last}"


def test_registries() -> None:
    rows = {}
    for cells in read_table(REGISTRIES_PAGE, "| registry | configuration |"):
        settings, keys, users, sources = (codes(cell) for cell in list(cells.values())[1:])
        sources = [source for source in sources if source in {"serviceAccountKey", *TOKENS.names()}]
        rows[settings[0].removeprefix("registry: ")] = (settings, keys[:1], users, sources)
    for registry in REGISTRIES:
        expected = describe_registry(registry)
        row = rows.get(registry.name, ([], [], [], []))
        documented = (row[0], row[1], row[2] if registry.usernames else [], row[3])
        advice = as_row("<name>", expected, "")
        assert documented == expected, f"{REGISTRIES_PAGE} needs this row, with the other sources in words: {advice}"
    assert sorted(rows) == sorted([*REGISTRIES.names(), "server: host[:port]"]), "a row has no registry"


def test_tokens() -> None:
    rows = {
        codes(cells["key"])[0]: codes(cells["registry"])
        for cells in read_table(REGISTRIES_PAGE, "| key | registry | lifetime |")
    }
    for token in TOKENS:
        key = token.settings_key
        registries = sorted(registry.name for registry in REGISTRIES if registry.token == key)
        assert registries, f'no registry accepts {key}; set token="{key}" of a Registry in the catalog'
        row = as_row(f"`{key}`", (registries,), " <lifetime> | <half of it> |")
        assert sorted(rows.get(key, [])) == registries, f"{REGISTRIES_PAGE}, Short-lived tokens, needs this row: {row}"
        assert f"\n### {key}\n" in (ROOT / REGISTRIES_PAGE).read_text(), f"{REGISTRIES_PAGE} needs: ### {key}"
    assert sorted(rows) == sorted(TOKENS.names()), "a row has no kind of token"


def test_git_hosts() -> None:
    rows = {codes(cells["`provider`"])[0]: cells for cells in read_table(GIT_PAGE, "| software | `provider` |")}
    for software in GIT_SOFTWARE:
        provider, hosts, user = describe_software(software)
        cells = rows.get(software.name, {})
        documented = (codes(cells.get("recognized hosts", "")), codes(cells.get("user name with a token", ""))[:1])
        advice = as_row("<software>", (provider, hosts, user), " <recommended> |")
        assert documented == (hosts, user), f"{GIT_PAGE} needs this row: {advice}"
    assert sorted(rows) == sorted(GIT_SOFTWARE.names()), "a row has no git provider"
