"""The picture: valid XML for every name, readable names, nothing on top of each other, for 3 and for 300."""

from __future__ import annotations

import re
from itertools import combinations, pairwise
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings, strategies as st

from components.access.lanes import PAGE
from components.access.model import Crossing, Edge, OrganizationAccess, Reacher, Report
from components.access.picture import MOST_LANES, draw_picture
from components.access.svg import cut, escape, measure, wrap
from tests.unit.access_samples import (
    SHARED,
    account,
    binding,
    deployed,
    manual,
    organization,
    plan,
    pulling,
    report,
    role,
    store,
)
from tests.unit.samples import KUBERNETES

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = "</text><script>alert('x')</script>&\"\x00\x0b\ud800\n\t]]>"


def _texts(picture: str) -> list[ET.Element]:
    return list(ET.fromstring(picture).iter(f"{SVG}text"))  # noqa: S314 -- a picture of this package


def _words(picture: str) -> str:
    return "".join(text.text or "" for text in _texts(picture))


def _sizes(picture: str) -> list[tuple[float, float, float, float]]:
    """Left, upper, right and lower edge of every text that is not a number in a circle."""
    sizes = {"strong": 13, "muted": 10, "title": 20, "number": 22, "head": 13}
    boxes = []
    for text in _texts(picture):
        kind = text.attrib["class"].split()[0]
        if kind != "on-bad":
            size = sizes.get(kind, 12)
            x, y = float(text.attrib["x"]), float(text.attrib["y"])
            boxes.append((x, y - size * 0.75, x + measure(text.text or "", size), y + size * 0.2))
    return boxes


def _assert_readable(picture: str) -> None:
    """No text leaves the page or covers another one."""
    boxes = sorted(_sizes(picture), key=lambda box: box[1])
    for left, upper, right, lower in boxes:
        assert left >= 0
        assert right <= PAGE
        near = [box for box in boxes if box[1] < lower and box[3] > upper and box != (left, upper, right, lower)]
        assert not [box for box in near if box[0] < right and box[2] > left]


def _three() -> Report:
    return report(plan(pulling("acme"), pulling("globex"), manual("initech", "one", "dp-initech-1")))


def test_three_organizations() -> None:
    picture = draw_picture(_three())
    _assert_readable(picture)
    words = _words(picture)
    for organization_access in _three().organizations:
        assert organization_access.name in words
        for key in organization_access.keys:
            assert key.rpartition(": ")[2] in words
    assert "@media (prefers-color-scheme: dark)" in picture
    assert picture.count('class="lane"') == 3
    assert 'class="cross"' not in picture


def test_long_names_are_whole() -> None:
    name = "a" * 60
    picture = draw_picture(report(plan(organization(name, git={"remoteKey": "k" * 250}))))
    _assert_readable(picture)
    assert name in _words(picture)
    assert "k" * 250 in _words(picture)


def test_edges_between_organizations_are_red_and_on_top() -> None:
    stores = {"org": KUBERNETES, "shared": SHARED}
    planned = plan(
        organization("acme"),
        organization("acme2", secretStore="shared"),
        organization("globex", secretStore="shared", git={"remoteKey": "acme-git"}),
        stores=stores,
    )
    picture = draw_picture(report(planned))
    _assert_readable(picture)
    assert picture.count('class="cross"') == 2
    assert picture.rindex('class="lane"') < picture.index('class="cross"') if 'class="lane"' in picture else True
    assert picture.index('class="flow"') < picture.index('class="cross"')
    assert "acme2, globex reach acme, acme2, globex" in _words(picture)


def test_what_is_not_in_the_plan_has_a_lane() -> None:
    planned = plan(organization("acme"), organization("acme2"))
    objects = [
        store("foreign"),
        role("Role", "r", "secret-manager", ("", "serviceaccounts/token", "create", ("eso-org-acme2",))),
        binding("RoleBinding", "b", "secret-manager", ("Role", "r"), account("openchoreo-ci-acme", "default")),
    ]
    picture = draw_picture(report(planned, deployed(planned, *objects)))
    _assert_readable(picture)
    words = _words(picture)
    assert "not in the plan" in words
    assert "openchoreo-ci-acme/default" in words
    assert picture.count('class="cross"') == 2


