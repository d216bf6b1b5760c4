"""Mistakes in a pull secret, ComponentWorkflows or a plane: every message in full."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.samples import (
    AT_ACME,
    EMPTY,
    GIT,
    NOT_A_LABEL,
    NOT_AN_OBJECT_NAME,
    ORGANIZATION_KEYS,
    PULL_SECRET_KEYS,
    REGISTRY_KEYS,
    REMOTE_KEYS,
    Raw,
    assert_rejected,
    on_every_plane,
)

CONFIG: Raw = {"remoteKey": "registry-credentials"}
QUAY: Raw = {"server": "quay.io", "remoteKey": "acme-quay"}
NOT_A_PART_OF_A_NAME = (
    "cannot be part of a name; expected one of: "
    "${metadata.name}, ${metadata.componentName}, ${metadata.environmentName}, ${metadata.projectName}"
)
BOT: Raw = {"server": "quay.io", "manual": {"username": "bot", "password": "quayPassword"}}
ONE_SOURCE = "expected exactly one of registries, dockerConfig"


def _pull(**keys: Any) -> Raw:
    return {"componentTypes": ["service"], **keys}


@pytest.mark.parametrize(
    ("pull", "problem"),
    [
        pytest.param(_pull(), f"names no credential; {ONE_SOURCE}", id="no-source"),
        pytest.param(
            _pull(registries=[QUAY], dockerConfig=CONFIG),
            f"names both registries and dockerConfig; {ONE_SOURCE}",
            id="two-sources",
        ),
        pytest.param(
            _pull(delivery="manual", dockerConfig=CONFIG, namespaces=["dp-a"]),
            "dockerConfig has no effect with delivery manual, which reads no secret manager; leave it out",
            id="manual-with-a-docker-config",
        ),
        pytest.param(
            _pull(delivery="manual", registries=[BOT], namespaces=["dp-a"], secretStore="default"),
            "secretStore has no effect with delivery manual, which reads no secret manager; leave it out",
            id="manual-with-a-store",
        ),
        pytest.param(
            _pull(delivery="manual", registries=[BOT], namespaces=["dp-a"], refreshInterval="1h"),
            "refreshInterval has no effect with delivery manual, which reads no secret manager; leave it out",
            id="manual-with-an-interval",
        ),
        pytest.param(
            _pull(delivery="manual", registries=[BOT, {**QUAY, "server": "ghcr.io"}], namespaces=["dp-a"]),
            "delivery manual requires a manual user and password for every registry",
            id="manual-in-part",
        ),
        pytest.param(
            _pull(delivery="manual", registries=[BOT]),
            "delivery manual requires namespaces, the namespaces of the data plane that get the Secret",
            id="manual-nowhere",
        ),
        pytest.param(
            _pull(registries=[BOT]),
            "a manual registry requires delivery manual, not component",
            id="manual-registry-in-a-component",
        ),
        pytest.param(
            _pull(registries=[QUAY], delivery="namespace", namespaces=["dp-a"]),
            "namespaces requires delivery manual, not namespace",
            id="namespaces-by-name",
        ),
        pytest.param(
            _pull(dockerConfig=CONFIG, delivery="namespace", secretName="${metadata.name}-pull"),
            "secretName may contain an expression with delivery component only, not namespace",
            id="expression-in-a-namespace",
        ),
        pytest.param(
            _pull(registries=[BOT], delivery="manual", namespaces=["dp-a"], secretName="${metadata.name}-pull"),
            "secretName may contain an expression with delivery component only, not manual",
            id="expression-in-a-manual-secret",
        ),
    ],
)
def test_contradiction(pull: Raw, problem: str) -> None:
    assert_rejected(on_every_plane(pullSecret=pull), f"{AT_ACME}.pullSecret: {problem}")


@pytest.mark.parametrize(
    ("keys", "problem"),
    [
        pytest.param(
            {"pullSecret": {"dockerConfig": CONFIG}},
            "pullSecret.componentTypes: is missing; expected a list such as [service]",
            id="no-types",
        ),
        pytest.param({"pullSecret": _pull(componentTypes=[])}, f"pullSecret.componentTypes: {EMPTY}", id="types"),
        pytest.param(
            {"pullSecret": {**_pull(dockerConfig=CONFIG), "componentTypes": ["Service"]}},
            f'pullSecret.componentTypes[0]: "Service" {NOT_AN_OBJECT_NAME}',
            id="type",
        ),
        pytest.param(
            {"pullSecret": _pull(dockerConfig=CONFIG, delivery="pod")},
            'pullSecret.delivery: "pod" must be one of component, namespace, project, manual',
            id="delivery",
        ),
        pytest.param({"pullSecret": _pull(registries=[])}, f"pullSecret.registries: {EMPTY}", id="registries"),
        pytest.param(
            {"pullSecret": _pull(dockerConfig={})},
            "pullSecret.dockerConfig.remoteKey: is missing; expected a value such as acme-registry-pull",
            id="no-key",
        ),
        pytest.param(
            {"pullSecret": _pull(dockerConfig={**CONFIG, "propertyy": "x"})},
            f'pullSecret.dockerConfig.propertyy: unknown key; did you mean "property"? expected one of: {REMOTE_KEYS}',
            id="unknown-key-of-the-docker-config",
        ),
        pytest.param(
            {"pullSecret": _pull(dockerConfig=CONFIG, namespace="a")},
            f'pullSecret.namespace: unknown key; did you mean "namespaces"? expected one of: {PULL_SECRET_KEYS}',
            id="unknown-key",
        ),
        pytest.param(
            {"pullSecret": _pull(registries=[{**QUAY, "passwd": "x"}])},
            f'pullSecret.registries[0].passwd: unknown key; did you mean "password"? expected one of: {REGISTRY_KEYS}',
            id="unknown-key-of-a-registry",
        ),
        pytest.param(
            {"pullSecret": _pull(dockerConfig=CONFIG, secretName="${metadata.namespace}-pull")},
            f'pullSecret.secretName: "${{metadata.namespace}}" {NOT_A_PART_OF_A_NAME}',
            id="another-expression-in-the-name",
        ),
        pytest.param(
            {"pullSecret": _pull(dockerConfig=CONFIG, secretName="${metadata.name}_pull")},
            f'pullSecret.secretName: "${{metadata.name}}_pull" {NOT_AN_OBJECT_NAME}',
            id="name-around-an-expression",
        ),
        pytest.param(
            {"pullSecret": _pull(dockerConfig=CONFIG, resourceId="a b")},
            f'pullSecret.resourceId: "a b" {NOT_AN_OBJECT_NAME}',
            id="resource-id",
        ),
        pytest.param(
            {"pullSecret": _pull(registries=[BOT], delivery="manual", namespaces=[])},
            f"pullSecret.namespaces: {EMPTY}",
            id="namespaces",
        ),
        pytest.param(
            {"pullSecret": _pull(registries=[BOT], delivery="manual", namespaces=["a.b"])},
            f'pullSecret.namespaces[0]: "a.b" {NOT_A_LABEL}',
            id="namespace",
        ),
        pytest.param(
            {"pullSecret": "quay"},
            "pullSecret: must be a mapping, such as {componentTypes: [service], dockerConfig: {remoteKey: "
            "acme-registry-pull}}",
            id="text",
        ),
        pytest.param(
            {"componentWorkflows": {}},
            "componentWorkflows.names: is missing; expected a list such as [docker]",
            id="no-workflows",
        ),
        pytest.param({"componentWorkflows": {"names": []}}, f"componentWorkflows.names: {EMPTY}", id="workflows"),
        pytest.param(
            {"componentWorkflows": {"names": ["docker"], "secretNames": "per-run"}},
            'componentWorkflows.secretNames: "per-run" must be one of run, fixed',
            id="secret-names",
        ),
        pytest.param(
            {"dataPlane": {}}, "dataPlane.secretStoreRef: is missing; expected a value such as org-acme", id="no-store"
        ),
        pytest.param(
            {"buildPlane": {"secretStoreRef": "Default"}},
            f'buildPlane.secretStoreRef: "Default" {NOT_AN_OBJECT_NAME}',
            id="store",
        ),
        pytest.param(
            {"dataPlane": {"name": "", "secretStoreRef": "a"}}, f'dataPlane.name: "" {NOT_AN_OBJECT_NAME}', id="plane"
        ),
        pytest.param(
            {"dataPlanes": {}},
            f'dataPlanes: unknown key; did you mean "dataPlane"? expected one of: {ORGANIZATION_KEYS}',
            id="unknown-key-of-the-organization",
        ),
    ],
)
def test_value(keys: Raw, problem: str) -> None:
    assert_rejected(on_every_plane(git=GIT, **keys), f"{AT_ACME}.{problem}")
