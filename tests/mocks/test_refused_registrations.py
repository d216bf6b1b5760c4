"""A run with a refused organization registers everything that a run without one does, so that nothing is deleted."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from components import Configuration
from components.resources import deployment
from tests.mocks.aws_samples import COMPUTED
from tests.mocks.pulling import RAW, install, on_one_cluster, program
from tests.mocks.recorder import Recorder, Registered
from tests.unit.aws_accounts import ACCOUNT, managed
from tests.unit.registries import ECR

AWS: dict[str, Any] = {
    "aws": ACCOUNT,
    "clusters": {"buildPlane": {"context": "kind-build"}},
    "secretStores": {"org": managed(uniqueNames=True)},
    "organizations": [
        {
            "name": name,
            "secretStore": "org",
            "git": {"remoteKey": "git", "property": "token"},
            "registries": [{**ECR, "ecr": {"managed": {}}}],
        }
        for name in ("acme", "globex")
    ],
}
STACKS: dict[str, Callable[[], dict[str, Any]]] = {
    "three clusters": lambda: RAW,
    "one cluster": on_one_cluster,
    "AWS": lambda: AWS,
}
CASES = [(name, str(entry["name"])) for name, build in STACKS.items() for entry in build()["organizations"]]
OF_THE_PROVIDER = ("openchoreo:index:LiveObjects", "openchoreo:index:ExternalSecretsReady")


@pytest.fixture(autouse=True)
def _platform(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch)


def _register(recorder: Recorder, raw: dict[str, Any], *refused: str) -> dict[str, Registered]:
    """URN -> resource."""
    checked = deployment.preflight

    def refuse(configuration: Configuration) -> deployment.Preflight:
        return replace(checked(configuration), refused={name: ["a problem"] for name in refused})

    recorder.computed = COMPUTED
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(deployment, "preflight", refuse)
        return {each.urn: each for each in recorder.run(program(raw))}


@pytest.mark.parametrize(("name", "organization"), CASES, ids=[f"{name}-{one}" for name, one in CASES])
def test_nothing_is_left_out(recorder: Recorder, name: str, organization: str) -> None:
    raw = STACKS[name]()
    before, after = _register(recorder, raw), _register(recorder, raw, organization)

    assert [str(after[urn]) for urn in after.keys() - before.keys()] == [
        f"openchoreo:index:OrganizationRefused {organization}"
    ]
    assert before.keys() <= after.keys()
    for urn, resource in before.items():
        if resource.type not in OF_THE_PROVIDER:
            assert (after[urn].inputs, after[urn].parent) == (resource.inputs, resource.parent)
            assert after[urn].provider == resource.provider
            assert after[urn].depends_on >= resource.depends_on


@pytest.mark.parametrize(("name", "organization"), CASES, ids=[f"{name}-{one}" for name, one in CASES])
def test_everything_of_the_organization_waits(recorder: Recorder, name: str, organization: str) -> None:
    registered = _register(recorder, STACKS[name](), organization).values()

    refused = f"openchoreo:index:OrganizationRefused {organization}"
    waiting = {refused}
    while more := {str(each) for each in registered if {*each.depends_on, each.parent} & waiting} - waiting:
        waiting |= more
    assert waiting == {str(each) for each in registered if organization in each.name}
    assert any(each.startswith("aws:") for each in waiting) == (name == "AWS")


def test_both_are_named_to_the_provider(recorder: Recorder) -> None:
    """Their objects are not compared, and their credentials are not waited for."""
    raw = on_one_cluster()
    before, after = _register(recorder, raw), _register(recorder, raw, "acme", "globex")

    for urn, resource in before.items():
        now = after[urn].inputs
        if resource.type == "openchoreo:index:LiveObjects":
            names = {_name(manifest) for manifest in _manifests(resource)} - {
                _name(manifest) for manifest in _manifests(after[urn])
            }
            assert {**now["refused"], "objects": set(now["refused"]["objects"])} == {
                "organizations": ["acme", "globex"],
                "objects": names,
            }
            assert "ExternalSecret openchoreo-ci-acme/git-clone-secret" in names
            assert not [name for name in names if "umbrella" in name or "initech" in name]
        elif resource.type == "openchoreo:index:ExternalSecretsReady":
            assert now == {"refused": ["acme", "globex"], "externalSecrets": {}, "timeoutSeconds": 300}


def _manifests(resource: Registered) -> list[dict[str, Any]]:
    return [manifest for _, manifest in json.loads(resource.inputs["manifests"])]


def _name(manifest: dict[str, Any]) -> str:
    namespace = manifest["metadata"].get("namespace")
    return f"{manifest['kind']} {f'{namespace}/' if namespace else ''}{manifest['metadata']['name']}"
