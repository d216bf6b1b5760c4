"""Pull secrets of ``delivery: namespace``: what others edit, and what others have in the namespaces of workloads."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from tests.platform.drift_samples import ESO, Object, warnings_of
from tests.platform.harness import Kubernetes, Stack, eventually, kubernetes_store
from tests.platform.openchoreo import ControlPlane, component_type

NAME = "registry-pull-secret"
DOCKER = "kubernetes.io/dockerconfigjson"
CONFIG = json.dumps({"auths": {"ghcr.io": {"auth": "YTpi"}}})
THEIRS = json.dumps({"auths": {"quay.io": {"auth": "Yzpk"}}})


@dataclass(frozen=True)
class Workloads:
    """A stack with one organization that has a pull secret, and a namespace of its workloads."""

    stack: Stack
    cluster: Kubernetes
    organization: str
    namespace: str

    @property
    def fan_out(self) -> str:
        """Its ClusterExternalSecret."""
        return f"{NAME}-{self.organization}"

    def delivered(self) -> tuple[str, dict[str, str]] | None:
        """Type and values of the Secret."""
        return self.cluster.secret(self.namespace, NAME)


@pytest.fixture
def workloads(
    stack: Stack, cluster: Kubernetes, control_plane: ControlPlane, manager: str, organization: str
) -> Iterator[Workloads]:
    """Before the first update."""
    control_plane.create(component_type("service", organization))
    cluster.put_secret(manager, "pull", {"config": CONFIG})
    namespace = f"dp-{organization}"
    labels = {"openchoreo.dev/release-namespace": organization}
    cluster.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace, "labels": labels}})
    pull = {
        "delivery": "namespace",
        "componentTypes": ["service"],
        "dockerConfig": {"remoteKey": "pull", "property": "config"},
    }
    stack.configure(
        clusters=stack.every_plane,
        secretStores={"org": kubernetes_store(manager)},
        organizations=[{"name": organization, "secretStore": "org", "pullSecret": pull}],
    )
    yield Workloads(stack, cluster, organization, namespace)
    cluster.delete("v1", "Namespace", namespace)


def _remove_selectors(live: Object) -> None:
    del live["spec"]["namespaceSelectors"]


def _select_by_expression(live: Object) -> None:
    live["spec"]["namespaceSelectors"] = [{"matchExpressions": [{"key": "team", "operator": "Exists"}]}]


def _remove_name(live: Object) -> None:
    del live["spec"]["externalSecretName"]


EDITS: dict[str, Callable[[Object], None]] = {
    "spec.namespaceSelectors is missing": _remove_selectors,
    "spec.namespaceSelectors[0].matchLabels is missing": _select_by_expression,
    "spec.externalSecretName is missing": _remove_name,
}


def test_an_edited_fan_out_is_described_and_repaired(workloads: Workloads) -> None:
    it = workloads
    it.stack.up()
    for text, change in EDITS.items():
        it.cluster.edit(ESO, "ClusterExternalSecret", it.fan_out, change)

        (warning,) = warnings_of(it.stack.ok("preview", "--suppress-progress"))

        who = f'ClusterExternalSecret {it.fan_out} (organization "{it.organization}")'
        assert warning.startswith(f"{who} was edited: {text}, configured ")
        it.stack.up()
    it.stack.unchanged()
    assert it.delivered() == (DOCKER, {".dockerconfigjson": CONFIG})


def test_an_edited_delivery_is_restored_by_the_operator(workloads: Workloads) -> None:
    it = workloads
    it.stack.up()
    values = {".dockerconfigjson": base64.b64encode(THEIRS.encode()).decode()}
    it.cluster.patch("v1", "Secret", NAME, {"data": values}, it.namespace)
    eventually(lambda: it.delivered() == (DOCKER, {".dockerconfigjson": CONFIG}), "the Secret to be restored")
    it.cluster.delete("v1", "Secret", NAME, it.namespace)
    eventually(it.delivered, "the Secret to come back")
    it.cluster.delete(ESO, "ExternalSecret", NAME, it.namespace)
    eventually(lambda: it.cluster.get(ESO, "ExternalSecret", NAME, it.namespace), "the ExternalSecret to come back")
    eventually(it.delivered, "the Secret to come back")
    it.stack.up()
    it.stack.unchanged()


def test_objects_of_others_are_refused(workloads: Workloads) -> None:
    """ESO would overwrite the Secret and delete it with the stack, and leave the ExternalSecret as it is."""
    it = workloads
    values = {".dockerconfigjson": base64.b64encode(THEIRS.encode()).decode()}
    metadata = {"name": NAME, "namespace": it.namespace}
    store = {"kind": "SecretStore", "name": "theirs"}
    data = [{"secretKey": "a", "remoteRef": {"key": "a"}}]
    target = {"name": "elsewhere"}
    it.cluster.create({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "type": DOCKER, "data": values})
    it.cluster.create(
        {
            "apiVersion": ESO,
            "kind": "ExternalSecret",
            "metadata": metadata,
            "spec": {"secretStoreRef": store, "target": target, "data": data},
        }
    )
    before = it.cluster.get("v1", "Secret", NAME, it.namespace)

    who, way = f'organization "{it.organization}"', "delete it, or use another name (pullSecret.secretName)"
    whose = f"exists and the ClusterExternalSecret {it.fan_out} did not create it"
    lines = [
        f"{who}: ExternalSecret {it.namespace}/{NAME} {whose}; {way}",
        f"{who}: Secret {it.namespace}/{NAME} exists and this stack did not create it; {way}",
    ]
    for message in (it.stack.preview_fails(), it.stack.up_fails()):
        assert not [line for line in lines if line not in message]
    assert it.cluster.get("v1", "Secret", NAME, it.namespace) == before
    assert it.cluster.get(ESO, "ClusterExternalSecret", it.fan_out) is None

    for api, kind in (("v1", "Secret"), (ESO, "ExternalSecret")):
        it.cluster.delete(api, kind, NAME, it.namespace)
    it.stack.up()
    it.stack.unchanged()
    assert it.delivered() == (DOCKER, {".dockerconfigjson": CONFIG})
