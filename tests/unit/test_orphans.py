"""Which objects are orphans: read from the state, chosen from the live objects, in the order of deletion."""

from __future__ import annotations

import json
from typing import Any, Final

import pytest

from components.managers.kubernetes import KubernetesStore
from components.managers.manager import PlannedStore
from components.manifests import sign
from components.openchoreo import V1
from components.plan.orphans import (
    NAMESPACE,
    STAGES,
    STRICT_ONLY,
    LiveObject,
    ObjectKey,
    RecordedState,
    find_orphans,
    read_state,
    select_owned,
)
from tests.golden import FOLDER, STACKS
from tests.unit.admission_samples import plan_strict
from tests.unit.generator_samples import GENERATORS
from tests.unit.plans import stack_plan
from tests.unit.preflight_samples import STACK
from tests.unit.samples import on_every_plane, organization, settings

ESO: Final = "external-secrets.io/v1"
SECRET: Final = ObjectKey("v1", "Secret", "openchoreo-ci-acme", "git-clone-secret")
SPACE: Final = ObjectKey("v1", "Namespace", "", "openchoreo-ci-acme")
STORE: Final = ObjectKey(ESO, "ClusterSecretStore", "", "org-acme")
ROLE: Final = ObjectKey("rbac.authorization.k8s.io/v1", "Role", "vault", "eso-org-acme")
EXTERNAL: Final = ObjectKey(ESO, "ExternalSecret", "openchoreo-ci-acme", "git-clone-secret")
OURS: Final = STACK
IDENTIFIED_STORE: Final = PlannedStore(
    name="org-acme",
    manager=KubernetesStore(remote_namespace="vault"),
    organizations=("acme",),
    namespaces=("openchoreo-ci-acme",),
    keys=("acme-git",),
)
CREATED: Final = "2026-05-01T10:00:00Z"


def _resource(kind: str, identifier: str, provider: str = "build-plane") -> dict[str, Any]:
    reference = f"urn:pulumi:dev::openchoreo-secrets::pulumi:providers:kubernetes::{provider}::04299e79"
    return {
        "urn": f"urn:pulumi:dev::openchoreo-secrets::{kind}::x",
        "type": kind,
        "id": identifier,
        "provider": reference,
    }


def test_a_state_names_its_objects_clusters_and_pending_operations() -> None:
    provider: dict[str, Any] = {
        "urn": "urn:pulumi:dev::openchoreo-secrets::pulumi:providers:openchoreo::build-plane",
        "type": "pulumi:providers:openchoreo",
        "id": "1",
        "inputs": {"clusterIdentity": "uid-1"},
    }
    exported = {
        "version": 3,
        "deployment": {
            "resources": [
                {
                    "urn": "urn:pulumi:dev::openchoreo-secrets::openchoreo:index:BuildPlane::acme",
                    "type": "openchoreo:x",
                },
                provider,
                {**provider, "urn": provider["urn"].replace("build", "control"), "inputs": {}},
                _resource("kubernetes:core/v1:Namespace", "openchoreo-ci-acme"),
                _resource("kubernetes:core/v1:Secret", "openchoreo-ci-acme/git-clone-secret"),
                _resource("kubernetes:external-secrets.io/v1:ClusterSecretStore", "org-acme", "data-plane"),
                _resource("kubernetes:rbac.authorization.k8s.io/v1:Role", "vault/eso-org-acme", "my-own"),
                _resource("kubernetes:core/v1:Secret", ""),
            ],
            "pending_operations": [{"type": "creating"}],
        },
    }

    recorded = read_state(exported)

    assert recorded == RecordedState(
        {
            "build-plane": frozenset({SPACE, SECRET}),
            "data-plane": frozenset({STORE}),
            "my-own": frozenset({ROLE}),
        },
        {"build-plane": "uid-1"},
        1,
    )
    assert recorded.on_planes({"build", "control"}) == {SPACE, SECRET, ROLE}
    assert recorded.on_planes({"data"}) == {STORE, ROLE}
    assert recorded.on_planes({"build", "data"}) == {SPACE, SECRET, STORE, ROLE}


@pytest.mark.parametrize("order", [1, -1], ids=["new-first", "old-first"])
def test_a_provider_whose_replacement_was_interrupted(order: int) -> None:
    kind = "pulumi:providers:openchoreo"
    urn = f"urn:pulumi:dev::openchoreo-secrets::{kind}::build-plane"
    new = {"urn": urn, "type": kind, "id": "2", "inputs": {"clusterIdentity": "uid-new"}}
    old = {**new, "id": "1", "delete": True, "inputs": {"clusterIdentity": "uid-old"}}
    recorded = read_state({"deployment": {"resources": [new, old][::order]}})
    assert recorded.identities == {"build-plane": "uid-new"}


@pytest.mark.parametrize("exported", [{}, {"deployment": None}, {"deployment": {"resources": None}}])
def test_an_empty_state(exported: dict[str, Any]) -> None:
    recorded = read_state(exported)
    assert recorded == RecordedState({}, {}, 0)
    assert recorded.on_planes({"build"}) == frozenset()


def _live(**metadata: Any) -> dict[str, Any]:
    names = {"name": "git-clone-secret", "namespace": "openchoreo-ci-acme", "uid": "1"}
    signed = sign({"kind": "ExternalSecret", "metadata": names}, STACK)
    record = {"creationTimestamp": CREATED, "managedFields": [_written()]}
    return {"metadata": {**signed["metadata"], **record, **metadata}}


