"""Concurrent writes and refusals of the API server: no write is lost, and the user sees why."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import grpc
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto import provider_pb2 as messages

from components.cluster import objects
from tests.mocks.engine import Engine, Patches, Terminal, serving, struct
from tests.mocks.samples import NAME, component_type, entry, inputs, patched, state
from tests.mocks.stubs import OPENCHOREO, Memory, Object, Place

WHERE = "ComponentType acme/service"
PLANE = 'control plane (context "kind-control")'
PATH = f"{OPENCHOREO}/namespaces/acme/componenttypes/service"
HINT = "grant the user of the context that verb"


def label(live: Object) -> None:
    live["metadata"]["labels"]["written"] = live["metadata"]["resourceVersion"]


def resource(live: Object) -> None:
    live["spec"]["resources"].insert(0, {"targetPlane": "dataplane", **entry("theirs")})


def nobody(live: Object) -> None:
    """A write that changes the version and nothing else."""


def gone(memory: Memory) -> Callable[[Object], None]:
    def delete(live: Object) -> None:
        del memory.objects[PATH]

    return delete


def after(writes: int, live: Object) -> Object:
    live["metadata"]["resourceVersion"] = str(writes)
    return live


def test_a_conflict_is_retried_with_what_others_have_written(engine: Engine, place: Place) -> None:
    memory, patch = place(component_type()), Patches(engine, "ComponentType")
    memory.meanwhile = [label, resource]

    created = patch.create(inputs())

    wanted = after(10, patched())
    label_and_resource = wanted["metadata"]["labels"], wanted["spec"]["resources"]
    label_and_resource[0]["written"] = "7"
    label_and_resource[1].insert(0, {"targetPlane": "dataplane", **entry("theirs")})
    assert created == (WHERE, state())
    assert (memory.live("ComponentType"), memory.writers, memory.meanwhile) == (wanted, ["openchoreo-secrets"], [])
    assert patch.said == [
        ("status", f'{WHERE}: adds the resource "pull" (ExternalSecret "{NAME}")'),
        ("status", f'{WHERE}: adds "{NAME}" to the imagePullSecrets of its deployment'),
    ]


def test_a_conflict_that_has_done_the_work_is_adopted(engine: Engine, place: Place) -> None:
    """Two stacks with the same entry; the second stack owns nothing."""
    memory, patch = place(component_type()), Patches(engine, "ComponentType")
    memory.meanwhile = [lambda live: live.update(spec=patched()["spec"])]

    _, created = patch.create(inputs())

    assert (created["added"]["resources"], created["added"]["imagePullSecrets"]) == ([], [])
    assert (memory.live("ComponentType"), memory.writers) == (patched(), [])


def test_a_conflict_that_makes_it_impossible_ends_it(engine: Engine, place: Place) -> None:
    memory, patch = place(component_type()), Patches(engine, "ComponentType")
    memory.meanwhile = [lambda live: live["spec"].update(workloadType="proxy")]

    assert patch.failure(lambda: patch.create(inputs())) == (
        f"{WHERE}: a proxy has no pods; expected cronjob, deployment, job, statefulset, or set pods"
    )
    assert (memory.writers, patch.said) == ([], [])


def test_a_deletion_is_retried_too(engine: Engine, place: Place) -> None:
    memory = place(patched())
    memory.meanwhile = [nobody, nobody]

    Patches(engine, "ComponentType").delete(state())

    assert (memory.live("ComponentType"), memory.writers) == (after(11, component_type()), ["openchoreo-secrets"])


def test_others_who_never_stop_writing(engine: Engine, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(objects, "ATTEMPTS", 3)
    memory, patch = place(component_type()), Patches(engine, "ComponentType")
    memory.meanwhile = [nobody] * 4

    assert patch.failure(lambda: patch.create(inputs())) == (
        f"{PLANE}: {WHERE}: others wrote to it 3 times in a row; nothing was written. Run the update again"
    )
    assert (memory.live("ComponentType"), memory.writers) == (after(10, component_type()), [])


def test_cancel_ends_the_retries(engine: Engine, place: Place) -> None:
    memory, patch = place(component_type()), Patches(engine, "ComponentType")

    async def cancelled() -> Any:
        loop, writing = asyncio.get_running_loop(), asyncio.Event()
        memory.meanwhile = [lambda _: loop.call_soon_threadsafe(writing.set)] * objects.ATTEMPTS
        async with serving(Terminal(), "control plane") as stub:
            creation = stub.Create(messages.CreateRequest(urn=patch.urn, properties=struct(inputs())))
            await writing.wait()
            await stub.Cancel(empty_pb2.Empty())
            with pytest.raises(grpc.aio.AioRpcError) as raised:
                await creation
            return raised.value.details()

    assert engine.run(cancelled()) == (
        f"{PLANE}: {WHERE}: the update was cancelled while others wrote to the object; nothing was written"
    )
    assert memory.writers == []


def test_an_object_that_goes_while_it_is_patched(engine: Engine, place: Place) -> None:
    memory, patch = place(component_type()), Patches(engine, "ComponentType")
    memory.meanwhile = [gone(memory)]

    assert patch.failure(lambda: patch.create(inputs())) == (
        f"{PLANE}: there is no ComponentType service in the namespace acme; there are: none"
    )


def test_an_object_that_goes_while_its_patch_is_taken_out(engine: Engine, place: Place) -> None:
    """Somebody deletes the organization at the same time: what was to be done is done."""
    memory = place(patched())
    memory.meanwhile = [gone(memory)]

    Patches(engine, "ComponentType").delete(state())

    assert (memory.objects, memory.writers) == ({}, [])


@pytest.mark.parametrize(
    ("method", "verb", "call"),
    [
        pytest.param("PATCH", "patch", lambda patch: patch.create(inputs()), id="create"),
        pytest.param("PATCH", "patch", lambda patch: patch.update(state(), inputs()), id="update"),
        pytest.param("GET", "get", lambda patch: patch.create(inputs(), preview=True), id="preview"),
        pytest.param("GET", "get", lambda patch: patch.diff(state(), inputs()), id="diff"),
        pytest.param("GET", "get", lambda patch: patch.delete(state()), id="delete"),
    ],
)
def test_a_refusal_shows_the_message_of_the_api_server(
    engine: Engine, place: Place, method: str, verb: str, call: Callable[[Patches], object]
) -> None:
    memory, patch = place(component_type()), Patches(engine, "ComponentType")
    reason = f'componenttypes.openchoreo.dev "service" is forbidden: User "ci" cannot {verb} it'
    memory.refused = {verb: reason}

    message = patch.failure(lambda: call(patch))

    assert message == f"{PLANE}: {method} {PATH} was refused (403): {reason}; {HINT}"
    assert (memory.live("ComponentType"), memory.writers, patch.said) == (component_type(), [], [])


def test_a_missing_object_is_reported_without_the_right_to_list(engine: Engine, place: Place) -> None:
    memory, patch = place(component_type()), Patches(engine, "ComponentType")
    memory.refused = {"list": "forbidden"}

    message = patch.failure(lambda: patch.create(inputs(name="web")))

    assert message == f"{PLANE}: there is no ComponentType web in the namespace acme"


def test_a_missing_object_of_the_whole_cluster(engine: Engine, place: Place) -> None:
    place(component_type("ClusterComponentType", None))
    patch = Patches(engine, "ClusterComponentType")
    given = {"name": "web", "imagePullSecrets": ["shared"]}

    assert patch.failure(lambda: patch.create(given, preview=True)) == (
        f"{PLANE}: there is no ClusterComponentType web; there are: service"
    )
