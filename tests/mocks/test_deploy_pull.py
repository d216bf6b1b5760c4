"""deploy with pull secrets: which cluster each object goes to, dependencies, and the outputs."""

from __future__ import annotations

import pytest

from components import Deployed
from tests.mocks.pulling import (
    BUILD_PROVIDER as BUILD,
    OUTPUTS,
    RAW,
    READY,
    install,
    of_store,
    on_one_cluster,
    places,
    program,
    short,
)
from tests.mocks.recorder import Recorder, Registered, Secret

DATA = "pulumi:providers:kubernetes data-plane"
CONTROL = "pulumi:providers:openchoreo control-plane"


@pytest.fixture(autouse=True)
def _platform(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch)


@pytest.fixture
def registered(recorder: Recorder) -> list[Registered]:
    return recorder.run(program(RAW))


ON_CONTROL = {
    "BuildPlanePatch acme/build-plane",
    "DataPlanePatch acme/data-plane",
    "ComponentTypePatch acme/service",
    "ComponentTypePatch acme/data-plane",
    "ComponentTypePatch globex/web",
    "ComponentTypePatch initech/web",
    "ComponentTypePatch umbrella/web",
    "ComponentWorkflowPatch umbrella/docker",
}
ON_BUILD = {
    *(f"Namespace {name}-namespace" for name in ("acme", "globex", "initech", "umbrella")),
    "ExternalSecret acme/git-clone-secret",
}
ON_DATA = {"ClusterExternalSecret globex/pull-secret", "Secret initech/dp-initech/registry-pull-secret"}
DATA_READY = "pulumi:providers:openchoreo data-plane"
BOTH_READY = {**READY, DATA_READY: {"ExternalSecretsReady data-plane", "LiveObjects data-plane"}}


def test_every_object_goes_through_the_provider_of_its_plane(registered: list[Registered]) -> None:
    assert places(registered) == {
        **BOTH_READY,
        CONTROL: ON_CONTROL,
        BUILD: ON_BUILD | of_store("org-acme") | of_store("org-umbrella"),
        DATA: ON_DATA | of_store("data-plane/org-acme") | of_store("data-plane/org-globex"),
    }


def test_two_planes_that_are_one_cluster_have_one_provider_and_a_store_each(recorder: Recorder) -> None:
    registered = recorder.run(program(on_one_cluster()))

    pulls = of_store("org-pull-acme") | of_store("org-pull-globex")
    stores = of_store("org-acme") | of_store("org-umbrella") | pulls
    assert places(registered) == {
        **READY,
        DATA_READY: {"ExternalSecretsReady data-plane"},
        CONTROL: ON_CONTROL,
        BUILD: ON_BUILD | ON_DATA | stores,
    }
    conditions = {
        short(each): each.inputs["spec"]["conditions"]
        for each in registered
        if short(each).startswith("ClusterSecretStore ")
    }
    assert conditions["ClusterSecretStore org-acme"] == [{"namespaces": ["openchoreo-ci-acme"]}]
    selector = {"matchLabels": {"openchoreo.dev/release-namespace": "acme"}}
    assert conditions["ClusterSecretStore org-pull-acme"] == [{"namespaceSelector": selector}]


def test_each_provider_names_its_context(registered: list[Registered]) -> None:
    found = {
        str(each): {key: each.inputs[key] for key in ("context", "plane", "release") if key in each.inputs}
        for each in registered
        if each.type.startswith("pulumi:providers:")
    }

    assert found == {
        BUILD: {"context": "kind-build"},
        DATA: {"context": "kind-data"},
        "pulumi:providers:openchoreo build-plane": {
            "context": "kind-build",
            "plane": "build plane",
            "release": "v0.9",
        },
        "pulumi:providers:openchoreo data-plane": {"context": "kind-data", "plane": "data plane", "release": "v0.9"},
        CONTROL: {"context": "kind-control", "plane": "control plane", "release": "v0.9"},
    }


