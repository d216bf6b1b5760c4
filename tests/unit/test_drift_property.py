"""Comparison and repair of any manifest, with an API server that adds any defaults."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from hypothesis import given, settings, strategies as st

from components.drift.differences import Path, build_removal, find_differences, is_default, remove_fields

KEYS = st.sampled_from(["a", "b/c", "d~e", "f"])
SCALARS = st.one_of(st.booleans(), st.integers(2, 9), st.text(max_size=3))
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=3)),
    max_leaves=9,
)
MANIFESTS = st.dictionaries(KEYS, VALUES, max_size=3).map(
    lambda spec: {"kind": "Any", "metadata": {"name": "x"}, "spec": {"always": 1, **spec}}
)
DEFAULT: dict[str, Any] = {"default": "value", "list": [1]}


def defaulted(value: Any) -> Any:
    """What an API server stores whose CRD has two defaults in every mapping."""
    if isinstance(value, dict):
        return {**copy.deepcopy(DEFAULT), **{key: defaulted(inner) for key, inner in value.items()}}
    return [defaulted(item) for item in value] if isinstance(value, list) else value


def stored(manifest: dict[str, Any]) -> dict[str, Any]:
    return {**manifest, "spec": defaulted(manifest["spec"])}


def applied(live: Any, configured: Any) -> Any:
    """Server-side apply by a manager that owns every configured field: lists are written as a whole."""
    if isinstance(live, dict) and isinstance(configured, dict):
        merged = {key: applied(live.get(key), inner) for key, inner in configured.items()}
        return {**live, **merged}
    return copy.deepcopy(configured)


def real(manifest: dict[str, Any], live: dict[str, Any]) -> list[Path]:
    """Paths of the differences that are no defaults."""
    differences = find_differences(manifest, live)
    again = stored(remove_fields(live, differences))
    return [item.path for item in differences if item.kind != "extra" or not is_default(item, again)]


def places(value: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    """Every mapping, list and scalar."""
    yield path, value
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in inner:
        yield from places(item, (*path, key))


@st.composite
def edits(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any]]:
    """A manifest, and the live object with one edit."""
    manifest = draw(MANIFESTS)
    live = stored(manifest)
    candidates = [(path, item) for path, item in places(manifest["spec"], ("spec",)) if path != ("spec",)]
    path, item = draw(st.sampled_from(candidates))
    place: Any = live
    for step in path[:-1]:
        place = place[step]
    how = draw(st.sampled_from(["change", "remove", "add"]))
    if how == "remove" and item not in ({}, []):
        del place[path[-1]]
    elif how == "add" and isinstance(item, dict):
        place[path[-1]]["added"] = draw(SCALARS)
    elif how == "add" and isinstance(item, list):
        place[path[-1]].append(draw(SCALARS))
    else:
        place[path[-1]] = "another value"
    return manifest, live


@given(MANIFESTS)
@settings(deadline=None)
def test_defaults_are_no_difference(manifest: dict[str, Any]) -> None:
    assert real(manifest, stored(manifest)) == []


@given(edits())
@settings(deadline=None)
def test_any_edit_is_found_and_undone(case: tuple[dict[str, Any], dict[str, Any]]) -> None:
    manifest, live = case
    assert real(manifest, live)

    repaired = stored({**live, "spec": applied(live["spec"], manifest["spec"])})
    differences = [item for item in find_differences(manifest, repaired) if item.path in real(manifest, repaired)]
    for operation in build_removal(differences):
        *parents, last = [step.replace("~1", "/").replace("~0", "~") for step in operation["path"].split("/")[1:]]
        place: Any = repaired
        for step in parents:
            place = place[int(step)] if isinstance(place, list) else place[step]
        del place[int(last) if isinstance(place, list) else last]

    assert real(manifest, stored(repaired)) == []
