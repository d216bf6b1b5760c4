"""Components and resources without an explicit provider are refused before they are registered."""

from __future__ import annotations

from collections.abc import Callable

import pulumi
import pulumi_kubernetes as kubernetes
import pytest

from components import (
    BuildPlane,
    BuildPlaneArgs,
    ControlPlane,
    ControlPlaneArgs,
    DataPlane,
    DataPlaneArgs,
    ExternalSecretsReady,
    GitCredential,
    ManualSecrets,
    ManualSecretsArgs,
    OpenChoreoProvider,
    OpenChoreoProviderArgs,
    Organization,
    PullSecret,
    RemoteRef,
    SecretStore,
    SecretStoreArgs,
    SettingsError,
    WorkflowPatch,
)
from components.managers.kubernetes import KubernetesStore
from components.managers.manager import PlannedStore
from tests.mocks.recorder import Recorder
from tests.mocks.samples import entry

Make = Callable[[pulumi.ResourceOptions | None], pulumi.Resource]
Options = Callable[[pulumi.ProviderResource], pulumi.ResourceOptions | None]

NO_KUBERNETES = (
    "has no Kubernetes provider, and the cluster of the shell is never used by accident; pass "
    "ResourceOptions(provider=kubernetes.Provider(...))"
)
NO_OPENCHOREO = "has no openchoreo provider; pass ResourceOptions(provider=OpenChoreoProvider(...))"
PULL = PullSecret(component_types=("web",), docker_config=RemoteRef(remote_key="registry"))
IN_COMPONENTS = Organization(name="acme", pull_secret=PULL)
IN_NAMESPACES = Organization(name="acme", pull_secret=PULL.model_copy(update={"delivery": "namespace"}))
WITH_GIT = Organization(name="acme", git=GitCredential(remote_key="git"))
STORE = PlannedStore(
    name="vault-acme",
    manager=KubernetesStore(remote_namespace="vault"),
    organizations=("acme",),
    namespaces=("acme",),
    keys=("registry",),
)

KUBERNETES: dict[str, Make] = {
    'BuildPlane "acme"': lambda opts: BuildPlane("acme", BuildPlaneArgs(WITH_GIT, "vault"), opts),
    'DataPlane "acme"': lambda opts: DataPlane("acme", DataPlaneArgs(IN_NAMESPACES, "vault"), opts),
    'ManualSecrets "acme"': lambda opts: ManualSecrets("acme", ManualSecretsArgs("acme", "acme", [], {}), opts),
    'SecretStore "acme"': lambda opts: SecretStore("acme", SecretStoreArgs.from_plan(STORE), opts),
}
OPENCHOREO: dict[str, Make] = {
    'ControlPlane "acme"': lambda opts: ControlPlane("acme", ControlPlaneArgs(IN_COMPONENTS), opts),
    'ExternalSecretsReady "acme"': lambda opts: ExternalSecretsReady("acme", expected=[], timeout_seconds=5, opts=opts),
    'WorkflowPatch "acme"': lambda opts: WorkflowPatch(
        "acme", namespace="acme", name="build", resources=[entry()], opts=opts
    ),
}
"""Name in messages -> a component or resource that needs the provider."""
SAMPLES = [
    *(("kubernetes", NO_KUBERNETES, source, make) for source, make in KUBERNETES.items()),
    *(("openchoreo", NO_OPENCHOREO, source, make) for source, make in OPENCHOREO.items()),
]


def _provider(package: str) -> pulumi.ProviderResource:
    if package == "kubernetes":
        return kubernetes.Provider("cluster", context="kind-build")
    return OpenChoreoProvider("cluster", OpenChoreoProviderArgs("kind-build"))


def _parent(provider: pulumi.ProviderResource) -> pulumi.ResourceOptions:
    grandparent = pulumi.ComponentResource("test:index:A", "a", None, pulumi.ResourceOptions(providers=[provider]))
    parent = pulumi.ComponentResource("test:index:B", "b", None, pulumi.ResourceOptions(parent=grandparent))
    return pulumi.ResourceOptions(parent=parent)


def _parent_without_providers(_: pulumi.ProviderResource) -> pulumi.ResourceOptions:
    return pulumi.ResourceOptions(parent=pulumi.ComponentResource("test:index:A", "a"))


each_sample = pytest.mark.parametrize(
    ("package", "message", "source", "make"), SAMPLES, ids=lambda value: value if '"' in str(value) else ""
)


@each_sample
@pytest.mark.parametrize(
    "options",
    [
        pytest.param(lambda _: None, id="no-options"),
        pytest.param(lambda _: pulumi.ResourceOptions(), id="empty-options"),
        pytest.param(_parent_without_providers, id="parent"),
        pytest.param(lambda provider: pulumi.ResourceOptions(provider=provider), id="other-provider"),
        pytest.param(lambda provider: pulumi.ResourceOptions(providers=[provider]), id="other-list"),
        pytest.param(lambda provider: pulumi.ResourceOptions(providers={"cluster": provider}), id="other-mapping"),
    ],
)
def test_refused(recorder: Recorder, package: str, message: str, source: str, make: Make, options: Options) -> None:
    """The provider of the other kind does not count."""
    other = "openchoreo" if package == "kubernetes" else "kubernetes"
    names: list[str] = []

    def program() -> None:
        opts = options(_provider(other))
        with pytest.raises(SettingsError) as caught:
            make(opts)
        names.append(str(caught.value))

    registered = recorder.run(program)

    assert names == [f"{source}: 1 problem\n  - opts: {message}"]
    assert {each.name for each in registered} <= {"a", "cluster"}


@each_sample
@pytest.mark.parametrize(
    "options",
    [
        pytest.param(lambda provider: pulumi.ResourceOptions(provider=provider), id="provider"),
        pytest.param(lambda provider: pulumi.ResourceOptions(providers=[provider]), id="list"),
        pytest.param(lambda provider: pulumi.ResourceOptions(providers={provider.package: provider}), id="mapping"),
        pytest.param(_parent, id="grandparent"),
    ],
)
def test_accepted(recorder: Recorder, package: str, message: str, source: str, make: Make, options: Options) -> None:
    """Every object of the package, of the component too, goes through the provider."""
    del message
    registered = recorder.run(lambda: make(options(_provider(package))))

    assert any(f'{each.type.rpartition(":")[2]} "{each.name}"' == source for each in registered)
    objects = [each for each in registered if each.type.startswith("kubernetes:") or each.type.endswith("Patch")]
    assert {each.provider for each in objects} <= {f"pulumi:providers:{package} cluster"}


def test_the_key_of_a_mapping_is_the_package(recorder: Recorder) -> None:
    """Pulumi looks a provider up by its key, so it does not use a provider under another key."""

    def program() -> None:
        opts = pulumi.ResourceOptions(providers={"build-plane": _provider("kubernetes")})
        with pytest.raises(SettingsError, match="has no Kubernetes provider"):
            KUBERNETES['BuildPlane "acme"'](opts)

    recorder.run(program)


@pytest.mark.parametrize("organization", [IN_COMPONENTS, WITH_GIT])
def test_a_component_without_objects_needs_no_provider(recorder: Recorder, organization: Organization) -> None:
    def program() -> None:
        if organization.pull_secret is None:
            ControlPlane("acme", ControlPlaneArgs(organization))
        else:
            DataPlane("acme", DataPlaneArgs(organization))

    assert [each.name for each in recorder.run(program)] == ["acme"]