def _written(manager: str = OURS, operation: str = "Apply", time: str = CREATED) -> dict[str, Any]:
    return {"manager": manager, "operation": operation, "time": time}


COPIED: Final = LiveObject(EXTERNAL, "1", copied=True)


@pytest.mark.parametrize(
    ("item", "selected"),
    [
        pytest.param(_live(), [LiveObject(EXTERNAL, "1")], id="applied by the stack"),
        pytest.param(
            _live(finalizers=["a", "b"], deletionTimestamp="2026-01-01T00:00:00Z"),
            [LiveObject(EXTERNAL, "1", ("a", "b"), deleting=True)],
            id="its deletion waits",
        ),
        pytest.param(
            _live(managedFields=[_written("argocd"), _written(time="2026-06-01T00:00:00Z")]),
            [LiveObject(EXTERNAL, "1")],
            id="applied later, beside others",
        ),
        pytest.param(
            _live(managedFields=[_written(time="2026-05-01T09:59:01Z")]),
            [LiveObject(EXTERNAL, "1")],
            id="applied in the request that created it, which was slow",
        ),
        pytest.param(
            _live(managedFields=[_written("kubectl-client-side-apply", "Update")]), [COPIED], id="copied with kubectl"
        ),
        pytest.param(_live(managedFields=[_written("argocd-controller")]), [COPIED], id="applied by Argo CD"),
        pytest.param(_live(managedFields=[_written(f"{OURS}-2")]), [COPIED], id="applied by another stack"),
        pytest.param(_live(managedFields=[_written(operation="Update")]), [COPIED], id="edited by the stack only"),
        pytest.param(
            _live(managedFields=[_written(time="2026-05-01T09:58:59Z")]), [COPIED], id="restored from a backup"
        ),
        pytest.param(_live(managedFields=[{"manager": OURS, "operation": "Apply"}]), [COPIED], id="without a time"),
        pytest.param(_live(managedFields=[]), [COPIED], id="the record of writers was removed"),
        pytest.param(_live(managedFields=None), [COPIED], id="without a record of writers"),
        pytest.param(_live(annotations={"openchoreo-secrets/stack": STACK}), [], id="from a template of OpenChoreo"),
        pytest.param(_live(annotations=None), [], id="without annotations"),
        pytest.param(_live(annotations={"pulumi.com/patchFieldManager": f"{STACK}-2"}), [], id="of another stack"),
        pytest.param(_live(ownerReferences=[{"kind": "ExternalSecret"}]), [], id="created by ESO"),
    ],
)
def test_only_what_the_stack_has_applied(item: dict[str, Any], selected: list[LiveObject]) -> None:
    assert list(select_owned([item], ESO, "ExternalSecret", STACK)) == selected


def test_a_cluster_scoped_object_has_no_namespace() -> None:
    metadata = {key: value for key, value in _live(name="org-acme", uid="2")["metadata"].items() if key != "namespace"}
    item = {"metadata": metadata}
    assert list(select_owned([item], ESO, "ClusterSecretStore", STACK)) == [LiveObject(STORE, "2")]


def test_orphans_are_in_the_order_of_deletion() -> None:
    live = [LiveObject(key, key.name) for key in (SPACE, ROLE, STORE, SECRET, EXTERNAL)]

    assert [item.key for item in find_orphans(live, frozenset())] == [EXTERNAL, STORE, SECRET, ROLE, SPACE]
    assert [item.key for item in find_orphans(live, frozenset({SPACE, STORE}))] == [EXTERNAL, SECRET, ROLE]
    assert find_orphans(live, frozenset(item.key for item in live)) == []


def test_names_and_paths() -> None:
    assert [(str(key), key.path) for key in (SECRET, STORE)] == [
        (
            "Secret openchoreo-ci-acme/git-clone-secret",
            "/api/v1/namespaces/openchoreo-ci-acme/secrets/git-clone-secret",
        ),
        ("ClusterSecretStore org-acme", "/apis/external-secrets.io/v1/clustersecretstores/org-acme"),
    ]


def test_every_kind_that_a_stack_creates_has_a_place_in_the_order() -> None:
    ordered = [kind for stage in STAGES for kind in stage]
    registered = {
        tuple(entry["type"].removeprefix("kubernetes:").removeprefix("core/").split(":"))
        for stack in STACKS
        for entry in json.loads((FOLDER / f"{stack}.json").read_text())
        if entry["type"].startswith("kubernetes:") and not entry["type"].endswith("Patch")
    }
    assert registered <= set(ordered)
    generators = {"GithubAccessToken", *(sample.values[1] for sample in GENERATORS)}
    assert {kind for api, kind in ordered if api.startswith("generators.")} == generators
    registries = [organization(registries=[sample.values[0]]) for sample in GENERATORS]
    app = {"appId": "1", "installationId": "2", "privateKey": {"remoteKey": "a"}}
    pull = {"componentTypes": ["service"], "delivery": "namespace", "dockerConfig": {"remoteKey": "a"}}
    more = settings(on_every_plane(git={"githubApp": app}, pullSecret={**pull, "secretStore": "default"}))
    planned = {
        (item.api, item.kind) for item in stack_plan([*registries, *more.organizations], [IDENTIFIED_STORE]).objects
    }
    planned |= {(item.api, item.kind) for item in plan_strict().objects if (item.api, item.kind) in STRICT_ONLY}
    reference = V1.secret_reference
    assert reference is not None
    assert planned | {(reference.api, reference.name)} == set(ordered) - {NAMESPACE}
    assert len(ordered) == len(set(ordered))
