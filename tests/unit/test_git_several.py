"""Several git credentials of one organization: a Secret for each, ahead of the first build and with each run."""

from __future__ import annotations

from typing import Any

import pytest

from components.git.credential import GitCredential
from components.manifests import Manifest
from components.openchoreo.v0_9 import V0_9
from components.patches.model import Resource
from components.patches.patch import apply_patch, remove_patch
from components.plan.stack import plan_stack
from components.secrets.external_secret import Target
from components.settings.organization import Organization
from components.settings.stack import StackSettings
from tests.unit.expected import DEFAULTS, external_secret_of_acme
from tests.unit.plans import component_workflow_patch, credentials, organization_plan
from tests.unit.samples import (
    APP,
    AT_ACME,
    GIT_KEYS,
    KUBERNETES,
    ONE_GIT_KIND,
    Raw,
    acme,
    assert_rejected,
    on_every_plane,
    organization,
    raw,
    settings,
)
from tests.unit.templates import word

TARGET = Target(organization="acme", namespace="openchoreo-ci-acme", store="default-acme", refresh_interval="1h0m0s")
TOKEN = word(".token", "acme-github")
GITHUB: Raw = {"host": "github.com", "remoteKey": "acme-github"}
GITLAB: Raw = {
    "host": "gitlab.com",
    "secretName": "git-gitlab",
    "basicAuth": {"password": {"remoteKey": "acme-gitlab"}},
}
_NAMELESS = (
    "secretName: is missing; every git credential after the first needs a name for its Secret, such as git-gitlab"
)
_ONE_WRITER = "a Secret has one writer"
_APP_TOKEN = "the token of the GitHub App, which is valid for one hour"
_FORM = "must be a mapping, such as {remoteKey: acme-github-pat, property: token}"


def _external_secret(name: str, host: str, template: Raw, key: str, remote: str, **more: Any) -> Manifest:
    data = [{"secretKey": key, "remoteRef": {"key": remote, **DEFAULTS}}]
    return external_secret_of_acme(
        name, "git", template, data, annotations={"openchoreo-secrets/git-host": host}, **more
    )


def _github(name: str = "git-clone-secret", **more: Any) -> Manifest:
    return _external_secret(
        name, "github.com", {"type": "Opaque", "data": {"clone-secret": TOKEN}}, "token", "acme-github", **more
    )


def _gitlab(name: str = "git-gitlab", **more: Any) -> Manifest:
    password = word(".password", "acme-gitlab")
    data = {"username": "oauth2", "password": password, "clone-secret": password}
    template = {"type": "kubernetes.io/basic-auth", "data": data}
    return _external_secret(name, "gitlab.com", template, "password", "acme-gitlab", **more)


def _with_runs(*git: Raw) -> Organization:
    return settings(on_every_plane(git=[*git], componentWorkflows={"names": ["docker"]})).organizations[0]


def test_each_credential_has_a_secret() -> None:
    plan = organization_plan(organization(git=[GITHUB, GITLAB]), TARGET)
    assert plan.external_secrets == (_github(), _gitlab())
    assert plan.secret_names == {"git": ["git-clone-secret", "git-gitlab"]}
    assert [secret.path for secret in plan.secrets] == ["git[0].secretName", "git[1].secretName"]


def test_a_list_of_one_and_a_credential_alone_are_the_same() -> None:
    alone, listed = (organization_plan(organization(git=git), TARGET) for git in (GITHUB, [GITHUB]))
    assert listed.external_secrets == alone.external_secrets == (_github(),)


def test_every_key_is_planned_for_the_store() -> None:
    (store,) = plan_stack(settings(acme(git=[GITHUB, GITLAB])), V0_9).stores
    assert store.keys == ("acme-github", "acme-gitlab")


def test_two_credentials_with_each_run() -> None:
    user = _with_runs(GITHUB, GITLAB)
    run, namespace = "${metadata.workflowRunName}", "openchoreo-ci-${metadata.orgName}"
    patch = component_workflow_patch(user, credentials(user, TARGET))
    assert patch.resources == (
        Resource("git-credentials", _github(f"{run}-git-clone-secret", namespace=namespace)),
        Resource("git-credentials-git-gitlab", _gitlab(f"{run}-git-gitlab", namespace=namespace)),
    )
    workflow = {
        "apiVersion": "openchoreo.dev/v1alpha1",
        "kind": "ComponentWorkflow",
        "metadata": {"name": "docker", "namespace": "acme"},
        "spec": {"resources": [{"id": "other", "template": {"kind": "ConfigMap"}}]},
    }
    patched = apply_patch(workflow, patch)
    assert remove_patch(patched.object, patched.added) == workflow


