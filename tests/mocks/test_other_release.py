"""A second release, with other names everywhere: a whole `deploy` needs no edit outside of the release."""

from __future__ import annotations

import re
import threading
from typing import Any, Final

import pulumi
import pytest

from components import RELEASES, ClusterError, Configuration, SettingsError, deploy, find_release, parse
from components.patches import Patch, Resource, apply_patch, remove_patch
from components.provider.object_patch import ObjectPatch
from components.resources import deployment as deploy_module
from components.settings.clusters import ClusterSettings
from tests.mocks.other_release import API, OTHER, RAW, Platform
from tests.mocks.recorder import Recorder, Registered
from tests.mocks.signature import FORCED, STACK, sign
from tests.mocks.stubs import Object
from tests.unit.templates import CLOSED, OPENED, config, config_forms, word

ESO: Final = "external-secrets.io/v1"
ACME: Final = {"stack": "acme-corp/openchoreo-secrets/test", "name": "acme"}
GLOBEX: Final = {"stack": "acme-corp/openchoreo-secrets/test", "name": "globex"}
GITHUB: Final = {"openchoreo-secrets/git-host": "github.com"}
OURS: Final = {"app.kubernetes.io/managed-by": "openchoreo-secrets"}
DOCKER: Final = "kubernetes.io/dockerconfigjson"
QUAY: Final = OPENED + config("quay.io", config_forms("quay\\.io"), "registry_0", "KEY") + CLOSED


def _labels(organization: str, credential: str) -> Object:
    return {"openchoreo.dev/organization": organization, "openchoreo-secrets/credential": credential}


def _spec(labels: Object, name: str, key: str, secret_key: str, **keys: Any) -> Object:
    """Spec of an ExternalSecret.

    Args:
        labels: of the Secret.
        name: of the Secret.
        key: in the secret manager.
        secret_key: input of the template, or key in the Secret.
        keys: ``store``; ``annotations``, ``data`` (its template), ``target_key`` and ``type`` of the Secret.
    """
    target_key = keys.get("target_key", ".dockerconfigjson")
    metadata = {"labels": labels, **({"annotations": keys["annotations"]} if keys.get("annotations") else {})}
    return {
        "refreshInterval": "1h0m0s",
        "secretStoreRef": {"kind": "ClusterSecretStore", "name": keys.get("store", "org")},
        "target": {
            "creationPolicy": "Owner",
            "deletionPolicy": "Retain",
            "template": {
                "type": keys.get("type", DOCKER),
                "engineVersion": "v2",
                "mergePolicy": "Replace",
                "metadata": metadata,
                **({"data": {target_key: keys["data"]}} if "data" in keys else {}),
            },
        },
        "data": [
            {
                "secretKey": secret_key,
                "remoteRef": {
                    "key": key,
                    "conversionStrategy": "Default",
                    "decodingStrategy": "None",
                    "metadataPolicy": "None",
                },
            }
        ],
    }


def _external_secret(namespace: str, labels: Object, name: str, key: str, secret_key: str, **keys: Any) -> Object:
    organization = {key: value for key, value in labels.items() if key.startswith("openchoreo.dev/")}
    own = {"annotations": keys.pop("own")} if keys.get("own") else {}
    return {
        "apiVersion": ESO,
        "kind": "ExternalSecret",
        "metadata": {"namespace": namespace, "name": name, "labels": {**OURS, **organization}, **own},
        "spec": _spec(labels, name, key, secret_key, **keys),
    }


def _git(namespace: str, organization: str, name: str, **own: str) -> Object:
    labels, key = _labels(organization, "git"), f"{organization}-git"
    keys = {"type": "Opaque", "annotations": GITHUB, "own": own, "target_key": "source-token"}
    return _external_secret(namespace, labels, name, key, "token", data=word(".token", key), **keys)


def _push(namespace: str, organization: str, name: str, **own: str) -> Object:
    labels, key = _labels(organization, "registry-push"), f"{organization}-quay"
    data = QUAY.replace("KEY", key)
    return _external_secret(namespace, labels, name, key, "registry_0", data=data, own=own)


