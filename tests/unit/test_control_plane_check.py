"""Errors of an unfit control plane, in full."""

from __future__ import annotations

from typing import Any

import pytest

from components.cluster.planes import check_control_plane
from components.errors import ClusterError
from components.openchoreo import V0_9, V1, Release, find_release
from components.plan.stack import plan_stack
from components.settings.organization import Organization
from components.settings.parsing import parse
from tests.unit.api import Api, Object
from tests.unit.plans import plans
from tests.unit.preflight_samples import unwrap
from tests.unit.releases import in_words, on_each_release
from tests.unit.samples import GIT, KUBERNETES, Raw, on_every_plane, raw, settings

API = "/apis/openchoreo.dev/v1alpha1"
ACME = f"{API}/namespaces/acme"
KINDS = ["organizations", "buildplanes", "dataplanes", "componenttypes", "componentworkflows"]
SERVED: dict[str, Object] = {API: {"resources": [{"name": name} for name in [*KINDS, "traits"]]}}
CONTROL_PLANE = 'control plane (context "dev")'
CONFIG: Raw = {"remoteKey": "registry-credentials"}
PULL: Raw = {"componentTypes": ["service"], "dockerConfig": CONFIG}
BOT: Raw = {"server": "quay.io", "manual": {"username": "bot", "password": "quayPassword"}}
BY_HAND: Raw = {"componentTypes": ["service"], "delivery": "manual", "registries": [BOT], "namespaces": ["dp-a"]}
NAMESPACE: Raw = {**PULL, "delivery": "namespace"}


def _organization(**keys: Any) -> Organization:
    return settings(on_every_plane(**keys)).organizations[0]


def _control_plane(objects: dict[str, Object] | None = None, **lists: list[Object]) -> Api:
    return Api({**SERVED, **(objects or {})}, "control plane", **lists)


def _refused(api: Api, *organizations: Organization, release: Release = V0_9) -> list[str]:
    with pytest.raises(ClusterError) as caught:
        check_control_plane(api.cluster, release, plans(organizations, release))
    first, *lines = unwrap(caught.value).splitlines()
    assert first == f"{CONTROL_PLANE}: nothing was changed"
    return lines


def _plane(name: str, store: Any) -> Object:
    return {"metadata": {"name": name}, "spec": {"planeID": "x", "secretStoreRef": store}}


@on_each_release
def test_a_control_plane_of_another_release(release: Release) -> None:
    other = V1 if release is V0_9 else V0_9
    api = Api({API: {"resources": [{"name": name} for name in other.served_kinds]}}, "control plane")
    with pytest.raises(ClusterError) as caught:
        check_control_plane(api.cluster, release, ())
    missing = ", ".join(sorted(release.served_kinds - other.served_kinds))
    assert unwrap(caught.value) == (
        f"{CONTROL_PLANE}: {missing} of openchoreo.dev/v1alpha1 missing; install OpenChoreo {release.name} with the "
        "Helm chart openchoreo-control-plane"
    )


@pytest.mark.parametrize(
    ("served", "missing"),
    [
        pytest.param([], "buildplanes, componenttypes, componentworkflows, dataplanes, organizations", id="none"),
        pytest.param([kind for kind in KINDS if kind != "componentworkflows"], "componentworkflows", id="one"),
        pytest.param([*KINDS[:-1], "componentworkflows/status"], "componentworkflows", id="a-subresource-is-no-kind"),
    ],
)
def test_control_plane_lacks_kinds(served: list[str], missing: str) -> None:
    objects = {API: {"resources": [{"name": name} for name in served]}} if served else {}
    with pytest.raises(ClusterError) as caught:
        check_control_plane(Api(objects, "control plane").cluster, V0_9, ())
    assert unwrap(caught.value) == (
        f"{CONTROL_PLANE}: {missing} of openchoreo.dev/v1alpha1 missing; install OpenChoreo v0.9 with the Helm chart "
        "openchoreo-control-plane"
    )


@pytest.mark.parametrize("served", [V0_9, V1], ids=lambda release: release.name)
def test_a_platform_that_moves_has_the_kinds_of_either_release(served: Release) -> None:
    both = find_release(["v0.9", "v1"])
    api = Api({API: {"resources": [{"name": name} for name in served.served_kinds]}}, "control plane")
    check_control_plane(api.cluster, both, ())
    with pytest.raises(ClusterError, match=r"install OpenChoreo v0\.9 with the Helm chart openchoreo-control-plane"):
        check_control_plane(Api({}, "control plane").cluster, both, ())


def test_control_plane_is_fit() -> None:
    api = _control_plane()
    check_control_plane(api.cluster, V0_9, plans((_organization(git=GIT),)))
    assert (api.queries, api.patches) == ([], [])


