"""Rules about several registries: one key each, one identity for each organization, what workloads may not have."""

from __future__ import annotations

import pytest

from tests.unit.managers import AWS_OWN, AZURE_OWN, GUID, ROLE, custom
from tests.unit.registries import (
    ACR,
    ACR_TOKEN,
    ARTIFACTS,
    ECR,
    ECR_HOST,
    ECR_TOKEN,
    GCR_FULL,
    GCR_TOKEN,
    LOGIN,
)
from tests.unit.samples import AT_ACME, Edits, Raw, acme, assert_rejected, on_every_plane, organization, settings

GHCR: Raw = {"registry": "ghcr"}
MANUAL: Raw = {"manual": {"username": "bot", "password": "quayPassword"}}


@pytest.mark.parametrize(
    ("registries", "problem"),
    [
        pytest.param(
            [{**GHCR, **LOGIN}, {"server": "ghcr.io", "remoteKey": "a"}],
            '[1].server: "ghcr.io" is also registries[0]; one Secret holds each registry once',
            id="address-after-name",
        ),
        pytest.param(
            [{"server": ECR_HOST, "ecr": ECR_TOKEN}, {**ECR, "ecr": ECR_TOKEN}],
            f'[1].registry: "{ECR_HOST}" is also registries[0]; one Secret holds each registry once',
            id="name-after-address",
        ),
        pytest.param(
            [{**ECR, "ecr": ECR_TOKEN}, {**GHCR, **MANUAL}],
            ': the Secret "registry-push-secret" would be both manual and created by ESO; '
            "use one of them for all registries",
            id="manual-beside-a-token",
        ),
        pytest.param(
            [{"server": "*.azurecr.io", **LOGIN}],
            '[0].server: "*.azurecr.io" is a pattern, which clients ignore when they push; use the exact server',
            id="pattern",
        ),
        pytest.param(
            [{**ECR, "ecr": {"roleArn": f"arn:aws:iam::123456789012:role/{'r' * 61}{{organization}}"}}],
            f'[0].ecr.roleArn: "arn:aws:iam::123456789012:role/{"r" * 29}"… (96 characters) of the organization "acme" '
            "names a role of 65 characters; IAM allows at most 64",
            id="too-long-with-the-organization",
        ),
    ],
)
def test_push(registries: list[Raw], problem: str) -> None:
    assert_rejected(acme(registries=registries), f"{AT_ACME}.registries{problem}")


def _two(first: Raw, second: Raw) -> Edits:
    return {"organizations": [{"name": "acme", "registries": [first]}, {"name": "globex", "registries": [second]}]}


FIXED = "arn:aws:iam::123456789012:role/push"
ONE_GOOGLE = "pusher@acme-prod.iam.gserviceaccount.com"


@pytest.mark.parametrize(
    ("first", "second", "key", "identity"),
    [
        pytest.param(
            {**ECR, "ecr": {"roleArn": FIXED}},
            {"registry": "ecr-public", "ecr": {"roleArn": FIXED}},
            "ecr.roleArn",
            FIXED,
            id="role",
        ),
        pytest.param(
            {**ECR, "ecr": {"roleArn": ROLE.replace("{organization}", "globex")}},
            {**ECR, "ecr": ECR_TOKEN},
            "ecr.roleArn",
            "arn:aws:iam::123456789012:role/eso-globex",
            id="role-that-a-template-becomes",
        ),
        pytest.param({**ACR, "acr": ACR_TOKEN}, {**ACR, "acr": ACR_TOKEN}, "acr.clientId", GUID, id="client"),
        pytest.param(
            {**ARTIFACTS, "gcr": {**GCR_TOKEN, "gcpServiceAccount": ONE_GOOGLE}},
            {**ARTIFACTS, "gcr": {**GCR_TOKEN, "gcpServiceAccount": ONE_GOOGLE}},
            "gcr.gcpServiceAccount",
            ONE_GOOGLE,
            id="google-service-account",
        ),
    ],
)
def test_two_organizations_never_push_as_one(first: Raw, second: Raw, key: str, identity: str) -> None:
    assert_rejected(
        _two(first, second),
        f'organizations[1] ("globex").registries[0].{key}: "{identity}" is also the identity of the organization '
        '"acme" '
        f"({AT_ACME}.registries[0].{key}), so each could push to the other's repositories; use one identity "
        "for each organization",
    )


