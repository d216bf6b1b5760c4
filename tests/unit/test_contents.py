"""What lives in namespaces and is not of the stack."""

from __future__ import annotations

from typing import Any

from components.cluster.contents import describe_contents
from components.openchoreo.v0_9 import V0_9
from tests.unit.api import Api, Object
from tests.unit.discovery_samples import GROUPS, group, served, version
from tests.unit.preflight_samples import STACK
from tests.unit.writers import applied, created_by_operator

SPACE = "openchoreo-ci-acme"
INSIDE = f"namespaces/{SPACE}"
METADATA = {"metadata_only": "true"}


def _object(name: str, namespace: str = SPACE, **more: Any) -> Object:
    status = {"status": {"phase": more.pop("phase")}} if "phase" in more else {}
    return {"metadata": {"name": name, "namespace": namespace, **more}, **status}


def _owned_by(kind: str, uid: str) -> Object:
    return {"ownerReferences": [{"kind": kind, "name": "x", "uid": uid}]}


def _api(**lists: list[Object]) -> Api:
    api = Api(**lists)
    api.groups = GROUPS
    return api


def _describe(api: Api, *namespaces: str) -> dict[str, str]:
    return dict(describe_contents(api.cluster, [*namespaces], V0_9, STACK))


def test_objects_of_others() -> None:
    by_eso = _owned_by("ExternalSecret", "gone")
    copy = applied(_object("copy"), STACK)
    copy["metadata"]["managedFields"] = []
    api = _api(
        pods=[
            _object("run-1", phase="Running", **_owned_by("Workflow", "w")),
            _object("run-2", phase="Succeeded"),
            _object("run-3", phase="Running"),
        ],
        workflows=[
            _object("run-1", uid="w", labels={"workflows.argoproj.io/phase": "Running"}),
            _object("run-2", labels={"workflows.argoproj.io/phase": "Succeeded"}),
            _object("run-3"),
        ],
        deployments=[_object("web", uid="d")],
        replicasets=[_object("web-1", uid="r", **_owned_by("Deployment", "d")), _object("old", **_owned_by("X", "x"))],
        networkpolicies=[_object("deny")],
        externalsecrets=[_object("of-a-run"), applied(_object("git"), STACK), copy],
        secrets=[_object(f"s-{number}") for number in range(6)]
        + [_object("git", **by_eso), applied(_object("own"), STACK), created_by_operator("orphan")],
        configmaps=[_object("kube-root-ca.crt"), _object("default")],
        serviceaccounts=[_object("default"), _object("builder")],
    )

    assert _describe(api, SPACE) == {
        SPACE: "3 Pods (2 Running, 1 Succeeded: run-1, run-2, run-3), "
        "3 builds (1 Running, 1 Succeeded: run-1, run-2, run-3), 1 ConfigMap (default), "
        "6 Secrets (s-0, s-1, s-2, s-3, s-4, ...), 1 ServiceAccount (builder), 1 Deployment (web), "
        "1 ReplicaSet (old), 1 NetworkPolicy (deny), objects of 1 more kind"
    }
    assert api.discoveries == 1
    assert api.queries == [
        (f"/api/v1/{INSIDE}/pods", {}),
        (f"/apis/argoproj.io/v1alpha1/{INSIDE}/workflows", METADATA),
        (f"/api/v1/{INSIDE}/configmaps", METADATA),
        (f"/api/v1/{INSIDE}/persistentvolumeclaims", METADATA),
        (f"/api/v1/{INSIDE}/secrets", METADATA),
        (f"/api/v1/{INSIDE}/serviceaccounts", METADATA),
        (f"/apis/apps/v1/{INSIDE}/deployments", METADATA),
        (f"/apis/apps/v1/{INSIDE}/replicasets", METADATA),
        (f"/apis/networking.k8s.io/v1/{INSIDE}/networkpolicies", METADATA),
        (f"/apis/external-secrets.io/v1/{INSIDE}/externalsecrets", METADATA),
        (f"/apis/external-secrets.io/v1alpha1/{INSIDE}/pushsecrets", METADATA),
    ]


