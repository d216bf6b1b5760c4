"""Components, projects and build runs of the proof: which ExternalSecrets OpenChoreo renders out of live objects."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from components.cluster.connection import Cluster
from components.settings.parsing import parse
from components.settings.stack import StackSettings
from local.processes import ProcessError
from local.proof.cel import FormError, evaluate
from local.proof.components import build_variables, deploy_components, render_external_secrets

STORE = {"scope": "organization", "kubernetes": {"remoteNamespace": "manager", "server": {"fromKubeconfig": True}}}
API = "/apis/openchoreo.dev/v1alpha1"
ES = "external-secrets.io/v1"


class StubCluster(Cluster):
    """Returns objects by path, and records what is applied."""

    def __init__(self, objects: Mapping[str, dict[str, Any]]) -> None:
        self._objects = objects
        self.applied: dict[str, Mapping[str, Any]] = {}

    def get(self, path: str) -> dict[str, Any] | None:
        return self._objects.get(path)

    def apply(self, path: str, manifest: Mapping[str, Any], *, field_manager: str) -> dict[str, Any]:
        assert field_manager == "local-platform"
        self.applied[path] = manifest
        return dict(manifest)


def entry(name: str, **fields: Any) -> dict[str, Any]:
    """An entry of ``spec.resources`` that creates an ExternalSecret."""
    metadata = {"name": name, "namespace": "${metadata.namespace}"}
    return {"id": "secret", "template": {"apiVersion": ES, "kind": "ExternalSecret", "metadata": metadata}, **fields}


def holding(*entries: dict[str, Any]) -> dict[str, Any]:
    return {"spec": {"resources": list(entries)}}


def settings_of_v0_9() -> StackSettings:
    pull = {"componentTypes": ["service"], "dockerConfig": {"remoteKey": "pull"}}
    return parse(
        {
            "secretStores": {"default": STORE},
            "clusters": {plane: {"context": "kind"} for plane in ("buildPlane", "controlPlane", "dataPlane")},
            "organizations": [
                {
                    "name": "acme",
                    "git": {"remoteKey": "git"},
                    "pullSecret": pull,
                    "componentWorkflows": {"names": ["docker"]},
                    "dataPlane": {"secretStoreRef": "platform"},
                }
            ],
        },
        source="stack",
    )


def settings_of_v1() -> StackSettings:
    pull = {
        "delivery": "project",
        "clusterComponentTypes": ["service"],
        "clusterProjectTypes": ["default"],
        "dockerConfig": {"remoteKey": "pull"},
    }
    return parse(
        {
            "release": "v1",
            "secretStores": {"default": STORE},
            "clusters": {plane: {"context": "kind"} for plane in ("workflowPlane", "controlPlane", "dataPlane")},
            "namespaces": [
                {
                    "name": "acme",
                    "git": {"remoteKey": "git"},
                    "registries": [{"server": "ghcr.io", "remoteKey": "push"}],
                    "pullSecret": pull,
                    "workflows": {"clusterWorkflows": ["builder"]},
                }
            ],
        },
        source="stack",
    )


def path(namespace: str, name: str) -> str:
    return f"/apis/{ES}/namespaces/{namespace}/externalsecrets/{name}"


def test_objects_of_v0_9() -> None:
    cluster = StubCluster(
        {
            f"{API}/namespaces/acme/componenttypes/service": holding(
                entry("${metadata.name}-of-${metadata.environmentName}-from-${dataplane.secretStore}")
            ),
            f"{API}/namespaces/acme/componentworkflows/docker": holding(entry("${metadata.workflowRunName}-git")),
            f"{API}/namespaces/acme/dataplanes/default": {"spec": {"secretStoreRef": {"name": "platform"}}},
        }
    )

    paths = deploy_components(cluster, settings_of_v0_9())

    assert paths == [
        path("dp-acme-default-development-ed423feb", "app-of-development-from-platform"),
        path("openchoreo-ci-acme", "app-run-git"),
    ]
    assert list(cluster.applied) == paths


def test_shared_objects_of_v1() -> None:
    ours, others = '${metadata.componentNamespace in ["acme"]}', '${metadata.componentNamespace in ["globex"]}'
    cluster = StubCluster(
        {
            f"{API}/clustercomponenttypes/service": holding(
                entry("ours", includeWhen=ours), entry("others", includeWhen=others)
            ),
            f"{API}/clusterprojecttypes/default": holding(entry("${metadata.projectNamespace}-pull")),
            f"{API}/clusterworkflows/builder": holding(
                entry("${metadata.workflowRunName}-${metadata.namespaceName}-${workflowplane.secretStore}")
            ),
            f"{API}/clusterworkflowplanes/default": {"spec": {"secretStoreRef": {"name": "shared"}}},
            f"{API}/clusterdataplanes/default": {"spec": {}},
        }
    )

    paths = deploy_components(cluster, settings_of_v1())

    assert paths == [
        path("dp-acme-default-development-ed423feb", "ours"),
        path("dp-acme-default-development-ed423feb", "acme-pull"),
        path("workflows-acme", "app-run-acme-shared"),
    ]
    assert list(cluster.applied) == paths


def test_objects_that_do_not_exist() -> None:
    cluster = StubCluster({})

    assert deploy_components(cluster, settings_of_v1()) == []
    assert cluster.applied == {}


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        pytest.param("${dataplane.secretStore}", "secretStore", id="a plane without a store"),
        pytest.param("${size(metadata.name)}", "size(...)", id="a function"),
        pytest.param("${metadata.name !}", "metadata.name !", id="another form"),
    ],
)
def test_an_expression_without_a_value(name: str, problem: str) -> None:
    cluster = StubCluster({f"{API}/clustercomponenttypes/service": holding(entry(name))})

    with pytest.raises(ProcessError) as raised:
        deploy_components(cluster, settings_of_v1())

    assert str(raised.value) == (
        f"ClusterComponentType service: an expression cannot be evaluated for acme: {problem}; correct the expression"
    )
    assert cluster.applied == {}


def test_only_external_secrets_that_a_condition_includes() -> None:
    other = {"id": "map", "template": {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "${no}"}}}
    item = holding(
        other,
        entry("always"),
        entry("${no}", forEach="${configurations}", var="item"),
        entry("chosen", includeWhen='${parameters.repository.secretRef != ""}'),
        entry("run", includeWhen='${metadata.workflowRunName == "app-run"}'),
    )

    rendered = render_external_secrets(item, build_variables("acme", "target"))

    assert [manifest["metadata"] for manifest in rendered] == [
        {"name": "always", "namespace": "target"},
        {"name": "run", "namespace": "target"},
    ]


@pytest.mark.parametrize(
    ("code", "message"),
    [
        pytest.param("name name", "name name", id="two values"),
        pytest.param("name # name", "name # name", id="a character"),
        pytest.param("(name", ") is missing before []", id="no end"),
        pytest.param("name ? 1 : 2", "'app' is no boolean", id="a condition that is a text"),
        pytest.param("size(name)", "size(...)", id="a function"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_a_form_that_is_not_evaluated(code: str, message: str) -> None:
    with pytest.raises(FormError) as raised:
        evaluate(code, {"name": "app"})

    assert str(raised.value) == message
