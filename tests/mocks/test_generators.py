"""Tokens that the operator makes, for registries and git: what is registered, in which order, what a run finds."""

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
from components.manifests import Manifest
from components.plan.expected import Expected
from components.registries.tokens import EcrToken, GcrToken
from components.secrets.external_secret import SecretTemplate, Target, external_secret
from tests.mocks.build_plane_samples import COMPONENT, NAMESPACE, PATCH, PLANE, SPACE
from tests.mocks.recorder import Recorder, Registered
from tests.unit.plans import credentials, generators

ROLE = "arn:aws:iam::123456789012:role/push-{organization}"
GOOGLE = GcrToken(project_id="acme-prod", cluster_location="europe-west3", cluster_name="build")
REGISTRIES = (
    RegistryCredential(registry="ecr", account="123456789012", region="eu-central-1", ecr=EcrToken(role_arn=ROLE)),
    RegistryCredential(registry="artifact-registry", location="europe-west3", gcr=GOOGLE),
)
USER = Organization(name="acme", registries=REGISTRIES)
WORKFLOWS = ComponentWorkflows(names=("docker",))
NAMES = ["123456789012-dkr-ecr-eu-central-1-amazonaws-com", "europe-west3-docker-pkg-dev"]


def _found(user: Organization) -> tuple[list[Manifest], Manifest]:
    """Generators and ServiceAccounts, and the push Secret; the manifests are the business of the unit tests."""
    found = credentials(user, Target("acme", SPACE, "", "1h0m0s"))
    push = found[-1]
    assert isinstance(push.content, SecretTemplate)
    return generators(found), external_secret(push.target, push.content)


def _made(manifests: list[Manifest], namespace: Registered, deleted_with: str) -> list[Registered]:
    return [
        Registered(
            "kubernetes:core/v1:ServiceAccount"
            if each["kind"] == "ServiceAccount"
            else f"kubernetes:{each['apiVersion']}:{each['kind']}",
            f"acme/{each['kind']}/{each['metadata']['name']}",
            each,
            parent=PLANE,
            depends_on=frozenset({str(namespace)}),
            deleted_with=deleted_with,
        )
        for each in manifests
    ]


@pytest.mark.parametrize("ownership", ["own", "adopt"])
def test_tokens_come_before_what_reads_them(recorder: Recorder, ownership: str) -> None:
    """They need no store, and go with an owned namespace; an adopted one stays, so they are deleted one by one."""
    user = USER.model_copy(update={"namespace": ownership})
    planes: list[BuildPlane] = []

    registered = recorder.run(lambda: planes.append(BuildPlane("acme", BuildPlaneArgs(user))))

    namespace = NAMESPACE if ownership == "own" else PATCH
    gone = str(NAMESPACE) if ownership == "own" else ""
    manifests, push = _found(user)
    made = _made(manifests, namespace, gone)
    secret = Registered(
        "kubernetes:external-secrets.io/v1:ExternalSecret",
        "acme/registry-push-secret",
        push,
        parent=PLANE,
        depends_on=frozenset({str(namespace), *map(str, made)}),
        deleted_with=gone,
    )
    assert sorted(registered, key=str) == sorted([namespace, *made, secret, COMPONENT], key=str)
    assert [each["metadata"]["name"] for each in manifests] == [NAMES[0]] * 2 + [NAMES[1]] * 2
    assert planes[0].expected == (Expected("acme", SPACE, "registry-push-secret"),)


def test_a_run_finds_them_in_the_build_namespace(recorder: Recorder) -> None:
    """The ExternalSecret of a run names what was made ahead of it, so OpenChoreo needs no right to make generators."""
    user = USER.model_copy(update={"component_workflows": WORKFLOWS})

    def program() -> None:
        BuildPlane("acme", BuildPlaneArgs(user))
        ControlPlane("acme", ControlPlaneArgs(user))

    registered = recorder.run(program)

    manifests, push = _found(user)
    made = _made(manifests, NAMESPACE, str(NAMESPACE))
    assert [each for each in registered if each.parent == PLANE and each.type.startswith("kubernetes:")] == sorted(
        [NAMESPACE, *made], key=str
    )
    (workflow,) = (each for each in registered if each.type.endswith(":ComponentWorkflowPatch"))
    (resource,) = workflow.inputs["resources"]
    template: dict[str, Any] = resource["template"]
    assert resource["id"] == "registry-credentials"
    assert template["metadata"]["namespace"] == "openchoreo-ci-${metadata.orgName}"
    assert template["spec"]["refreshInterval"] == "7m30s"
    assert template["spec"]["dataFrom"] == push["spec"]["dataFrom"]
    assert [each["sourceRef"]["generatorRef"]["name"] for each in template["spec"]["dataFrom"]] == NAMES
    assert "secretStoreRef" not in template["spec"]


def test_remote_keys_of_a_run_still_need_a_store(recorder: Recorder) -> None:
    update = {"component_workflows": WORKFLOWS, "git": GitCredential(remote_key="acme-pat")}

    def program() -> None:
        with pytest.raises(SettingsError, match="build_store: is missing; component_workflows read through it"):
            ControlPlane("acme", ControlPlaneArgs(USER.model_copy(update=update)))

    assert recorder.run(program) == []


APP = GitCredential(github_app=GithubApp(app_id="1", installation_id="2", private_key=RemoteRef(remote_key="acme-app")))


@pytest.mark.parametrize("runs", [None, ComponentWorkflows(names=("docker",))], ids=["ahead", "with-each-run"])
def test_a_generator_is_there_before_what_reads_from_it(recorder: Recorder, runs: ComponentWorkflows | None) -> None:
    """Also where the token comes with each run: then a run needs no right to make a generator."""
    organization = Organization(name="acme", git=APP, component_workflows=runs)

    registered = recorder.run(lambda: BuildPlane("acme", BuildPlaneArgs(organization, "existing")))

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
    assert {each.deleted_with for each in made} == {str(NAMESPACE)}
    names = {"github-app": ["git-clone-secret-github-app"]}
    assert recorder.outputs[PLANE]["secrets"] == names | ({} if runs else {"git": ["git-clone-secret"]})
