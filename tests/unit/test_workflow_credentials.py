"""Build credentials that each run creates: whole patches of a ComponentWorkflow."""

from __future__ import annotations

from typing import Any

import pytest

from components.manifests import Manifest
from components.openchoreo.v0_9 import V0_9
from components.patches.model import Patch, Resource
from components.patches.patch import apply_patch, remove_patch
from components.patches.validity import validate_patch
from components.schema.sources import RemoteRef
from components.secrets.external_secret import (
    SecretTemplate,
    Target,
    build_cluster_external_secret,
    build_external_secret,
)
from components.settings.organization import Organization
from tests.unit.credential_samples import GIT_KINDS
from tests.unit.expected import DEFAULTS, external_secret_of_acme
from tests.unit.objects import STACK
from tests.unit.plans import component_workflow_patch, credentials
from tests.unit.samples import (
    AT_ACME,
    GIT,
    Raw,
    assert_rejected,
    on_every_plane,
    organization,
    raw,
    rejection,
    settings,
)
from tests.unit.templates import word

TARGET = Target(organization="acme", namespace="openchoreo-ci-acme", store="default-acme", refresh_interval="1h0m0s")
QUAY: Raw = {"server": "quay.io", "remoteKey": "acme-quay"}
SONAR: Raw = {"name": "sonar", "keys": {"token": GIT}}
RUN = "${metadata.workflowRunName}"


def _organization(**keys: Any) -> Organization:
    workflows = {"names": ["docker"], **keys.pop("workflows", {})}
    return settings(on_every_plane(componentWorkflows=workflows, **keys)).organizations[0]


def _patch(user: Organization, **keys: Any) -> Patch:
    return component_workflow_patch(user, credentials(user, TARGET), release=V0_9, **keys)


def _expected(name: str, credential: str, template: Raw, data: list[Raw], **keys: Any) -> Manifest:
    namespace = "openchoreo-ci-${metadata.orgName}"
    return external_secret_of_acme(name, credential, template, data, namespace=namespace, **keys)


def _git(name: str, **own: str) -> Resource:
    data = [{"secretKey": "token", "remoteRef": {"key": "acme-git", **DEFAULTS}}]
    noted = {"openchoreo-secrets/git-host": "github.com"}
    template = {"type": "Opaque", "data": {"clone-secret": word(".token", "acme-git")}}
    expected = _expected(name, "git", template, data, annotations=noted, own_annotations=own)
    return Resource("git-credentials", expected)


def _push(name: str, **own: str) -> Resource:
    user = organization(registries=[QUAY])
    (made,) = credentials(user, TARGET)
    assert isinstance(made.content, SecretTemplate)
    template = {"type": "kubernetes.io/dockerconfigjson", "data": dict(made.content.templates or {})}
    data = [{"secretKey": "registry_0", "remoteRef": {"key": "acme-quay", **DEFAULTS}}]
    return Resource("registry-credentials", _expected(name, "registry-push", template, data, own_annotations=own))


def test_each_run_has_secrets_of_its_own() -> None:
    user = _organization(git=GIT, registries=[QUAY], external=[SONAR])
    assert _patch(user) == Patch((_git(f"{RUN}-git-clone-secret"), _push(f"{RUN}-registry-push-secret")))


def test_the_names_of_the_docs_on_request() -> None:
    user = _organization(git=GIT, registries=[QUAY], registrySecretName="push", workflows={"secretNames": "fixed"})
    signed = {"openchoreo-secrets/stack": STACK}
    assert _patch(user, stack=STACK) == Patch((_git("git-clone-secret", **signed), _push("push", **signed)))


@pytest.mark.parametrize(
    ("keys", "ids"),
    [
        ({"git": GIT}, ["git-credentials"]),
        ({"registries": [QUAY], "external": [SONAR]}, ["registry-credentials"]),
    ],
)
def test_only_what_is_configured(keys: Raw, ids: list[str]) -> None:
    assert [resource.id for resource in _patch(_organization(**keys)).resources] == ids


def test_manual_credentials_are_never_written_into_a_workflow() -> None:
    """Settings refuse them; a program that builds settings with `model_copy` is not checked."""
    manual = organization(git={"manual": "gitToken"})
    workflows = _organization(git=GIT).component_workflows
    assert _patch(manual.model_copy(update={"component_workflows": workflows})) == Patch()


