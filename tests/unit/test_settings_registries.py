"""Sources of registries: what fits together, what an organization may share, every message in full."""

from __future__ import annotations

import pytest

from components.errors import SettingsError
from components.registries.credential import RegistryCredential
from components.schema.sources import RemoteRef
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
from tests.unit.samples import APP, AT_ACME, REMOTE_KEYS, TOKEN_KEYS, Raw, acme, assert_rejected, organization

ECR_ALLOWED = "use it with registry ecr, ecr-public, or <account>.dkr.ecr.<region>.amazonaws.com as server"
GOOGLE_ALLOWED = "use it with registry artifact-registry, gcr, or <location>-docker.pkg.dev as server"
GOOGLE_USERS = "expected _json_key or _json_key_base64 or oauth2accesstoken"
GHCR: Raw = {"registry": "ghcr"}
MANUAL: Raw = {"manual": {"username": "bot", "password": "quayPassword"}}
NOT_A_USERNAME = (
    ".username: (value not shown) must be one line of text, or a mapping such as "
    "{remoteKey: acme-ghcr, property: username}"
)


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
    assert found.build_reads == ({"default": tuple(sorted(remotes))} if remotes else {})


def test_python_takes_what_yaml_takes() -> None:
    ref = RemoteRef(remote_key="acme-token")
    (registry,) = organization(registries=[{**GHCR, **LOGIN}]).registries or ()
    assert registry == RegistryCredential(registry="ghcr", username="bot", password=ref)
    assert RegistryCredential(registry="ghcr", username=ref, password=ref).remotes == (ref, ref)


def test_the_registry_of_github_takes_no_app() -> None:
    """The login succeeds, so a person would search for the cause elsewhere."""
    reason = (
        "is for git only: the registry of GitHub accepts the login of an app and then refuses to push and pull; "
        "use username and password, with a personal access token (classic) in the secret manager"
    )
    edits = acme(registries=[{**GHCR, "githubApp": APP}])
    assert_rejected(edits, f"{AT_ACME}.registries[0].githubApp: {reason}")
    with pytest.raises(SettingsError) as refused:
        RegistryCredential(registry="ghcr", github_app=APP)  # type: ignore[arg-type]
    assert str(refused.value) == f"RegistryCredential: 1 problem\n  - github_app: {reason}"


@pytest.mark.parametrize(
    ("registry", "problem"),
    [
        pytest.param(
            {**GHCR, **LOGIN, "serviceAccountKey": TOKEN, "ecr": ECR_TOKEN},
            ": names username and password, serviceAccountKey, ecr; expected exactly one of remoteKey (a docker "
            f"config.json), username and password, serviceAccountKey, manual, {TOKEN_KEYS}",
            id="three-sources",
        ),
        pytest.param(
            {**ECR, "ecr": ECR_TOKEN, "version": "1"},
            ": property, version and decoding belong to remoteKey; leave them out",
            id="version",
        ),
        pytest.param(
            {**ECR, "ecr": {}},
            ".ecr: is incomplete; expected exactly one of roleArn, managed",
            id="as-the-operator-itself",
        ),
        pytest.param(
            {**ECR, "ecr": {"roleArn": "push"}},
            '.ecr.roleArn: "push" is not the ARN of an IAM role; expected arn:aws:iam::<account>:role/<name>, '
            "with {organization} in place of the organization's name",
            id="no-arn",
        ),
        pytest.param(
            {**GHCR, "ecr": ECR_TOKEN}, f": ecr creates no tokens for ghcr.io; {ECR_ALLOWED}", id="ecr-elsewhere"
        ),
        pytest.param(
            {**ARTIFACTS, "acr": ACR_TOKEN},
            ": acr creates no tokens for europe-west3-docker.pkg.dev; use it with registry acr, or <name>.azurecr.io "
            "as server",
            id="acr-elsewhere",
        ),
        pytest.param(
            {**ACR, "gcr": GCR_TOKEN}, f": gcr creates no tokens for acmeprod.azurecr.io; {GOOGLE_ALLOWED}", id="gcr"
        ),
        pytest.param(
            {**GHCR, "serviceAccountKey": TOKEN},
            f": serviceAccountKey is a key of Google, not of ghcr.io; {GOOGLE_ALLOWED}",
            id="key-of-google-elsewhere",
        ),
        pytest.param(
            {**ECR, **LOGIN}, f": has a username that {ECR_HOST} does not accept; expected AWS", id="user-of-ecr"
        ),
        pytest.param(
            {"registry": "ecr-public", **MANUAL},
            ": has a username that public.ecr.aws does not accept; expected AWS",
            id="manual-user-of-ecr",
        ),
        pytest.param(
            {"registry": "gcr", **LOGIN},
            f": has a username that gcr.io does not accept; {GOOGLE_USERS}",
            id="user-of-google",
        ),
        pytest.param(
            {"registry": "artifact-registry", "location": "europe", **LOGIN},
            f": has a username that europe-docker.pkg.dev does not accept; {GOOGLE_USERS}",
            id="user-of-artifact-registry",
        ),
        pytest.param(
            {**ACR, "acr": {**ACR_TOKEN, "scope": "repository:*:pull"}},
            '.acr.scope: "repository:*:pull" is not a scope of one repository; '
            "expected repository:<name>:pull, :push or :pull,push",
            id="scope",
        ),
        pytest.param(
            {**GHCR, **LOGIN, "username": 5},
            NOT_A_USERNAME,
            id="username-is-a-number",
        ),
        pytest.param(
            {**GHCR, **LOGIN, "username": "a\nb"},
            NOT_A_USERNAME,
            id="username-on-two-lines",
        ),
        pytest.param(
            {**GHCR, **LOGIN, "username": ""},
            NOT_A_USERNAME,
            id="username-is-empty",
        ),
        pytest.param(
            {**GHCR, **LOGIN, "username": ["a"]},
            ".username: must be one line of text, or a mapping such as {remoteKey: acme-ghcr, property: username}",
            id="username-is-a-list",
        ),
        pytest.param(
            {**GHCR, **LOGIN, "username": "a:b"},
            '.username: (value not shown) contains ":", which separates user from password in docker auth; use the '
            "user name alone",
            id="username-with-a-colon",
        ),
        pytest.param(
            {**GHCR, **LOGIN, "username": {"remoteKeyy": "a"}},
            f'.username.remoteKeyy: unknown key; did you mean "remoteKey"? expected one of: {REMOTE_KEYS}',
            id="username-with-a-typo",
        ),
        pytest.param(
            {**GHCR, **LOGIN, "password": "ghp_1"},
            ".password: must be a mapping, such as {remoteKey: acme-ghcr, property: password}",
            id="pasted",
        ),
        pytest.param(
            {**ARTIFACTS, "serviceAccountKey": '{"type": "service_account"}'},
            ".serviceAccountKey: must be a mapping, such as {remoteKey: acme-ghcr, property: password}",
            id="pasted-key",
        ),
    ],
)
def test_source_is_refused(registry: Raw, problem: str) -> None:
    found = f"{AT_ACME}.registries[0]{problem}"
    assert_rejected(acme(registries=[registry]), found)
