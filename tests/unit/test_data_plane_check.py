"""Errors of an unfit data plane, in full."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from components.cluster.planes import check_data_plane
from components.errors import ClusterError
from components.plan.stack import Plan
from components.settings.clusters import ClusterSettings
from components.settings.organization import Organization
from tests.unit.api import Api, Object
from tests.unit.plans import stack_plan
from tests.unit.preflight_samples import STACK, unwrap
from tests.unit.samples import GIT, Raw, on_every_plane, settings

DATA_PLANE = 'data plane (context "data")'
PULL: Raw = {"componentTypes": ["service"], "dockerConfig": {"remoteKey": "registry-credentials"}}
BOT: Raw = {"server": "quay.io", "manual": {"username": "bot", "password": "quayPassword"}}
BY_HAND: Raw = {"componentTypes": ["service"], "delivery": "manual", "registries": [BOT], "namespaces": ["dp-a"]}
NAMESPACE: Raw = {**PULL, "delivery": "namespace"}


def _organization(**keys: Any) -> Organization:
    return settings(on_every_plane(**keys)).organizations[0]


RELEASE = "openchoreo.dev/release-namespace"
ESO_V1 = ["externalsecrets", "clustersecretstores", "clusterexternalsecrets"]
KUBE_SYSTEM = "/api/v1/namespaces/kube-system"
BUILD = Api({KUBE_SYSTEM: {"metadata": {"uid": "build"}}})
DATA = ClusterSettings(context="data")


def _data_plane(objects: dict[str, Object] | None = None, *, kinds: list[str] | None = None) -> Api:
    operator = {
        "/apis/external-secrets.io": {"versions": [{"version": "v1"}]},
        "/apis/external-secrets.io/v1": {
            "resources": [{"name": kind} for kind in (ESO_V1 if kinds is None else kinds)]
        },
    }
    uid = {KUBE_SYSTEM: {"metadata": {"uid": "data"}}}
    return Api({**operator, **uid, **(objects or {})}, "data plane", DATA)


def _check(api: Api, plan: Plan, build_plane: Api = BUILD) -> list[str]:
    """The warnings of the check."""
    warnings: list[str] = []
    check_data_plane(api.cluster, plan, stack=STACK, build_plane=build_plane.cluster, warn=warnings.append)
    return warnings


def _said(api: Api, *organizations: Organization, build_plane: Api = BUILD) -> str:
    with pytest.raises(ClusterError) as caught:
        _check(api, stack_plan(organizations), build_plane)
    return unwrap(caught.value)


def _namespace(labels: dict[str, str] | None = None) -> dict[str, Object]:
    return {"/api/v1/namespaces/dp-a": {"metadata": {"name": "dp-a", "labels": labels}}}


@pytest.mark.parametrize(
    ("pull", "kinds"),
    [
        pytest.param(NAMESPACE, ESO_V1, id="namespace"),
        pytest.param({**PULL, "secretStore": "default"}, ESO_V1[:2], id="component-with-a-store"),
        pytest.param(PULL, [], id="component"),
    ],
)
def test_data_plane_is_fit(pull: Raw, kinds: list[str]) -> None:
    api = _data_plane(kinds=kinds)
    plan = stack_plan((_organization(git=GIT), _organization(pullSecret=pull)))
    assert _check(api, plan) == []
    named = {"fieldSelector": "metadata.name=registry-pull-secret", "metadata_only": "true"}
    fan_outs = [
        ("/apis/external-secrets.io/v1/clusterexternalsecrets", {"metadata_only": "true"}),
        ("/api/v1/namespaces", {"labelSelector": RELEASE, "metadata_only": "true"}),
        ("/apis/external-secrets.io/v1/externalsecrets", named),
        ("/api/v1/secrets", named),
    ]
    assert api.queries == (fan_outs if pull is NAMESPACE else [])
    assert api.patches == []


@pytest.mark.parametrize(
    ("pull", "kinds", "missing"),
    [
        pytest.param(NAMESPACE, ESO_V1[:2], "clusterexternalsecrets", id="namespace"),
        pytest.param(
            {**PULL, "secretStore": "default"},
            ["clusterexternalsecrets"],
            "clustersecretstores, externalsecrets",
            id="store",
        ),
    ],
)
def test_data_plane_lacks_the_operator(pull: Raw, kinds: list[str], missing: str) -> None:
    assert _said(_data_plane(kinds=kinds), _organization(pullSecret=pull)) == (
        f"{DATA_PLANE}: the External Secrets Operator serves v1, but external-secrets.io/v1 lacks {missing}; "
        "upgrade the Helm chart external-secrets to 0.16 or later"
    )


def test_a_secret_of_others_in_a_namespace_of_workloads() -> None:
    api = _data_plane()
    api.lists = {
        "namespaces": [{"metadata": {"name": "dp-a", "labels": {RELEASE: "acme"}}}],
        "secrets": [{"metadata": {"name": "registry-pull-secret", "namespace": "dp-a"}}],
    }
    problem = "exists and this stack did not create it; delete it, or use another name (pullSecret.secretName)"
    assert _said(api, _organization(pullSecret=NAMESPACE)).splitlines() == [
        f"{DATA_PLANE}: nothing was changed",
        f'  - organization "acme": Secret dp-a/registry-pull-secret {problem}',
    ]


def test_one_cluster_under_two_contexts() -> None:
    same = _data_plane({KUBE_SYSTEM: {"metadata": {"uid": "build"}}})
    assert _said(same, _organization(git=GIT)) == (
        f'{DATA_PLANE} and build plane (context "dev") are the same cluster; use the same kubeconfig and context '
        "for both, so that both share their stores"
    )


def test_one_cluster_under_one_context() -> None:
    api = _data_plane()
    assert _check(api, stack_plan((_organization(pullSecret=NAMESPACE),)), api) == []


@pytest.mark.parametrize(
    ("objects", "warnings"),
    [
        pytest.param(_namespace(), 1, id="a-namespace-without-an-owner"),
        pytest.param(_namespace({RELEASE: "acme", "team": "a"}), 0, id="the-organization's"),
    ],
)
def test_namespace_is_fit(objects: dict[str, Object], warnings: int) -> None:
    api = _data_plane(objects, kinds=[])
    assert len(_check(api, stack_plan((_organization(pullSecret=BY_HAND),)))) == warnings
    assert api.patches == []


@pytest.mark.parametrize(
    ("objects", "lines"),
    [
        pytest.param(
            {},
            ["does not exist on the data plane; OpenChoreo creates it with the first deployment"],
            id="no-namespace",
        ),
        pytest.param(
            _namespace({RELEASE: "globex"}), [f"belongs to another organization ({RELEASE}=globex)"], id="another's"
        ),
    ],
)
def test_namespace(objects: dict[str, Object], lines: list[str]) -> None:
    assert _said(_data_plane(objects), _organization(pullSecret=BY_HAND)).splitlines() == [
        f"{DATA_PLANE}: nothing was changed",
        *(f'  - organization "acme": namespace dp-a {line}' for line in lines),
    ]


UNLABELLED = (
    f'organization "acme": namespace dp-a does not have the label {RELEASE}, so nothing shows whose workloads are in it'
)


@pytest.mark.parametrize("labels", [None, {"team": "a"}])
def test_a_namespace_that_no_label_gives_to_the_organization(labels: dict[str, str] | None) -> None:
    """A warning, and an error with ``isolation: strict``."""
    api, plan = _data_plane(_namespace(labels)), stack_plan((_organization(pullSecret=BY_HAND),))
    advice = "check it, because isolation: strict refuses it"
    assert _check(api, plan) == [f"{DATA_PLANE}: {UNLABELLED}; {advice}"]
    strict = replace(plan, settings=plan.settings.model_copy(update={"isolation": "strict"}))
    with pytest.raises(ClusterError) as caught:
        _check(api, strict)
    refused = "use one that OpenChoreo created, or isolation: store"
    assert unwrap(caught.value).splitlines()[1:] == [f"  - {UNLABELLED}; {refused}"]


@pytest.mark.parametrize("other", ["acme2", "acme-corp", "acm"])
def test_the_label_decides_between_names_that_look_alike(other: str) -> None:
    said = _said(_data_plane(_namespace({RELEASE: other})), _organization(pullSecret=BY_HAND))
    assert said.splitlines()[1:] == [
        f'  - organization "acme": namespace dp-a belongs to another organization ({RELEASE}={other})'
    ]


def test_all_namespaces_at_once() -> None:
    user = _organization(pullSecret={**BY_HAND, "namespaces": ["dp-b", "dp-a", "dp-c"]})
    absent = "does not exist on the data plane; OpenChoreo creates it with the first deployment"
    assert _said(_data_plane(_namespace({RELEASE: "globex"})), user, _organization(git=GIT)).splitlines() == [
        f"{DATA_PLANE}: nothing was changed",
        f'  - organization "acme": namespace dp-b {absent}',
        f'  - organization "acme": namespace dp-a belongs to another organization ({RELEASE}=globex)',
        f'  - organization "acme": namespace dp-c {absent}',
    ]
