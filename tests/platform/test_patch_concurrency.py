"""One ComponentType with many writers: no edit is lost, and every patch succeeds."""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from typing import Any, Final

from kubernetes import client, config, dynamic
from pulumi.provider.experimental import provider as rpc
from pulumi.provider.experimental.property_value import PropertyValue

from components.cluster.connection import Cluster
from components.errors import ConflictError
from components.openchoreo.v0_9 import V0_9
from components.provider.object_patch import ObjectPatch
from components.provider.values import to_property_values
from components.settings.clusters import ClusterSettings
from local.platform import CONTEXT, Platform
from tests.platform.harness import eventually
from tests.platform.openchoreo import API, SILENT, ControlPlane, component_type

WRITERS: Final = 8
EDITS: Final = 25
"""Edits of every writer."""
CYCLES: Final = 20


class Counting(Cluster):
    """A cluster that counts conflicts of its writes."""

    conflicts = 0

    def json_patch(self, path: str, operations: Sequence[Mapping[str, Any]], *, field_manager: str) -> None:
        try:
            super().json_patch(path, operations, field_manager=field_manager)
        except ConflictError:
            self.conflicts += 1
            raise


class Writer:
    """Adds keys of its own to a part of the object that is not ours, one at a time."""

    def __init__(self, number: int, kubeconfig: str, namespace: str) -> None:
        configuration = client.Configuration()
        api = config.new_client_from_config(kubeconfig, client_configuration=configuration)
        self._types = dynamic.DynamicClient(api).resources.get(api_version=API, kind="ComponentType")
        self._namespace = namespace
        self._number = number

    def run(self) -> None:
        # Half of them merge on the server, half read, change and replace, as controllers do.
        edit = self._merge if self._number % 2 else self._replace
        for key in keys(self._number):
            edit(key)

    def _merge(self, key: str) -> None:
        body = {"spec": {"schema": {"parameters": {key: "string"}}}}
        content = "application/merge-patch+json"
        self._types.patch(name="service", namespace=self._namespace, body=body, content_type=content)

    def _replace(self, key: str) -> None:
        while True:
            live = self._types.get(name="service", namespace=self._namespace).to_dict()
            live["spec"]["schema"]["parameters"][key] = "string"
            try:
                self._types.replace(body=live, namespace=self._namespace)
            except dynamic.exceptions.ConflictError:
                continue
            return


def keys(number: int) -> list[str]:
    """What one writer adds."""
    return [f"writer{number}edit{edit}" for edit in range(EDITS)]


def write(kubeconfig: str, namespace: str) -> None:
    """All writers at once; they run in a process of their own, as other controllers do."""
    with ThreadPoolExecutor(WRITERS) as pool:
        for each in [pool.submit(Writer(number, kubeconfig, namespace).run) for number in range(WRITERS)]:
            each.result()


def parameters(control_plane: ControlPlane) -> dict[str, Any]:
    """The part that the writers add to."""
    found: dict[str, Any] = control_plane.get("ComponentType", "service")["spec"]["schema"]["parameters"]
    return found


def entry(number: int) -> dict[str, Any]:
    """A resource that differs from cycle to cycle."""
    metadata = {"name": "${metadata.name}-pull", "labels": {"cycle": str(number)}}
    return {"id": "pull", "template": {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata}}


def test_no_edit_is_lost(platform: Platform, control_plane: ControlPlane, organization: str) -> None:
    original = control_plane.create(
        component_type("service", organization, schema={"parameters": {"port": "integer | default=8080"}})
    )
    settings = ClusterSettings(context=CONTEXT, kubeconfig=str(platform.kubeconfig))
    cluster = Counting("control plane", settings)
    patch = ObjectPatch(cluster, V0_9, threading.Event())
    urn = "urn:pulumi:test::openchoreo-secrets::openchoreo:index:ComponentTypePatch::service"

    def inputs(number: int) -> dict[str, PropertyValue]:
        plain = {"namespace": organization, "name": "service", "resources": [entry(number)]}
        return to_property_values({**plain, "imagePullSecrets": [f"pull-{number}"]})

    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        writing = pool.submit(write, str(platform.kubeconfig), organization)
        eventually(lambda: len(parameters(control_plane)) > 1, "the first edit of a writer")
        number = 0
        while number < CYCLES or not writing.done():
            made = patch.create(rpc.CreateRequest(urn, inputs(number), 0, preview=False), SILENT).properties
            assert control_plane.pull_secrets("service") == [{"name": f"pull-{number}"}]
            request = rpc.UpdateRequest(urn, "service", made, inputs(number + 1), 0, [], preview=False)
            updated = patch.update(request, SILENT).properties
            assert list(control_plane.entries("service"))[1:] == [{**entry(number + 1), "targetPlane": "dataplane"}]
            patch.delete(rpc.DeleteRequest(urn, "service", updated, 0), SILENT)
            assert [each["id"] for each in control_plane.entries("service")] == ["deployment"]
            number += 1
        writing.result()

    assert cluster.conflicts > 0
    original["spec"]["schema"]["parameters"] |= {key: "string" for number in range(WRITERS) for key in keys(number)}
    assert control_plane.get("ComponentType", "service") == original
