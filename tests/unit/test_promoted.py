"""What an update takes away from environments that are deployed with an older component type."""

from __future__ import annotations

from typing import Any, Final

import pytest

from components.cluster.obstacles import PreflightError
from components.cluster.promoted import check_promoted
from components.openchoreo import V0_9, find_release
from components.patches.patch import apply_patch
from components.plan.stack import Plan, plan_stack
from tests.unit.api import Api, Object
from tests.unit.objects import component_type, pods
from tests.unit.preflight_samples import STACK, unwrap
from tests.unit.samples import GIT, KUBERNETES, Raw, settings

TYPES: Final = f"/apis/{V0_9.api}/componenttypes"
NAMESPACE: Final = f"/apis/{V0_9.api}/namespaces/acme"
PULL: Final[Raw] = {"componentTypes": ["service"], "secretStore": "org"}
ACME: Final[Raw] = {"name": "acme", "secretStore": "org", "git": GIT}
VAULT: Final[Raw] = {
    "vault": {
        "server": "https://vault.example",
        "path": "secret",
        "auth": {"kubernetes": {"role": "eso-{organization}", "serviceAccount": {"identityNamespace": "eso"}}},
    }
}
PLANES: Final[Raw] = {plane: {"context": "dev"} for plane in ("buildPlane", "controlPlane", "dataPlane")}
RENDERS: Final = (
    'organization "acme": the environment production of the component shop/api still renders registry-pull-secret '
    "(ComponentRelease api-1), and this update takes away"
)
ADVICE: Final = (
    "to go on, set releasePromoted: ignore, update, and deploy the component there again: until then its Secret is not "
    "refreshed"
)


def _plan(key: str | None = "pull", *, store: Raw = KUBERNETES, **keys: Any) -> Plan:
    """A stack with a pull secret that reads a key. None: without a pull secret."""
    pull = {} if key is None else {"pullSecret": {**PULL, **keys.pop("pull", {}), "dockerConfig": {"remoteKey": key}}}
    edits = {
        "clusters": PLANES,
        "secretStores": {"org": store, "other": store},
        "organizations": [{**ACME, **pull}],
        **keys,
    }
    found = settings(edits)
    return plan_stack(found, find_release(found.release), stack=STACK)


def _platform(before: Plan, name: str = "acme") -> Api:
    """A control plane with the component type that a plan has patched, and production deployed with it."""
    (patch,) = (patch for organization in before.organizations for patch in organization.patches)
    live = component_type("deployment", {"kind": "Deployment", "spec": {"template": pods({})}})
    live["metadata"] = {"name": "service", "namespace": name, "uid": "5f1c"}
    patched = apply_patch(live, patch.patch, identity=patch.identity).object
    owner = {"projectName": "shop", "componentName": "api"}
    binding = {"spec": {"environment": "production", "owner": owner, "releaseName": "api-1"}}
    resources = patched["spec"]["resources"]
    snapshot = {"metadata": {"name": "api-1"}, "spec": {"componentType": {"resources": resources}}}
    lists: dict[str, list[Object]] = {
        TYPES: [patched],
        f"{NAMESPACE}/releasebindings": [binding],
        f"{NAMESPACE}/componentreleases": [snapshot],
    }
    return Api({f"{NAMESPACE}/componenttypes/service": patched}, "control plane", **lists)


def _refuse(api: Api, plan: Plan) -> PreflightError:
    with pytest.raises(PreflightError) as caught:
        check_promoted(api.cluster, plan, STACK, pytest.fail)
    return caught.value


def _accept(api: Api, plan: Plan) -> list[str]:
    """The warnings."""
    warnings: list[str] = []
    check_promoted(api.cluster, plan, STACK, warnings.append)
    return warnings


@pytest.mark.parametrize(
    ("after", "what"),
    [
        pytest.param(_plan("pull-2"), "the right of the store org-pull-acme to read pull", id="key"),
        pytest.param(_plan(None), "its entry in ComponentType acme/service", id="pull-secret"),
        pytest.param(_plan(pull={"secretStore": "other"}), "the store org-pull-acme for workloads", id="store"),
        pytest.param(
            _plan(pull={"secretStore": "other"}, clusters={**PLANES, "dataPlane": {"context": "data"}}),
            "the store org-pull-acme for workloads",
            id="store-on-another-cluster",
        ),
        pytest.param(
            _plan(pull={"resourceId": "pull"}), "its entry in ComponentType acme/service", id="entry-of-another-name"
        ),
    ],
)
def test_what_is_taken_away_is_refused(after: Plan, what: str) -> None:
    error = _refuse(_platform(_plan()), after)
    assert unwrap(error) == f'control plane (context "dev"): nothing was changed\n  - {RENDERS} {what}; {ADVICE}'
    assert [obstacle.organization for obstacle in error.obstacles] == ["acme"]


def test_environments_that_read_through_the_store_of_builds_are_named() -> None:
    """Until workloads had a store of their own on one cluster, they used that of the builds."""
    merged = _plan(clusters={**PLANES, "dataPlane": {"context": "data"}})
    what = "the store org-acme for workloads"
    error = _refuse(_platform(merged), _plan())
    assert unwrap(error) == f'control plane (context "dev"): nothing was changed\n  - {RENDERS} {what}; {ADVICE}'


def test_the_word_makes_it_a_warning() -> None:
    after = _plan(None, releasePromoted="ignore")
    advice = "deploy the component there again after the update: until then its Secret is not refreshed"
    assert _accept(_platform(_plan()), after) == [f"{RENDERS} its entry in ComponentType acme/service; {advice}"]


def test_an_organization_that_goes_has_no_plan() -> None:
    globex = _plan(organizations=[{"name": "globex", "secretStore": "org", "git": GIT}])
    error = _refuse(_platform(_plan()), globex)
    assert [obstacle.organization for obstacle in error.obstacles] == [None]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(_plan(), _plan(), id="nothing-changes"),
        pytest.param(_plan(), _plan(refreshInterval="5m"), id="everything-can-still-be-read"),
        pytest.param(_plan(store=VAULT), _plan("pull-2", store=VAULT), id="a-store-that-reads-any-key"),
        pytest.param(
            _plan(pull={"secretStore": None}), _plan("pull-2", pull={"secretStore": None}), id="the-store-of-the-plane"
        ),
        pytest.param(_plan(), _plan("pull", release=["v0.9", "v1"]), id="another-release-is-added"),
    ],
)
def test_what_stays_is_accepted(before: Plan, after: Plan) -> None:
    assert _accept(_platform(before), after) == []


def test_without_changes_no_environment_is_read() -> None:
    api = _platform(_plan())
    assert _accept(api, _plan()) == []
    assert api.queries == [(TYPES, {"metadata_only": "true"})]


def test_without_the_right_to_list_types_the_patched_ones_are_read() -> None:
    api = _platform(_plan())
    api.forbidden.add(TYPES)
    assert str(_refuse(api, _plan("pull-2"))).count("the environment production") == 1
    api.objects.clear()
    assert _accept(api, _plan("pull-2")) == []


def test_without_the_right_to_list_environments_nothing_is_refused() -> None:
    api = _platform(_plan())
    api.forbidden.add(f"{NAMESPACE}/componentreleases")
    assert _accept(api, _plan(None)) == []
