"""Mistakes in an AWS account and a managed store: every message in full."""

from __future__ import annotations

import pytest

from components.managers.aws_managed import AwsManaged
from tests.unit.aws_accounts import (
    ESO,
    OPERATOR,
    PATH,
    POD_IDENTITY,
    managed,
    with_account,
)
from tests.unit.managers import KEY, OWN, ROLE
from tests.unit.samples import Raw, assert_rejected, settings

STORE = "secretStores.default.aws"
HERE = "secretStores.default.aws.managed"
NO_NAMESPACE = "is missing; with aws.oidcProvider the stack creates a ServiceAccount for each store"
NOT_A_PATH = (
    "is not a path; expected <part>/[<part>/...] of letters, digits, _ and -, not beginning with aws or ssm, "
    "with / at the end and {organization} as one whole part"
)


@pytest.mark.parametrize(
    ("store", "problem"),
    [
        pytest.param(
            managed(path=None),
            f'{HERE}.path: is missing; expected a value such as "org/{{organization}}/"',
            id="no-path",
        ),
        *(
            pytest.param(managed(path=path), f'{HERE}.path: "{path}" {NOT_A_PATH}', id=name)
            for name, path in (
                ("no-delimiter", "org/{organization}"),
                ("wildcard", "org/{organization}/*/"),
                ("any-letter", "org/?/{organization}/"),
                ("variable", "org/${aws:username}/{organization}/"),
                ("misspelt-placeholder", "org/{org}/"),
                ("reserved", "aws/{organization}/"),
                ("empty-part", "org//{organization}/"),
            )
        ),
        pytest.param(
            managed(path="org/"),
            f'{HERE}.path: "org/" does not have {{organization}} as one whole part, so organizations with a common '
            "beginning of their names could read each other's secrets; use a value such as org/{organization}/",
            id="one-path-for-all",
        ),
        pytest.param(
            managed(path="org-{organization}/"),
            f'{HERE}.path: "org-{{organization}}/" does not have {{organization}} as one whole part, so organizations '
            "with a common beginning of their names could read each other's secrets; use a value such as "
            "org/{organization}/",
            id="part-of-a-part",
        ),
        pytest.param(
            managed(path=f"/{PATH}"),
            f'{STORE}: has the managed.path "/org/{{organization}}/"; a path of SecretsManager must not begin with /',
            id="slash-first",
        ),
        pytest.param(
            managed("ParameterStore", path=PATH),
            f'{STORE}: has the managed.path "org/{{organization}}/"; a path of ParameterStore must begin with /',
            id="no-slash-first",
        ),
        pytest.param(
            managed("ParameterStore", containers=True),
            f"{STORE}: has managed.containers or managed.uniqueNames; "
            "a parameter needs a value, so the stack creates none; leave them out",
            id="empty-parameter",
        ),
        pytest.param(
            managed("ParameterStore", uniqueNames=True),
            f"{STORE}: has managed.containers or managed.uniqueNames; "
            "a parameter needs a value, so the stack creates none; leave them out",
            id="unique-parameter",
        ),
        pytest.param(
            managed(containers=False, uniqueNames=True),
            f"{HERE}: has uniqueNames with containers: false, so there are no secrets to name; leave uniqueNames out",
            id="names-of-nothing",
        ),
        pytest.param(
            managed(recoveryWindowDays=3),
            f"{HERE}.recoveryWindowDays: 3 is not a valid recovery window; "
            "expected 7 to 30 days, or 0 to delete at once",
            id="recovery",
        ),
        pytest.param(
            managed(kmsKey="own"),
            f'{HERE}.kmsKey: "own" must be one of organization, none',
            id="key",
        ),
        pytest.param(
            managed(roleName="eso/{organization}"),
            f'{HERE}.roleName: "eso/{{organization}}" is not the name of a role: letters, digits, _ and -',
            id="role-name",
        ),
        pytest.param(
            managed(roleName="eso"),
            f'{HERE}.roleName: "eso" names one role for all organizations; use a value such as eso-{{organization}}',
            id="one-role-for-all",
        ),
        pytest.param(
            managed(roleName="r" * 60 + "-{organization}"),
            f'{HERE}.roleName: "{"r" * 60}"… (65 characters) of the organization "acme" '
            "is a role name of 65 characters; IAM allows at most 64",
            id="long-role-name",
        ),
        pytest.param(
            managed(identityNamespace="openchoreo-ci-acme"),
            f'{HERE}.identityNamespace: "openchoreo-ci-acme" is the build namespace of an organization, whose builds '
            "could read, use or replace what is in it; use another namespace",
            id="beside-builds",
        ),
        pytest.param(
            managed(beside={"region": "eu-west-1"}),
            f'{STORE}.region: "eu-west-1" differs from aws.region; managed stores must be in "eu-central-1"',
            id="region",
        ),
        pytest.param(
            managed(identityNamespace=None),
            f"{HERE}.identityNamespace: {NO_NAMESPACE}",
            id="no-namespace",
        ),
        pytest.param(
            {**managed(), "scope": "shared"},
            f'{HERE}.path: has {{organization}}, but several organizations share the store; use scope "organization"',
            id="shared",
        ),
        pytest.param(
            {**managed(), "sharedAccess": True},
            "secretStores.default.sharedAccess: contradicts the store, which gives each organization its own access; "
            "leave it out",
            id="shared-access",
        ),
    ],
)
def test_managed(store: Raw, problem: str) -> None:
    assert_rejected(with_account(store), problem)


