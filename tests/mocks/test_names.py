"""Names of Pulumi's resources: no two organizations share a URN, whatever their names."""

from __future__ import annotations

from typing import Any

import pytest

from tests.mocks.pulling import BUILD, install, program
from tests.mocks.recorder import Recorder


@pytest.fixture(autouse=True)
def _platform(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch)


def stack(*organizations: dict[str, Any]) -> dict[str, Any]:
    return {
        "clusters": {"buildPlane": BUILD, "controlPlane": BUILD, "dataPlane": {"context": "kind-data"}},
        "secretStores": {
            "default": {"kubernetes": {"remoteNamespace": "vault"}, "sharedKeys": ["pat", "push", "pull"]}
        },
        "organizations": list(organizations),
    }


def organization(name: str, kind: str) -> dict[str, Any]:
    """One in which every object has one name."""
    return {
        "name": name,
        "git": {"remoteKey": "pat"},
        "registries": [{"server": "ghcr.io", "remoteKey": "push"}],
        "componentWorkflows": {"names": [kind]},
        "buildPlane": {"name": kind, "secretStoreRef": kind},
        "dataPlane": {"name": kind, "secretStoreRef": kind},
        "pullSecret": {"componentTypes": [kind], "dockerConfig": {"remoteKey": "pull"}, "secretStore": "default"},
    }


def manual(name: str, namespace: str, secret: str) -> dict[str, Any]:
    pull = {
        "componentTypes": ["web"],
        "delivery": "manual",
        "registries": [{"server": "ghcr.io", "manual": {"username": "bot", "password": "token"}}],
        "namespaces": [namespace],
        "secretName": secret,
    }
    return {"name": name, "git": {"manual": "token", "secretName": secret}, "pullSecret": pull}


@pytest.mark.parametrize(
    ("organizations", "resources"),
    [
        pytest.param([organization("acme", "data-plane"), organization("globex", "build-plane")], 4, id="like a plane"),
        pytest.param([organization("a", "b-c"), organization("a-b", "c")], 4, id="one dash, two places"),
        pytest.param([organization("a", "b.c"), organization("a-b", "a-b.c")], 4, id="dots"),
        pytest.param(
            [organization("control-plane", "namespace"), organization("data-plane", "pull-secret")], 4, id="like ours"
        ),
    ],
)
def test_patches(recorder: Recorder, organizations: list[dict[str, Any]], resources: int) -> None:
    """`Recorder.run` refuses two resources with one URN, as the engine does in the middle of an update."""
    registered = recorder.run(program(stack(*organizations)))

    assert len([each for each in registered if each.type.endswith("Patch")]) == resources * len(organizations)


@pytest.mark.parametrize(
    ("organizations", "secrets"),
    [
        pytest.param([manual("a", "b-c", "d"), manual("a-b", "c", "d")], 4, id="namespaces"),
        pytest.param([manual("a", "c", "b-x"), manual("a-b", "d", "x")], 4, id="Secrets"),
        pytest.param([manual("a", "b", "c-d"), manual("z", "b-c", "d")], 4, id="a namespace and a Secret"),
    ],
)
def test_manual_secrets(recorder: Recorder, organizations: list[dict[str, Any]], secrets: int) -> None:
    registered = recorder.run(program(stack(*organizations)))

    assert len([each for each in registered if each.type == "kubernetes:core/v1:Secret"]) == secrets


def test_external_secrets(recorder: Recorder) -> None:
    organizations = [
        {"name": name, "git": {"remoteKey": "pat", "secretName": secret}}
        for name, secret in (("a", "b-x"), ("a-b", "x"))
    ]

    registered = recorder.run(program(stack(*organizations)))

    assert len([each for each in registered if each.inputs.get("kind") == "ExternalSecret"]) == 2
