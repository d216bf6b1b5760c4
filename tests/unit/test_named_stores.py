"""Warnings about ClusterSecretStores that planes name and that are not on the cluster."""

from __future__ import annotations

from typing import Final

import pytest

from components.cluster.named_stores import list_absent_stores
from components.settings.clusters import ClusterSettings
from tests.unit.admission_samples import ONE_CLUSTER, plan_strict
from tests.unit.api import Api, Object
from tests.unit.deferrable import Later

PATH: Final = "/apis/external-secrets.io/v1/clustersecretstores"
BUILD: Final = 'build plane (context "dev")'


def stores(*names: str) -> dict[str, list[Object]]:
    return {PATH: [{"metadata": {"name": name}} for name in names]}


def warnings(api: Api, *organizations: Object) -> list[str]:
    plan = plan_strict(isolation="store", admission=None, namespaces=list(organizations))
    return list(list_absent_stores({"build": api.cluster}, plan))


def acme(name: str = "acme", builds: object = None, workloads: object = None) -> Object:
    planes = {"workflowPlane": builds, "dataPlane": workloads}
    named = {key: {"secretStoreRef": store} for key, store in planes.items() if store is not None}
    return {"name": name, "git": {"remoteKey": f"{name}-git"}, **named}


@pytest.mark.parametrize("organization", [acme(), acme(builds="default-acme"), acme(builds=Later("xyz"))])
def test_without_another_store_nothing_is_listed(organization: Object) -> None:
    api = Api()
    assert warnings(api, organization) == []
    assert api.queries == []


def test_a_store_that_exists() -> None:
    api = Api(**stores("shared", "other"))
    assert warnings(api, acme(builds="shared"), acme("globex", workloads="other")) == []
    assert [path for path, _ in api.queries] == [PATH]


def test_stores_that_are_missing() -> None:
    assert warnings(
        Api(**stores("shared", "other")), acme(builds="sharde", workloads="xyz"), acme("globex", workloads="xyz")
    ) == [
        (
            f'{BUILD}: ClusterSecretStore "sharde" does not exist, so ESO refuses what reads from it; it is the '
            'workflowPlane.secretStoreRef of organization "acme"; did you mean "shared"? There are: other, shared'
        ),
        (
            f'{BUILD}: ClusterSecretStore "xyz" does not exist, so ESO refuses what reads from it; it is the '
            'dataPlane.secretStoreRef of organization "acme" and of 1 more; create it, or use one of these: '
            "other, shared"
        ),
    ]


@pytest.mark.parametrize(
    ("names", "shown"),
    [
        pytest.param([], "none", id="none"),
        pytest.param([f"{n:02}" for n in range(12)], "00, 01, 02, 03, 04, 05, 06, 07, 08, 09, ...", id="many"),
    ],
)
def test_the_existing_ones(names: list[str], shown: str) -> None:
    (warning,) = warnings(Api(**stores(*names)), acme(builds="xyz"))
    assert warning.endswith(f"; create it, or use one of these: {shown}")


def test_each_plane_has_stores_of_its_own() -> None:
    """Without a connection to the data plane, its stores are not looked up."""
    data = Api({}, "data plane", ClusterSettings(context="prod"), **stores("own"))
    clusters = {**ONE_CLUSTER, "dataPlane": {"context": "prod"}}
    plan = plan_strict(
        isolation="store", admission=None, clusters=clusters, namespaces=[acme(builds="own", workloads="b")]
    )
    builds = Api(**stores("own"))
    assert list(list_absent_stores({"build": builds.cluster}, plan)) == []
    assert list(list_absent_stores({"build": builds.cluster, "data": data.cluster}, plan)) == [
        (
            'data plane (context "prod"): ClusterSecretStore "b" does not exist, so ESO refuses what reads from '
            "it; it is "
            'the dataPlane.secretStoreRef of organization "acme"; create it, or use one of these: own'
        )
    ]


def test_two_releases_have_planes_of_their_own() -> None:
    """Each with its word; a plane that both have is named once."""
    planes = {"buildPlane": "old", "workflowPlane": "new", "dataPlane": "both"}
    plan = plan_strict(
        isolation="store",
        admission=None,
        release=["v0.9", "v1"],
        clusters={
            "buildPlane": {"context": "dev"},
            "controlPlane": {"context": "dev"},
            "dataPlane": {"context": "dev"},
        },
        namespaces=[{**acme(), **{key: {"secretStoreRef": store} for key, store in planes.items()}}],
    )
    assert list(list_absent_stores({"build": Api().cluster}, plan)) == [
        (
            f'{BUILD}: ClusterSecretStore "{store}" does not exist, so ESO refuses what reads from it; it is the '
            f'{key}.secretStoreRef of organization "acme"; create it, or use one of these: none'
        )
        for store, key in (("both", "dataPlane"), ("new", "workflowPlane"), ("old", "buildPlane"))
    ]


def test_a_user_who_may_not_list_stores() -> None:
    api = Api()
    api.forbidden.add(PATH)
    assert warnings(api, acme(builds="b", workloads="a")) == [
        (
            f"{BUILD}: the user of this context may not list ClusterSecretStores, so nothing shows whether "
            f"these exist: "
            "a, b; check them with kubectl get clustersecretstores"
        )
    ]
