"""BuildPlane: the namespace, own or adopted, and what depends on it or goes with it."""

from __future__ import annotations

import base64
import json
from typing import Any

import pulumi
import pytest

from components import (
    BuildPlane,
    BuildPlaneArgs,
    ExternalCredential,
    GitCredential,
    Organization,
    RegistryCredential,
    SecretStore,
    SecretStoreArgs,
    SettingsError,
    Source,
)
from components.managers.kubernetes import KubernetesStore
from components.managers.manager import PlannedStore
from components.plan.expected import Expected
from components.registries.tokens import EcrManaged, EcrToken
from components.schema.sources import ManualRegistry
from tests.mocks.build_plane_samples import COMPONENT, NAMESPACE, OWNED, PATCH, PLANE, SPACE
from tests.mocks.manifest_samples import git_secret, push_secret, registered_secret, sonar_secret
from tests.mocks.recorder import Recorder, Registered, Secret, resolve
from tests.mocks.signature import OWNER

pytestmark = pytest.mark.usefixtures("default_providers")

GIT = GitCredential(remote_key="acme-pat")
REGISTRY = RegistryCredential(server="ghcr.io", remote_key="acme-registry")
SONAR = ExternalCredential(name="sonar", keys={"token": Source(remote_key="acme-sonar")})
REMOTE = Organization(name="acme", git=GIT, registries=(REGISTRY,), external=(SONAR,))


def external_secrets(store: str, *, depends_on: frozenset[str]) -> list[Registered]:
    """Those of `REMOTE`, sorted by name."""
    manifests = (git_secret(store), push_secret(store), sonar_secret(store))
    return [registered_secret(entry, depends_on=depends_on) for entry in manifests]


def test_own_namespace_comes_before_its_credentials(recorder: Recorder) -> None:
    registered = recorder.run(lambda: BuildPlane("acme", BuildPlaneArgs(REMOTE, "existing")))

    expected = external_secrets("existing", depends_on=frozenset({str(NAMESPACE)}))
    assert registered == [NAMESPACE, *expected, COMPONENT]


def test_adopted_namespace_keeps_its_owner(recorder: Recorder) -> None:
    """Only the organization's label, under the field manager of the stack."""
    adopted = REMOTE.model_copy(update={"namespace": "adopt"})

    registered = recorder.run(lambda: BuildPlane("acme", BuildPlaneArgs(adopted, "existing")))

    expected = external_secrets("existing", depends_on=frozenset({str(PATCH)}))
    assert registered == [PATCH, *expected, COMPONENT]


def test_own_and_adopted_are_one_resource(recorder: Recorder) -> None:
    """Otherwise a change from one to the other deletes the namespace, or what the stack has just written to it."""
    (own, own_aliases), (adopted, adopted_aliases) = (_namespace_of(recorder, mode) for mode in ("own", "adopt"))
    assert own != adopted
    assert own_aliases == frozenset({adopted})
    assert adopted_aliases == frozenset({own})


def _namespace_of(recorder: Recorder, mode: str) -> tuple[str, frozenset[str]]:
    """URN and aliases of the namespace of an organization."""
    organization = REMOTE.model_copy(update={"namespace": mode})
    registered = recorder.run(lambda: BuildPlane("acme", BuildPlaneArgs(organization, "existing")))
    (namespace,) = (each for each in registered if each.type.startswith("kubernetes:core/v1:Namespace"))
    return namespace.urn, namespace.aliases


def test_store_component_comes_before_what_reads_it(recorder: Recorder) -> None:
    planned = PlannedStore(
        name="org-acme",
        manager=KubernetesStore(remote_namespace="vault"),
        organizations=("acme",),
        namespaces=(SPACE,),
        keys=("acme-pat",),
    )
    organization = Organization(name="acme", git=GIT)

    def program() -> None:
        store = SecretStore("org-acme", SecretStoreArgs.from_plan(planned))
        BuildPlane("acme", BuildPlaneArgs(organization, store))

    registered = recorder.run(program)

    (store,) = (each for each in registered if each.type.endswith(":ClusterSecretStore"))
    identity = {str(each) for each in registered if each.parent == store.parent} - {str(store)}
    assert len(identity) == 3
    assert store.depends_on == identity
    assert [each for each in registered if each.parent == PLANE] == [
        NAMESPACE,
        registered_secret(
            git_secret("org-acme"),
            depends_on=frozenset({str(NAMESPACE), str(store)}),
        ),
    ]


