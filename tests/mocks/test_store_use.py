"""A SecretStore that does not serve the organization of a component: every message, and nothing is registered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pulumi
import pytest

from components import (
    BuildPlane,
    BuildPlaneArgs,
    ComponentWorkflows,
    ControlPlane,
    ControlPlaneArgs,
    DataPlane,
    DataPlaneArgs,
    GitCredential,
    Organization,
    PullSecret,
    RemoteRef,
    SecretStore,
    SecretStoreArgs,
    SettingsError,
)
from components.managers.kubernetes import KubernetesStore
from components.managers.references import ServiceAccountRef
from tests.mocks.recorder import Recorder

ACME = Organization(
    name="acme",
    git=GitCredential(remote_key="acme-git"),
    component_workflows=ComponentWorkflows(names=["docker"]),
    pull_secret=PullSecret(
        component_types=["service"], delivery="namespace", docker_config=RemoteRef(remote_key="acme-pull")
    ),
)
PULLING = ACME.model_copy(
    update={
        "pull_secret": PullSecret(
            component_types=["service"],
            delivery="namespace",
            secret_store="org",
            docker_config=RemoteRef(remote_key="acme-pull"),
        )
    }
)
CREATED = KubernetesStore(remote_namespace="vault")
EXISTING = KubernetesStore(
    remote_namespace="vault", service_account=ServiceAccountRef(name="reader", namespace="platform")
)
OTHER = (
    'the store "org" serves hooli, not acme; pass "acme" in organizations of the store',
    'the store "org" may not be used in the namespace "openchoreo-ci-acme"; pass it in namespaces of the store',
)
UNREAD = "of acme; pass every remote key in keys of the store, such as keys=organization"


def store(**differing: Any) -> SecretStore:
    served = {"organizations": ["acme"], "namespaces": ["openchoreo-ci-acme"], "keys": ["acme-git", "acme-pull"]}
    return SecretStore("org", SecretStoreArgs(**{"name": "org", "manager": CREATED, **served, **differing}))


def hooli() -> SecretStore:
    return store(organizations=["hooli"], namespaces=["openchoreo-ci-hooli"], keys=["hooli-git"])


@pytest.mark.usefixtures("default_providers")
@pytest.mark.parametrize(
    ("call", "problems"),
    [
        (lambda: BuildPlane("acme", BuildPlaneArgs(ACME, store())), []),
        (lambda: DataPlane("acme", DataPlaneArgs(ACME, store())), []),
        (lambda: ControlPlane("acme", ControlPlaneArgs(ACME, store())), []),
        (
            lambda: BuildPlane("acme", BuildPlaneArgs(ACME, hooli())),
            [
                *(f"secret_store: {text}" for text in OTHER),
                f'secret_store: the store "org" may not read "acme-git" {UNREAD}.build_keys',
            ],
        ),
        (
            lambda: ControlPlane("acme", ControlPlaneArgs(ACME, *[hooli()] * 2)),
            [
                *(f"build_store: {text}" for text in OTHER),
                f'build_store: the store "org" may not read "acme-git" {UNREAD}.build_keys',
                f"pull_store: {OTHER[0]}",
                f'pull_store: the store "org" may not read "acme-pull" {UNREAD}.pull_keys',
            ],
        ),
        (
            lambda: DataPlane("acme", DataPlaneArgs(ACME, hooli())),
            [
                f"secret_store: {OTHER[0]}",
                f'secret_store: the store "org" may not read "acme-pull" {UNREAD}.pull_keys',
            ],
        ),
        (
            lambda: BuildPlane("acme", BuildPlaneArgs(ACME, store(organizations=[]))),
            [
                (
                    'secret_store: the store "org" serves no organization, not acme; pass "acme" in organizations of '
                    "the store"
                )
            ],
        ),
        (lambda: BuildPlane("acme", BuildPlaneArgs(ACME, store(manager=EXISTING, keys=[]))), []),
        (lambda: BuildPlane("acme", BuildPlaneArgs(ACME, store(keys=[pulumi.Output.from_input("acme-git")]))), []),
        (
            lambda: BuildPlane(
                "acme",
                BuildPlaneArgs(Organization(name="acme", git=GitCredential(remote_key="Acme/PAT")), store()),
            ),
            [
                (
                    'organization: remoteKey "Acme/PAT" is not a Kubernetes object name: lower-case letters, digits, '
                    '"-" and ".", at most 253 characters, first and last a letter or a digit (store "org")'
                )
            ],
        ),
        (lambda: BuildPlane("acme", BuildPlaneArgs(ACME.model_copy(update={"secret_store": "org"}), store())), []),
        (
            lambda: BuildPlane("acme", BuildPlaneArgs(ACME.model_copy(update={"secret_store": "org"}), "org-acme")),
            [],
        ),
        (lambda: DataPlane("acme", DataPlaneArgs(PULLING, "org-pull-acme")), []),
        (lambda: DataPlane("acme", DataPlaneArgs(PULLING, "org-pull")), []),
        (lambda: DataPlane("acme", DataPlaneArgs(PULLING, "org-acme")), []),
        (
            lambda: BuildPlane(
                "acme", BuildPlaneArgs(ACME.model_copy(update={"secret_store": "org"}), "org-pull-acme")
            ),
            [
                (
                    'organization.secretStore: "org" is not the store "org-pull-acme" of secret_store; leave it '
                    "out, or pass the same store"
                )
            ],
        ),
        (
            lambda: BuildPlane("acme", BuildPlaneArgs(ACME.model_copy(update={"secret_store": "other"}), store())),
            [
                (
                    'organization.secretStore: "other" is not the store "org" of secret_store; leave it out, or '
                    "pass the same store"
                )
            ],
        ),
        (
            lambda: BuildPlane("acme", BuildPlaneArgs(ACME.model_copy(update={"secret_store": "other"}), "default")),
            [
                (
                    'organization.secretStore: "other" is not the store "default" of secret_store; leave it out, or '
                    "pass the same store"
                )
            ],
        ),
    ],
)
def test_store_of_a_component(recorder: Recorder, call: Callable[[], object], problems: list[str]) -> None:
    messages: list[list[str]] = []

    def program() -> None:
        try:
            call()
        except SettingsError as error:
            messages.append([str(problem) for problem in error.problems])

    registered = {each.type.rpartition(":")[2] for each in recorder.run(program)}
    assert messages == ([problems] if problems else [])
    assert bool(registered & {"BuildPlane", "DataPlane", "ControlPlane"}) == (not problems)
