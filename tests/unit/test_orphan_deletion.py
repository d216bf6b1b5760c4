"""Orphans are deleted in stages, with their UID, and nothing that a remaining object may need goes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

import pytest

from components.cluster.orphans import COPIED, Deletion, Left, delete_orphans, describe_losses, list_owned
from components.errors import ForbiddenError
from components.openchoreo.v0_9 import V0_9
from components.plan.orphans import LiveObject, ObjectKey
from tests.unit.api import Api, Object
from tests.unit.discovery_samples import GROUPS
from tests.unit.preflight_samples import STACK
from tests.unit.writers import applied

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


def _how(
    *, namespaces: bool = False, stores: bool = False, seconds: float = 0, sleep: Callable[[float], object] = abs
) -> Deletion:
    return Deletion(V0_9, STACK, namespaces, stores, seconds, sleep=sleep)


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

    assert delete_orphans(api.cluster, [EXTERNAL], _how(seconds=60, sleep=sleep)) == []
    assert pauses == [0.1, 0.2, 0.4, 0.8, 1.6, 2.0]


def test_a_new_object_of_the_same_name_is_not_waited_for() -> None:
    api = _api()
    api.stuck = {EXTERNAL.key.path}

    def sleep(_: float) -> None:
        api.objects[EXTERNAL.key.path] = {"metadata": {"uid": "9"}}

    assert delete_orphans(api.cluster, [EXTERNAL], _how(seconds=60, sleep=sleep)) == []


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
            False, [Left(NAMESPACE, "not deleted without --namespaces; in it: 1 Secret (of-others)")], id="kept"
        ),
        pytest.param(True, [], id="deleted-on-request"),
    ],
)
def test_a_namespace_with_objects_of_others(namespaces: bool, left: list[Left]) -> None:
    api = _api(secrets=[{"metadata": {"name": "of-others"}}])
    api.groups = GROUPS
    assert delete_orphans(api.cluster, [NAMESPACE], _how(namespaces=namespaces)) == left
    assert (NAMESPACE.key.path in api.objects) is bool(left)


@pytest.mark.parametrize(
    ("namespaces", "stores", "losses"),
    [
        pytest.param(False, False, {}, id="nothing"),
        pytest.param(
            True,
            False,
            {NAMESPACE: "in it: 1 Secret (theirs), 1 ExternalSecret (git), 1 PushSecret (push)"},
            id="namespaces",
        ),
        pytest.param(False, True, {STORE: "used by: 1 PushSecret (team/push)"}, id="stores"),
    ],
)
def test_what_others_lose(namespaces: bool, stores: bool, losses: dict[LiveObject, str]) -> None:
    reference = {"kind": "ClusterSecretStore", "name": "org-acme"}
    own = {"metadata": {"name": "git", "namespace": SPACE}, "spec": {"secretStoreRef": reference}}
    push = {"metadata": {"name": "push", "namespace": "team"}, "spec": {"secretStoreRefs": [reference]}}
    theirs = {"metadata": {"name": "theirs", "namespace": SPACE}}
    api = _api(externalsecrets=[own], pushsecrets=[push], secrets=[theirs])
    api.groups = GROUPS
    how = _how(namespaces=namespaces, stores=stores)
    assert describe_losses(api.cluster, ALL, how) == losses
    assert describe_losses(api.cluster, [ROLE], how) == {}


def test_a_preview_deletes_nothing() -> None:
    """What a deletion would have removed before does not count as a user of the store."""
    reference = {"kind": "ClusterSecretStore", "name": "org-acme"}
    own = {"metadata": {"name": "git", "namespace": SPACE}, "spec": {"secretStoreRef": reference}}
    created = {
        "metadata": {"name": "of", "namespace": "team", "ownerReferences": [{"uid": EXTERNAL.uid}]},
        "spec": {"secretStoreRef": reference},
    }
    api = _api(externalsecrets=[own, created])
    assert delete_orphans(api.cluster, ALL, replace(_how(), preview=True)) == []
    assert api.deletions == []


def test_a_copy_stays_and_keeps_nothing() -> None:
    api = _api()
    copy = replace(EXTERNAL, copied=True)
    assert delete_orphans(api.cluster, [copy, STORE, ROLE, NAMESPACE], _how()) == [Left(copy, COPIED)]
    assert _requested(api) == [STORE, ROLE, NAMESPACE]


def test_namespaces_are_described_together() -> None:
    """One discovery, and one list of each kind, for all that may be deleted."""
    spaces = [LiveObject(ObjectKey("v1", "Namespace", "", f"ci-{number}"), str(number)) for number in range(3)]
    api = Api({item.key.path: {"metadata": {"uid": item.uid}} for item in spaces})
    api.groups = GROUPS
    api.lists["/apis/apps/v1/deployments"] = [{"metadata": {"name": "web", "namespace": "ci-1"}}]
    reason = "not deleted without --namespaces; in it: 1 Deployment (web)"
    assert delete_orphans(api.cluster, spaces, _how()) == [Left(spaces[1], reason)]
    assert api.discoveries == 1
    assert [path for path, _ in api.queries].count("/apis/apps/v1/deployments") == 1
    assert [uid for _, uid in api.deletions] == ["0", "2"]


def _external(namespace: str, name: str, store: str = "org-acme", **metadata: Any) -> Object:
    reference = {"kind": "ClusterSecretStore", "name": store}
    return {"metadata": {"namespace": namespace, "name": name, **metadata}, "spec": {"secretStoreRef": reference}}


def test_a_store_that_others_use_stays_with_its_identity() -> None:
    api = _api(externalsecrets=[_external("b", "git"), _external("a", "git"), _external("a", "x", "org-acme-2")])
    used = "not deleted without --stores; used by: 2 ExternalSecrets (a/git, b/git)"
    assert delete_orphans(api.cluster, ALL, _how()) == [Left(STORE, used), Left(ROLE, NEEDED)]
    assert _requested(api) == [EXTERNAL, NAMESPACE]
    assert delete_orphans(api.cluster, [STORE, ROLE], _how(stores=True)) == []


def test_a_namespace_that_goes_with_its_contents_gives_up_the_store() -> None:
    api = _api(externalsecrets=[_external(SPACE, "of-a-run")])
    assert [left.item for left in delete_orphans(api.cluster, [STORE, NAMESPACE], _how())] == [STORE]
    assert delete_orphans(api.cluster, [STORE, NAMESPACE], _how(namespaces=True)) == []


def test_what_a_deleted_object_has_created_is_waited_for() -> None:
    """Kubernetes deletes the ExternalSecrets of a ClusterExternalSecret a little later."""
    fan_out = LiveObject(ObjectKey(ESO, "ClusterExternalSecret", "", "pull"), "5")
    api = _api(externalsecrets=[_external("dp", "pull", ownerReferences=[{"uid": "5"}])])
    pauses: list[float] = []

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 2:
            api.lists.clear()

    assert delete_orphans(api.cluster, [fan_out, STORE], _how(seconds=60, sleep=sleep)) == []
    assert pauses == [0.1, 0.2]
    api.lists["externalsecrets"] = [_external("dp", "pull", ownerReferences=[{"uid": "5"}])]
    used = "not deleted without --stores; used by: 1 ExternalSecret (dp/pull)"
    assert delete_orphans(api.cluster, [fan_out, STORE], _how()) == [Left(STORE, used)]


def test_each_kind_is_listed_once() -> None:
    store = applied({"metadata": {"name": "org-acme", "uid": "2"}}, STACK)
    api = Api(clustersecretstores=[store])

    assert list_owned(api.cluster, STACK) == [STORE]
    metadata = {"metadata_only": "true"}
    generators = "/apis/generators.external-secrets.io/v1alpha1"
    queries, api.queries = api.queries, []
    assert list_owned(api.cluster, STACK, control_plane=False) == [STORE]
    assert api.queries == [query for query in queries if "openchoreo.dev" not in query[0]]
    assert queries == [
        ("/apis/external-secrets.io/v1/externalsecrets", metadata),
        ("/apis/external-secrets.io/v1/clusterexternalsecrets", metadata),
        ("/apis/openchoreo.dev/v1alpha1/secretreferences", metadata),
        (f"{generators}/acraccesstokens", metadata),
        (f"{generators}/ecrauthorizationtokens", metadata),
        (f"{generators}/gcraccesstokens", metadata),
        (f"{generators}/githubaccesstokens", metadata),
        ("/api/v1/secrets", metadata),
        ("/apis/external-secrets.io/v1/clustersecretstores", metadata),
        ("/apis/rbac.authorization.k8s.io/v1/rolebindings", metadata),
        ("/apis/rbac.authorization.k8s.io/v1/roles", metadata),
        ("/api/v1/serviceaccounts", metadata),
        ("/api/v1/resourcequotas", metadata),
        ("/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings", metadata),
        ("/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies", metadata),
        ("/api/v1/namespaces", metadata),
    ]


def test_a_user_without_the_rights_of_strict_has_no_objects_of_it() -> None:
    api = Api(clustersecretstores=[applied({"metadata": {"name": "org-acme", "uid": "2"}}, STACK)])
    api.forbidden = {
        "/api/v1/resourcequotas",
        "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies",
        "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings",
    }
    assert list_owned(api.cluster, STACK) == [STORE]
    api.forbidden = {"/api/v1/secrets"}
    with pytest.raises(ForbiddenError):
        list_owned(api.cluster, STACK)