@pytest.mark.parametrize("offending", [False, True])
def test_three_hundred_organizations(offending: bool) -> None:
    stores = {"org": KUBERNETES, "shared": SHARED}
    names = [f"tenant-{index:03}" for index in range(300)]
    planned = plan(
        *(
            organization(name, secretStore="shared" if offending and index % 30 == 0 else "org")
            for index, name in enumerate(names)
        ),
        stores=stores,
    )
    picture = draw_picture(report(planned))
    _assert_readable(picture)
    words = {text.text for text in _texts(picture)}
    assert words >= set(names)
    assert ("6 of 10 organizations with edges between them; all are in the grid below" in words) is offending
    assert picture.count('class="bad-lane"') == (7 if offending else 0)
    assert len(picture) < 200_000


def test_many_causes_and_many_platform_subjects_are_counted() -> None:
    names = [OrganizationAccess(name, ("builds in b",)) for name in ("a", "b")]
    crossings = tuple(
        Crossing("namespace", "live", ("a",), ("b",), subject=f"namespace {index}", why="w", remedy="r")
        for index in range(15)
    )
    reachers = tuple(Reacher("dev", f"User {index}", "may", "here", "b", 2) for index in range(20))
    picture = draw_picture(Report("dev", tuple(names), (), crossings, reachers, clusters=("dev",)))
    _assert_readable(picture)
    words = _words(picture)
    assert "and 3 causes more; run the command with --json" in words
    assert "and 8 more" in words
    assert "planned and missing: 0 | live and not planned: 0" in words


def test_a_few_platform_subjects() -> None:
    picture = draw_picture(Report("dev", (), (), (), (Reacher("dev", "User x", "may read", "here", "b", 2),)))
    _assert_readable(picture)
    assert "User x may read in here (2 organizations)" in _words(picture)


def test_keys_that_nothing_planned_reads_are_dashed() -> None:
    edge = Edge("acme", "build", "builds in b", "", "ClusterSecretStore s", "", "m: k")
    picture = draw_picture(Report("dev", (OrganizationAccess("acme"),), (edge,), ()))
    assert picture.count('class="flow maybe"') == 1
    assert "nothing planned reads it, but any ExternalSecret there could" in picture


def test_a_crossing_of_organizations_without_a_lane_is_in_the_list_only() -> None:
    organizations = tuple(OrganizationAccess(f"o{index:02}") for index in range(MOST_LANES + 1))
    crossings = tuple(Crossing("shared-key", "live", (f"o{index:02}",), ("o12",)) for index in range(8))
    picture = draw_picture(Report("dev", organizations, (), crossings))
    _assert_readable(picture)
    assert picture.count("reaches o12") >= 8


@settings(max_examples=80, deadline=None)
@given(st.text(max_size=80), st.text(max_size=300), st.sampled_from(["", "ClusterSecretStore x"]))
def test_every_name_is_valid_xml(name: str, key: str, used: str) -> None:
    edge = Edge(name, "build", f"builds in {name}", key, used, key, key)
    crossing = Crossing("shared-store", "live", (name,), ("o",), store=key, identity=name, why=key, remedy=key)
    organizations = (OrganizationAccess(name, (name,)), OrganizationAccess("o"))
    picture = draw_picture(Report(name, organizations, (edge,), (crossing,), clusters=(key,)))
    assert _texts(picture)


def test_hostile_names_are_text() -> None:
    picture = draw_picture(Report(HOSTILE, (OrganizationAccess(HOSTILE),), (), ()))
    root = ET.fromstring(picture)  # noqa: S314 -- a picture of this package
    assert not list(root.iter(f"{SVG}script"))
    assert escape(HOSTILE) == (
        "&lt;/text&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;&quot;\ufffd\ufffd\ufffd  ]]&gt;"
    )