@pytest.mark.parametrize(
    ("beside", "why"),
    [
        (
            {"auth": {"serviceAccount": {**OWN, "roleArn": ROLE}}},
            "auth (managed creates each store's ServiceAccount, or the operator signs in as itself)",
        ),
        ({"role": ROLE}, "role (managed creates a role for each organization)"),
        ({"additionalRoles": [OPERATOR]}, "additionalRoles (ESO assumes the role directly)"),
        ({"externalID": "acme"}, "externalID (the role's trust policy requires none)"),
        (
            {"sessionTags": [{"key": "team", "value": "x"}], "transitiveTagKeys": ["team"]},
            ("sessionTags (the role's trust policy sets them), transitiveTagKeys (ESO assumes no further role)"),
        ),
        ({"prefix": "org/"}, "prefix (managed.path is the prefix)"),
        (
            {"auth": {"secretRef": {"accessKeyIDSecretRef": KEY, "secretAccessKeySecretRef": KEY}}, "prefix": "x"},
            (
                "auth (managed creates each store's ServiceAccount, or the operator signs in as itself), "
                "prefix (managed.path is the prefix)"
            ),
        ),
    ],
)
def test_what_has_no_place_beside_managed(beside: Raw, why: str) -> None:
    assert_rejected(
        with_account(managed(beside=beside)), f"{STORE}: combines managed with {why}; use managed without them"
    )


def test_a_role_name_has_up_to_64_characters() -> None:
    store = managed(roleName="r" * 59 + "-{organization}")
    assert settings(with_account(store)).organizations[0].name == "acme"


def test_managed_without_an_account() -> None:
    assert_rejected(
        {"secretStores.default": managed()},
        f"{HERE}: creates roles, and no AWS account is configured; set aws",
    )


def test_no_account() -> None:
    """Pulumi fills in the default of Pulumi.yaml, so an empty mapping is what a stack without the key has."""
    assert settings().aws is None
    assert settings({"aws": {}}).aws is None
    assert_rejected(
        {"aws": {"region": "eu-central-1"}}, 'aws.accountId: is missing; expected a value such as "123456789012"'
    )


def test_account_of_a_store_with_pod_identity() -> None:
    assert_rejected(
        with_account(aws=POD_IDENTITY),
        f"{HERE}.identityNamespace: has no effect with aws.operatorRoleArn, because ESO cannot use Pod Identity for "
        "the ServiceAccount of a store; leave it out, or use aws.oidcProvider",
    )
    assert settings(with_account(managed(identityNamespace=None), aws=POD_IDENTITY)).aws is not None


def test_all_at_once() -> None:
    assert_rejected(
        with_account(managed(path="org/", roleName="eso", identityNamespace=None, beside={"region": "eu-west-1"})),
        f'{HERE}.path: "org/" does not have {{organization}} as one whole part, so organizations with a common '
        "beginning of their names could read each other's secrets; use a value such as org/{organization}/",
        f'{HERE}.roleName: "eso" names one role for all organizations; use a value such as eso-{{organization}}',
        f'{STORE}.region: "eu-west-1" differs from aws.region; managed stores must be in "eu-central-1"',
        f"{HERE}.identityNamespace: {NO_NAMESPACE}",
    )


def test_defaults() -> None:
    """A removed organization can be restored, and no KMS key is created, and paid for, by default."""
    block = AwsManaged(identity_namespace=ESO, path=PATH)
    assert (block.role_name, block.kms_key, block.containers, block.recovery_window_days, block.unique_names) == (
        None,
        "none",
        None,
        30,
        False,
    )