EVERYTHING = _organization(
    git=GIT,
    pullSecret={**PULL, "componentTypes": ["service", "web"]},
    componentWorkflows={"names": ["docker"]},
    buildPlane={"secretStoreRef": "build"},
    dataPlane={"name": "edge", "secretStoreRef": "data"},
)
PATCHED = ["componenttypes/service", "componenttypes/web", "componentworkflows/docker", "buildplanes/default"]


def test_control_plane_has_everything_that_is_patched() -> None:
    objects = {f"{ACME}/{path}": Object() for path in [*PATCHED, "dataplanes/edge"]}
    api = _control_plane(objects, dataplanes=[_plane("edge", None), _plane("other", {"name": "a"})])
    check_control_plane(api.cluster, V0_9, plans((EVERYTHING,)))
    assert (api.queries, api.patches) == ([(f"{ACME}/dataplanes", {})], [])


def test_control_plane_lacks_everything_that_is_patched() -> None:
    api = _control_plane(componenttypes=[{"metadata": {"name": name}} for name in ("b", "a")])
    api.forbidden = {f"{ACME}/componentworkflows"}
    where = '  - organization "acme": there is no'
    assert _refused(api, EVERYTHING) == [
        f"{where} ComponentType service in the namespace acme; there are: a, b",
        f"{where} ComponentType web in the namespace acme; there are: a, b",
        f"{where} ComponentWorkflow docker in the namespace acme",
        f"{where} BuildPlane default in the namespace acme; there are: none",
        f"{where} DataPlane edge in the namespace acme; there are: none",
    ]


def test_all_organizations_at_once() -> None:
    acme = _organization(pullSecret=NAMESPACE)
    globex = acme.model_copy(update={"name": "globex"})
    assert _refused(_control_plane(), acme, globex) == [
        f'  - organization "{name}": there is no ComponentType service in the namespace {name}; there are: none'
        for name in ("acme", "globex")
    ]


SERVICE: dict[str, Object] = {f"{ACME}/componenttypes/service": {}}


@pytest.mark.parametrize("store", [None, {}, {"name": ""}], ids=["none", "empty", "unnamed"])
def test_a_data_plane_names_no_store(store: Any) -> None:
    api = _control_plane(SERVICE, dataplanes=[_plane("edge", store), _plane("fine", {"name": "default"})])
    said = (
        '  - organization "acme": DataPlane acme/edge has no spec.secretStoreRef, so ${dataplane.secretStore} fails in '
        "every component; set dataPlane: {name: edge, secretStoreRef: <ClusterSecretStore>}, or pullSecret.secretStore"
    )
    assert _refused(api, _organization(pullSecret=PULL)) == [said]


def test_a_data_plane_without_a_spec_names_no_store() -> None:
    (said,) = _refused(
        _control_plane(SERVICE, dataplanes=[{"metadata": {"name": "edge"}}]), _organization(pullSecret=PULL)
    )
    assert "DataPlane acme/edge has no spec.secretStoreRef" in said


@pytest.mark.parametrize(
    "keys",
    [
        pytest.param({"pullSecret": PULL, "dataPlane": {"name": "edge", "secretStoreRef": "a"}}, id="it-is-set-here"),
        pytest.param({"pullSecret": {**PULL, "secretStore": "default"}}, id="the-store-is-named"),
        pytest.param({"pullSecret": NAMESPACE}, id="namespace"),
        pytest.param({"pullSecret": BY_HAND}, id="manual"),
    ],
)
def test_a_data_plane_need_not_name_a_store(keys: Raw) -> None:
    api = _control_plane({**SERVICE, f"{ACME}/dataplanes/edge": {}}, dataplanes=[_plane("edge", None)])
    check_control_plane(api.cluster, V0_9, plans((_organization(**keys),)))


V1_SERVED: dict[str, Object] = {API: {"resources": [{"name": name} for name in V1.served_kinds]}}


def _environment(kind: str | None, name: str) -> Object:
    reference = {} if kind is None else {"dataPlaneRef": {"kind": kind, "name": name}}
    return {"metadata": {"name": "development"}, "spec": reference}


def _v1_control_plane(planes: dict[str, Object], environments: list[Object]) -> Api:
    objects = {f"{API}/{path}": plane for path, plane in planes.items()}
    return Api({**V1_SERVED, **SERVICE, **objects}, "control plane", environments=environments)


SHARED: Object = {"metadata": {"name": "default"}, "spec": {}}


