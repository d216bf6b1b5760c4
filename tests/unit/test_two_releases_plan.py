"""The plan of a configuration with two releases: builds of both, and everything else once."""

from __future__ import annotations

import re
from typing import Any, Final

import pytest

from components.errors import SettingsError
from components.iam.trust import build_ecr_trust
from components.openchoreo import V0_9, find_release
from components.plan.ecr_roles import EcrRoleArgs, plan_ecr_roles, validate_ecr_role
from components.plan.patched_objects import list_patched_objects
from components.plan.rights import list_rights
from components.plan.stack import Plan, plan_stack
from components.polling.estimate import estimate_polling
from components.pull.credential import PullSecret
from components.settings.organization import Organization
from components.settings.parsing import parse
from tests.unit.aws_accounts import account
from tests.unit.samples import GIT, KUBERNETES, SOURCE, Raw

BOTH: Final = ["v0.9", "v1"]
PLANES: Final[Raw] = {plane: {"context": plane} for plane in ("buildPlane", "controlPlane", "dataPlane")}
STORE: Final[Raw] = {"secretStoreRef": "default"}
ACME: Final[Raw] = {"name": "acme", "git": GIT}
PULL: Final[Raw] = {"dockerConfig": {"remoteKey": "pull"}}
ECR: Final[Raw] = {
    "name": "acme",
    "registries": [{"registry": "ecr", "account": "123456789012", "region": "eu-central-1", "ecr": {"managed": {}}}],
}


def _raw(*organizations: Raw, **keys: Any) -> Raw:
    return {
        "release": BOTH,
        "clusters": PLANES,
        "secretStores": {"default": KUBERNETES},
        "organizations": list(organizations or [ACME]),
        **keys,
    }


def _plan(*organizations: Raw, **keys: Any) -> Plan:
    settings = parse(_raw(*organizations, **keys), source=SOURCE)
    return plan_stack(settings, find_release(settings.release))


def test_the_load_counts_the_secrets_of_both_releases() -> None:
    """Some have one name in both: that of the registries, and of external services."""
    registry = {"server": "ghcr.io", "remoteKey": "push"}
    sonar = {"name": "sonar", "keys": {"token": {"remoteKey": "sonar"}}}
    found = estimate_polling(_plan({**ACME, "registries": [registry], "external": [sonar]}))
    (store,) = found.stores
    assert found.external_secrets == store.external_secrets == 6


def test_workflows_of_both_releases() -> None:
    workflows = {
        "componentWorkflows": {"names": ["docker"]},
        "workflows": {"clusterWorkflows": ["dockerfile-builder"], "delivery": "ahead"},
    }
    plan = _plan({**ACME, **workflows})
    older, newer = plan.organizations
    assert [(patch.kind.name, patch.name, patch.resource) for patch in newer.patches] == [
        ("ComponentWorkflow", "docker", "docker")
    ]
    assert [resource.template["metadata"]["name"] for resource in newer.patches[0].patch.resources] == [
        "${metadata.workflowRunName}-git-clone-secret"
    ]
    (combined,) = plan.combined_patches
    assert (combined.place.kind.name, combined.organizations) == ("ClusterWorkflow", (newer,))
    assert ([planned.name for planned in older.ahead], [planned.name for planned in newer.ahead]) == (
        [],
        ["git-secret"],
    )


def test_the_plan_of_a_shared_workflow_leaves_other_credentials_out() -> None:
    external = [{"name": "sonar", "keys": {"token": {"remoteKey": "sonar"}}}]
    workflows = {"clusterWorkflows": ["dockerfile-builder"], "delivery": "ahead"}
    plan = _plan({**ACME, "external": external, "workflows": workflows})
    (combined,) = plan.combined_patches
    assert [override.value for override in combined.plan({}).patch.overrides] == ['"git-secret"', "false"]


def test_types_of_a_program_that_the_release_does_not_have() -> None:
    pull = PullSecret.model_validate({**PULL, "componentTypes": ["service"], "clusterComponentTypes": ["web"]})
    organization = Organization(name="acme", pull_secret=pull)
    assert [place.name for place in list_patched_objects(organization, V0_9)] == ["service"]


def test_plans_of_both_releases() -> None:
    pull = {"componentTypes": ["service"], "delivery": "namespace", "dockerConfig": {"remoteKey": "pull"}}
    organization = {**ACME, "pullSecret": pull, "buildPlane": STORE, "workflowPlane": STORE, "dataPlane": STORE}
    plan = _plan(organization)
    older, newer = plan.organizations
    assert [(part.namespace, part.resource_name, part.builds_only) for part in (older, newer)] == [
        ("openchoreo-ci-acme", "acme", True),
        ("workflows-acme", "v1/acme", False),
    ]
    assert [patch.kind.name for patch in newer.patches] == ["ComponentType", "WorkflowPlane", "DataPlane", "BuildPlane"]
    assert (older.patches, older.fan_out, older.fan_outs, older.pull_manual) == ((), None, (), ())
    assert newer.fan_out is not None
    selectors = [
        {"matchLabels": {"openchoreo.dev/rendered-release-namespace": "acme"}},
        {"matchLabels": {"openchoreo.dev/release-namespace": "acme"}},
    ]
    assert newer.fan_out["spec"]["namespaceSelectors"] == selectors
    (build, data) = plan.stores
    assert (build.namespaces, data.namespaces) == (("openchoreo-ci-acme", "workflows-acme"), ())
    assert data.selectors == tuple(selector["matchLabels"] for selector in selectors)
    patched = {right.resource for right in list_rights(plan) if right.plane == "control"} - {"namespaces"}
    # The checks of builds read the workflows and the planes that all organizations share.
    read = {"workflows", "clusterworkflows", "clusterworkflowplanes"}
    assert patched == {"componenttypes", "buildplanes", "dataplanes", "workflowplanes"} | read


def test_one_role_is_for_the_builds_of_both_releases() -> None:
    aws = {"accountId": "123456789012", "region": "eu-central-1", "oidcProvider": "oidc.example/id/1"}
    settings = parse(_raw(ECR, aws=aws), source=SOURCE)
    (role,) = plan_ecr_roles(settings, find_release(settings.release))
    assert (role.namespace, role.other_namespaces) == ("openchoreo-ci-acme", ("workflows-acme",))
    trust: Any = build_ecr_trust(role.account, role.namespace, role.service_account, role.other_namespaces)
    subjects = [statement["Condition"]["StringEquals"]["oidc.example/id/1:sub"] for statement in trust["Statement"]]
    assert subjects == [
        f"system:serviceaccount:{namespace}:{role.service_account}"
        for namespace in ("openchoreo-ci-acme", "workflows-acme")
    ]


def test_the_other_namespaces_of_a_role_are_checked() -> None:
    role = EcrRoleArgs(account(), "acme", "push", "acme/", "ci", "push", other_namespaces=["Workflows"])
    (problem,) = validate_ecr_role(role)
    assert problem.path == "other_namespaces[0]"


@pytest.mark.parametrize(("configured", "used"), [(BOTH, "v1"), ("v0.9", BOTH)])
def test_a_release_that_does_not_fit_the_settings(configured: str | list[str], used: str | list[str]) -> None:
    settings, release = parse(_raw(release=configured), source=SOURCE), find_release(used)
    text = f"release: {release.name} does not fit the release of the settings; use find_release"
    with pytest.raises(SettingsError, match=re.escape(text)):
        plan_stack(settings, release)
