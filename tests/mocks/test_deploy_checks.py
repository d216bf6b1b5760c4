"""deploy with pull secrets: what the preflight checks, and what a failed check leaves unchanged."""

from __future__ import annotations

import copy
import logging

import pytest

from components.managers.manager import Endpoint
from components.resources import deployment as stack
from components.settings.clusters import ClusterSettings
from tests.mocks.pulling import (
    BUILD_PROVIDER as BUILD,
    RAW,
    READY,
    Platform,
    configuration,
    install,
    of_store,
    places,
    program,
    short,
)
from tests.mocks.recorder import Recorder
from tests.mocks.stubs import NAMESPACES

CONTROL = "pulumi:providers:openchoreo control-plane"


@pytest.fixture(autouse=True)
def connected(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ClusterSettings]]:
    """Every connection, in order."""
    return install(monkeypatch)


def test_preflight_checks_every_plane(connected: list[tuple[str, ClusterSettings]], recorder: Recorder) -> None:
    found: dict[str, Endpoint] = {}

    recorder.run(lambda: found.update(stack.preflight(configuration(RAW)).endpoints))

    assert found == {
        "build": Endpoint("https://build-plane:6443", "Q0E="),
        "data": Endpoint("https://data-plane:6443", "Q0E="),
    }
    assert connected == [
        ("build plane", ClusterSettings(context="kind-build")),
        ("control plane", ClusterSettings(context="kind-control")),
        ("data plane", ClusterSettings(context="kind-data")),
    ]


def test_warnings_about_settings(recorder: Recorder, caplog: pytest.LogCaptureFixture) -> None:
    raw = copy.deepcopy(RAW)
    nexus = {"name": "nexus", "extract": [{"remoteKey": "acme-nexus", "property": "doc"}]}
    raw["organizations"] = [{"name": "acme", "secretStore": "org", "external": [nexus]}]

    recorder.run(program(raw))

    warnings = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert [text.partition(": ")[0] for text in warnings] == [
        'organizations[0] ("acme").external[0].extract[0].property'
    ]


def test_planes_without_resources_have_no_patches(recorder: Recorder) -> None:
    raw = copy.deepcopy(RAW)
    raw["organizations"] = [{"name": "acme", "secretStore": "org", "git": {"remoteKey": "acme-pat"}}]

    registered = recorder.run(program(raw))

    assert places(registered) == {
        **READY,
        "pulumi:providers:openchoreo data-plane": {"LiveObjects data-plane"},
        BUILD: {"Namespace acme-namespace", "ExternalSecret acme/git-clone-secret"} | of_store("org-acme"),
    }
    assert not {"openchoreo:index:ControlPlane acme", "openchoreo:index:DataPlane acme", CONTROL} & set(
        map(str, registered)
    )


def test_credentials_of_each_run_overwrite_nothing_of_earlier_runs(
    recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A platform that has followed OpenChoreo's docs: its runs have left ExternalSecrets in the build namespace."""
    raw = copy.deepcopy(RAW)
    raw["organizations"] = [{**raw["organizations"][3], "namespace": "adopt"}]
    space = "openchoreo-ci-umbrella"
    left = {
        NAMESPACES: [{"metadata": {"name": space}}],
        f"/apis/external-secrets.io/v1/namespaces/{space}/externalsecrets": [
            {"metadata": {"name": "git-clone-secret"}}
        ],
    }
    monkeypatch.setattr(Platform, "collections", left)

    registered = recorder.run(program(raw))

    assert [short(each) for each in registered if each.type.startswith("kubernetes:core/")] == [
        "NamespacePatch umbrella-namespace",
        "ServiceAccount org-umbrella-serviceaccount",
    ]
