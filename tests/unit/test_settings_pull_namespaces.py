"""Namespaces for manual pull secrets that two organizations list."""

from __future__ import annotations

import pytest

from tests.unit.samples import AT_ACME, GIT, Edits, Raw, assert_rejected, on_every_plane, raw, rejection, settings

BOT: Raw = {"server": "quay.io", "manual": {"username": "bot", "password": "quayPassword"}}
BY_HAND: Raw = {"componentTypes": ["service"], "delivery": "manual", "registries": [BOT], "namespaces": ["dp-a"]}


def test_a_namespace_of_two_organizations() -> None:
    edits: Edits = on_every_plane()
    edits["organizations"] = [
        {"name": "acme", "pullSecret": {**BY_HAND, "namespaces": ["dp-a", "openchoreo-ci-globex"]}},
        {"name": "umbrella", "git": GIT},
        {"name": "globex", "pullSecret": BY_HAND},
        {"name": "initech", "pullSecret": {**BY_HAND, "secretName": "another"}},
        {"name": "hooli", "pullSecret": {**BY_HAND, "secretName": "a-third", "namespaces": ["dp-b"]}},
    ]
    first = f"{AT_ACME}.pullSecret.namespaces[0]"
    assert_rejected(
        edits,
        f'{AT_ACME}.pullSecret.namespaces[1]: "openchoreo-ci-globex" is the build namespace of an organization; use '
        "a namespace of the organization's workloads",
        'organizations[2] ("globex").pullSecret.namespaces[0]: "dp-a" already gets the Secret '
        f'"registry-pull-secret" from {first}',
        f'organizations[3] ("initech").pullSecret.namespaces[0]: {_also_of(first)}',
    )


def _also_of(first: str, namespace: str = "dp-a") -> str:
    return (
        f'"{namespace}" is also {first}, and the labels of a namespace name one organization; use a namespace of the '
        "organization's workloads"
    )


def _one_namespace(isolation: str) -> Edits:
    names = {"acme": "registry-pull-secret", "globex": "another"}
    organizations = [
        {
            "name": name,
            "pullSecret": {
                **BY_HAND,
                "secretName": secret,
                "registries": [{**BOT, "manual": {"username": "bot", "password": value}}],
                "namespaces": ["team-x"],
            },
        }
        for (name, secret), value in zip(names.items(), ("gitToken", "quayPassword"), strict=True)
    ]
    return {**on_every_plane(), "organizations": organizations, "isolation": isolation}


@pytest.mark.parametrize("isolation", ["store", "strict"])
def test_two_secrets_in_a_namespace_of_two_organizations(isolation: str) -> None:
    problem = _also_of(f"{AT_ACME}.pullSecret.namespaces[0]", "team-x")
    assert_rejected(_one_namespace(isolation), f'organizations[1] ("globex").pullSecret.namespaces[0]: {problem}')


def test_two_secrets_in_a_namespace_with_isolation_shared() -> None:
    assert settings(_one_namespace("shared"))


def test_two_secrets_in_a_namespace_with_a_wrong_isolation() -> None:
    said = rejection(raw(_one_namespace("none")))
    assert said.count("\n  - ") == 1
    assert "isolation: " in said
