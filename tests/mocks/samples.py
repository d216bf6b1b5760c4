"""Objects of a control plane, and patches of them."""

from __future__ import annotations

import copy
from typing import Any

from tests.mocks.stubs import OPENCHOREO, Object

API = OPENCHOREO.removeprefix("/apis/")
NAME = "${metadata.name}-pull"


def metadata(name: str, namespace: str | None = "acme") -> Object:
    place = {} if namespace is None else {"namespace": namespace}
    return {**place, "name": name, "uid": "5f1c", "resourceVersion": "7", "labels": {"team": "platform"}}


def component_type(kind: str = "ComponentType", namespace: str | None = "acme", **pods: Any) -> Object:
    """A ComponentType of a Deployment, as the API server has it."""
    deployment = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "${metadata.name}", "namespace": "${metadata.namespace}"},
        "spec": {"replicas": 1, "template": {"spec": {"containers": [{"name": "main"}], **pods}}},
    }
    return {
        "apiVersion": API,
        "kind": kind,
        "metadata": metadata("service", namespace),
        "spec": {
            "workloadType": "deployment",
            "schema": {"parameters": {"replicas": "integer | default=1"}},
            "resources": [{"id": "deployment", "targetPlane": "dataplane", "template": deployment}],
        },
    }


def workflow(kind: str = "ComponentWorkflow", namespace: str | None = "acme", **spec: Any) -> Object:
    place = "openchoreo-ci-${metadata.orgName}" if kind == "ComponentWorkflow" else "${metadata.namespace}"
    run = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Workflow",
        "metadata": {"name": "${metadata.workflowRunName}", "namespace": place},
    }
    return {
        "apiVersion": API,
        "kind": kind,
        "metadata": metadata("docker", namespace),
        "spec": {"runTemplate": run, **spec},
    }


def plane(kind: str, **spec: Any) -> Object:
    return {
        "apiVersion": API,
        "kind": kind,
        "metadata": metadata("default"),
        "spec": {"clusterAgent": {"clientCA": {"value": "none"}}, **spec},
    }


def entry(identity: str = "pull", **spec: Any) -> Object:
    """A resource that a patch puts in."""
    template = {
        "apiVersion": "external-secrets.io/v1",
        "kind": "ExternalSecret",
        "metadata": {"name": NAME, "namespace": "${metadata.namespace}"},
        "spec": {"refreshInterval": "1h0m0s", **spec},
    }
    return {"id": identity, "template": template}


def inputs(*resources: Any, pull: tuple[str, ...] = (), **keys: Any) -> Object:
    """Inputs of a ComponentTypePatch; without any, those of one resource and of its name in the pods."""
    if not resources and not pull:
        resources, pull = (entry(),), (NAME,)
    given: Object = {"namespace": "acme", "name": "service"}
    if resources:
        given["resources"] = list(resources)
    if pull:
        given["imagePullSecrets"] = list(pull)
    return {**given, **keys}


def added(*resources: Object, pull: tuple[str, ...] = (), store: str = "", **kept: list[str]) -> Object:
    """The record of what was put in."""
    return {
        "resources": list(resources),
        "imagePullSecrets": list(pull),
        "secretStoreRef": store,
        "kept": {name: list(path) for name, path in kept.items()},
    }


PODS = ["spec", "template", "spec"]
RECORD = added(entry(), pull=(NAME,), resources=["spec"], imagePullSecrets=PODS)
"""Of the patch that `inputs` makes of `component_type`."""


def state(given: Object | None = None, record: Object = RECORD) -> Object:
    """State of a patch that is in place."""
    return {**(inputs() if given is None else given), "added": record}


def patched(*resources: Object, pull: tuple[str, ...] = (NAME,), version: str = "8") -> Object:
    """The ComponentType afterwards, in whole."""
    live = component_type()
    live["metadata"]["resourceVersion"] = version
    found = [copy.deepcopy(each) for each in resources or (entry(),)]
    live["spec"]["resources"] += [{"targetPlane": "dataplane", **each} for each in found]
    if pull:
        pods = live["spec"]["resources"][0]["template"]["spec"]["template"]["spec"]
        pods["imagePullSecrets"] = [{"name": name} for name in pull]
    return live


def by_hand() -> Object:
    """The entry in another state than it was put in."""
    return patched({**entry(refreshInterval="5m0s"), "includeWhen": "${parameters.private}"})


def version(live: Object, number: int) -> Object:
    live["metadata"]["resourceVersion"] = str(number)
    return live
