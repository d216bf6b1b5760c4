"""ESO's policies: which level applies, the fields they become, and refused combinations."""

from __future__ import annotations

from itertools import product
from typing import Any, get_args

import pytest

from components.schema.policies import AppliedPolicies, CreationPolicy, DeletionPolicy, Policies, RefreshPolicy
from components.secrets.external_secret import SecretTemplate, Target, build_external_secret
from components.settings.rules.policies import validate_policies
from tests.unit.plans import credentials
from tests.unit.registries import ACR, ACR_TOKEN
from tests.unit.samples import APP, AT_ACME, GIT, Edits, Raw, acme, assert_rejected, on_every_plane, organization

TARGET = Target(organization="acme", namespace="openchoreo-ci-acme", store="default-acme", refresh_interval="1h0m0s")
QUAY: Raw = {"server": "quay.io", "remoteKey": "acme-quay"}
MANUAL: Raw = {"manual": "gitToken"}


def _sonar(**keys: Any) -> Raw:
    return {"name": "sonar", "keys": {"token": GIT}, **keys}


def _specs(**keys: Any) -> list[Raw]:
    found = []
    for each in credentials(organization(**keys), TARGET):
        assert isinstance(each.content, SecretTemplate)
        found.append(build_external_secret(each.target, each.content)["spec"])
    return found


def _policies(spec: Raw) -> tuple[str, str, str, str]:
    target = spec["target"]
    refresh = spec.get("refreshPolicy", "Periodic")
    return target["creationPolicy"], target["deletionPolicy"], refresh, spec["refreshInterval"]


@pytest.mark.parametrize(
    ("levels", "git", "push", "sonar"),
    [
        pytest.param(
            {},
            ("Owner", "Retain", "Periodic", "1h0m0s"),
            ("Owner", "Retain", "Periodic", "1h0m0s"),
            ("Owner", "Retain", "Periodic", "1h0m0s"),
            id="the-operator's-defaults",
        ),
        pytest.param(
            {"organization": {"creationPolicy": "Orphan", "refreshPolicy": "OnChange"}},
            ("Orphan", "Retain", "OnChange", "0s"),
            ("Orphan", "Retain", "OnChange", "0s"),
            ("Orphan", "Retain", "OnChange", "0s"),
            id="the-organization's",
        ),
        pytest.param(
            {
                "organization": {"deletionPolicy": "Delete"},
                "git": {"deletionPolicy": "Retain", "refreshPolicy": "CreatedOnce"},
                "sonar": {"creationPolicy": "Owner"},
            },
            ("Owner", "Retain", "CreatedOnce", "0s"),
            ("Owner", "Delete", "Periodic", "1h0m0s"),
            ("Owner", "Delete", "Periodic", "1h0m0s"),
            id="the-nearest-wins-field-by-field",
        ),
    ],
)
def test_levels(levels: dict[str, Raw], git: Any, push: Any, sonar: Any) -> None:
    def at(level: str) -> Raw:
        return {"policies": levels[level]} if level in levels else {}

    found = _specs(git={**GIT, **at("git")}, registries=[QUAY], external=[_sonar(**at("sonar"))], **at("organization"))
    assert [_policies(spec) for spec in found] == [git, push, sonar]


def test_a_secret_that_is_merged_into_keeps_its_type() -> None:
    basic = {"basicAuth": {"password": GIT}}
    merged, owned = _specs(git={**basic, "policies": {"creationPolicy": "Merge"}}, registries=[QUAY])
    assert "type" not in merged["target"]["template"]
    assert owned["target"]["template"]["type"] == "kubernetes.io/dockerconfigjson"


@pytest.mark.parametrize(
    ("policies", "problem"),
    [
        pytest.param(
            {"creationPolicy": "None"},
            '.creationPolicy: "None" creates no Secret, and builds need one; use Owner, Orphan or Merge',
            id="no-secret",
        ),
        pytest.param(
            {"creationPolicy": "owner"},
            '.creationPolicy: "owner" must be one of Owner, Orphan, Merge',
            id="case",
        ),
        pytest.param(
            {"creationPolicy": "Orphan", "deletionPolicy": "Delete"},
            ": deletionPolicy Delete needs creationPolicy Owner, not Orphan",
            id="delete-an-orphan",
        ),
        pytest.param(
            {"creationPolicy": "Merge", "deletionPolicy": "Delete"},
            ": deletionPolicy Delete needs creationPolicy Owner, not Merge",
            id="delete-somebody-else's",
        ),
        pytest.param(
            {"deletionPolicy": "Merge", "refreshPolicy": "CreatedOnce"},
            ": deletionPolicy Merge has no effect with refreshPolicy CreatedOnce, which never refreshes; use Retain",
            id="never-looks-again",
        ),
    ],
)
@pytest.mark.parametrize("level", ["git", "external", "organization"])
def test_contradiction(level: str, policies: Raw, problem: str) -> None:
    edits, where = {
        "git": (acme(git={**GIT, "policies": policies}), f"{AT_ACME}.git.policies"),
        "external": (acme(external=[_sonar(policies=policies)]), f"{AT_ACME}.external[0].policies"),
        "organization": (acme(git=GIT, policies=policies), f"{AT_ACME}.policies"),
    }[level]
    assert_rejected(edits, f"{where}{problem}")


