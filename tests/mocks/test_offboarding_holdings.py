"""The record of an organization has everything that a program registers for it, and nothing of the others.

What is the organization's follows from two runs of the program, with and without it. So a new kind of resource that the
record does not cover fails here.
"""

from __future__ import annotations

import json
from typing import Any, Final

import pytest

from components import Configuration, deploy, find_release, parse
from components.cluster.holdings import read_holdings
from components.offboarding.holdings import Holdings
from components.offboarding.marks import Subject
from components.offboarding.state import read_state_holdings
from components.resources import deployment
from tests.golden import resources
from tests.mocks.aws_samples import COMPUTED
from tests.mocks.deployed_samples import Entry, build_clusters, export_state, list_custom
from tests.mocks.recorder import Recorder
from tests.unit.aws_accounts import ACCOUNT, managed
from tests.unit.samples import CANARY, Raw

STACK: Final = "acme-corp/openchoreo-secrets/test"
NAMES: Final = ("acme", "acme2", "acme-corp")
BOOKKEEPING: Final = ("openchoreo:index:LiveObjects", "openchoreo:index:ExternalSecretsReady")
"""Types of resources that are about all organizations and create nothing."""
KUBERNETES: Final[Raw] = {"kubernetes": {"remoteNamespace": "vault"}}
VAULT: Final[Raw] = {
    "server": "https://vault.example:8200",
    "path": "kv-{organization}",
    "managed": {
        "identityNamespace": "external-secrets",
        "path": "org/{organization}/",
        "authMount": "kubernetes/build",
        "dataPlaneAuthMount": "kubernetes/data",
        "createMount": True,
    },
}
PLANES: Final[Raw] = {"controlPlane": {"context": "control"}, "dataPlane": {"context": "data"}}


def _older(name: str) -> Raw:
    """An organization of v0.9 with every kind of credential, in a namespace of its own or an adopted one."""
    pull: Raw = {"componentTypes": ["service"], "delivery": "component", "dockerConfig": {"remoteKey": f"{name}-pull"}}
    more: Raw = {"namespace": "adopt", "componentWorkflows": {"names": ["docker"], "secretNames": "fixed"}}
    external: list[Raw] = []
    if name == "acme":
        pull = {**pull, "delivery": "namespace", "secretStore": "org", "dockerConfig": {"remoteKey": "org/acme/pull"}}
        more = {"registries": [{"server": "ghcr.io", "manual": {"username": "a", "password": "token"}}]}
        external = [{"name": "manual", "keys": {"token": {"manual": "token"}}}]
    app = {"appId": str(NAMES.index(name)), "installationId": "2", "privateKey": {"remoteKey": f"org/{name}/app"}}
    return {
        "name": name,
        "secretStore": "org",
        "git": {"githubApp": app},
        "external": [
            {"name": "sonar", "keys": {"token": {"remoteKey": f"{name}-sonar"}}, "secretStore": "common"},
            {"name": "aws", "keys": {"token": {"remoteKey": "token"}}, "secretStore": "cloud"},
            *external,
        ],
        "pullSecret": pull,
        "buildPlane": {"secretStoreRef": "build"},
        "dataPlane": {"name": "edge", "secretStoreRef": "data"},
        **more,
    }


def _newer(name: str) -> Raw:
    """A namespace of v1 with the objects that all namespaces share."""
    pull: Raw = {"clusterComponentTypes": ["service"], "secretStore": "org", "delivery": "component"}
    if name == "acme2":
        pull = {**pull, "clusterProjectTypes": ["default"], "delivery": "project"}
    return {
        "name": name,
        "secretStore": "org",
        "git": {"secretReference": "github", "remoteKey": f"{name}-git", "property": "token"},
        "registries": [{"server": "ghcr.io", "remoteKey": f"{name}-push"}],
        "workflows": {"clusterWorkflows": ["docker"], "delivery": "ahead" if name == "acme" else "run"},
        "pullSecret": {**pull, "dockerConfig": {"remoteKey": f"{name}-pull"}},
    }


CONFIGURATIONS: Final[dict[str, Raw]] = {
    "v0.9": {
        "clusters": {"buildPlane": {"context": "build"}, **PLANES},
        "aws": ACCOUNT,
        "secretStores": {
            "org": {"vault": VAULT},
            "common": {"scope": "shared", **KUBERNETES},
            "cloud": managed(kmsKey="organization"),
        },
        "organizations": [_older(name) for name in NAMES],
    },
    "v1": {
        "release": "v1",
        "clusters": {"workflowPlane": {"context": "build"}, **PLANES},
        "secretStores": {"org": {"scope": "shared", **KUBERNETES}},
        "namespaces": [_newer(name) for name in NAMES],
    },
}


def _register(config: Raw, monkeypatch: pytest.MonkeyPatch, without: str = "") -> list[dict[str, Any]]:
    """What the program registers, as a golden file has it."""
    key = "namespaces" if "namespaces" in config else "organizations"
    kept = {**config, key: [entry for entry in config[key] if entry["name"] != without]}
    settings = parse(kept, source="test", manual_names=frozenset({"token"}))
    monkeypatch.setattr(deployment, "preflight", lambda configuration: deployment.Preflight({}, configuration.plan))

    def program() -> None:
        import pulumi  # noqa: PLC0415 -- an output needs the stack of the recorder

        manual = {"token": pulumi.Output.secret(CANARY)}
        deploy(Configuration(settings, find_release(settings.release), manual))

    return resources(Recorder(computed=COMPUTED).run(program))


def _hold(registered: list[dict[str, Any]], organization: str) -> Holdings:
    state = read_state_holdings(export_state(registered), organization)
    subject = Subject(STACK, organization, state.objects, state.stores)
    clusters = {api.cluster: plane == "control" for plane, api in build_clusters(registered).items()}
    return Holdings.merge([read_holdings(clusters, subject), Holdings(state.resources)])


def _by_urn(entries: list[Entry]) -> dict[str, Entry]:
    """URN -> inputs, without names in pods of a shared type, which say nothing about an organization."""
    return {
        entry["urn"]: {key: value for key, value in entry["inputs"].items() if key != "imagePullSecrets"}
        for entry in entries
        if entry["type"] not in BOOKKEEPING
    }


@pytest.mark.parametrize("config", CONFIGURATIONS.values(), ids=CONFIGURATIONS)
@pytest.mark.parametrize("name", NAMES)
def test_the_record_has_what_a_removal_changes(config: Raw, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    registered = _register(config, monkeypatch)
    before = _by_urn(list_custom(registered))
    after = _by_urn(list_custom(_register(config, monkeypatch, without=name)))
    assert after.keys() < before.keys()

    holdings = _hold(registered, name)

    whole = {item.uid for item in holdings.items if not item.part}
    parts = {item.uid for item in holdings.items if item.part}
    removed = before.keys() - after.keys()
    changed = {urn for urn in after if after[urn] != before[urn]}
    assert whole | parts == removed | changed
    # A patch or a label is a part of an object that stays, also if the resource goes.
    assert whole <= removed
    assert parts & removed == {urn for urn in removed if urn.split("::")[2].endswith("Patch")}
    assert CANARY not in json.dumps([vars(item) for item in holdings.items])
