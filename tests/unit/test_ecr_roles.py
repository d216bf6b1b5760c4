"""Roles for pushing to ECR: the plan, where their ARNs go, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from components.openchoreo.v0_9 import V0_9
from components.plan.ecr_roles import EcrRoleArgs, plan_ecr_roles
from components.plan.stack import plan_stack
from components.registries.tokens import EcrManaged, EcrToken
from components.settings.organization import Organization
from components.settings.rules.ecr import refuse_ecr_roles
from components.settings.stack import StackSettings
from tests.unit.aws_accounts import ACCOUNT, POD_IDENTITY, account, managed
from tests.unit.registries import ECR, ECR_HOST, ECR_NAME, LOGIN
from tests.unit.samples import AT_ACME, GIT, Edits, Raw, assert_rejected, settings

MANAGED: Raw = {**ECR, "ecr": {"managed": {}}}
HERE = f"{AT_ACME}.registries[0].ecr.managed"
ONLY_HERE = (
    "creates a role for 123456789012.dkr.ecr.eu-central-1.*, the registry of aws.accountId and aws.region, not for"
)
ACME = {"name": "acme", "registries": [MANAGED]}


def pushing(*organizations: Raw, **more: Any) -> Edits:
    return {"aws": ACCOUNT, "organizations": list(organizations), **more}


def ecr(name: str, **keys: str) -> Raw:
    return {"name": name, "registries": [{**ECR, "ecr": {"managed": keys}}]}


def arns(found: StackSettings) -> list[str]:
    made = [each for organization in plan_stack(found, V0_9).organizations for each in organization.generators]
    return [each["metadata"]["annotations"]["eks.amazonaws.com/role-arn"] for each in made if "spec" not in each]


def test_a_role_for_each_organization_and_the_account_that_uses_it() -> None:
    named = {"repositories": "teams/{organization}/", "roleName": "push-{organization}"}
    other = {"registry": "ghcr", **LOGIN}
    found = settings(pushing(ACME, {"name": "globex", "registries": [other, {**ECR, "ecr": {"managed": named}}]}))

    assert plan_ecr_roles(found, V0_9) == (
        EcrRoleArgs(account(), "acme", "ecr-acme", "acme/", "openchoreo-ci-acme", ECR_NAME),
        EcrRoleArgs(account(), "globex", "push-globex", "teams/globex/", "openchoreo-ci-globex", ECR_NAME),
    )
    assert arns(found) == [
        "arn:aws:iam::123456789012:role/ecr-acme",
        "arn:aws:iam::123456789012:role/push-globex",
    ]


def test_nothing_else_changes() -> None:
    referenced = {"name": "acme", "registries": [{**ECR, "ecr": {"roleArn": "arn:aws:iam::123456789012:role/mine"}}]}
    found = settings(pushing(referenced))
    assert arns(found) == ["arn:aws:iam::123456789012:role/mine"]
    assert plan_ecr_roles(found, V0_9) == ()
    without = settings()
    assert arns(without) == []
    assert plan_ecr_roles(without, V0_9) == ()


def test_other_programs_learn_that_only_stacks_create_roles() -> None:
    token = EcrToken(managed=EcrManaged())
    assert (token.identity, EcrManaged().repositories, EcrManaged().role_name) == (
        None,
        "{organization}/",
        "ecr-{organization}",
    )
    (problem,) = refuse_ecr_roles(Organization.model_validate(ACME), "organization")
    assert str(problem) == (
        "organization.registries[0].ecr.managed: is created by stacks only; use roleArn, such as the ARN of an EcrRole"
    )


@pytest.mark.parametrize(
    ("edits", "problem"),
    [
        pytest.param(
            {"organizations": [ACME]},
            f"{HERE}: creates a role in an AWS account; set aws, or use roleArn",
            id="no-account",
        ),
        pytest.param(
            pushing(ACME, aws=POD_IDENTITY),
            f"{HERE}: needs aws.oidcProvider; ESO's generator cannot use Pod Identity for a ServiceAccount",
            id="pod-identity",
        ),
        pytest.param(
            pushing({"name": "acme", "registries": [{**MANAGED, "region": "eu-west-1"}]}),
            f"{HERE}: {ONLY_HERE} 123456789012.dkr.ecr.eu-west-1.amazonaws.com; use roleArn",
            id="another-region",
        ),
        pytest.param(
            pushing({"name": "acme", "registries": [{"registry": "ecr-public", "ecr": {"managed": {}}}]}),
            f"{HERE}: {ONLY_HERE} public.ecr.aws; use roleArn",
            id="the-public-registry",
        ),
        pytest.param(
            pushing(ecr("acme", repositories="team-{organization}/")),
            f'{HERE}.repositories: "team-acme/" does not have the organization\'s name as one whole part; use a value '
            "such as {organization}/",
            id="part-of-a-part",
        ),
        pytest.param(
            pushing(ecr("acme", repositories="{organization}")),
            f'{HERE}.repositories: "{{organization}}" is not the beginning of names of repositories; expected '
            "<part>/[<part>/...] in lower case, with / at the end and {organization} as one whole part",
            id="no-delimiter",
        ),
        pytest.param(
            pushing(ecr("acme", roleName="push"), ecr("globex", roleName="Push")),
            f'organizations[1] ("globex").registries[0].ecr.managed.roleName: "Push" is also the role of {HERE}; '
            "choose another",
            id="one-role-for-two",
        ),
        pytest.param(
            pushing({**ecr("acme", roleName="eso-default-acme"), "git": GIT}, **{"secretStores.default": managed()}),
            f'{HERE}.roleName: "eso-default-acme" is also the role of the store "default"; choose another',
            id="the-role-of-a-store",
        ),
        pytest.param(
            pushing(ecr("team"), ecr("acme", repositories="team/{organization}/")),
            'organizations[0] ("team").registries[0].ecr.managed.repositories: "team/" contains "team/acme/" of '
            'the organization "acme", whose images it '
            "could replace; use a prefix of its own",
            id="repositories-of-another",
        ),
        pytest.param(
            pushing(
                {
                    "name": "acme",
                    "registries": [
                        {**ECR, "ecr": {"managed": {}, "roleArn": "arn:aws:iam::123456789012:role/push-{organization}"}}
                    ],
                }
            ),
            f"{AT_ACME}.registries[0].ecr: names roleArn and managed; expected exactly one of roleArn, managed",
            id="both",
        ),
    ],
)
def test_refused(edits: Edits, problem: str) -> None:
    assert_rejected(edits, problem)


def test_a_role_name_that_the_organization_makes_too_long() -> None:
    long = "a" * 49
    assert_rejected(
        pushing(ecr(long, roleName="{organization}-pushes-many-images")),
        f'organizations[0] ("{long}").registries[0].ecr.managed.roleName: "{long}-pushes-man"… (68 characters) of '
        f'the organization "{long}" is a role name of 68 '
        "characters; IAM allows at most 64",
    )


def test_two_registries_of_one_host_need_two_roles() -> None:
    path = {"server": f"{ECR_HOST}/acme", "ecr": {"managed": {}}}
    assert_rejected(
        pushing({"name": "acme", "registries": [MANAGED, path]}),
        f'{AT_ACME}.registries[1].ecr.managed.roleName: "ecr-acme" is also the role of {HERE}; choose another',
    )
