"""deploy: which cluster every resource goes to, and what waits for what."""

from __future__ import annotations

from typing import Any

import pulumi
import pytest

from components import ClusterError, Configuration, deploy, find_release, parse
from components.resources import deployment as stack
from tests.mocks.recorder import Recorder, Registered
from tests.mocks.stubs import NAMESPACES, StubCluster, stub

KUBERNETES = "pulumi:providers:kubernetes build-plane"
OPENCHOREO = "pulumi:providers:openchoreo build-plane"
RBAC = "kubernetes:rbac.authorization.k8s.io/v1"
RAW: dict[str, Any] = {
    "clusters": {"buildPlane": {"context": "kind-build", "kubeconfig": "build.yaml"}},
    "secretStores": {
        "org": {"kubernetes": {"remoteNamespace": "vault", "server": {"fromKubeconfig": True}}},
        "demo": {"scope": "shared", "fake": {"data": [{"key": "pat", "manual": "token"}]}},
    },
    "organizations": [
        {"name": "acme", "secretStore": "org", "git": {"remoteKey": "acme-pat"}},
        {
            "name": "globex",
            "namespace": "adopt",
            "secretStore": "demo",
            "git": {"remoteKey": "pat"},
            "registries": [{"server": "ghcr.io", "manual": {"username": "bot", "password": "token"}}],
        },
        {"name": "initech", "git": {"manual": "token"}},
    ],
    "readyTimeout": "90s",
}
LIVE = {NAMESPACES: [{"metadata": {"name": "openchoreo-ci-globex"}}]}


def program() -> None:
    settings = parse(RAW, source="stacks/Pulumi.test.yaml", manual_names=frozenset({"token"}))
    deploy(Configuration(settings, find_release(settings.release), {"token": pulumi.Output.secret("t0ken")}))


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> type[StubCluster]:
    """A build plane with the operator and one build namespace."""
    stubbed = stub(collections=LIVE)
    monkeypatch.setattr(stack, "Cluster", stubbed)
    return stubbed


@pytest.fixture
def registered(recorder: Recorder, cluster: type[StubCluster]) -> list[Registered]:
    return recorder.run(program)


def test_every_object_goes_through_the_provider_of_its_plane(registered: list[Registered]) -> None:
    objects = {each.provider for each in registered if each.type.startswith("kubernetes:")}
    others = {str(each): each.provider for each in registered if not each.type.startswith("kubernetes:")}

    assert objects == {KUBERNETES}
    assert {name: provider for name, provider in others.items() if provider} == {
        "openchoreo:index:ExternalSecretsReady build-plane": OPENCHOREO,
        "openchoreo:index:LiveObjects build-plane": OPENCHOREO,
    }


def test_providers_name_context_and_kubeconfig(registered: list[Registered]) -> None:
    """A provider without a context would use the current context of the shell."""
    assert [each for each in registered if each.type.startswith("pulumi:providers:")] == [
        Registered(
            "pulumi:providers:kubernetes",
            "build-plane",
            {
                "kubeconfig": "build.yaml",
                "context": "kind-build",
                "clusterIdentifier": "build-plane",
                "enableSecretMutable": "true",
                "upsertExistingObjects": "true",
                "kubeClientSettings": '{"burst": 200, "qps": 100}',
            },
            depends_on=frozenset({"openchoreo:index:LiveObjects build-plane"}),
        ),
        Registered(
            "pulumi:providers:openchoreo",
            "build-plane",
            {"plane": "build plane", "context": "kind-build", "kubeconfig": "build.yaml", "release": "v0.9"},
        ),
    ]


AMBIENT = {
    "KUBECONFIG": "/home/alice/.kube/config:/home/alice/.kube/build",
    "PULUMI_K8S_CLIENT_BURST": "1",
    "PULUMI_K8S_CLIENT_QPS": "1",
    "PULUMI_K8S_CLIENT_TIMEOUT": "1",
    "PULUMI_K8S_DELETE_UNREACHABLE": "true",
    "PULUMI_K8S_ENABLE_CONFIGMAP_MUTABLE": "true",
    "PULUMI_K8S_ENABLE_PATCH_FORCE": "true",
    "PULUMI_K8S_ENABLE_SECRET_MUTABLE": "false",
    "PULUMI_K8S_ENABLE_SERVER_SIDE_APPLY": "false",
    "PULUMI_K8S_SKIP_UPDATE_UNREACHABLE": "true",
    "PULUMI_K8S_SUPPRESS_DEPRECATION_WARNINGS": "true",
    "PULUMI_K8S_SUPPRESS_HELM_HOOK_WARNINGS": "true",
    "PULUMI_K8S_UPSERT_EXISTING_OBJECTS": "false",
}


