"""What an AWS account and a managed store can have wrong: every message in full, each found before anything is made."""

from __future__ import annotations

from typing import Any

import pytest

from components.settings import AwsAccount, AwsManaged
from tests.unit.aws_accounts import (
    ACCOUNT,
    ESO,
    ISSUER,
    OPERATOR,
    OTHER_ISSUER,
    PATH,
    POD_IDENTITY,
    managed,
    with_account,
)
from tests.unit.managers import KEY, OWN, ROLE
from tests.unit.samples import GIT, Edits, Raw, acme, assert_rejected, on_every_plane, settings

STORE = "secretStores.default.aws"
HERE = "secretStores.default.aws.managed"
WAYS = "allowed is exactly one of oidcProvider, operatorRoleArn"
NOT_AN_ISSUER = "is not an OIDC issuer; allowed is its host and path, without https:// and without / at the end"
NOT_ONE_ROLE = "is not the ARN of one IAM role; allowed is arn:<partition>:iam::<account>:role/<name>"
NOT_A_PATH = (
    "is not a path; allowed is <part>/[<part>/...] of letters, digits, _ and -, not beginning with aws or ssm, "
    "with / at the end and {organization} as one whole part"
)


def _account(**keys: Any) -> Edits:
    return with_account(aws={key: value for key, value in {**ACCOUNT, **keys}.items() if value is not None})


@pytest.mark.parametrize(
    ("keys", "problem"),
    [
        pytest.param({"accountId": 123456789012}, "aws.accountId: must be a string, not a number", id="number"),
        pytest.param(
            {"accountId": "1234"},
            "aws.accountId: \"1234\" is not allowed: string should match pattern '^[0-9]{12}$'",
            id="short-number",
        ),
        pytest.param(
            {"region": "Frankfurt"},
            "aws.region: \"Frankfurt\" is not allowed: string should match pattern '^[a-z]+(-[a-z]+)+-[0-9]+$'",
            id="region",
        ),
        pytest.param(
            {"region": "cn-north-1"},
            'aws: has the region "cn-north-1", which is in the partition "aws-cn", not "aws"',
            id="region-of-another-partition",
        ),
        pytest.param(
            {"partition": "aws-us-gov"},
            'aws: has the region "eu-central-1", which is in the partition "aws", not "aws-us-gov"',
            id="partition-of-another-region",
        ),
        pytest.param(
            {"partition": "aws-iso"},
            "aws.partition: \"aws-iso\" is not allowed: input should be 'aws', 'aws-cn' or 'aws-us-gov'",
            id="partition",
        ),
        pytest.param({"oidcProvider": None}, f"aws: is incomplete; {WAYS}", id="no-way-to-sign-in"),
        pytest.param(
            {"operatorRoleArn": OPERATOR}, f"aws: names oidcProvider and operatorRoleArn; {WAYS}", id="two-ways"
        ),
        pytest.param(
            {"oidcProvider": f"https://{ISSUER}"},
            f'aws.oidcProvider: "https://{ISSUER[:52]}"… (63 characters) {NOT_AN_ISSUER}',
            id="issuer-with-scheme",
        ),
        pytest.param(
            {"oidcProvider": "oidc.example/{organization}"},
            f'aws.oidcProvider: "oidc.example/{{organization}}" {NOT_AN_ISSUER}',
            id="issuer-of-each",
        ),
        pytest.param(
            {"oidcProvider": None, "operatorRoleArn": "arn:aws:iam::123456789012:role/*"},
            f'aws.operatorRoleArn: "arn:aws:iam::123456789012:role/*" {NOT_ONE_ROLE}',
            id="any-role",
        ),
        pytest.param(
            {"oidcProvider": None, "operatorRoleArn": "arn:aws-cn:iam::123456789012:role/eso"},
            'aws: has an operatorRoleArn of another partition than "aws"; no role can be assumed across',
            id="role-of-another-partition",
        ),
        pytest.param(
            {"permissionsBoundary": "boundary"},
            'aws.permissionsBoundary: "boundary" is not the ARN of an IAM policy; '
            "allowed is arn:<partition>:iam::<account>:policy/<name>",
            id="boundary",
        ),
        pytest.param(
            {"permissionsBoundary": "arn:aws:iam::210987654321:policy/eso"},
            "aws: has a permissionsBoundary of another account or partition; IAM takes one of its own, or AWS's",
            id="boundary-of-another-account",
        ),
        pytest.param(
            {"rolePath": "/eso"},
            'aws.rolePath: "/eso" is not a path of IAM; allowed is / or /<part>/[<part>/...], with / at the end',
            id="role-path",
        ),
        pytest.param(
            {"tags": {"aws:team": "x"}},
            'aws.tags.aws:team: "aws:team" is not the key of a tag: letters, digits and _.:/=+@-, not aws: first',
            id="tag-of-aws",
        ),
        pytest.param(
            {"tags": {"team": "a\tb"}},
            'aws.tags.team: "a\\tb" is not the value of a tag: letters, digits and _.:/=+@-',
            id="tag-value",
        ),
        pytest.param(
            {"tags": {"openchoreo.dev/organization": "acme"}},
            "aws: has the tags openchoreo.dev/organization, which are set here; leave them out",
            id="tag-of-ours",
        ),
        pytest.param(
            {"dataPlane": {"operatorRoleArn": OPERATOR}},
            "aws: signs in in two ways; allowed is oidcProvider on both planes, or operatorRoleArn on both",
            id="planes-differ",
        ),
        pytest.param({"dataPlane": {}}, f"aws.dataPlane: is incomplete; {WAYS}", id="data-plane"),
        pytest.param(
            {"secretKey": "x"},
            "aws.secretKey: unknown key; allowed: oidcProvider, operatorRoleArn, accountId, region, partition, "
            "dataPlane, permissionsBoundary, rolePath, tags",
            id="credentials",
        ),
    ],
)
def test_account(keys: Raw, problem: str) -> None:
    assert_rejected(_account(**keys), problem)


