"""Sources of registries: what fits together, what an organization may share, every message in full."""

from __future__ import annotations

import pytest

from components.settings import RegistryCredential, RemoteRef, remote_keys
from tests.unit.managers import GUID, ROLE
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
    TOKEN,
)
from tests.unit.samples import Edits, Raw, acme, assert_rejected, on_every_plane, organization, settings

ECR_ALLOWED = "allowed with registry ecr, ecr-public, or <account>.dkr.ecr.<region>.amazonaws.com as server"
GOOGLE_ALLOWED = "allowed with registry artifact-registry, gcr, or <location>-docker.pkg.dev as server"
GOOGLE_USERS = "allowed is _json_key or _json_key_base64 or oauth2accesstoken"
GHCR: Raw = {"registry": "ghcr"}
MANUAL: Raw = {"manual": {"username": "bot", "password": "quayPassword"}}


@pytest.mark.parametrize(
    ("registry", "remotes"),
    [
        pytest.param({**GHCR, **LOGIN}, ["acme-token"], id="plain-user"),
        pytest.param({**GHCR, **LOGIN, "username": {"remoteKey": "u"}}, ["u", "acme-token"], id="remote-user"),
        pytest.param({**GHCR, "remoteKey": "config"}, ["config"], id="docker-config"),
        pytest.param({**ARTIFACTS, "serviceAccountKey": {"remoteKey": "json"}}, ["json"], id="key-of-google"),
        pytest.param({"server": "gcr.io/acme", "serviceAccountKey": TOKEN}, ["acme-token"], id="with-a-path"),
        pytest.param({**ARTIFACTS, **LOGIN, "username": "_json_key"}, ["acme-token"], id="google-by-user"),
        pytest.param({**ECR, **LOGIN, "username": "AWS"}, ["acme-token"], id="ecr-by-user"),
        pytest.param({**ACR, **LOGIN}, ["acme-token"], id="azure-by-user"),
        pytest.param({**ECR, "ecr": ECR_TOKEN}, [], id="ecr"),
        pytest.param({"registry": "ecr-public", "ecr": ECR_TOKEN}, [], id="ecr-public"),
        pytest.param({"server": f"{ECR_HOST}/acme", "ecr": ECR_TOKEN}, [], id="ecr-by-address"),
        pytest.param({**ACR, "acr": ACR_TOKEN}, [], id="acr"),
        pytest.param({**ARTIFACTS, "gcr": GCR_TOKEN}, [], id="artifact-registry"),
        pytest.param({"registry": "gcr", "gcr": GCR_FULL}, [], id="gcr"),
        pytest.param({**GHCR, **MANUAL}, [], id="manual"),
    ],
)
def test_source(registry: Raw, remotes: list[str]) -> None:
    found = organization(registries=[registry])
    assert found.registries is not None
    assert [ref.remote_key for ref in found.registries[0].remotes] == remotes
    assert remote_keys(found) == tuple(sorted(remotes))


def test_python_takes_what_yaml_takes() -> None:
    ref = RemoteRef(remote_key="acme-token")
    (registry,) = organization(registries=[{**GHCR, **LOGIN}]).registries or ()
    assert registry == RegistryCredential(registry="ghcr", username="bot", password=ref)
    assert RegistryCredential(registry="ghcr", username=ref, password=ref).remotes == (ref, ref)