def test_manual_values_reach_the_secret_encrypted(recorder: Recorder) -> None:
    organization = Organization(
        name="acme",
        git=GitCredential(manual="token"),
        registries=(
            RegistryCredential(server="quay.io", manual=ManualRegistry(username="robot", password="quay")),
            RegistryCredential(server="ghcr.io", manual=ManualRegistry(username="bot", password="ghcr")),
        ),
    )

    def program() -> None:
        values = {"token": "t0ken", "quay": "päss", "ghcr": "word", "unused": "never"}
        manual = {name: pulumi.Output.secret(value) for name, value in values.items()}
        BuildPlane("acme", BuildPlaneArgs(organization, manual=manual))

    registered = recorder.run(program)

    config = {
        "auths": {
            "quay.io": {"username": "robot", "password": "päss", "auth": encoded("robot:päss")},
            "ghcr.io": {"username": "bot", "password": "word", "auth": encoded("bot:word")},
        }
    }
    manual = "openchoreo:index:ManualSecrets"
    assert registered == [
        NAMESPACE,
        Registered(
            "kubernetes:core/v1:Secret",
            "acme/git-clone-secret",
            {
                "apiVersion": "v1",
                "kind": "Secret",
                "type": "Opaque",
                "metadata": {
                    "name": "git-clone-secret",
                    "namespace": SPACE,
                    "labels": {**OWNED, "openchoreo-secrets/credential": "git"},
                    "annotations": {"openchoreo-secrets/git-host": "github.com", **OWNER},
                },
                "data": Secret({"clone-secret": encoded("t0ken")}),
            },
            parent=f"{manual} acme",
        ),
        Registered(
            "kubernetes:core/v1:Secret",
            "acme/registry-push-secret",
            {
                "apiVersion": "v1",
                "kind": "Secret",
                "type": "kubernetes.io/dockerconfigjson",
                "metadata": {
                    "name": "registry-push-secret",
                    "namespace": SPACE,
                    "labels": {**OWNED, "openchoreo-secrets/credential": "registry-push"},
                    "annotations": OWNER,
                },
                "data": Secret({".dockerconfigjson": encoded(json.dumps(config, ensure_ascii=False))}),
            },
            parent=f"{manual} acme",
        ),
        COMPONENT,
        Registered(
            manual,
            "acme",
            {"organization": "acme", "namespace": SPACE, "secrets": ["git-clone-secret", "registry-push-secret"]},
            parent=PLANE,
            depends_on=frozenset({str(NAMESPACE)}),
        ),
    ]


@pytest.mark.parametrize(
    ("organization", "secrets", "expected"),
    [
        pytest.param(
            REMOTE,
            {"git": ["git-clone-secret"], "registry-push": ["registry-push-secret"], "external": ["sonar"]},
            (
                Expected("acme", SPACE, "git-clone-secret"),
                Expected("acme", SPACE, "registry-push-secret"),
                Expected("acme", SPACE, "sonar"),
            ),
            id="everything from the manager is waited for",
        ),
        pytest.param(
            Organization(name="acme", git=GitCredential(manual="token"), external=(SONAR,)),
            {"git": ["git-clone-secret"], "external": ["sonar"]},
            (Expected("acme", SPACE, "sonar"),),
            id="a manual Secret is there at once, so nothing waits for it",
        ),
    ],
)
def test_outputs(
    recorder: Recorder, organization: Organization, secrets: dict[str, Any], expected: tuple[Expected, ...]
) -> None:
    planes: list[BuildPlane] = []

    namespaces: list[tuple[str, set[str]]] = []

    async def program() -> None:
        manual = {"token": pulumi.Output.secret("t0ken")}
        planes.append(BuildPlane("acme", BuildPlaneArgs(organization, "existing", manual)))
        resources = await planes[0].namespace.resources()
        namespaces.append((await resolve(planes[0].namespace), {type(each).__name__ for each in resources}))

    recorder.run(program)

    assert [(plane.secrets, plane.expected) for plane in planes] == [(secrets, expected)]
    assert namespaces == [(SPACE, {"KubernetesObject"})], "whoever uses the namespace waits for it"


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    ("organization", "store", "problem"),
    [
        pytest.param(
            Organization(name="acme", git=GIT),
            None,
            "secret_store: is missing, but the organization has credentials with a remote key; pass a SecretStore, or "
            "the name of a ClusterSecretStore",
            id="remote credentials without a store",
        ),
        pytest.param(
            Organization(name="acme", git=GIT, external=(SONAR.model_copy(update={"name": "git-clone-secret"}),)),
            "default",
            'organization.external[0].name: "git-clone-secret" is also written by organization.git.secretName; '
            "a Secret has one writer",
            id="two credentials, one Secret",
        ),
        pytest.param(
            Organization(name="acme", git=GitCredential(manual="nosuch")),
            None,
            "organization.git.manual: names no entry of manualSecrets (value not shown); configured: none",
            id="manual value that was not given",
        ),
        pytest.param(
            Organization(
                name="acme",
                registries=(
                    RegistryCredential(
                        registry="ecr",
                        account="123456789012",
                        region="eu-central-1",
                        ecr=EcrToken(managed=EcrManaged()),
                    ),
                ),
            ),
            None,
            "organization.registries[0].ecr.managed: is created by stacks only; use roleArn, such as the ARN of an "
            "EcrRole",
            id="a role that the stack does not create",
        ),
    ],
)
def test_contradictions_are_refused_before_anything_is_registered(
    recorder: Recorder, organization: Organization, store: str | None, problem: str
) -> None:
    def program() -> None:
        with pytest.raises(SettingsError) as caught:
            BuildPlane("acme", BuildPlaneArgs(organization, store))
        assert str(caught.value) == f'BuildPlane "acme": 1 problem\n  - {problem}'

    assert recorder.run(program) == []