@pytest.mark.parametrize(
    "keys",
    [
        {"region": "cn-northwest-1", "partition": "aws-cn"},
        {"region": "us-gov-west-1", "partition": "aws-us-gov"},
        {"permissionsBoundary": "arn:aws:iam::aws:policy/PowerUserAccess"},
        {"permissionsBoundary": "arn:aws:iam::123456789012:policy/platform/eso"},
        {"rolePath": "/platform/eso/", "tags": {"team": "builds", "cost center": ""}},
        {"dataPlane": {"oidcProvider": OTHER_ISSUER}},
    ],
)
def test_account_that_is_right(keys: Raw) -> None:
    assert AwsAccount.model_validate({**ACCOUNT, **keys})


@pytest.mark.parametrize(
    ("store", "problem"),
    [
        pytest.param(managed(path=None), f"{HERE}.path: is missing", id="no-path"),
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
            f'{HERE}.path: "org/" does not have {{organization}} as one whole part; organizations whose names begin '
            "alike could read each other's secrets; allowed is such as org/{organization}/",
            id="one-path-for-all",
        ),
        pytest.param(
            managed(path="org-{organization}/"),
            f'{HERE}.path: "org-{{organization}}/" does not have {{organization}} as one whole part; organizations '
            "whose names begin alike could read each other's secrets; allowed is such as org/{organization}/",
            id="part-of-a-part",
        ),
        pytest.param(
            managed(path=f"/{PATH}"),
            f'{STORE}: has the managed.path "/org/{{organization}}/"; a path of SecretsManager does not begin with /',
            id="slash-first",
        ),
        pytest.param(
            managed("ParameterStore", path=PATH),
            f'{STORE}: has the managed.path "org/{{organization}}/"; a path of ParameterStore begins with /',
            id="no-slash-first",
        ),
        pytest.param(
            managed("ParameterStore", containers=True),
            f"{STORE}: has managed.containers or managed.uniqueNames; "
            "a parameter cannot be without a value, so none is made",
            id="empty-parameter",
        ),
        pytest.param(
            managed("ParameterStore", uniqueNames=True),
            f"{STORE}: has managed.containers or managed.uniqueNames; "
            "a parameter cannot be without a value, so none is made",
            id="unique-parameter",
        ),
        pytest.param(
            managed(containers=False, uniqueNames=True),
            f"{HERE}: has uniqueNames without containers; they are the names of what is made",
            id="names-of-nothing",
        ),
        pytest.param(
            managed(recoveryWindowDays=3),
            f"{HERE}.recoveryWindowDays: 3 is not a number of days that AWS allows; "
            "allowed is 7 to 30, or 0 for no recovery at all",
            id="recovery",
        ),
        pytest.param(
            managed(kmsKey="own"),
            f"{HERE}.kmsKey: \"own\" is not allowed: input should be 'organization' or 'none'",
            id="key",
        ),
        pytest.param(
            managed(roleName="eso/{organization}"),
            f'{HERE}.roleName: "eso/{{organization}}" is not the name of a role: letters, digits, _ and -',
            id="role-name",
        ),
        pytest.param(
            managed(roleName="eso"),
            f'{HERE}.roleName: "eso" names one role for all organizations; allowed is such as eso-{{organization}}',
            id="one-role-for-all",
        ),
        pytest.param(
            managed(roleName="r" * 60 + "-{organization}"),
            f'{HERE}.roleName: "{"r" * 60}"… (65 characters) of the organization "acme" '
            "is a role name of 65 characters; IAM allows 64",
            id="long-role-name",
        ),
        pytest.param(
            managed(identityNamespace="openchoreo-ci-acme"),
            f'{HERE}.identityNamespace: "openchoreo-ci-acme" is the build namespace of an organization; its builds '
            "could use or replace what gives access to the manager",
            id="beside-builds",
        ),
        pytest.param(
            managed(beside={"region": "eu-west-1"}),
            f'{STORE}.region: "eu-west-1" is not aws.region, "eu-central-1"; a managed store is made there',
            id="region",
        ),
        pytest.param(
            managed(identityNamespace=None),
            f"{HERE}.identityNamespace: is missing; with aws.oidcProvider a ServiceAccount is made for each store",
            id="no-namespace",
        ),
        pytest.param(
            {**managed(), "scope": "shared"},
            f'{HERE}.path: has {{organization}}, and the store is shared by several; allowed with scope "organization"',
            id="shared",
        ),
        pytest.param(
            {**managed(), "sharedAccess": True},
            "secretStores.default.sharedAccess: contradicts the store, in which each organization has its own access; "
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
            "auth (each store's account is made here, or the operator signs in as itself)",
        ),
        ({"role": ROLE}, "role (each organization's role is made here)"),
        ({"additionalRoles": [OPERATOR]}, "additionalRoles (the role is assumed directly)"),
        ({"externalID": "acme"}, "externalID (the trust policy that is made here asks for none)"),
        (
            {"sessionTags": [{"key": "team", "value": "x"}], "transitiveTagKeys": ["team"]},
            (
                "sessionTags (they are those that the trust policy asks for), "
                "transitiveTagKeys (no further role is assumed)"
            ),
        ),
        ({"prefix": "org/"}, "prefix (it is managed.path)"),
        (
            {"auth": {"secretRef": {"accessKeyIDSecretRef": KEY, "secretAccessKeySecretRef": KEY}}, "prefix": "x"},
            "auth (each store's account is made here, or the operator signs in as itself), prefix (it is managed.path)",
        ),
    ],
)
def test_what_has_no_place_beside_managed(beside: Raw, why: str) -> None:
    assert_rejected(
        with_account(managed(beside=beside)), f"{STORE}: has managed and {why}; leave out what stands beside managed"
    )