def _namespace(organization: str) -> Object:
    labels = {**OURS, "openchoreo.dev/organization": organization}
    metadata = {"name": f"{organization}-builds", "labels": labels}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}


DOWNLOAD: Final = _labels("globex", "registry-pull")
IN_A_COMPONENT: Final[Object] = {
    "id": "download",
    "template": _external_secret(
        "${component.namespace}",
        _labels("acme", "registry-pull"),
        "${component.id}-image-download",
        "acme-pull",
        ".dockerconfigjson",
        store="${cluster.store}",
        own=STACK,
    ),
}
EXPECTED: Final[dict[str, Object]] = {
    "Namespace acme-namespace": sign(_namespace("acme"), FORCED),
    "Namespace globex-namespace": sign(_namespace("globex"), FORCED),
    "ExternalSecret globex/source-access": sign(_git("globex-builds", "globex", "source-access"), FORCED),
    "ExternalSecret globex/image-upload": sign(_push("globex-builds", "globex", "image-upload"), FORCED),
    "ClusterExternalSecret globex/pull-secret": {
        "apiVersion": ESO,
        "kind": "ClusterExternalSecret",
        "metadata": {
            "name": "image-download-globex",
            "labels": {**OURS, "openchoreo.dev/organization": "globex"},
            "annotations": FORCED,
        },
        "spec": {
            "externalSecretName": "image-download",
            "externalSecretMetadata": {"labels": {**OURS, "openchoreo.dev/organization": "globex"}},
            "externalSecretSpec": _spec(DOWNLOAD, "image-download", "globex-pull", ".dockerconfigjson"),
            "refreshTime": "1h0m0s",
            "namespaceSelectors": [{"matchLabels": {"platform.example/tenant": "globex"}}],
        },
    },
    "BlueprintPatch acme/web": {
        "namespace": "tenant-acme",
        "name": "web",
        "resources": [IN_A_COMPONENT],
        "imagePullSecrets": ["${component.id}-image-download"],
        "identity": ACME,
    },
    "BlueprintPatch globex/web": {
        "namespace": "tenant-globex",
        "name": "web",
        "imagePullSecrets": ["image-download"],
        "identity": GLOBEX,
    },
    "PipelinePatch acme/docker": {
        "namespace": "tenant-acme",
        "name": "docker",
        "resources": [
            {"id": "source", "template": _git("${owner.tenant}-builds", "acme", "${run.id}-source-access", **STACK)},
            {"id": "images", "template": _push("${owner.tenant}-builds", "acme", "${run.id}-image-upload", **STACK)},
        ],
        "identity": ACME,
    },
    "BuilderClusterPatch acme/build-plane": {
        "namespace": "tenant-acme",
        "name": "default",
        "secretStoreRef": "org",
        "identity": ACME,
    },
    "RuntimeClusterPatch acme/data-plane": {
        "namespace": "tenant-acme",
        "name": "default",
        "secretStoreRef": "platform",
        "identity": ACME,
    },
    "SharedRuntimePatch globex/data-plane": {"name": "edge", "secretStoreRef": "platform", "identity": GLOBEX},
    "ExternalSecretsReady build-plane": {
        "externalSecrets": {"globex": {"globex-builds": ["image-upload", "source-access"]}},
        "timeoutSeconds": 300,
    },
    "ExternalSecretsReady data-plane": {
        "externalSecrets": {},
        "clusterExternalSecrets": {"globex": ["image-download-globex"]},
        "timeoutSeconds": 300,
    },
}
CONDITIONS: Final = {
    "org": [{"namespaces": ["acme-builds", "globex-builds"]}],
    "data-plane/org": [{"namespaceSelector": {"matchLabels": {"platform.example/tenant": "globex"}}}],
}


