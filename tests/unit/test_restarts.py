"""Which pods a change of a component type restarts."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

import pytest

from components.manifests import Manifest
from components.openchoreo import V0_9, V1
from components.patches.model import Patch
from components.patches.patch import apply_patch
from components.patches.restarts import describe_restart
from components.patches.shared_entries import share_entries
from tests.unit.objects import component_type, entry, pods

SHARED = V1.kinds["ClusterComponentType"]
BECAUSE = " when OpenChoreo renders them again, because these resources change: "
ALL = f"restarts every pod of its components{BECAUSE}"


def _type(*entries: Manifest, kind: str = "deployment") -> Manifest:
    return component_type(kind, pods({"containers": [{"name": "main"}]}), *entries)


def _restart(before: Manifest, after: Manifest) -> str | None:
    return describe_restart(V1.component_type, before, after)


def test_the_interval_and_a_first_entry() -> None:
    assert _restart(_type(entry()), _type(entry(refreshInterval="5m0s"))) == f"{ALL}registry-pull-secret"
    assert _restart(_type(), _type(entry())) == f"{ALL}registry-pull-secret"
    assert _restart(_type(entry()), _type()) == f"{ALL}registry-pull-secret"


def test_a_name_in_the_pods() -> None:
    live = _type()
    changed = apply_patch(live, Patch(image_pull_secrets=("pull",)), release=V1).object
    assert _restart(live, changed) == f"{ALL}{live['spec']['workloadType']}"


def test_annotations_and_what_stays() -> None:
    annotated = copy.deepcopy(entry())
    annotated["template"]["metadata"]["annotations"] = {"owner": "other"}
    assert _restart(_type(entry()), _type(annotated)) is None
    assert _restart(_type(entry()), _type({**entry(), "targetPlane": "dataplane"})) is None


def test_a_condition() -> None:
    changed = {**entry(), "includeWhen": "${parameters.private}"}
    assert _restart(_type(entry()), _type(changed)) == f"{ALL}registry-pull-secret"


def test_other_workloads_and_releases() -> None:
    job, other = _type(entry(), kind="job"), _type(entry(refreshInterval="5m0s"), kind="job")
    assert _restart(job, other) is None
    assert describe_restart(V0_9.component_type, _type(), _type(entry())) is None
    assert describe_restart(V1.build_plane, _type(), _type(entry())) is None


def _shared(keys: Mapping[str, str], **spec: Any) -> Manifest:
    """A shared type with the pull secrets of these namespaces."""
    templates = {
        namespace: entry(data=[{"key": key}, 7], store=f"org-{namespace}", **spec)["template"]
        for namespace, key in keys.items()
    }
    entries = share_entries(templates, variable="metadata.componentNamespace", identifier="pull", stack="dev")
    return _type(*(resource.entry() for resource in entries))


ONE = {"acme": "acme/pull"}
TWO = {**ONE, "globex": "shared"}


@pytest.mark.parametrize(
    ("before", "after", "names"),
    [
        pytest.param(ONE, TWO, "globex", id="added"),
        pytest.param(TWO, ONE, "globex", id="removed"),
        pytest.param(TWO, {**TWO, "acme": "new"}, "acme", id="another-key"),
        pytest.param({}, TWO, "acme, globex", id="the-first-ones"),
        pytest.param(TWO, {}, "acme, globex", id="none-any-more"),
    ],
)
def test_namespaces_of_a_shared_type(before: Mapping[str, str], after: Mapping[str, str], names: str) -> None:
    said = str(describe_restart(SHARED, _shared(before), _shared(after)))
    assert said.startswith(f"restarts every pod of its components of {names}{BECAUSE}pull-")


def test_the_same_objects_for_everyone() -> None:
    before, after = _shared({"acme": "x"}), _shared({"acme": "x"})
    assert describe_restart(SHARED, before, after) is None
    condition = after["spec"]["resources"][-1]["includeWhen"]
    after["spec"]["resources"][-1]["includeWhen"] = condition.removesuffix("}") + " && true}"
    said = describe_restart(SHARED, before, after)
    assert said is not None
    assert "components of acme when" in said


def test_another_form_of_the_same_texts() -> None:
    before, after = _shared(TWO), _shared(TWO)
    store = '${{"acme": "org-acme", "globex": "org-globex"}[metadata.componentNamespace]}'
    after["spec"]["resources"][-1]["template"]["spec"]["store"] = store
    assert describe_restart(SHARED, before, after) is None


@pytest.mark.parametrize(
    "text", ["${{not json}[metadata.componentNamespace]}", '${{"b": "c"}[metadata.componentNamespace]}']
)
def test_texts_in_another_form_are_compared_as_they_are(text: str) -> None:
    before, after = _shared(TWO), _shared(TWO)
    after["spec"]["resources"][-1]["template"]["spec"]["store"] = text
    said = describe_restart(SHARED, before, after)
    assert said is not None
    assert "components of acme, globex when" in said


def test_it_is_in_both() -> None:
    """Pods of all restart if a name is added to them; the entry alone would restart some."""
    live = _type()
    after = apply_patch(_shared(ONE), Patch(image_pull_secrets=("pull",)), release=V1).object
    said = _restart(live, after)
    assert said is not None
    assert said.startswith(f"{ALL}{live['spec']['workloadType']}, pull-")
