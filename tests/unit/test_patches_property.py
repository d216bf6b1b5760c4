"""Whatever the ComponentType: nothing is lost or duplicated, and reverting is exact."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import HealthCheck, given, settings as hypothesis_settings, strategies as st

from components.manifests import Manifest
from components.patches.model import Change
from components.patches.patch import apply_patch, remove_patch
from tests.unit.objects import ID, NAME, STACK, component_type, pulling

FAST = hypothesis_settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
PATHS = {
    "deployment": ("spec", "template", "spec"),
    "statefulset": ("spec", "template", "spec"),
    "job": ("spec", "template", "spec"),
    "cronjob": ("spec", "jobTemplate", "spec", "template", "spec"),
}
OURS, OTHER = pulling(stack=STACK), pulling("other", "other-pull-secret")

TEXT = st.text(max_size=5) | st.sampled_from(["${metadata.name}", "ünï", "\x00"])
SCALARS = TEXT | st.integers() | st.booleans() | st.none()
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXT, inner, max_size=2), max_leaves=5
)
FIELDS = st.dictionaries(st.sampled_from(["replicas", "selector", "содержимое", "🔑"]), JSON, max_size=2)
REFERENCES = st.lists(st.sampled_from(["a", "b", NAME]), max_size=3, unique=True).map(
    lambda names: [{"name": name} for name in names]
)
OTHERS = st.lists(
    st.fixed_dictionaries(
        {
            "id": st.sampled_from(["service", "config", "名前", "x"]),
            "template": st.fixed_dictionaries({"kind": st.sampled_from(["Service", "ConfigMap"]), "data": JSON}),
        },
        optional={"includeWhen": st.just("${parameters.x}"), "forEach": TEXT, "later": JSON},
    ),
    max_size=3,
    unique_by=lambda each: str(each["id"]),
)


@st.composite
def component_types(draw: st.DrawFn) -> Manifest:
    kind = draw(st.sampled_from(sorted(PATHS)))
    inner: Manifest = draw(FIELDS)
    if draw(st.booleans()):
        inner["imagePullSecrets"] = draw(REFERENCES)
    for step in reversed(PATHS[kind]):
        inner = {**draw(FIELDS), step: inner} if draw(st.integers(0, 3)) else draw(FIELDS)
    original = component_type(kind, {"kind": kind.capitalize(), **inner}, *draw(OTHERS))
    resources = original["spec"]["resources"]
    resources.insert(draw(st.integers(0, len(resources) - 1)), resources.pop(0))
    original["spec"] |= draw(FIELDS)
    return original


def _primary(target: Manifest) -> Manifest:
    kind = target["spec"]["workloadType"]
    found: Manifest = next(each for each in target["spec"]["resources"] if each["id"] == kind)
    return found


def _references(target: Manifest) -> list[Manifest]:
    here: Any = _primary(target)["template"]
    for step in (*PATHS[target["spec"]["workloadType"]], "imagePullSecrets"):
        here = here.get(step, {})
    return here or []


def _none_empty(target: Manifest) -> bool:
    """No container on the path of imagePullSecrets is empty, so all of them have other content."""
    here: Any = _primary(target)["template"]
    for step in (*PATHS[target["spec"]["workloadType"]], "imagePullSecrets"):
        here = here.get(step, True) if isinstance(here, dict) else True
        if not here:
            return False
    return True


def _edits(changes: tuple[Change, ...]) -> list[Change]:
    return [change for change in changes if change.kind != "keep"]


@given(component_types())
@FAST
def test_twice_is_once_and_the_way_back_is_exact(original: Manifest) -> None:
    untouched = copy.deepcopy(original)
    done = apply_patch(original, OURS)
    once = copy.deepcopy(done)

    again = apply_patch(done.object, OURS, done.added)
    assert (again.object, again.added, _edits(again.changes)) == (done.object, done.added, [])
    assert remove_patch(done.object, done.added) == original
    assert (original, done) == (untouched, once), "inputs are never changed"


@given(component_types())
@FAST
def test_entries_of_others_are_untouched(original: Manifest) -> None:
    done = apply_patch(original, OURS)
    kind, resources = original["spec"]["workloadType"], done.object["spec"]["resources"]
    others = [each for each in original["spec"]["resources"] if each["id"] != kind]
    assert [each for each in resources if each["id"] not in {kind, ID}] == others
    assert {**done.object, "spec": {**done.object["spec"], "resources": original["spec"]["resources"]}} == original

    ids = [each["id"] for each in resources]
    assert len(ids) == len(set(ids))
    assert [each["template"]["kind"].lower() for each in resources].count(kind) == 1

    before, after = _references(original), _references(done.object)
    assert after == [*before, *([] if {"name": NAME} in before else [{"name": NAME}])]


@given(component_types().filter(_none_empty), st.booleans())
@FAST
def test_two_patches_come_out_in_either_order(original: Manifest, first: bool) -> None:
    one = apply_patch(original, OURS)
    both = apply_patch(one.object, OTHER)
    records = [one.added, both.added] if first else [both.added, one.added]
    assert remove_patch(remove_patch(both.object, records[0]), records[1]) == original


@given(component_types(), st.sampled_from(["5m0s", "1h0m0s"]), st.sampled_from([NAME, "renamed"]))
@FAST
def test_the_way_back_of_an_update_is_exact(original: Manifest, interval: str, name: str) -> None:
    one = apply_patch(original, OURS)
    done = apply_patch(one.object, pulling(name=name, stack=STACK, refreshInterval=interval), one.added)
    assert remove_patch(done.object, done.added) == original


@given(component_types(), st.sets(st.integers(0, 6)))
@FAST
def test_edits_of_others_stay(original: Manifest, chosen: set[int]) -> None:
    done = apply_patch(original, OURS)
    expected = copy.deepcopy(original)
    for target in (done.object, expected):
        for index in sorted(chosen):
            EDITS[index](target)
    assert remove_patch(done.object, done.added) == expected


def _label(target: Manifest) -> None:
    target["metadata"]["labels"] = {"team": "a"}


def _schema(target: Manifest) -> None:
    target["spec"]["schema"] = {"parameters": {}}


def _first(target: Manifest) -> None:
    target["spec"]["resources"].insert(0, {"id": "first", "template": {}})


def _last(target: Manifest) -> None:
    target["spec"]["resources"].append({"id": "last", "template": {}})


def _one_less(target: Manifest) -> None:
    keep = {target["spec"]["workloadType"], ID, "first", "last"}
    gone = [each for each in target["spec"]["resources"] if each["id"] not in keep][:1]
    target["spec"]["resources"] = [each for each in target["spec"]["resources"] if each not in gone]


def _primary_metadata(target: Manifest) -> None:
    _primary(target)["template"]["metadata"] = {"labels": "${metadata.labels}"}


def _pod_labels(target: Manifest) -> None:
    _primary(target)["template"].setdefault("spec", {}).setdefault("paused", True)


EDITS = (_label, _schema, _first, _last, _one_less, _primary_metadata, _pod_labels)
