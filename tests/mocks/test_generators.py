"""Tokens that ESO generates for registries and git: what is registered, in which order, and what a run reads."""

from __future__ import annotations

from typing import Any

import pytest

from components import (
    BuildPlane,
    BuildPlaneArgs,
    ComponentWorkflows,
    ControlPlane,
    ControlPlaneArgs,
    GitCredential,
    Organization,
    RegistryCredential,
    RemoteRef,
    SettingsError,
)
from components.git.kinds import GithubApp
from components.plan.expected import Expected
from components.registries.tokens import EcrToken, GcrToken
from tests.mocks.build_plane_samples import COMPONENT, NAMESPACE, PATCH, PLANE, SPACE
from tests.mocks.manifest_samples import GENERATORS, PUSH_WITH_TOKENS, TOKENS, registered_secret
from tests.mocks.recorder import Recorder, Registered
from tests.mocks.signature import OWNER, sign

pytestmark = pytest.mark.usefixtures("default_providers")

ROLE = "arn:aws:iam::123456789012:role/push-{organization}"
GOOGLE = GcrToken(project_id="acme-prod", cluster_location="europe-west3", cluster_name="build")
REGISTRIES = (
    RegistryCredential(registry="ecr", account="123456789012", region="eu-central-1", ecr=EcrToken(role_arn=ROLE)),
    RegistryCredential(registry="artifact-registry", location="europe-west3", gcr=GOOGLE),
)
USER = Organization(name="acme", registries=REGISTRIES)
WORKFLOWS = ComponentWorkflows(names=("docker",))


def registered_generators(namespace: Registered) -> list[Registered]:
    return [
        Registered(
            "kubernetes:core/v1:ServiceAccount"
            if manifest["kind"] == "ServiceAccount"
            else f"kubernetes:{manifest['apiVersion']}:{manifest['kind']}",
            f"acme/{manifest['kind']}/{manifest['metadata']['name']}",
            sign(manifest, OWNER),
            parent=PLANE,
            depends_on=frozenset({str(namespace)}),
        )
        for manifest in GENERATORS
    ]


@pytest.mark.parametrize("ownership", ["own", "adopt"])
def test_tokens_come_before_what_reads_them(recorder: Recorder, ownership: str) -> None:
    """They need no store."""
    user = USER.model_copy(update={"namespace": ownership})
    planes: list[BuildPlane] = []

    registered = recorder.run(lambda: planes.append(BuildPlane("acme", BuildPlaneArgs(user))))

    namespace = NAMESPACE if ownership == "own" else PATCH
    generators = registered_generators(namespace)
    before = frozenset({str(namespace), *map(str, generators)})
    secret = registered_secret(PUSH_WITH_TOKENS, depends_on=before)
    assert registered == sorted([namespace, *generators, secret, COMPONENT], key=str)
    assert planes[0].expected == (Expected("acme", SPACE, "registry-push-secret"),)


def test_a_run_reads_them_in_the_build_namespace(recorder: Recorder) -> None:
    """The ExternalSecret of a run names an existing generator, so OpenChoreo needs no permission to create one."""
    user = USER.model_copy(update={"component_workflows": WORKFLOWS})

    def program() -> None:
        BuildPlane("acme", BuildPlaneArgs(user))
        ControlPlane("acme", ControlPlaneArgs(user))

    registered = recorder.run(program)

    generators = registered_generators(NAMESPACE)
    assert [each for each in registered if each.parent == PLANE and each.type.startswith("kubernetes:")] == sorted(
        [NAMESPACE, *generators], key=str
    )
    (workflow,) = (each for each in registered if each.type.endswith(":ComponentWorkflowPatch"))
    (resource,) = workflow.inputs["resources"]
    template: dict[str, Any] = resource["template"]
    assert resource["id"] == "registry-credentials"
    assert template["metadata"]["namespace"] == "openchoreo-ci-${metadata.orgName}"
    assert template["spec"]["refreshInterval"] == "7m30s"
    assert template["spec"]["dataFrom"] == TOKENS
    assert "secretStoreRef" not in template["spec"]


def test_remote_keys_of_a_run_still_need_a_store(recorder: Recorder) -> None:
    update = {"component_workflows": WORKFLOWS, "git": GitCredential(remote_key="acme-pat")}

    def program() -> None:
        with pytest.raises(SettingsError, match="build_store: is missing; component_workflows read from it"):
            ControlPlane("acme", ControlPlaneArgs(USER.model_copy(update=update)))

    assert recorder.run(program) == []


APP = GitCredential(github_app=GithubApp(app_id="1", installation_id="2", private_key=RemoteRef(remote_key="acme-app")))


@pytest.mark.parametrize("runs", [None, ComponentWorkflows(names=("docker",))], ids=["ahead", "with-each-run"])
def test_a_generator_is_created_before_its_readers(recorder: Recorder, runs: ComponentWorkflows | None) -> None:
    """Also if each run creates the token's Secret: a run then needs no permission to create a generator."""
    organization = Organization(name="acme", git=APP, component_workflows=runs)

    planes: list[BuildPlane] = []

    registered = recorder.run(lambda: planes.append(BuildPlane("acme", BuildPlaneArgs(organization, "existing"))))

    made = [each for each in registered if each.parent == PLANE and each != NAMESPACE]
    generator = "kubernetes:generators.external-secrets.io/v1alpha1:GithubAccessToken"
    generator += " acme/GithubAccessToken/git-clone-secret-github-app"
    external_secret_ = "kubernetes:external-secrets.io/v1:ExternalSecret acme/"
    after = {str(NAMESPACE), generator}
    assert {str(each): each.depends_on for each in made} == {
        generator: {str(NAMESPACE)},
        f"{external_secret_}git-clone-secret-github-app": after,
        **({} if runs else {f"{external_secret_}git-clone-secret": after}),
    }
    names = {"github-app": ["git-clone-secret-github-app"]}
    assert planes[0].secrets == names | ({} if runs else {"git": ["git-clone-secret"]})