def test_secrets_with_the_operators_label() -> None:
    """Those that it has created for this package do not count; copies and Secrets that it merges keys into do."""
    merged = created_by_operator("merged")
    del merged["metadata"]["managedFields"][0]["fieldsV1"]["f:type"]
    api = _api(
        secrets=[
            created_by_operator("kept"),
            merged,
            created_by_operator("copied", managedFields=[{"manager": "kubectl", "fieldsV1": {"f:type": {}}}]),
            created_by_operator("theirs", labels={"reconcile.external-secrets.io/managed": "true"}),
        ]
    )
    assert _describe(api, SPACE) == {SPACE: "3 Secrets (copied, merged, theirs)"}


def test_a_crowd_is_counted_up_to_a_page() -> None:
    api = _api(secrets=[_object(f"s-{number:04}") for number in range(600)])
    assert _describe(api, SPACE) == {SPACE: "500 or more Secrets (s-0000, s-0001, s-0002, s-0003, s-0004, ...)"}


def test_several_namespaces_share_the_lists() -> None:
    """Only Pods, whose phase is read, and kinds with more objects than a page are listed in each namespace."""
    api = _api(deployments=[_object("a", "ci-a"), _object("b", "ci-b"), _object("web", "elsewhere")])
    api.lists["/api/v1/secrets"] = [_object(f"s-{number}", "elsewhere") for number in range(501)]
    api.lists["/api/v1/namespaces/ci-b/secrets"] = [_object("of-others", "ci-b")]
    api.lists["/api/v1/namespaces/ci-a/pods"] = [_object("run", "ci-a", phase="Failed")]

    assert _describe(api, "ci-a", "ci-b", "ci-c") == {
        "ci-a": "1 Pod (1 Failed: run), 1 Deployment (a)",
        "ci-b": "1 Secret (of-others), 1 Deployment (b)",
        "ci-c": "",
    }
    paths = [path for path, _ in api.queries]
    assert len(paths) == len(set(paths)) == 10 + 2 * 3
    assert [path for path in paths if "/namespaces/" in path] == [
        f"/api/v1/namespaces/ci-{name}/{kind}" for kind in ("pods", "secrets") for name in "abc"
    ]


def test_what_cannot_be_listed_is_named() -> None:
    """Others may live there. A user without rights to list everywhere may have them in the namespaces."""
    kinds = "persistentvolumeclaims", "secrets"
    api = _api(serviceaccounts=[_object("builder", "ci-a")])
    api.forbidden = {f"/api/v1/namespaces/ci-a/{kind}" for kind in kinds} | {f"/api/v1/{kind}" for kind in kinds}
    api.groups = [*GROUPS, group("example.com", version("v1", freshness="Stale"))]
    hidden = "PersistentVolumeClaims, Secrets, example.com/v1 that cannot be listed"
    assert _describe(api, "ci-a") == {"ci-a": f"1 ServiceAccount (builder), {hidden}"}
    assert _describe(api, "ci-a", "ci-b") == {
        "ci-a": f"1 ServiceAccount (builder), {hidden}",
        "ci-b": "example.com/v1 that cannot be listed",
    }


def test_many_kinds_that_cannot_be_listed_are_shortened() -> None:
    api = _api()
    api.groups = [group("x", version("v1", *(served(f"a{number}s", f"A{number}") for number in range(9))))]
    api.forbidden = {f"/apis/x/v1/{INSIDE}/a{number}s" for number in range(9)}
    assert _describe(api, SPACE) == {SPACE: "A0s, A1s, A2s, A3s, A4s, ... that cannot be listed"}


def test_an_api_server_without_discovery() -> None:
    api = _api()
    api.forbidden = {"/apis"}
    unknown = "objects that cannot be listed, because the API server does not say which kinds it serves"
    assert _describe(api, "ci-a", "ci-b") == {"ci-a": unknown, "ci-b": unknown}


def test_no_namespaces_cost_nothing() -> None:
    api = _api()
    assert _describe(api) == {}
    assert (api.discoveries, api.queries) == (0, [])
