"""Errors of an unfit data plane, in full."""

from __future__ import annotations

from typing import Any

import pytest

from components.cluster.planes import check_data_plane
from components.errors import ClusterError
from components.openchoreo.v0_9 import V0_9
from components.settings.organization import Organization
from components.settings.stack import ClusterSettings
from tests.unit.api import Api, Object
from tests.unit.plans import plans
from tests.unit.samples import GIT, Raw, on_every_plane, settings

DATA_PLANE = 'data plane (context "data")'
PULL: Raw = {"componentTypes": ["service"], "dockerConfig": {"remoteKey": "registry-credentials"}}
BOT: Raw = {"server": "quay.io", "manual": {"username": "bot", "password": "quayPassword"}}
BY_HAND: Raw = {"componentTypes": ["service"], "delivery": "manual", "registries": [BOT], "namespaces": ["dp-a"]}
NAMESPACE: Raw = {**PULL, "delivery": "namespace"}


def _organization(**keys: Any) -> Organization:
    return settings(on_every_plane(**keys)).organizations[0]


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


def _said(api: Api, *organizations: Organization, build_plane: Api = BUILD) -> str:
    with pytest.raises(ClusterError) as caught:
        check_data_plane(api.cluster, V0_9, plans(organizations), build_plane=build_plane.cluster)
    return str(caught.value)


def _namespace(labels: dict[str, str] | None = None) -> dict[str, Object]:
    return {"/api/v1/namespaces/dp-a": {"metadata": {"name": "dp-a", "labels": labels}}}


def _secret(labels: dict[str, str] | None = None) -> dict[str, Object]:
    return {"/api/v1/namespaces/dp-a/secrets/registry-pull-secret": {"metadata": {"labels": labels}}}


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
    check_data_plane(
        api.cluster, V0_9, plans((_organization(git=GIT), _organization(pullSecret=pull))), build_plane=BUILD.cluster
    )
    assert (api.queries, api.patches) == ([], [])


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


def test_one_cluster_under_two_contexts() -> None:
    same = _data_plane({KUBE_SYSTEM: {"metadata": {"uid": "build"}}})
    assert _said(same, _organization(git=GIT)) == (
        f'{DATA_PLANE} and build plane (context "dev") are the same cluster; use the same kubeconfig and context '
        "for both, so that both share their stores"
    )


def test_one_cluster_under_one_context() -> None:
    api = _data_plane()
    check_data_plane(api.cluster, V0_9, plans((_organization(pullSecret=NAMESPACE),)), build_plane=api.cluster)


@pytest.mark.parametrize("gone", ["build", "data", "both"])
def test_clusters_without_a_uid_count_as_different(gone: str) -> None:
    """A virtual cluster may have no kube-system."""
    build, data = Api(BUILD.objects), _data_plane()
    for api in {"build": [build], "data": [data], "both": [build, data]}[gone]:
        del api.objects[KUBE_SYSTEM]
    check_data_plane(data.cluster, V0_9, plans((_organization(git=GIT),)), build_plane=build.cluster)


OURS = {"app.kubernetes.io/managed-by": "openchoreo-secrets"}
RELEASE = "openchoreo.dev/release-namespace"
FOREIGN = (
    "already has a Secret registry-pull-secret that this project did not create; delete it, or use another name "
    "(pullSecret.secretName)"
)


@pytest.mark.parametrize(
    "objects",
    [
        pytest.param(_namespace(), id="a-namespace-of-nobody"),
        pytest.param(_namespace({RELEASE: "acme", "team": "a"}), id="the-organization's"),
        pytest.param({**_namespace(), **_secret(OURS)}, id="with-our-secret"),
    ],
)
def test_namespace_is_fit(objects: dict[str, Object]) -> None:
    api = _data_plane(objects, kinds=[])
    check_data_plane(api.cluster, V0_9, plans((_organization(pullSecret=BY_HAND),)), build_plane=BUILD.cluster)
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
        pytest.param(
            {**_namespace({RELEASE: "globex"}), **_secret()},
            [
                f"belongs to another organization ({RELEASE}=globex)",
                FOREIGN,
            ],
            id="another's-with-a-secret",
        ),
        pytest.param(
            {**_namespace(), **_secret({"app.kubernetes.io/managed-by": "Helm"})},
            [
                FOREIGN,
            ],
            id="a-secret-of-helm",
        ),
    ],
)
def test_namespace(objects: dict[str, Object], lines: list[str]) -> None:
    assert _said(_data_plane(objects), _organization(pullSecret=BY_HAND)).splitlines() == [
        f"{DATA_PLANE}: nothing was changed",
        *(f'  - organization "acme": namespace dp-a {line}' for line in lines),
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
