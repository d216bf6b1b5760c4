"""The table on ``docs/releases.md``: what each release has, and what tests of the platform have run."""

from __future__ import annotations

import re
from typing import Final

import pytest

from components.openchoreo import RELEASES
from tests.unit.documented import ROOT
from tests.unit.release_features import FEATURES, NO, Feature, describe_runs, list_columns, list_releases

PAGE: Final = ROOT / "docs" / "releases.md"


def _rows() -> list[list[str]]:
    """The cells of each line of the table, without the line below its headings."""
    lines = [line for line in PAGE.read_text().splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in (lines[0], *lines[2:])]


def _expected() -> list[list[str]]:
    columns = list_columns()
    rows = [
        [feature.title, *(feature.cell(release) for release in columns.values()), describe_runs(feature.tests)]
        for feature in FEATURES
    ]
    return [["feature", *columns, "run on a platform with"], *rows]


def test_the_table_is_what_the_releases_have() -> None:
    expected = _expected()
    lines = "\n".join(f"| {' | '.join(row)} |" for row in (expected[0], ["---"] * len(expected[0]), *expected[1:]))
    assert _rows() == expected, f"write to {PAGE.relative_to(ROOT)}:\n{lines}"


def test_the_table_of_patches_has_every_kind() -> None:
    text = (ROOT / "docs" / "patches.md").read_text()
    table = text.partition("## What can be patched\n\n")[2].partition("\n\n")[0].splitlines()[2:]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table]
    documented = {name: tuple(cells) for names, *cells in rows for name in re.findall(r"`(\w+)`", names)}
    kinds = [kind for release in RELEASES.values() for kind in release.kinds.values()]
    fields = {f"{kind.name}Patch": (kind.resources, kind.workload, kind.secret_store_ref) for kind in kinds}
    arguments = {name: tuple("yes" if has else "" for has in field) for name, field in fields.items()}
    places = {f"{kind.name}Patch" for release in RELEASES.values() if release.builds for kind in release.builds.kinds}
    assert documented == {name: (*field, "yes" if name in places else "") for name, field in arguments.items()}


def test_every_release_has_a_column() -> None:
    assert sorted(name for heading in list_columns() for name in heading.split(", ")) == sorted(RELEASES)


@pytest.mark.parametrize("feature", FEATURES, ids=lambda feature: feature.title)
def test_every_feature_exists_where_it_ran(feature: Feature) -> None:
    ran = {name for test in feature.tests for name in list_releases(test)}
    assert [name for name in sorted(ran) if feature.cell(RELEASES[name]) == NO] == []