@pytest.mark.parametrize(
    ("store", "registry", "key", "identity"),
    [
        pytest.param(
            AWS_OWN, {**ECR, "ecr": ECR_TOKEN}, "ecr.roleArn", ROLE.replace("{organization}", "acme"), id="aws"
        ),
        pytest.param(AZURE_OWN, {**ACR, "acr": ACR_TOKEN}, "acr.clientId", GUID, id="azure"),
        pytest.param(
            custom("aws", {"additionalRoles": [FIXED], "role": "x-{organization}"}),
            {**ECR, "ecr": {"roleArn": FIXED}},
            "ecr.roleArn",
            FIXED,
            id="custom",
        ),
    ],
)
def test_builds_never_push_as_what_reads_the_manager(store: Raw, registry: Raw, key: str, identity: str) -> None:
    assert_rejected(
        {"secretStores.other": store, **acme(registries=[registry])},
        f'{AT_ACME}.registries[0].{key}: "{identity}" is in secretStores.other too, so builds could read '
        "what that store reads; use an identity that can only push",
    )


@pytest.mark.parametrize(
    "registry",
    [
        pytest.param({**ECR, "ecr": ECR_TOKEN}, id="told-apart-by-the-role"),
        pytest.param({**ARTIFACTS, "gcr": GCR_FULL}, id="told-apart-by-the-google-service-account"),
        pytest.param({**ARTIFACTS, "gcr": GCR_TOKEN}, id="told-apart-by-the-namespace"),
    ],
)
def test_an_identity_for_each_organization(registry: Raw) -> None:
    assert len(settings(_two(registry, registry)).organizations) == 2


def test_one_organization_may_use_one_identity_twice() -> None:
    both = [{**ECR, "region": region, "ecr": {"roleArn": FIXED}} for region in ("eu-central-1", "us-east-1")]
    assert organization(registries=both).registries is not None


@pytest.mark.parametrize(
    ("keys", "problem"),
    [
        pytest.param({"registryExtraKeys": []}, ": is empty; expected at least one entry", id="empty"),
        pytest.param(
            {"registryExtraKeys": [".dockerconfigjson"]},
            '[0]: ".dockerconfigjson" is already a key of the Secret; leave it out',
            id="the-first",
        ),
        pytest.param(
            {"registryExtraKeys": ["a", "a"]}, '[1]: "a" is already a key of the Secret; leave it out', id="twice"
        ),
        pytest.param(
            {"registryExtraKeys": ["a/b"]},
            '[0]: "a/b" is not a key of a Secret: letters, digits, "-", "_" and ".", at most 253 characters',
            id="no-key",
        ),
    ],
)
def test_extra_keys(keys: Raw, problem: str) -> None:
    edits = acme(registries=[{**GHCR, **LOGIN}], **keys)
    assert_rejected(edits, f"{AT_ACME}.registryExtraKeys{problem}")


def test_extra_keys_of_nothing() -> None:
    edits = acme(git={"manual": "gitToken"}, registryExtraKeys=["dockerconfig"])
    assert_rejected(edits, f"{AT_ACME}.registryExtraKeys: has no effect without registries; leave it out")


@pytest.mark.parametrize(
    ("registry", "generator", "host"),
    [
        ({**ECR, "ecr": ECR_TOKEN}, "ecr", ECR_HOST),
        ({**ACR, "acr": ACR_TOKEN}, "acr", "acmeprod.azurecr.io"),
        ({**ARTIFACTS, "gcr": GCR_TOKEN}, "gcr", "europe-west3-docker.pkg.dev"),
    ],
)
def test_workloads_never_sign_in(registry: Raw, generator: str, host: str) -> None:
    pull = {"componentTypes": ["service"], "registries": [{**GHCR, **LOGIN}, registry]}
    assert_rejected(
        on_every_plane(pullSecret=pull),
        f"{AT_ACME}.pullSecret.registries: [1].{generator} would need an identity in every namespace of "
        f"workloads; grant the nodes access to {host}, or use username and password of a robot account",
    )


def test_workloads_may_pull_by_pattern() -> None:
    pull = {"componentTypes": ["service"], "registries": [{"server": "*.azurecr.io", **LOGIN}]}
    found = settings(on_every_plane(pullSecret=pull)).organizations[0].pull_secret
    assert found is not None
    assert [ref.remote_key for ref in found.remotes] == ["acme-token"]


@pytest.mark.parametrize(
    ("edits", "where"),
    [
        (
            on_every_plane(registries=[{**GHCR, **LOGIN, "username": "${x}"}], componentWorkflows={"names": ["d"]}),
            "registries[0].username",
        ),
        (
            on_every_plane(pullSecret={"componentTypes": ["s"], "registries": [{**GHCR, **LOGIN, "username": "${x}"}]}),
            "pullSecret.registries[0].username",
        ),
    ],
)
def test_openchoreo_would_take_a_user_for_an_expression(edits: Edits, where: str) -> None:
    assert_rejected(
        edits, f"{AT_ACME}.{where}: (value not shown) has a ${{, which OpenChoreo would evaluate as an expression"
    )


def test_a_user_ahead_of_builds_may_be_any_text() -> None:
    (registry,) = organization(registries=[{**GHCR, **LOGIN, "username": "robot$a+${x}"}]).registries or ()
    assert registry.username == "robot$a+${x}"
