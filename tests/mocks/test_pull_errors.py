"""Contradicting arguments of ControlPlane and DataPlane: every message in full, and nothing is registered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi
import pytest

from components import (
    ComponentWorkflows,
    ControlPlane,
    ControlPlaneArgs,
    DataPlane,
    DataPlaneArgs,
    ExternalCredential,
    GitCredential,
    Organization,
    PullSecret,
    RegistryCredential,
    RemoteRef,
    SettingsError,
    Source,
)
from components.schema.sources import ManualRegistry
from tests.mocks.recorder import Recorder

GIT = GitCredential(remote_key="acme-pat")
PASS = "pass a SecretStore, or the name of a ClusterSecretStore"
WHOLE = RemoteRef(remote_key="registry-credentials")
RUNS = ComponentWorkflows(names=("docker",))


def manual(*entries: str) -> PullSecret:
    registries = tuple(
        RegistryCredential(server=f"{entry}.io", manual=ManualRegistry(username="bot", password=entry))
        for entry in entries
    )
    return PullSecret(component_types=("web",), delivery="manual", registries=registries, namespaces=("dp-acme",))


@pytest.mark.parametrize(
    ("organization", "problems"),
    [
        pytest.param(
            Organization(name="acme", git=GIT, component_workflows=RUNS),
            [f"build_store: is missing; component_workflows read from it; {PASS}"],
            id="no store for the builds",
        ),
        pytest.param(
            Organization(
                name="acme",
                external=(ExternalCredential(name="sonar", keys={"token": Source(remote_key="sonar")}),),
                component_workflows=ComponentWorkflows(names=("docker", "docker")),
            ),
            [
                'organization.componentWorkflows.names[1]: "docker" is listed twice',
                "organization.componentWorkflows: has no credentials; expected git, registries or both",
            ],
            id="everything that is wrong with workflows",
        ),
        pytest.param(
            Organization(
                name="acme",
                pull_secret=PullSecret(
                    component_types=("web", "service", "web"), docker_config=RemoteRef(remote_key="a${b}")
                ),
            ),
            [
                'organization.pullSecret.componentTypes[2]: "web" is listed twice',
                'organization.pullSecret: "a${b}" has a ${, which OpenChoreo would evaluate as an expression',
            ],
            id="everything that is wrong with a pull secret",
        ),
    ],
)
def test_control_plane(recorder: Recorder, organization: Organization, problems: list[str]) -> None:
    def program() -> None:
        with pytest.raises(SettingsError) as caught:
            ControlPlane("acme", ControlPlaneArgs(organization))
        assert str(caught.value) == whole("ControlPlane", problems)

    assert recorder.run(program) == []


@pytest.mark.parametrize(
    ("organization", "values", "problems"),
    [
        pytest.param(
            Organization(name="acme", git=GIT),
            {},
            [
                (
                    "organization.pullSecret: is missing; expected a mapping, such as {componentTypes: [service], "
                    "dockerConfig: {remoteKey: acme-registry-pull}}"
                )
            ],
            id="no pull secret",
        ),
        pytest.param(
            Organization(
                name="acme",
                pull_secret=PullSecret(component_types=("web",), delivery="namespace", docker_config=WHOLE),
            ),
            {},
            [f"secret_store: is missing; delivery namespace reads from it; {PASS}"],
            id="no store",
        ),
        pytest.param(
            Organization(name="acme", pull_secret=manual("quay", "hush", "ghcr")),
            {"quay": "t0ken", "unused": "never"},
            [
                f"organization.pullSecret.registries[{index}].manual.password: names no entry of manualSecrets (value "
                "not shown); configured: quay, unused"
                for index in (1, 2)
            ],
            id="manual values that were not given, and whose names may be the values themselves",
        ),
    ],
)
def test_data_plane(
    recorder: Recorder, organization: Organization, values: Mapping[str, Any], problems: list[str]
) -> None:
    def program() -> None:
        given = {name: pulumi.Output.secret(value) for name, value in values.items()}
        with pytest.raises(SettingsError) as caught:
            DataPlane("acme", DataPlaneArgs(organization, manual=given))
        assert str(caught.value) == whole("DataPlane", problems)

    assert recorder.run(program) == []


def whole(component: str, problems: list[str]) -> str:
    count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
    lines = [f'{component} "acme": {count}', *(f"  - {problem}" for problem in problems)]
    return "\n".join(lines)