@pytest.fixture(autouse=True)
def _release(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(RELEASES, OTHER.name, OTHER)
    monkeypatch.setattr(deploy_module, "Cluster", Platform)


def _deploy() -> None:
    settings = parse(RAW, source="stacks/Pulumi.other.yaml")
    for name, deployed in deploy(Configuration(settings, find_release(settings.release), {})).items():
        pulumi.export(name, deployed.outputs())


@pytest.fixture
def registered(recorder: Recorder) -> list[Registered]:
    return recorder.run(_deploy)


def _short(resource: Registered) -> str:
    return f"{resource.type.rpartition(':')[2].rpartition('/')[2]} {resource.name}"


def test_every_object_has_the_names_of_the_release(registered: list[Registered]) -> None:
    objects = {_short(resource): resource.inputs for resource in registered}
    assert {name: objects.get(name) for name in EXPECTED} == EXPECTED
    # The others are components, providers and stores, whose names no release decides.
    others = {name.partition(" ")[0] for name in objects.keys() - EXPECTED.keys()}
    components = {"BuildPlane", "ControlPlane", "DataPlane", "SecretStore"}
    stores = {"ClusterSecretStore", "Role", "RoleBinding", "ServiceAccount"}
    assert others == {*components, *stores, "kubernetes", "openchoreo", "LiveObjects"}


def test_stores_serve_the_namespaces_of_the_release(registered: list[Registered]) -> None:
    stores = {each.name: each.inputs["spec"] for each in registered if each.type.endswith(":ClusterSecretStore")}
    assert {name: spec["conditions"] for name, spec in stores.items()} == CONDITIONS


def test_outputs(recorder: Recorder, registered: list[Registered]) -> None:
    assert registered
    assert recorder.exported == {
        "acme": {
            "namespace": "acme-builds",
            "secrets": {},
            "pullSecret": {"secretName": "${component.id}-image-download", "componentTypes": ["web"]},
            "componentWorkflows": ["docker"],
        },
        "globex": {
            "namespace": "globex-builds",
            "secrets": {"git": ["source-access"], "registry-push": ["image-upload"]},
            "pullSecret": {"secretName": "image-download", "componentTypes": ["web"]},
        },
    }


def test_a_patch_goes_to_the_pods_of_the_release() -> None:
    """Its workload type, the path of its pods and the defaults of its entries are not those of a real release."""
    pods = {"id": "service", "cluster": "runtime", "template": {"kind": "Server", "pods": {"containers": []}}}
    live = {
        "apiVersion": API,
        "kind": "Blueprint",
        "metadata": {"namespace": "tenant-acme", "name": "web"},
        "spec": {"runtime": "service", "resources": [pods]},
    }
    name = "${component.id}-image-download"
    desired = Patch((Resource(IN_A_COMPONENT["id"], IN_A_COMPONENT["template"]),), (name,))

    patched = apply_patch(live, desired, release=OTHER)

    with_name = {"kind": "Server", "pods": {"containers": [], "imagePullSecrets": [{"name": name}]}}
    resources = [{**pods, "template": with_name}, IN_A_COMPONENT]
    assert patched.object == {**live, "spec": {"runtime": "service", "resources": resources}}
    assert remove_patch(patched.object, patched.added, release=OTHER) == live


def test_the_provider_serves_the_kinds_of_the_release() -> None:
    cluster = Platform("control plane", ClusterSettings(context="control"))
    kinds = ("Blueprint", "Pipeline", "RuntimeCluster", "SharedRuntime", "BuilderCluster")
    assert [*ObjectPatch(cluster, OTHER, threading.Event()).types] == [
        f"openchoreo:index:{kind}Patch" for kind in kinds
    ]


def test_errors_name_the_charts_and_expressions_of_the_release(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Platform, "get", lambda *_: None)
    with pytest.raises(ClusterError, match=r"or platform-builders \(eso=on\)"):
        _deploy()
    organization = {**RAW["tenants"][0], "pullSecret": {**RAW["tenants"][0]["pullSecret"]}}
    organization["pullSecret"]["secretName"] = "${metadata.name}-pull"
    problem = '"${metadata.name}" cannot be part of a name; expected one of: ${component.id}'
    said = re.escape(f'tenants[0] ("acme").pullSecret.secretName: {problem}')
    with pytest.raises(SettingsError, match=said):
        parse({**RAW, "tenants": [organization]}, source="test")