def test_an_organization_without_workflows() -> None:
    user = organization(git=GIT, registries=[QUAY])
    assert _patch(user) == Patch()
    assert [each.per_run for each in credentials(user, TARGET)] == [False, False]


def test_what_comes_with_a_run() -> None:
    user = _organization(git=GIT, registries=[QUAY], external=[SONAR])
    found = credentials(user, TARGET)
    assert [each.per_run for each in found] == [True, True, False]
    backwards = component_workflow_patch(user, found[::-1], release=V0_9)
    assert [resource.id for resource in backwards.resources] == ["registry-credentials", "git-credentials"]


@pytest.mark.parametrize("git", GIT_KINDS.values(), ids=GIT_KINDS)
def test_every_kind_of_git_credential_can_come_with_a_run(git: Raw) -> None:
    """A run does not create the private key of an app: the key and its generator exist before the run."""
    if "policies" in git:
        git = {**git, "policies": {"refreshPolicy": "CreatedOnce"}}
    user = _organization(git=git)
    found = credentials(user, TARGET)
    assert [(each.content.credential, each.per_run) for each in found][-1] == ("git", True)
    assert [each.per_run for each in found[:-1]] == [False] * ("githubApp" in git)
    wanted = _patch(user)
    assert list(validate_patch(V0_9.component_workflow, wanted, V0_9)) == []
    (resource,) = wanted.resources
    ahead = (
        build_external_secret(found[-1].target, found[-1].content)
        if isinstance(found[-1].content, SecretTemplate)
        else {}
    )
    name = f"{RUN}-git-clone-secret"
    ahead["metadata"] |= {"name": name, "namespace": "openchoreo-ci-${metadata.orgName}"}
    assert resource == Resource("git-credentials", ahead)


@pytest.mark.parametrize(
    ("key", "problem"),
    [
        ("${user}", "has a ${, which OpenChoreo would evaluate as an expression"),
        ("[1,2]", "is a JSON array, which OpenChoreo renders as a list; use another text"),
    ],
)
def test_a_name_that_openchoreo_would_render_as_something_else(key: str, problem: str) -> None:
    git = {"basicAuth": {"usernameFrom": {"remoteKey": key}, "password": GIT}}
    stores = {"secretStores": {"default": {"fake": {"data": [{"key": "a", "manual": "gitToken"}]}}}}
    edits = {**on_every_plane(git=git, componentWorkflows={"names": ["docker"]}), **stores}
    assert f'{AT_ACME}.componentWorkflows: "{key}" {problem}' in rejection(raw(edits))


@pytest.mark.parametrize("git", [{"basicAuth": {"password": {"manual": "gitToken"}}}, {"manual": "gitToken"}])
def test_manual_kinds_are_refused(git: Raw) -> None:
    assert_rejected(
        on_every_plane(git=git, componentWorkflows={"names": ["docker"]}),
        f"{AT_ACME}.componentWorkflows: cannot have manual credentials, which everyone who can read the "
        "workflow would see",
    )


@pytest.mark.parametrize("names", ["run", "fixed"])
def test_results_can_be_rendered(names: str) -> None:
    user = _organization(git=GIT, registries=[QUAY], workflows={"secretNames": names})
    wanted = _patch(user, stack=STACK)
    assert list(validate_patch(V0_9.component_workflow, wanted, V0_9)) == []
    original = {"kind": "ComponentWorkflow", "metadata": {"name": "docker"}, "spec": {"runTemplate": {}}}
    done = apply_patch(original, wanted)
    assert [each["id"] for each in done.object["spec"]["resources"]] == ["git-credentials", "registry-credentials"]
    assert remove_patch(done.object, done.added) == original


def test_annotations_are_those_of_the_secret() -> None:
    secret = SecretTemplate("a", "external", {"k": RemoteRef(remote_key="r")}, annotations={"x": "y"})
    made = build_cluster_external_secret("all", TARGET, secret, [{"a": "b", "c": "d"}, {"e": "f"}])
    assert "annotations" not in made["spec"]["externalSecretMetadata"]
    assert made["spec"]["externalSecretSpec"]["target"]["template"]["metadata"]["annotations"] == {"x": "y"}
    assert made["spec"]["namespaceSelectors"] == [{"matchLabels": {"a": "b", "c": "d"}}, {"matchLabels": {"e": "f"}}]
    assert "annotations" not in made["metadata"]
