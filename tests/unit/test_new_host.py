"""A new git host is one value: an invented one goes from YAML to the Secret's template."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from components.git.hosts import GIT_SOFTWARE, GitSoftware
from tests.unit.built import manifests
from tests.unit.samples import AT_ACME, GIT_PROVIDERS, Raw, acme, assert_rejected, settings
from tests.unit.templates import word

ORCHARD = GitSoftware("orchard", ("git.orchard.example",), (".orchard.dev",), "orchard-token")


@pytest.fixture(autouse=True)
def _registered() -> Iterator[None]:
    with GIT_SOFTWARE.registered(ORCHARD):
        yield


@pytest.mark.parametrize(
    "host",
    [
        pytest.param({"host": "git.orchard.example"}, id="public-host"),
        pytest.param({"host": "acme.orchard.dev:8443"}, id="domain"),
        pytest.param({"host": "git.acme.example", "provider": "orchard"}, id="own-host"),
    ],
)
def test_git_host(host: Raw) -> None:
    found = settings(acme(git={**host, "basicAuth": {"password": {"remoteKey": "acme-git"}}}))
    (secret,) = [made for made in manifests(found) if made["kind"] == "ExternalSecret"]
    password = word(".password", "acme-git")
    assert secret["spec"]["target"]["template"]["data"] == {
        "username": "orchard-token",
        "password": password,
        "clone-secret": password,
    }


def test_git_host_is_refused() -> None:
    app = {"appId": "123", "installationId": "456", "privateKey": {"remoteKey": "acme-git"}}
    assert_rejected(
        acme(git={"host": "git.orchard.example", "githubApp": app}),
        f"{AT_ACME}.git: githubApp is for GitHub, and git.orchard.example is orchard; use another credential",
    )


def test_unknown_provider() -> None:
    basic = {"password": {"remoteKey": "acme-git"}}
    assert_rejected(
        acme(git={"host": "git.acme.example", "provider": "orchid", "basicAuth": basic}),
        f'{AT_ACME}.git.provider: "orchid" is not a known git provider; expected one of: {GIT_PROVIDERS}, orchard',
    )


def test_the_providers_of_released_configurations_remain() -> None:
    names = {"github", "gitlab", "bitbucket", "bitbucket-server", "azure-devops", "gitea", "generic"}
    assert names <= set(GIT_SOFTWARE.names())