def test_managed_without_an_account() -> None:
    assert_rejected(
        {"secretStores.default": managed()},
        f"{HERE}: makes roles in an AWS account, and none is configured; aws is missing",
    )


def test_no_account() -> None:
    """Pulumi fills in the default of Pulumi.yaml, so an empty mapping is what a stack without the key has."""
    assert settings().aws is None
    assert settings({"aws": {}}).aws is None
    assert_rejected({"aws": {"region": "eu-central-1"}}, "aws.accountId: is missing")


def test_account_of_a_store_with_pod_identity() -> None:
    assert_rejected(
        with_account(aws=POD_IDENTITY),
        f"{HERE}.identityNamespace: is of no use with aws.operatorRoleArn; ESO cannot use Pod Identity for a "
        "ServiceAccount of a store, so leave it out, or set aws.oidcProvider instead",
    )
    assert settings(with_account(managed(identityNamespace=None), aws=POD_IDENTITY)).aws is not None


def two(first: Raw, second: Raw, one: str = "acme", other: str = "globex") -> Edits:
    """Two stores, each with an organization of its own."""
    stores = {"first": first, "second": second}
    organizations = [
        {"name": one, "secretStore": "first", "git": dict(GIT)},
        {"name": other, "secretStore": "second", "git": dict(GIT)},
    ]
    return {"aws": ACCOUNT, "secretStores": stores, "organizations": organizations}


