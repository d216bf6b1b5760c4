"""``release: [v0.9, v1]``: what each release reads, what is refused, and what the plan has."""

from __future__ import annotations

from typing import Any, Final

import pytest

from components.iam.trust import build_ecr_trust
from components.openchoreo import V0_9, V1, find_release
from components.plan.ecr_roles import EcrRoleArgs, plan_ecr_roles, validate_ecr_role
from components.plan.rights import list_rights
from components.plan.stack import Plan, plan_stack
from components.settings.parsing import parse
from components.settings.stack import StackSettings
from tests.unit.aws_accounts import account
from tests.unit.samples import (
    GIT,
    KUBERNETES,
    ORGANIZATION_KEYS,
    RELEASE_NAMES,
    SOURCE,
    TOP_KEYS,
    Raw,
    message,
    rejection,
)

EXAMPLE: Final = "{name: acme, git: {remoteKey: acme-github-pat, property: token}}"
BOTH: Final = ["v0.9", "v1"]
PLANES: Final[Raw] = {plane: {"context": plane} for plane in ("buildPlane", "controlPlane", "dataPlane")}
STORE: Final[Raw] = {"secretStoreRef": "default"}
ACME: Final[Raw] = {"name": "acme", "git": GIT}
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


def test_each_release_reads_what_names_its_objects() -> None:
    organization = {
        **ACME,
        "buildPlane": {**STORE, "name": "older"},
        "workflowPlane": {**STORE, "name": "newer", "kind": "ClusterWorkflowPlane"},
        "componentWorkflows": {"names": ["docker"]},
        "dataPlane": {**STORE, "kind": "ClusterDataPlane"},
    }
    settings = parse(_raw(organization), source=SOURCE)
    assert settings.release == ("v0.9", "v1")
    assert [view.release for view in settings.views] == [("v0.9", "v1"), "v1"]
    older, newer = (view.organizations[0] for view in settings.views)
    assert older.build_plane is not None
    assert newer.build_plane is not None
    assert newer.data_plane is not None
    assert (older.build_plane.name, older.data_plane, older.component_workflows is None) == ("older", None, False)
    assert (newer.build_plane.name, newer.data_plane.kind, newer.component_workflows) == (
        "newer",
        "ClusterDataPlane",
        None,
    )


@pytest.mark.parametrize(
    ("keys", "clusters"),
    [
        pytest.param({"organizations": [ACME], "namespaces": []}, PLANES, id="words-of-the-older"),
        pytest.param(
            {"namespaces": [ACME], "organizations": []}, {"workflowPlane": {"context": "a"}}, id="of-the-newer"
        ),
        pytest.param({"namespaces": [ACME], "organizations": []}, PLANES, id="one-of-each"),
    ],
)
def test_what_both_share_has_the_word_of_either(keys: Raw, clusters: Raw) -> None:
    settings = parse({**_raw(), **keys, "clusters": clusters}, source=SOURCE)
    assert [view.names for view in settings.views] == [("acme",), ("acme",)]


@pytest.mark.parametrize(
    ("config", "problems"),
    [
        pytest.param(
            _raw(release=["v0.9", "v7", 3]),
            [
                f'release[1]: "v7" is not a supported OpenChoreo release; expected {RELEASE_NAMES}',
                f'release[2]: "3" is not a supported OpenChoreo release; expected {RELEASE_NAMES}',
            ],
            id="unknown",
        ),
        pytest.param(
            _raw(release=["v1"], refreshInterval=7),
            [
                "release: lists 1 releases; use one name, or a list of the two that the platform moves between",
                "refreshInterval: must be a string, not a number",
            ],
            id="one",
        ),
        pytest.param(
            _raw(release=["v1.1", "v1.2"]),
            ["release: v1.1 and v1.2 have the same build namespaces, so nothing moves; use the newer one"],
            id="nothing-moves",
        ),
        pytest.param(
            _raw(release=["v1", "v0.9"]), ["release: lists the newer release first; use [v0.9, v1]"], id="order"
        ),
        pytest.param(
            _raw(namespaces=[ACME]),
            ["namespaces: is another word for organizations, which is configured too; use one of both"],
            id="both-words",
        ),
        pytest.param(
            _raw(gti=1),
            [f"gti: unknown key; expected one of: {TOP_KEYS}"],
            id="the-shape-is-reported-once",
        ),
        pytest.param(
            _raw({**ACME, "hosts": 1}),
            [f'organizations[0] ("acme").hosts: unknown key; expected one of: {ORGANIZATION_KEYS}'],
            id="in-an-organization",
        ),
        pytest.param(
            _raw({**ACME, "name": "openbao"}),
            [
                (
                    'organizations[0] ("openbao").name: "openbao" is reserved: OpenChoreo v1 keeps the objects of an '
                    "organization in the namespace with its name, and this one belongs to the platform; use another "
                    "name"
                ),
            ],
            id="a-rule-of-the-newer",
        ),
        pytest.param(
            _raw({**ACME, "dataPlane": {**STORE, "kind": "Other"}}),
            [
                f'organizations[0] ("acme").dataPlane.kind: "Other" is no kind of this plane; expected {kinds}'
                for kinds in ("DataPlane", "DataPlane or ClusterDataPlane")
            ],
            id="a-kind-of-neither",
        ),
        pytest.param(
            {**_raw(), "organizations": 7, "clusters": 7},
            [
                "clusters: must be a mapping, such as {buildPlane: {context: openchoreo-build}}",
                f"organizations: must be a list, such as [{EXAMPLE}]",
            ],
            id="no-list",
        ),
    ],
)
def test_refused(config: Raw, problems: list[str]) -> None:
    assert rejection(config) == message(*problems)