def test_nothing_of_the_environment_is_recorded(
    recorder: Recorder, cluster: type[StubCluster], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another machine would see a change, and destroy would look for the file of the machine that ran the update."""
    for name, value in AMBIENT.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setitem(RAW, "clusters", {"buildPlane": {"context": "kind-build"}})

    registered = recorder.run(program)

    assert [each.inputs for each in registered if each.type.startswith("pulumi:providers:")] == [
        {
            "context": "kind-build",
            "clusterIdentifier": "build-plane",
            "enableSecretMutable": "true",
            "upsertExistingObjects": "true",
            "kubeClientSettings": '{"burst": 200, "qps": 100}',
        },
        {"plane": "build plane", "context": "kind-build", "release": "v0.9"},
    ]


def test_the_end_waits_for_every_external_secret(registered: list[Registered]) -> None:
    """Without a dependency in the state: after a failed wait, the engine would not delete what the wait depends on."""
    external = {each.name: each.position for each in registered if each.inputs.get("kind") == "ExternalSecret"}
    (ready,) = (each for each in registered if each.type.endswith(":ExternalSecretsReady"))

    assert [ready] == [
        Registered(
            "openchoreo:index:ExternalSecretsReady",
            "build-plane",
            {
                "externalSecrets": {
                    "acme": {"openchoreo-ci-acme": ["git-clone-secret"]},
                    "globex": {"openchoreo-ci-globex": ["git-clone-secret"]},
                },
                "timeoutSeconds": 90,
            },
            provider=OPENCHOREO,
        )
    ]
    assert external.keys() == {"acme/git-clone-secret", "globex/git-clone-secret"}
    assert max(external.values()) < ready.position


def test_the_stack_as_a_whole(registered: list[Registered]) -> None:
    """A renamed or moved resource would be replaced on every platform, so a new name must show up here."""
    assert [f"{each} < {each.parent}" if each.parent else str(each) for each in registered] == [
        "kubernetes:core/v1:Namespace acme-namespace < openchoreo:index:BuildPlane acme",
        "kubernetes:core/v1:Namespace initech-namespace < openchoreo:index:BuildPlane initech",
        "kubernetes:core/v1:NamespacePatch globex-namespace < openchoreo:index:BuildPlane globex",
        "kubernetes:core/v1:Secret globex/registry-push-secret < openchoreo:index:ManualSecrets globex",
        "kubernetes:core/v1:Secret initech/git-clone-secret < openchoreo:index:ManualSecrets initech",
        "kubernetes:core/v1:ServiceAccount org-acme-serviceaccount < openchoreo:index:SecretStore org-acme",
        "kubernetes:external-secrets.io/v1:ClusterSecretStore demo < openchoreo:index:SecretStore demo",
        "kubernetes:external-secrets.io/v1:ClusterSecretStore org-acme < openchoreo:index:SecretStore org-acme",
        "kubernetes:external-secrets.io/v1:ExternalSecret acme/git-clone-secret < openchoreo:index:BuildPlane acme",
        "kubernetes:external-secrets.io/v1:ExternalSecret globex/git-clone-secret < openchoreo:index:BuildPlane globex",
        f"{RBAC}:Role org-acme-role < openchoreo:index:SecretStore org-acme",
        f"{RBAC}:RoleBinding org-acme-rolebinding < openchoreo:index:SecretStore org-acme",
        "openchoreo:index:BuildPlane acme",
        "openchoreo:index:BuildPlane globex",
        "openchoreo:index:BuildPlane initech",
        "openchoreo:index:ExternalSecretsReady build-plane",
        "openchoreo:index:LiveObjects build-plane",
        "openchoreo:index:ManualSecrets globex < openchoreo:index:BuildPlane globex",
        "openchoreo:index:ManualSecrets initech < openchoreo:index:BuildPlane initech",
        "openchoreo:index:SecretStore demo",
        "openchoreo:index:SecretStore org-acme",
        "pulumi:providers:kubernetes build-plane",
        "pulumi:providers:openchoreo build-plane",
    ]


def test_a_preview_shows_what_the_update_does(recorder: Recorder, registered: list[Registered]) -> None:
    """No resource is registered inside an apply, so a preview with unknown ids shows all of them."""
    assert Recorder(preview=True).run(program) == registered


def test_the_store_has_the_address_of_the_kubeconfig(registered: list[Registered]) -> None:
    servers = [
        each.inputs["spec"]["provider"]["kubernetes"]["server"]
        for each in registered
        if each.name == "org-acme" and each.type.endswith(":ClusterSecretStore")
    ]
    assert servers == [{"url": "https://198.51.100.7:6443", "caBundle": "Q0E="}]


def test_an_unfit_cluster_leaves_everything_as_it_is(
    recorder: Recorder, cluster: type[StubCluster], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "collections", {})
    errors: list[str] = []

    def failing() -> None:
        with pytest.raises(ClusterError) as raised:
            program()
        errors.append(str(raised.value))

    assert recorder.run(failing) == []
    expected = (
        'build plane (context "kind-build"): nothing was changed\n'
        '  - organization "globex": namespace openchoreo-ci-globex does not exist; set namespace: own, or\n'
        "    run the organization's first build\n"
        "An error of one organization holds back removals of all;\n"
        "with PULUMI_CONTINUE_ON_ERROR=true, an update continues with the others"
    )
    assert errors == [expected]