@pytest.mark.parametrize(
    ("text", "columns", "lines"),
    [
        pytest.param("", 5, [""], id="empty"),
        pytest.param("abc", 5, ["abc"], id="short"),
        pytest.param("abc-defg", 5, ["abc-", "defg"], id="at-a-separator"),
        pytest.param("abcdefgh", 5, ["abcde", "fgh"], id="inside-a-word"),
        pytest.param("ab/c-d", 5, ["ab/", "c-d"], id="after-a-name-before-inside-one"),
        pytest.param("a/b-cdefg", 5, ["a/b-", "cdefg"], id="inside-a-long-name"),
        pytest.param("ab cd ef", 5, ["ab", "cd ef"], id="at-a-space"),
        pytest.param("\u4e2d\u4e2d\u4e2d", 5, ["\u4e2d\u4e2d", "\u4e2d"], id="wide-letters"),
        pytest.param("\u4e2d\u4e2d", 1, ["\u4e2d", "\u4e2d"], id="wider-than-the-line"),
        pytest.param("   ", 5, [""], id="spaces"),
    ],
)
def test_lines(text: str, columns: int, lines: list[str]) -> None:
    assert wrap(text, measure("a" * columns) + 0.01) == lines


def test_an_ellipsis_marks_what_is_missing() -> None:
    assert cut("abcdef", measure("abcdef")) == "abcdef"
    assert cut("abcdef", measure("abcd") + 0.01) == "abc\u2026"
    assert all(len(first) <= len(second) for first, second in pairwise([cut("abcdef", width) for width in range(60)]))


def test_a_line_through_a_store_that_is_not_planned_begins_and_ends_there() -> None:
    """Not at a planned store: from the reader to the live store, and from there to the identity of the owner."""
    planned = plan(organization("acme"), organization("acme2"))
    thief = store("thief", account="eso-org-acme2", conditions=[{"namespaces": ["openchoreo-ci-acme"]}])
    found = report(planned, deployed(planned, thief))
    picture = draw_picture(found)
    assert picture.count('class="cross"') == 2
    lanes = [item for item in _texts(picture) if item.text in {"thief", "org-acme", "openchoreo-ci-acme", "1"}]
    heights = {str(item.text): float(item.attrib["y"]) for item in lanes}
    lines = re.findall(r'<path class="cross" d="M([\d.]+) ([\d.]+)H', picture)
    starts = [float(y) for _, y in lines]
    assert abs(starts[0] - heights["openchoreo-ci-acme"]) < abs(starts[0] - heights["thief"])
    assert abs(starts[1] - heights["thief"]) < abs(starts[1] - heights["org-acme"])


def test_numbers_do_not_cover_each_other() -> None:
    planned = plan(*(organization(f"o{index}") for index in range(2)))
    thieves = [
        store(f"thief{index}", account="eso-org-o1", conditions=[{"namespaces": ["openchoreo-ci-o0"]}])
        for index in range(9)
    ]
    picture = draw_picture(report(planned, deployed(planned, *thieves)))
    dots = [(float(x), float(y)) for x, y in re.findall(r'class="dot" cx="([\d.]+)" cy="([\d.]+)" r="9"', picture)]
    assert len(dots) == 27
    near = [(a, b) for a, b in combinations(dots, 2) if abs(a[0] - b[0]) < 18 and abs(a[1] - b[1]) < 18]
    assert near == []


def test_the_number_of_namespaces_is_that_of_the_boxes() -> None:
    picture = draw_picture(_three())
    drawn = sum(
        text in {"builds in", "workloads with", "workloads in"} for text in (item.text for item in _texts(picture))
    )
    texts = [item.text for item in _texts(picture)]
    assert texts[texts.index("namespaces") - 1] == str(drawn)