def test_a_path_that_holds_another_organizations() -> None:
    """Each of the two is right on its own; only the names of the organizations make one path part of the other."""
    edits = two(managed(path="{organization}/"), managed(path=PATH), "org", "acme")
    assert_rejected(
        edits,
        'secretStores.first.aws.managed.path: "org/" of the organization "org" holds "org/acme/" of the organization '
        '"acme" in the store "second", whose secrets it could read',
    )
    assert settings(two(managed(path="{organization}/"), managed(path=PATH), "orga", "acme"))


def test_the_same_path_in_two_services_is_two_paths() -> None:
    assert settings(two(managed("ParameterStore"), managed(), "acme", "globex"))


def test_two_stores_with_one_role() -> None:
    assert_rejected(
        two(
            managed(roleName="R-{organization}"),
            managed(path="two/{organization}/", roleName="r-a{organization}"),
            "ab",
            "b",
        ),
        'secretStores.second.aws.managed.roleName: "r-ab" of the organization "b" is also the role of the organization '
        '"ab" in the store "first"; IAM does not tell upper from lower case',
    )


def test_a_default_role_name_that_is_none() -> None:
    """The store's and the organization's names are right, and together too long, or have a dot."""
    store = "s" * 40
    organization = {"name": "o" * 30, "secretStore": store, "git": dict(GIT)}
    role = f"eso-{store}-{organization['name']}"
    assert_rejected(
        {"aws": ACCOUNT, "secretStores": {store: managed()}, "organizations": [organization]},
        f'secretStores.{store}.aws.managed.roleName: "{role[:60]}"… (75 characters) of the organization '
        f'"{organization["name"]}" is no name for a role: letters, digits, _ and -, at most 64 characters; '
        "set one that is",
    )
    dotted = {"name": "acme", "secretStore": "eu.builds", "git": dict(GIT)}
    stores = {"eu.builds": managed()}
    assert_rejected(
        {"aws": ACCOUNT, "secretStores": stores, "organizations": [dotted]},
        'secretStores.eu.builds.aws.managed.roleName: "eso-eu.builds-acme" of the organization "acme" is no name for a '
        "role: letters, digits, _ and -, at most 64 characters; set one that is",
    )