@pytest.mark.parametrize(
    ("registry", "problem"),
    [
        pytest.param(
            {**GHCR, **LOGIN, "serviceAccountKey": TOKEN, "ecr": ECR_TOKEN},
            ": names username and password, serviceAccountKey, ecr; allowed is exactly one of remoteKey (a docker "
            "config.json), username and password, serviceAccountKey, manual, ecr, acr, gcr",
            id="three-sources",
        ),
        pytest.param(
            {**ECR, "ecr": ECR_TOKEN, "version": "1"}, ": property and version belong to remoteKey", id="version"
        ),
        pytest.param({**ECR, "ecr": {}}, ".ecr.roleArn: is missing", id="as-the-operator-itself"),
        pytest.param(
            {**ECR, "ecr": {"roleArn": "push"}},
            '.ecr.roleArn: "push" is not the ARN of an IAM role; allowed is arn:aws:iam::<account>:role/<name>, '
            "with {organization} where its name shall stand",
            id="no-arn",
        ),
        pytest.param(
            {**GHCR, "ecr": ECR_TOKEN}, f": ecr makes no token for ghcr.io; {ECR_ALLOWED}", id="ecr-elsewhere"
        ),
        pytest.param(
            {**ARTIFACTS, "acr": ACR_TOKEN},
            ": acr makes no token for europe-west3-docker.pkg.dev; allowed with registry acr, or <name>.azurecr.io "
            "as server",
            id="acr-elsewhere",
        ),
        pytest.param(
            {**ACR, "gcr": GCR_TOKEN}, f": gcr makes no token for acmeprod.azurecr.io; {GOOGLE_ALLOWED}", id="gcr"
        ),
        pytest.param(
            {**GHCR, "serviceAccountKey": TOKEN},
            f": serviceAccountKey is a key of Google, not of ghcr.io; {GOOGLE_ALLOWED}",
            id="key-of-google-elsewhere",
        ),
        pytest.param(
            {**ECR, **LOGIN}, f": has a username that {ECR_HOST} does not know; allowed is AWS", id="user-of-ecr"
        ),
        pytest.param(
            {"registry": "ecr-public", **MANUAL},
            ": has a username that public.ecr.aws does not know; allowed is AWS",
            id="manual-user-of-ecr",
        ),
        pytest.param(
            {"registry": "gcr", **LOGIN},
            f": has a username that gcr.io does not know; {GOOGLE_USERS}",
            id="user-of-google",
        ),
        pytest.param(
            {**ACR, "acr": {**ACR_TOKEN, "scope": "repository:*:pull"}},
            '.acr.scope: "repository:*:pull" is not allowed: string should match pattern '
            "'^repository:[a-z0-9._/-]+:(pull|push|pull,push)$'",
            id="scope",
        ),
        pytest.param(
            {**GHCR, **LOGIN, "username": 5},
            ".username: (value not shown) is neither a text on one line nor a mapping with remoteKey",
            id="username-is-a-number",
        ),
        pytest.param(
            {**GHCR, **LOGIN, "username": "a\nb"},
            ".username: (value not shown) is neither a text on one line nor a mapping with remoteKey",
            id="username-on-two-lines",
        ),
        pytest.param(
            {**GHCR, **LOGIN, "username": ""},
            ".username: (value not shown) is neither a text on one line nor a mapping with remoteKey",
            id="username-is-empty",
        ),
        pytest.param(
            {**GHCR, **LOGIN, "username": ["a"]},
            ".username: is neither a text on one line nor a mapping with remoteKey",
            id="username-is-a-list",
        ),
        pytest.param(
            {**GHCR, **LOGIN, "username": "a:b"},
            '.username: (value not shown) contains ":", which separates user from password in docker auth',
            id="username-with-a-colon",
        ),
        pytest.param(
            {**GHCR, **LOGIN, "username": {"remoteKeyy": "a"}},
            '.username.remoteKeyy: unknown key; did you mean "remoteKey"? allowed: remoteKey, property, version',
            id="username-with-a-typo",
        ),
        pytest.param({**GHCR, **LOGIN, "password": "ghp_1"}, ".password: must be a mapping, not a string", id="pasted"),
        pytest.param(
            {**ARTIFACTS, "serviceAccountKey": '{"type": "service_account"}'},
            ".serviceAccountKey: must be a mapping, not a string",
            id="pasted-key",
        ),
    ],
)
def test_source_is_refused(registry: Raw, problem: str) -> None:
    found = f"organizations[0].registries[0]{problem}"
    missing = [f"{found.partition('.remoteKeyy')[0]}.remoteKey: is missing"] if "remoteKeyy" in problem else []
    assert_rejected(acme(registries=[registry]), *missing, found)


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
            ': the Secret "registry-push-secret" would be both manual and made by the operator; '
            "allowed is one of them for all registries",
            id="manual-beside-a-token",
        ),
        pytest.param(
            [{"server": "*.azurecr.io", **LOGIN}],
            '[0].server: "*.azurecr.io" is a pattern, which clients that push do not read',
            id="pattern",
        ),
        pytest.param(
            [{**ECR, "ecr": {"roleArn": f"arn:aws:iam::123456789012:role/{'r' * 61}{{organization}}"}}],
            f'[0].ecr.roleArn: "arn:aws:iam::123456789012:role/{"r" * 29}"… (96 characters) of the organization "acme" '
            "names a role of 65 characters; IAM allows 64",
            id="too-long-with-the-organization",
        ),
    ],
)
def test_push(registries: list[Raw], problem: str) -> None:
    assert_rejected(acme(registries=registries), f"organizations[0].registries{problem}")


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
        f'organizations[1].registries[0].{key}: "{identity}" is the identity of the organization "acme" too '
        f"(organizations[0].registries[0].{key}), so that each could push to the other's repositories; allowed is one "
        "for each organization",
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
        pytest.param({"registryExtraKeys": []}, ": is empty; allowed is at least one entry", id="empty"),
        pytest.param(
            {"registryExtraKeys": [".dockerconfigjson"]}, '[0]: ".dockerconfigjson" is there already', id="the-first"
        ),
        pytest.param({"registryExtraKeys": ["a", "a"]}, '[1]: "a" is there already', id="twice"),
        pytest.param(
            {"registryExtraKeys": ["a/b"]},
            '[0]: "a/b" is not a key of a Secret: letters, digits, "-", "_" and ".", at most 253 characters',
            id="no-key",
        ),
    ],
)
def test_extra_keys(keys: Raw, problem: str) -> None:
    edits = acme(registries=[{**GHCR, **LOGIN}], **keys)
    assert_rejected(edits, f"organizations[0].registryExtraKeys{problem}")


def test_extra_keys_of_nothing() -> None:
    edits = acme(git={"manual": "gitToken"}, registryExtraKeys=["dockerconfig"])
    assert_rejected(edits, "organizations[0].registryExtraKeys: says nothing without registries; leave it out")


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
        f"organizations[0].pullSecret.registries: [1].{generator} would need an identity in every namespace of "
        f"workloads; to pull from {host}, grant it to the nodes, or use username and password of a robot account",
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
            "componentWorkflows",
        ),
        (
            on_every_plane(pullSecret={"componentTypes": ["s"], "registries": [{**GHCR, **LOGIN, "username": "${x}"}]}),
            "pullSecret",
        ),
    ],
)
def test_openchoreo_would_take_a_user_for_an_expression(edits: Edits, where: str) -> None:
    assert_rejected(
        edits, f'organizations[0].{where}: "${{x}}" has a ${{, which OpenChoreo would take for an expression'
    )


def test_a_user_ahead_of_builds_may_be_any_text() -> None:
    (registry,) = organization(registries=[{**GHCR, **LOGIN, "username": "robot$a+${x}"}]).registries or ()
    assert registry.username == "robot$a+${x}"