PULL: Final[Raw] = {"dockerConfig": {"remoteKey": "pull"}}


@pytest.mark.parametrize(
    ("pull", "older", "newer"),
    [
        pytest.param({"componentTypes": ["service"]}, ("service",), ("service",), id="both"),
        pytest.param({"clusterComponentTypes": ["web"]}, None, ("web",), id="cluster-scoped"),
        pytest.param(
            {"componentTypes": ["service"], "clusterComponentTypes": ["web"]},
            ("service",),
            ("service", "web"),
            id="each",
        ),
        pytest.param(
            {"componentTypes": ["service"], "delivery": "project", "clusterProjectTypes": ["default"]},
            None,
            ("service",),
            id="of-projects",
        ),
    ],
)
def test_types_that_only_the_newer_release_has(
    pull: Raw, older: tuple[str, ...] | None, newer: tuple[str, ...]
) -> None:
    settings = parse(_raw({**ACME, "pullSecret": {**PULL, "secretStore": "default", **pull}}), source=SOURCE)
    secrets = [view.organizations[0].pull_secret for view in settings.views]
    assert [None if secret is None else secret.types for secret in secrets] == [older, newer]


def test_pods_of_types_that_only_the_newer_release_has() -> None:
    pods = [{"componentType": name, "resource": "job", "path": "spec"} for name in ("service", "web")]
    types = {"componentTypes": ["service"], "clusterComponentTypes": ["web"]}
    for kept, count in ((pods, 1), (pods[1:], 0)):
        settings = parse(_raw({**ACME, "pullSecret": {**PULL, **types, "pods": kept}}), source=SOURCE)
        older, newer = (view.organizations[0].pull_secret for view in settings.views)
        assert older is not None
        assert newer is not None
        assert (len(older.pods or ()), len(newer.pods or ())) == (count, len(kept))


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


def test_a_changed_copy_changes_what_both_releases_read() -> None:
    settings = parse(_raw({**ACME, "componentWorkflows": {"names": ["docker"]}}), source=SOURCE)
    copy = settings.model_copy(update={"refresh_interval": "5m0s"})
    assert [view.refresh_interval for view in copy.views] == ["5m0s", "5m0s"]
    assert [view.organizations for view in copy.views] == [view.organizations for view in settings.views]
    single = settings.model_copy(update={"release": "v0.9"})
    assert single.views == (single,)


def test_settings_of_a_program_are_the_same_for_both() -> None:
    parsed = parse(_raw(release="v0.9"), source=SOURCE)
    settings = StackSettings(clusters=parsed.clusters, organizations=parsed.organizations, release=("v0.9", "v1"))
    assert settings.views == (settings, settings)


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
    assert patched == {"componenttypes", "buildplanes", "dataplanes", "workflowplanes"}


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


def test_combined_releases() -> None:
    both = find_release(BOTH)
    assert (both.name, both.parts) == ("v0.9,v1", (V0_9, V1))
    assert find_release("v0.9,v1") == both
    assert both.kinds == {**V0_9.kinds, **V1.kinds}
    assert find_release("v1") is V1
    assert V1.parts == (V1,)
