"""The store of OpenChoreo's installation, and who of a stack can still use it."""

from __future__ import annotations

from typing import Any

import pytest

from components.cluster.connection import Cluster
from components.cluster.shipped_store import list_open_stores
from components.openchoreo import V0_9
from components.plan.rights import ClusterPlane
from components.plan.stack import Plan
from tests.unit.api import Api, Object
from tests.unit.build_samples import OPENCHOREO, plan_v1
from tests.unit.plans import stack_plan

STORES = "/apis/external-secrets.io/v1/clustersecretstores"
OPEN: Object = {"metadata": {"name": "default"}, "spec": {"provider": {"vault": {}}}}
RESTRICTED: Object = {**OPEN, "spec": {"conditions": [{"namespaces": ["a"]}]}}
HEAD = (
    "the ClusterSecretStore default has no conditions, so every namespace can read every secret of its role through "
    "it; used by the organizations of this stack: "
)
TAIL = ". Let them use stores of their own, then restrict or delete it: docs/stores/vault.md"


def _reader(namespace: str, name: str = "git", store: str = "default") -> Object:
    reference = {"kind": "ClusterSecretStore", "name": store}
    return {"metadata": {"namespace": namespace, "name": name}, "spec": {"secretStoreRef": reference}}


def _plane(name: str, store: str, namespace: str | None = None) -> Object:
    metadata = {"name": name} if namespace is None else {"name": name, "namespace": namespace}
    return {"metadata": metadata, "spec": {"secretStoreRef": {"name": store}}}


def _namespace(name: str, **labels: str) -> Object:
    return {"metadata": {"name": name, "labels": {f"openchoreo.dev/{key}": value for key, value in labels.items()}}}


def _build(**lists: list[Object]) -> Api:
    return Api(clustersecretstores=[OPEN], **lists)


def _data(**lists: list[Object]) -> Api:
    return Api({}, "data plane", clustersecretstores=[OPEN], **lists)


def _control(**lists: list[Object]) -> Api:
    return Api({}, "control plane", **lists)


def _warnings(plan: Plan, **apis: Api) -> list[str]:
    clusters: dict[Any, Cluster] = {plane: api.cluster for plane, api in apis.items()}
    typed: dict[ClusterPlane, Cluster] = clusters
    return list(list_open_stores(typed, plan))


ONE_CLUSTER = {"clusters": {"buildPlane": {"context": "dev"}, "dataPlane": {"context": "dev"}}}
BUILDS_ONLY = {"clusters": {"buildPlane": {"context": "dev"}}}
READERS = [_reader("workflows-acme"), _reader("workflows-acme", "own", "org-acme"), _reader("workflows-other")]


def test_builds_and_their_planes() -> None:
    control = _control(
        workflowplanes=[_plane("a", "default", "acme"), _plane("b", "org", "acme"), _plane("c", "default", "other")],
        clusterworkflowplanes=[_plane("default", "default")],
    )
    assert _warnings(plan_v1(), build=_build(externalsecrets=READERS), control=control) == [
        (
            f'build plane (context "dev"): {HEAD}1 ExternalSecret (workflows-acme/git), 1 WorkflowPlane (acme/a), '
            f"1 ClusterWorkflowPlane (default){TAIL}"
        )
    ]


def test_workloads_and_their_planes() -> None:
    namespaces = [
        _namespace("dp-new", **{"rendered-release-namespace": "acme"}),
        _namespace("dp-old", **{"release-namespace": "acme"}),
        _namespace("dp-other", **{"release-namespace": "other"}),
        {"metadata": {"name": "none"}},
    ]
    readers = [_reader(name) for name in ("dp-new", "dp-old", "dp-other", "none", "workflows-acme")]
    data = _data(namespaces=namespaces, externalsecrets=readers)
    control = _control(dataplanes=[_plane("default", "default", "acme")], clusterdataplanes=[_plane("default", "org")])
    assert _warnings(plan_v1(), build=Api(), data=data, control=control) == [
        (
            f'data plane (context "dev"): {HEAD}2 ExternalSecrets (dp-new/git, dp-old/git), 1 DataPlane (acme/default)'
            f"{TAIL}"
        )
    ]


def test_one_cluster_has_both() -> None:
    namespaces = [_namespace("dp-acme", **{"rendered-release-namespace": "acme"})]
    build = _build(namespaces=namespaces, externalsecrets=[_reader("workflows-acme"), _reader("dp-acme")])
    assert _warnings(plan_v1(**ONE_CLUSTER), build=build, data=build) == [
        f'build plane (context "dev"): {HEAD}2 ExternalSecrets (dp-acme/git, workflows-acme/git){TAIL}'
    ]


def test_nothing_uses_it() -> None:
    assert _warnings(plan_v1(**BUILDS_ONLY), build=_build()) == [f'build plane (context "dev"): {HEAD}none{TAIL}']


@pytest.mark.parametrize(
    "stores", [[], [RESTRICTED], [{**OPEN, "metadata": {"name": "org"}}]], ids=["none", "restricted", "another"]
)
def test_no_open_store(stores: list[Object]) -> None:
    build = Api(clustersecretstores=stores, externalsecrets=READERS)
    assert _warnings(plan_v1(), build=build, data=Api({}, "data plane")) == []
    assert build.queries == [(STORES, {"fieldSelector": "metadata.name=default"})]


def test_another_release_ships_none() -> None:
    build = _build()
    assert _warnings(stack_plan((), release=V0_9), build=build) == []
    assert build.queries == []


def test_what_cannot_be_listed_is_named() -> None:
    data, control = _data(), _control()
    data.forbidden = {"/apis/external-secrets.io/v1/externalsecrets", "/api/v1/namespaces"}
    control.forbidden = {f"{OPENCHOREO}/dataplanes", f"{OPENCHOREO}/clusterdataplanes"}
    assert _warnings(plan_v1(), build=Api(), data=data, control=control) == [
        (
            f'data plane (context "dev"): {HEAD}Namespaces that cannot be listed, ExternalSecrets that cannot be '
            f"listed, DataPlanes that cannot be listed, ClusterDataPlanes that cannot be listed{TAIL}"
        )
    ]
