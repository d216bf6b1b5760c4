"""A patch is created: the whole object and state afterwards, and a preview that writes nothing."""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass
from typing import Any

import pytest

from tests.mocks.engine import Engine, Patches, Values
from tests.mocks.samples import (
    NAME,
    PODS,
    RECORD,
    added,
    component_type,
    entry,
    inputs,
    patched,
    plane,
    state,
    workflow,
)
from tests.mocks.stubs import Object, Place

WHERE = "ComponentType acme/service"
ADDS = (
    f'adds the resource "pull" (ExternalSecret "{NAME}")',
    f'adds "{NAME}" to the imagePullSecrets of its deployment',
)
WORKFLOW = {"namespace": "acme", "name": "docker", "resources": [entry("git")]}
STORE = {"namespace": "acme", "name": "default", "secretStoreRef": "vault"}
CLUSTER_WIDE: Values = {"name": "docker", "resources": [entry("git")]}


def cluster_type() -> Object:
    live = patched(pull=("shared",))
    live["kind"] = "ClusterComponentType"
    del live["metadata"]["namespace"]
    return live


def after(live: Object, **spec: Any) -> Object:
    """The object with other fields in its spec, one write later."""
    wanted = copy.deepcopy(live)
    wanted["metadata"]["resourceVersion"] = "8"
    wanted["spec"] |= spec
    return wanted


@dataclass(frozen=True)
class Case:
    """An object before and after a patch, with its messages and the recorded state."""

    before: Object
    given: Values
    where: str
    wanted: Object
    record: Values
    said: tuple[str, ...]


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(Case(component_type(), inputs(), WHERE, patched(), RECORD, ADDS), id="ComponentType"),
        pytest.param(
            Case(
                component_type("ClusterComponentType", None),
                {"name": "service", "resources": [entry()], "imagePullSecrets": ["shared"]},
                "ClusterComponentType service",
                cluster_type(),
                added(entry(), pull=("shared",), resources=["spec"], imagePullSecrets=PODS),
                (ADDS[0], 'adds "shared" to the imagePullSecrets of its deployment'),
            ),
            id="ClusterComponentType",
        ),
        pytest.param(
            Case(
                workflow(),
                WORKFLOW,
                "ComponentWorkflow acme/docker",
                after(workflow(), resources=[entry("git")]),
                added(entry("git"), resources=["spec"]),
                (ADDS[0].replace("pull", "git", 1),),
            ),
            id="ComponentWorkflow without any resource",
        ),
        pytest.param(
            Case(
                workflow("ClusterWorkflow", None, resources=[entry("other")]),
                CLUSTER_WIDE,
                "ClusterWorkflow docker",
                after(workflow("ClusterWorkflow", None), resources=[entry("other"), entry("git")]),
                added(entry("git"), resources=["spec"]),
                (ADDS[0].replace("pull", "git", 1),),
            ),
            id="ClusterWorkflow with a resource of another owner",
        ),
        pytest.param(
            Case(
                plane("DataPlane"),
                STORE,
                "DataPlane acme/default",
                after(plane("DataPlane"), secretStoreRef={"name": "vault"}),
                added(store="vault", secretStoreRef=["spec"]),
                ('sets secretStoreRef.name to "vault"',),
            ),
            id="DataPlane",
        ),
        pytest.param(
            Case(
                plane("BuildPlane", secretStoreRef={}),
                STORE,
                "BuildPlane acme/default",
                after(plane("BuildPlane"), secretStoreRef={"name": "vault"}),
                added(store="vault", secretStoreRef=["spec", "secretStoreRef"]),
                ('sets secretStoreRef.name to "vault"',),
            ),
            id="BuildPlane with an empty reference",
        ),
    ],
)
def test_create(engine: Engine, place: Place, case: Case) -> None:
    """First in a preview, which says the same, writes nothing and gives back what it was given."""
    kind = case.before["kind"]
    memory = place(case.before)
    previewed, done = Patches(engine, kind), Patches(engine, kind)

    assert previewed.create(case.given, preview=True) == (case.where, case.given)
    assert previewed.said == [("info", f"{case.where}: {text}") for text in case.said]
    assert (memory.live(kind), memory.writers) == (case.before, [])

    assert done.create(case.given) == (case.where, {**case.given, "added": case.record})
    assert done.said == [("status", f"{case.where}: {text}") for text in case.said]
    assert (memory.live(kind), memory.writers) == (case.wanted, ["openchoreo-secrets"])


def test_existing_entries_are_adopted_and_nothing_is_written(engine: Engine, place: Place) -> None:
    before = patched(version="7")
    memory, patch = place(before), Patches(engine, "ComponentType")

    created = patch.create(inputs())

    nothing = added(resources=["spec"], imagePullSecrets=PODS)
    assert created == (WHERE, state(record=nothing))
    assert patch.said == [
        ("status", f'{WHERE}: keeps the existing resource "pull" (ExternalSecret "{NAME}"); destroy keeps it'),
        (
            "status",
            f'{WHERE}: keeps the existing "{NAME}" in the imagePullSecrets of its deployment; destroy keeps it',
        ),
    ]
    assert (memory.live("ComponentType"), memory.writers) == (before, [])


def test_whole_numbers_stay_whole(engine: Engine, place: Place) -> None:
    """The engine has only floating-point numbers, and the API server refuses ``1.0`` for an integer."""
    memory = place(component_type())
    numbers = entry(replicas=1, weight=0.5, zero=0, big=2**40, on=True, off=False, none=None, list=[1, 2.5])

    Patches(engine, "ComponentType").create(inputs(numbers))

    (deployment, live) = memory.live("ComponentType")["spec"]["resources"]
    assert json.dumps(live["template"]["spec"], sort_keys=True) == (
        '{"big": 1099511627776, "list": [1, 2.5], "none": null, "off": false, "on": true, '
        '"refreshInterval": "1h0m0s", "replicas": 1, "weight": 0.5, "zero": 0}'
    )
    assert json.dumps(deployment["template"]["spec"]["replicas"]) == "1"
