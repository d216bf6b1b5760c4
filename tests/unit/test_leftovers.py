"""Patches on kinds of another release are an error in full, until the step that removes them."""

from __future__ import annotations

from typing import Final

import pytest

from components.cluster.leftovers import check_leftovers
from components.cluster.obstacles import PreflightError
from components.manifests import Manifest
from components.openchoreo import V0_9, V1, Release, find_release
from components.patches.model import Patch
from components.patches.patch import apply_patch
from components.patches.record import Identity
from tests.unit.api import Api, Object
from tests.unit.preflight_samples import STACK, unwrap

API: Final = "/apis/openchoreo.dev/v1alpha1"
BOTH: Final = find_release(["v0.9", "v1"])
OLDER: Final = f"{API}/buildplanes"


def _patched(name: str, stack: str = STACK, *, uid: str = "5f1c") -> Manifest:
    """A BuildPlane with the store of an organization."""
    metadata = {"name": "default", "namespace": name, "uid": "5f1c"}
    live = {"apiVersion": V0_9.api, "kind": "BuildPlane", "metadata": metadata, "spec": {}}
    patched = apply_patch(live, Patch(secret_store_ref="org"), identity=Identity(stack, name)).object
    patched["metadata"]["uid"] = uid
    return patched


def _serve(*live: Object, served: Release = BOTH) -> Api:
    kinds = [{"name": kind.plural} for part in served.parts for kind in part.kinds.values()]
    return Api({API: {"resources": kinds}}, "control plane", **{OLDER: list(live)})


def _check(*live: Object, release: Release = V1, served: Release = BOTH) -> Api:
    api, warnings = _serve(*live, served=served), list[str]()
    check_leftovers(api.cluster, release, STACK, warnings.append)
    assert warnings == []
    return api


def test_each_patch_is_an_error_with_the_way_out() -> None:
    with pytest.raises(PreflightError) as caught:
        _check(_patched("acme"), _patched("globex"))
    advice = (
        "of this stack, which the stack would remove after it narrows the stores; set release: [v0.9, v1], "
        "remove the setting of the BuildPlane, and update first (docs/upgrade-openchoreo.md)"
    )
    assert unwrap(caught.value) == (
        'control plane (context "dev"): nothing was changed\n'
        f'  - BuildPlane acme/default has the patch "acme" {advice}\n'
        f'  - BuildPlane globex/default has the patch "globex" {advice}'
    )
    assert {obstacle.organization for obstacle in caught.value.obstacles} == {None}


@pytest.mark.parametrize(
    "live",
    [
        pytest.param({"metadata": {"name": "default", "namespace": "acme", "uid": "5f1c"}}, id="without-a-patch"),
        pytest.param(_patched("acme", f"{STACK}-2"), id="of-another-stack"),
        pytest.param(_patched("acme", uid="7a2b"), id="copied-from-another-object"),
        pytest.param(
            {
                "metadata": {
                    "name": "default",
                    "namespace": "acme",
                    "annotations": {"openchoreo-secrets/added.1": "edited", "other": "text"},
                }
            },
            id="edited",
        ),
    ],
)
def test_objects_of_others_are_none(live: Object) -> None:
    assert _check(live).queries == [
        (f"{API}/componentworkflows", {"metadata_only": "true"}),
        (OLDER, {"metadata_only": "true"}),
    ]


def test_a_kind_that_is_not_served_is_not_read() -> None:
    assert _check(_patched("acme"), served=V1).queries == []


def test_both_releases_have_every_kind() -> None:
    assert _check(_patched("acme"), release=BOTH).queries == []


def test_the_way_back_is_checked_too() -> None:
    planes = [f"{API}/workflowplanes", f"{API}/clusterworkflowplanes", f"{API}/clusterdataplanes"]
    projects = [f"{API}/projecttypes", f"{API}/clusterprojecttypes"]
    assert sorted(path for path, _ in _check(release=V0_9).queries) == sorted((*planes, *projects))


def test_kinds_that_the_user_may_not_list_are_named_and_the_others_are_checked() -> None:
    api, warnings = _serve(_patched("acme")), list[str]()
    api.forbidden = {f"{API}/componentworkflows"}
    with pytest.raises(PreflightError, match="BuildPlane acme/default has the patch"):
        check_leftovers(api.cluster, V1, STACK, warnings.append)
    api.forbidden.add(OLDER)
    check_leftovers(api.cluster, V1, STACK, warnings.append)
    advice = (
        f"which OpenChoreo {V1.name} does not have, so patches of this stack on them would not be noticed; if the "
        "stack had another release before, grant list on them (docs/permissions.md)"
    )
    assert warnings == [
        f'control plane (context "dev"): the user of this context may not list {kinds}, {advice}'
        for kinds in ("componentworkflows", "componentworkflows, buildplanes")
    ]
