"""Orphans are deleted in stages, with their UID, and nothing that a remaining object may need goes."""

from __future__ import annotations

from typing import Any, Final

import pytest

from components.cluster.orphans import Deletion, Left, delete_orphans, list_owned
from components.openchoreo.v0_9 import V0_9
from components.plan.orphans import LiveObject, ObjectKey
from tests.unit.api import Api, Object
from tests.unit.preflight_samples import STACK

ESO: Final = "external-secrets.io/v1"
SPACE: Final = "openchoreo-ci-acme"
EXTERNAL: Final = LiveObject(ObjectKey(ESO, "ExternalSecret", SPACE, "git"), "1")
STORE: Final = LiveObject(ObjectKey(ESO, "ClusterSecretStore", "", "org-acme"), "2")
ROLE: Final = LiveObject(ObjectKey("rbac.authorization.k8s.io/v1", "Role", "vault", "eso"), "3")
NAMESPACE: Final = LiveObject(ObjectKey("v1", "Namespace", "", SPACE), "4")
ALL: Final = (EXTERNAL, STORE, ROLE, NAMESPACE)
NEEDED: Final = "not deleted, because an object that may need it is left"
IN_IT: Final = "not deleted, because an object in it is left"


def _api(**lists: list[Object]) -> Api:
    objects = {item.key.path: {"metadata": {"uid": item.uid, "finalizers": ["f/x", "f/y"]}} for item in ALL}
    return Api(objects, **lists)


def _how(*, namespaces: bool = False, seconds: float = 0) -> Deletion:
    return Deletion(V0_9, STACK, namespaces, seconds, sleep=lambda _: None)


def _requested(api: Api) -> list[LiveObject]:
    paths = {item.key.path: item for item in ALL}
    assert [(path, paths[path].uid) for path, _ in api.deletions] == api.deletions
    return [paths[path] for path, _ in api.deletions]


def test_everything_goes_in_order() -> None:
    api = _api()
    assert delete_orphans(api.cluster, ALL[::-1], _how()) == []
    assert _requested(api) == [*ALL]
    assert api.objects == {}


def test_a_stuck_object_keeps_what_it_may_need() -> None:
    api = _api()
    api.stuck = {EXTERNAL.key.path}
    reason = "still there after 0 s; its deletion waits for its finalizers: f/x, f/y"
    assert delete_orphans(api.cluster, ALL, _how()) == [
        Left(EXTERNAL, reason),
        Left(STORE, NEEDED),
        Left(ROLE, NEEDED),
        Left(NAMESPACE, IN_IT),
    ]
    assert _requested(api) == [EXTERNAL]


def test_a_namespace_goes_although_an_object_elsewhere_is_stuck() -> None:
    api = _api()
    api.stuck = {ROLE.key.path}
    assert [left.item for left in delete_orphans(api.cluster, ALL, _how())] == [ROLE]
    assert _requested(api) == [*ALL]


def test_an_object_without_finalizers_waits_for_its_contents() -> None:
    api = _api()
    api.objects[NAMESPACE.key.path]["metadata"]["finalizers"] = []
    api.stuck = {NAMESPACE.key.path}
    reason = "still there after 0 s; its deletion waits for the objects in it, or for the API server"
    assert delete_orphans(api.cluster, [NAMESPACE], _how()) == [Left(NAMESPACE, reason)]


def test_an_object_that_goes_slowly_is_waited_for() -> None:
    api = _api()
    api.stuck = {EXTERNAL.key.path}
    pauses: list[float] = []

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 6:
            api.objects.pop(EXTERNAL.key.path)

    assert (
        delete_orphans(api.cluster, [EXTERNAL], Deletion(V0_9, STACK, namespaces=False, seconds=60, sleep=sleep)) == []
    )
    assert pauses == [0.1, 0.2, 0.4, 0.8, 1.6, 2.0]


def test_a_new_object_of_the_same_name_is_not_waited_for() -> None:
    api = _api()
    api.stuck = {EXTERNAL.key.path}

    def sleep(_: float) -> None:
        api.objects[EXTERNAL.key.path] = {"metadata": {"uid": "9"}}

    assert (
        delete_orphans(api.cluster, [EXTERNAL], Deletion(V0_9, STACK, namespaces=False, seconds=60, sleep=sleep)) == []
    )


def test_an_object_that_was_replaced_stays() -> None:
    api = _api()
    api.objects[STORE.key.path]["metadata"]["uid"] = "9"
    assert delete_orphans(api.cluster, [STORE], _how()) == [
        Left(STORE, "not deleted, because it was replaced meanwhile")
    ]


def test_a_refused_deletion_is_reported() -> None:
    api = _api()
    api.forbidden = {STORE.key.path}
    assert delete_orphans(api.cluster, [STORE], _how()) == [
        Left(STORE, f'build plane (context "dev"): DELETE {STORE.key.path} was refused (403): forbidden')
    ]


@pytest.mark.parametrize(
    ("namespaces", "left"),
    [
        pytest.param(
            False, [Left(NAMESPACE, "not deleted without --namespaces; in it: 1 Secrets (of-others)")], id="kept"
        ),
        pytest.param(True, [], id="deleted-on-request"),
    ],
)
def test_a_namespace_with_objects_of_others(namespaces: bool, left: list[Left]) -> None:
    api = _api(secrets=[{"metadata": {"name": "of-others"}}])
    assert delete_orphans(api.cluster, [NAMESPACE], _how(namespaces=namespaces)) == left
    assert (NAMESPACE.key.path in api.objects) is bool(left)


def test_each_kind_is_listed_once() -> None:
    annotations = {"pulumi.com/patchFieldManager": STACK}
    store: dict[str, Any] = {"metadata": {"name": "org-acme", "uid": "2", "annotations": annotations}}
    api = Api(clustersecretstores=[store])

    assert list_owned(api.cluster, STACK) == [STORE]
    metadata = {"metadata_only": "true"}
    generators = "/apis/generators.external-secrets.io/v1alpha1"
    assert api.queries == [
        ("/apis/external-secrets.io/v1/externalsecrets", metadata),
        ("/apis/external-secrets.io/v1/clusterexternalsecrets", metadata),
        (f"{generators}/acraccesstokens", metadata),
        (f"{generators}/ecrauthorizationtokens", metadata),
        (f"{generators}/gcraccesstokens", metadata),
        (f"{generators}/githubaccesstokens", metadata),
        ("/api/v1/secrets", {"labelSelector": "!reconcile.external-secrets.io/managed", **metadata}),
        ("/apis/external-secrets.io/v1/clustersecretstores", metadata),
        ("/apis/rbac.authorization.k8s.io/v1/rolebindings", metadata),
        ("/apis/rbac.authorization.k8s.io/v1/roles", metadata),
        ("/api/v1/serviceaccounts", metadata),
        ("/api/v1/namespaces", metadata),
    ]