def test_apps_of_two_accounts_have_keys_and_generators_of_their_own() -> None:
    second = {"secretName": "other", "githubApp": {**APP, "installationId": "789", "privateKey": {"remoteKey": "key"}}}
    plan = organization_plan(organization(git=[{"githubApp": APP}, second]), TARGET)
    assert [secret.name for secret in plan.secrets] == [
        "git-clone-secret-github-app",
        "git-clone-secret",
        "other-github-app",
        "other",
    ]
    assert [generator["metadata"]["name"] for generator in plan.generators] == [
        "git-clone-secret-github-app",
        "other-github-app",
    ]


@pytest.mark.parametrize(
    ("git", "problems"),
    [
        pytest.param([GITHUB, {"remoteKey": "a"}, GITHUB], [f"[1].{_NAMELESS}", f"[2].{_NAMELESS}"], id="no-names"),
        pytest.param(
            [GITHUB, {**GITLAB, "secretName": "git-clone-secret"}],
            [f'[1].secretName: "git-clone-secret" is also written by {AT_ACME}.git[0].secretName; {_ONE_WRITER}'],
            id="the-name-of-the-first",
        ),
        pytest.param([], [": is empty; expected at least one entry"], id="empty"),
        pytest.param([GITHUB, "token"], [f"[1]: {_FORM}"], id="a-text-in-the-list"),
        pytest.param([{}], [f"[0]: names no credential; {ONE_GIT_KIND}"], id="nothing"),
        pytest.param(
            [{**GITHUB, "hots": "x"}],
            [f'[0].hots: unknown key; did you mean "host"? expected one of: {GIT_KEYS}'],
            id="a-wrong-key",
        ),
        pytest.param(
            [GITHUB, {**GITLAB, "host": "https://gitlab.com/acme"}],
            ['[1].host: "https://gitlab.com/acme" is not a host alone; use gitlab.com'],
            id="a-wrong-value",
        ),
        pytest.param(
            [{"githubApp": APP, "policies": {"refreshPolicy": "OnChange"}}],
            [f"[0].policies.refreshPolicy: OnChange would not renew {_APP_TOKEN}; use Periodic"],
            id="a-token-that-expires",
        ),
    ],
)
def test_messages_name_the_entry_of_the_list(git: list[Any], problems: list[str]) -> None:
    assert_rejected(acme(git=git), *(f"{AT_ACME}.git{problem}" for problem in problems))


def test_a_mistake_in_the_list_hides_no_other_one() -> None:
    assert_rejected(
        acme(git=[GITHUB, {**GITLAB, "hots": "x"}], external=[{"name": "a", "keys": {}}]),
        f'{AT_ACME}.git[1].hots: unknown key; did you mean "host"? expected one of: {GIT_KEYS}',
        f"{AT_ACME}.external[0]: names no value; expected at least one of keys, extract",
    )


def test_an_app_of_another_organization_in_a_list() -> None:
    config = raw()
    config["organizations"] = [
        {"name": "acme", "git": {"githubApp": APP}},
        {"name": "globex", "git": [GITHUB, {"secretName": "app", "githubApp": APP}]},
    ]
    assert_rejected(
        {
            "organizations": config["organizations"],
            "secretStores.default": {**KUBERNETES, "sharedKeys": ["acme-git"]},
        },
        f'organizations[1] ("globex").git[1].githubApp.appId: "123" is also the app of {AT_ACME}; builds can read its '
        "private key, which creates tokens for every installation; use one app for each organization",
    )


def test_programs_pass_one_or_several() -> None:
    one, other = GitCredential(remote_key="a"), GitCredential(remote_key="b", secret_name="other")
    assert Organization(name="acme", git=one).git_credentials == (("git", one),)
    assert Organization(name="acme", git=[one, other]).git_credentials == (("git[0]", one), ("git[1]", other))


def test_the_schema_has_both_forms() -> None:
    git = StackSettings.model_json_schema()["$defs"]["Organization"]["properties"]["git"]
    one = {"$ref": "#/$defs/GitCredential"}
    assert git["anyOf"] == [{"oneOf": [one, {"type": "array", "items": one, "minItems": 1}]}, {"type": "null"}]