def test_patches_come_after_what_they_refer_to(registered: list[Registered]) -> None:
    """A pod whose Secret does not exist yet fails to pull. Child resources wait like their component."""
    named = {str(each): short(each) for each in registered}
    after = {
        each.name: {named[name] for name in each.depends_on}
        for each in registered
        if each.type == "openchoreo:index:ControlPlane"
    }

    assert after == {
        "acme": of_store("org-acme") | of_store("data-plane/org-acme"),
        "globex": {"ClusterExternalSecret globex/pull-secret"} | of_store("data-plane/org-globex"),
        "initech": {"Secret initech/dp-initech/registry-pull-secret"},
        "umbrella": of_store("org-umbrella"),
    }
    patches = [each for each in registered if each.type.endswith("Patch")]
    assert {each.parent for each in patches} == {
        f"openchoreo:index:ControlPlane {name}" for name in ("acme", "globex", "initech", "umbrella")
    }


def test_the_right_stores_are_named(registered: list[Registered]) -> None:
    """A pull secret reads through the data plane's store, a run through the build plane's."""
    stores = {
        short(each): resource["template"]["spec"]["secretStoreRef"]["name"]
        for each in registered
        for resource in each.inputs.get("resources", ())
    }

    assert stores == {
        "ComponentTypePatch acme/service": "org-acme",
        "ComponentTypePatch acme/data-plane": "org-acme",
        "ComponentTypePatch umbrella/web": "${dataplane.secretStore}",
        "ComponentWorkflowPatch umbrella/docker": "org-umbrella",
    }


def test_each_store_has_the_address_of_its_own_plane(registered: list[Registered]) -> None:
    servers = {
        each.name: each.inputs["spec"]["provider"]["kubernetes"]["server"]["url"]
        for each in registered
        if each.type.endswith(":ClusterSecretStore")
    }

    assert servers == {
        "org-acme": "https://build-plane:6443",
        "org-umbrella": "https://build-plane:6443",
        "data-plane/org-acme": "https://data-plane:6443",
        "data-plane/org-globex": "https://data-plane:6443",
    }


def test_each_plane_is_waited_for(registered: list[Registered]) -> None:
    """OpenChoreo creates the credentials of runs and components later, so an update cannot wait for them."""
    ready = [each for each in registered if each.type.endswith(":ExternalSecretsReady")]
    position = {
        each.name: each.position for each in registered if each.type.startswith("kubernetes:external-secrets.io")
    }

    assert position["acme/git-clone-secret"] < ready[0].position
    assert position["globex/pull-secret"] < ready[1].position
    assert [(each.name, each.inputs, set(each.depends_on)) for each in ready] == [
        (
            "build-plane",
            {
                "externalSecrets": {"acme": {"openchoreo-ci-acme": ["git-clone-secret"]}},
                "timeoutSeconds": 300,
            },
            set(),
        ),
        (
            "data-plane",
            {
                "externalSecrets": {},
                "clusterExternalSecrets": {"globex": ["registry-pull-secret-globex"]},
                "timeoutSeconds": 300,
            },
            set(),
        ),
    ]


def test_a_manual_pull_secret_is_secret_all_the_way(registered: list[Registered]) -> None:
    (found,) = (each.inputs["data"] for each in registered if short(each).startswith("Secret "))

    assert isinstance(found, Secret)
    assert "t0ken" not in repr([each for each in registered if not short(each).startswith("Secret ")])


def test_a_preview_shows_what_the_update_does(registered: list[Registered]) -> None:
    assert Recorder(preview=True).run(program(RAW)) == registered


def test_outputs_of_each_delivery(recorder: Recorder) -> None:
    deployed: dict[str, Deployed] = {}

    recorder.run(program(RAW, deployed))

    assert {name: each.outputs() for name, each in deployed.items()} == OUTPUTS
    assert {name: (each.data_plane is not None, each.control_plane is not None) for name, each in deployed.items()} == {
        "acme": (False, True),
        "globex": (True, True),
        "initech": (True, True),
        "umbrella": (False, True),
    }