def test_data_planes_that_environments_name_without_a_store() -> None:
    planes = {
        "clusterdataplanes/default": SHARED,
        "clusterdataplanes/unused": SHARED,
        "clusterdataplanes/fine": _plane("fine", {"name": "org"}),
        "namespaces/acme/dataplanes/default": SHARED,
        "namespaces/acme/dataplanes/edge": _plane("edge", None),
    }
    references = [("ClusterDataPlane", "default"), ("ClusterDataPlane", "fine"), ("DataPlane", "edge")]
    references += [("ClusterDataPlane", "default"), ("ClusterDataPlane", "gone"), ("ObservabilityPlane", "x")]
    environments = [_environment(None, ""), *(_environment(kind, name) for kind, name in references)]
    said = "has no spec.secretStoreRef, so ${dataplane.secretStore} fails in every component; set dataPlane:"
    use = "secretStoreRef: <ClusterSecretStore>}, or pullSecret.secretStore"
    api = _v1_control_plane(planes, environments)
    assert _refused(api, _organization(pullSecret=PULL), release=V1) == [
        f'  - organization "acme": ClusterDataPlane default {said} {{kind: ClusterDataPlane, name: default, {use}',
        f'  - organization "acme": DataPlane acme/default {said} {{name: default, {use}',
        f'  - organization "acme": DataPlane acme/edge {said} {{name: edge, {use}',
    ]


@pytest.mark.parametrize(
    "keys",
    [
        pytest.param({"dataPlane": {"kind": "ClusterDataPlane", "secretStoreRef": "a"}}, id="it-is-set-here"),
        pytest.param({"pullSecret": {**PULL, "secretStore": "default"}}, id="the-store-is-named"),
    ],
)
def test_a_shared_data_plane_need_not_name_a_store(keys: Raw) -> None:
    api = _v1_control_plane({"clusterdataplanes/default": SHARED}, [_environment("ClusterDataPlane", "default")])
    config = in_words(raw(on_every_plane(**{"pullSecret": PULL, **keys})), V1)
    organization = parse(config, source="test").organizations[0]
    check_control_plane(api.cluster, V1, plans([organization], V1))


GLOBEX = f"{API}/namespaces/globex"
STORES: Raw = {"default": KUBERNETES, "common": {**KUBERNETES, "scope": "shared"}}


@pytest.mark.parametrize(
    ("own", "entry", "store", "serves"),
    [
        pytest.param({}, "default", "default-acme", "acme", id="store-of-another-organization"),
        pytest.param({}, "common", "common", "acme", id="shared-store-that-serves-others"),
        pytest.param({}, "default", "platform", None, id="store-of-the-platform"),
        pytest.param({"secretStore": "default"}, "default", "default-acme", None, id="store-of-its-own"),
        pytest.param({"delivery": "namespace"}, "default", "default-acme", None, id="namespace"),
    ],
)
def test_a_shared_data_plane_that_names_a_store_of_others(own: Raw, entry: str, store: str, serves: str | None) -> None:
    """The organization does not name the plane; its live environment does."""
    config = in_words(raw({**on_every_plane(pullSecret={**PULL, "secretStore": entry}), "secretStores": STORES}), V1)
    config["namespaces"].append({"name": "globex", "pullSecret": {**PULL, "dockerConfig": {"remoteKey": "b"}, **own}})
    plan = plan_stack(parse(config, source="test"), V1)
    served = {**V1_SERVED, **SERVICE, f"{GLOBEX}/componenttypes/service": {}}
    plane = {f"{API}/clusterdataplanes/default": _plane("default", {"name": store})}
    environments = [_environment("ClusterDataPlane", "default")]
    api = Api({**served, **plane}, "control plane", environments=environments)
    if serves is None:
        check_control_plane(api.cluster, V1, plan.organizations)
        return
    with pytest.raises(ClusterError) as caught:
        check_control_plane(api.cluster, V1, plan.organizations)
    (line,) = unwrap(caught.value).splitlines()[1:]
    assert line == (
        f'  - organization "globex": ClusterDataPlane default names the ClusterSecretStore {store}, which serves '
        f"{serves} only, so it refuses every component; set pullSecret.secretStore"
    )


def test_a_shared_plane_that_is_missing() -> None:
    config = in_words(raw(on_every_plane(git=GIT)), V1)
    config["namespaces"][0]["workflowPlane"] = {"kind": "ClusterWorkflowPlane", "secretStoreRef": "org"}
    organization = parse(config, source="test").organizations[0]
    assert _refused(_v1_control_plane({}, []), organization, release=V1) == [
        '  - organization "acme": there is no ClusterWorkflowPlane default; there are: none'
    ]


def test_a_setting_for_a_kind_that_an_upgrade_has_removed() -> None:
    """Both releases are configured, and the platform has only the kinds of the newer one."""
    release = find_release(["v0.9", "v1"])
    served = {API: {"resources": [{"name": name} for name in sorted(V1.served_kinds)]}}
    config = raw(
        {
            **on_every_plane(git=GIT, buildPlane={"secretStoreRef": "org"}),
            "release": ["v0.9", "v1"],
        }
    )
    plan = plan_stack(parse(config, source="test"), release)
    with pytest.raises(ClusterError) as caught:
        check_control_plane(Api(served, "control plane").cluster, release, plan.organizations)
    (line,) = unwrap(caught.value).splitlines()[1:]
    assert line == (
        f'  - organization "acme": buildPlane is for BuildPlane acme/default, and {CONTROL_PLANE} does not have the '
        "kind BuildPlane of OpenChoreo v0.9; remove buildPlane"
    )