@pytest.mark.parametrize(
    ("edits", "problem"),
    [
        pytest.param(
            acme(git={**GIT, "policies": {"deletionPolicy": "Delete"}}, policies={"creationPolicy": "Orphan"}),
            "git.policies: deletionPolicy Delete needs creationPolicy Owner, not Orphan",
            id="two-levels-contradict-each-other",
        ),
        pytest.param(
            acme(git=GIT, refreshInterval="1h", policies={"refreshPolicy": "OnChange"}),
            "refreshInterval: has no effect with refreshPolicy OnChange; leave it out, or use Periodic",
            id="interval-of-the-organization",
        ),
        pytest.param(
            acme(git={**GIT, "refreshInterval": "0"}, policies={"refreshPolicy": "CreatedOnce"}),
            "git.refreshInterval: has no effect with refreshPolicy CreatedOnce; leave it out, or use Periodic",
            id="interval-of-git",
        ),
        pytest.param(
            acme(external=[_sonar(refreshInterval="1h", policies={"refreshPolicy": "OnChange"})]),
            "external[0].refreshInterval: has no effect with refreshPolicy OnChange; leave it out, or use Periodic",
            id="interval-of-a-service",
        ),
        pytest.param(
            acme(git={**MANUAL, "policies": {"deletionPolicy": "Merge"}}),
            "git.policies: apply only to values from the secret manager; leave them out for a manual secret",
            id="manual-git",
        ),
        pytest.param(
            acme(external=[{"name": "sonar", "keys": {"a": MANUAL}, "policies": {}}]),
            "external[0].policies: apply only to values from the secret manager; leave them out for a manual secret",
            id="manual-service",
        ),
        pytest.param(
            acme(git={"githubApp": APP, "policies": {"refreshPolicy": "CreatedOnce"}}),
            "git.policies.refreshPolicy: CreatedOnce would not renew the token of the GitHub App, which is valid "
            "for one hour; use Periodic",
            id="token-that-dies",
        ),
        pytest.param(
            acme(git={"githubApp": APP, "policies": {}}, policies={"refreshPolicy": "OnChange"}),
            "policies.refreshPolicy: OnChange would not renew the token of the GitHub App, which is valid for one "
            "hour; use Periodic",
            id="token-that-dies-by-the-organization",
        ),
        pytest.param(
            acme(registries=[{**ACR, "acr": ACR_TOKEN}], policies={"refreshPolicy": "CreatedOnce"}),
            "policies.refreshPolicy: CreatedOnce would not renew the token of acmeprod.azurecr.io, which is valid "
            "for some hours; use Periodic",
            id="registry-token-that-dies",
        ),
        pytest.param(
            acme(
                external=[_sonar(type="kubernetes.io/basic-auth", keys={"password": GIT})],
                policies={"creationPolicy": "Merge"},
            ),
            "external[0].type: has no effect with creationPolicy Merge of the organization, which keeps the type; "
            "leave it out",
            id="type-of-somebody-else's-secret",
        ),
        pytest.param(
            on_every_plane(
                git={**GIT, "policies": {"creationPolicy": "Orphan"}}, componentWorkflows={"names": ["docker"]}
            ),
            "git: creationPolicy Orphan does not work with componentWorkflows: each run creates its own Secret, which "
            "is deleted with the run; use Owner",
            id="orphans-of-runs",
        ),
        pytest.param(
            on_every_plane(
                registries=[QUAY], policies={"creationPolicy": "Merge"}, componentWorkflows={"names": ["docker"]}
            ),
            "registries: creationPolicy Merge does not work with componentWorkflows: each run creates its own Secret, "
            "which is deleted with the run; use Owner",
            id="nothing-to-merge-into-before-a-run",
        ),
    ],
)
def test_organization(edits: Edits, problem: str) -> None:
    assert_rejected(edits, f"{AT_ACME}.{problem}")


@pytest.mark.parametrize(
    "keys",
    [
        pytest.param(
            {"git": {**GIT, "policies": {"refreshPolicy": "CreatedOnce"}}, "refreshInterval": "1h"},
            id="interval-of-the-others",
        ),
        pytest.param(
            {
                "git": {"githubApp": APP, "policies": {"refreshPolicy": "Periodic"}, "refreshInterval": "10m"},
                "policies": {"refreshPolicy": "OnChange"},
            },
            id="periodic-again",
        ),
        pytest.param({"git": MANUAL, "policies": {"creationPolicy": "Orphan"}}, id="manual-under-an-organization's"),
        pytest.param(
            {
                "external": [
                    _sonar(
                        type="kubernetes.io/basic-auth", keys={"password": GIT}, policies={"creationPolicy": "Owner"}
                    )
                ],
                "policies": {"creationPolicy": "Merge"},
            },
            id="own-secret-with-a-type",
        ),
    ],
)
def test_right(keys: Raw) -> None:
    assert list(validate_policies(organization(**keys), "organization")) == []


def test_every_combination_is_either_refused_or_one_that_the_operator_takes() -> None:
    """The operator's webhook and controller: Delete wants Owner, and Merge wants a Secret."""
    for creation, deletion, refresh in product(*map(get_args, (CreationPolicy, DeletionPolicy, RefreshPolicy))):
        applied = AppliedPolicies().under(
            Policies(creation_policy=creation, deletion_policy=deletion, refresh_policy=refresh)
        )
        assert applied == AppliedPolicies(creation, deletion, refresh)
        refused = (deletion == "Delete" and creation != "Owner") or (deletion != "Retain" and refresh == "CreatedOnce")
        assert bool(list(applied.contradictions())) == refused