def test_a_secret_that_two_stores_would_make() -> None:
    pull = {"componentTypes": ["service"], "secretStore": "second", "dockerConfig": dict(GIT)}
    stores = {"first": managed(), "second": managed()}
    edits = {**on_every_plane(git=dict(GIT), secretStore="first", pullSecret=pull), "secretStores": stores}
    account = {**ACCOUNT, "dataPlane": {"oidcProvider": OTHER_ISSUER}}
    assert_rejected(
        {**edits, "aws": account},
        'secretStores.second.aws.managed.path: "org/acme/acme-git" of the organization "acme" is also made for the '
        'store "first"; a secret is made once',
    )
    by_hand = {"first": managed(), "second": managed(containers=False)}
    assert settings({**edits, "aws": account, "secretStores": by_hand})


def test_a_key_that_is_too_long_with_its_path() -> None:
    edits = with_account(**acme(git={"remoteKey": "k" * 510}))
    assert_rejected(
        edits,
        f'organizations[0]: remoteKey "{"k" * 60}"… (510 characters) with the prefix "org/acme/" is not a name of AWS '
        "Secrets Manager: letters, digits and /_+=.@!-, at most 512 characters, or an ARN without prefix "
        '(store "default")',
    )


PULL = {"componentTypes": ["service"], "dockerConfig": {"remoteKey": "acme-pull"}}


def test_another_cluster_signs_in_as_another() -> None:
    edits = {**on_every_plane(pullSecret={**PULL, "secretStore": "default"}), **with_account()}
    edits["organizations"].append({"name": "globex", "git": dict(GIT)})
    assert_rejected(
        edits,
        'organizations[0].pullSecret: reads through the managed store "default" on the data plane, whose cluster signs '
        "in to AWS as another; aws.dataPlane is missing",
    )
    assert settings({**edits, "aws": {**ACCOUNT, "dataPlane": {"oidcProvider": OTHER_ISSUER}}})
    one = {"context": "dev"}
    assert settings({**edits, "clusters": {"buildPlane": one, "controlPlane": one, "dataPlane": one}})


def test_names_that_openchoreo_would_have_to_know() -> None:
    unique = with_account(managed(uniqueNames=True))
    one = {"context": "dev"}
    clusters = {"clusters": {"buildPlane": one, "controlPlane": one, "dataPlane": one}}
    workflows = {"componentWorkflows": {"names": ["docker"]}, "git": dict(GIT)}
    said = "has uniqueNames, and OpenChoreo would have to know the names before they are chosen; allowed is"
    assert_rejected(
        {**unique, **clusters, **acme(**workflows, pullSecret={**PULL, "secretStore": "default"})},
        f'organizations[0].componentWorkflows: the store "default" {said} uniqueNames: false, or no componentWorkflows',
        f'organizations[0].pullSecret: the store "default" {said} uniqueNames: false, or delivery namespace',
    )
    assert settings({**unique, **clusters, **acme(pullSecret={**PULL, "delivery": "namespace"})})


def test_all_at_once() -> None:
    assert_rejected(
        with_account(managed(path="org/", roleName="eso", identityNamespace=None, beside={"region": "eu-west-1"})),
        f'{HERE}.path: "org/" does not have {{organization}} as one whole part; organizations whose names begin '
        "alike could read each other's secrets; allowed is such as org/{organization}/",
        f'{HERE}.roleName: "eso" names one role for all organizations; allowed is such as eso-{{organization}}',
        f'{STORE}.region: "eu-west-1" is not aws.region, "eu-central-1"; a managed store is made there',
        f"{HERE}.identityNamespace: is missing; with aws.oidcProvider a ServiceAccount is made for each store",
    )


def test_defaults() -> None:
    """An organization that is removed can come back, and nothing is encrypted at a price that nobody asked for."""
    block = AwsManaged(identity_namespace=ESO, path=PATH)
    assert (block.role_name, block.kms_key, block.containers, block.recovery_window_days, block.unique_names) == (
        None,
        "none",
        None,
        30,
        False,
    )
