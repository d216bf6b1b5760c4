"""Git credentials of every kind: whole ExternalSecrets, Secrets and generators, the smallest and the largest."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from components.manifests import Manifest
from components.openchoreo import V0_9, V1, Release
from components.secrets.external_secret import SecretTemplate, Target, build_external_secret
from components.secrets.generator import build_generator_manifests
from tests.unit.expected import DEFAULTS, external_secret_of_acme
from tests.unit.hosts import line
from tests.unit.plans import credentials
from tests.unit.releases import on_each_release
from tests.unit.samples import Raw, organization
from tests.unit.templates import lines, pem, word

TARGET = Target(organization="acme", namespace="openchoreo-ci-acme", store="default-acme", refresh_interval="1h0m0s")
REF = {"remoteKey": "acme-git"}
KNOWN = line("git.acme.example", comment="by hand")
BASIC, SSH = "kubernetes.io/basic-auth", "kubernetes.io/ssh-auth"
TOKEN = {"type": "Opaque", "data": {"clone-secret": word(".token", "acme-git")}}
APP = {"appId": 123, "installationId": 456, "privateKey": REF}
API = "generators.external-secrets.io/v1alpha1"


def _made(git: Raw, release: Release = V0_9) -> list[Manifest]:
    """Generators and ExternalSecrets, in the order of their creation."""
    found: list[Manifest] = []
    for each in credentials(organization(git=git), TARGET, release):
        assert isinstance(each.content, SecretTemplate)
        for generator in each.content.generators:
            found += build_generator_manifests("acme", each.target.namespace, each.content.credential, generator)
        found.append(build_external_secret(each.target, each.content))
    return found


def _of(release: Release, expected: list[Manifest]) -> list[Manifest]:
    """What v0.9 has, with the names and the keys of a release."""
    if release is V0_9:
        return expected
    text = json.dumps(expected).replace("openchoreo-ci-acme", release.build_namespace("acme"))
    renamed: list[Manifest] = json.loads(text.replace("git-clone-secret", release.defaults.git_secret))
    for made in renamed:
        if made["kind"] == "ExternalSecret":
            made["spec"]["target"]["template"]["data"].pop("clone-secret", None)
    return renamed


def _expected(
    template: Raw,
    data: Mapping[str, Raw],
    *,
    name: str = "git-clone-secret",
    credential: str = "git",
    host: str = "github.com",
    **more: Any,
) -> Manifest:
    """``data``: key of the template's input -> the remoteRef, without its defaults."""
    entries = [{"secretKey": key, "remoteRef": {**DEFAULTS, **ref}} for key, ref in data.items()]
    noted = {"openchoreo-secrets/git-host": host}
    return external_secret_of_acme(name, credential, template, entries, annotations=noted, **more)


def _basic(username: str, source: str = word(".password", "acme-git"), key: str = "clone-secret") -> Raw:
    return {"type": BASIC, "data": {"username": username, "password": source, key: source}}


@pytest.mark.parametrize(
    ("release", "template"),
    [
        pytest.param(V0_9, TOKEN, id="v0.9-in-a-key"),
        pytest.param(V1, _basic("x-access-token", word(".token", "acme-git")), id="v1-as-a-password"),
    ],
)
@pytest.mark.parametrize("decoding", ["None", "Base64URL"])
def test_token(decoding: str, release: Release, template: Raw) -> None:
    expected = _expected(template, {"token": {"key": "acme-git", "decodingStrategy": decoding}})
    assert _made({**REF, "decoding": decoding}, release) == _of(release, [expected])


@on_each_release
@pytest.mark.parametrize(
    ("git", "expected"),
    [
        pytest.param(
            {"basicAuth": {"password": REF}},
            _expected(_basic("x-access-token"), {"password": {"key": "acme-git"}}),
            id="basic-auth",
        ),
        pytest.param(
            {
                "host": "git.acme.example:8443",
                "basicAuth": {
                    "usernameFrom": {"remoteKey": "a", "property": "user", "version": "1"},
                    "password": {"remoteKey": "a", "property": "pass", "version": "2", "decoding": "Base64"},
                },
                "secretName": "clone",
                "refreshInterval": "5m",
            },
            _expected(
                _basic(word(".username", "a (user)"), word(".password", "a (pass)")),
                {
                    "username": {"key": "a", "property": "user", "version": "1"},
                    "password": {"key": "a", "property": "pass", "version": "2", "decodingStrategy": "Base64"},
                },
                name="clone",
                host="git.acme.example:8443",
                interval="5m0s",
            ),
            id="basic-auth-full",
        ),
        pytest.param(
            {"host": "git.acme.example", "ssh": {"privateKey": REF, "knownHosts": KNOWN}},
            _expected(
                {
                    "type": SSH,
                    "data": {"ssh-privatekey": pem(".privateKey", "acme-git"), "known_hosts": f"{KNOWN}\n"},
                },
                {"privateKey": {"key": "acme-git"}},
                host="git.acme.example",
            ),
            id="ssh",
        ),
        pytest.param(
            {
                "host": "git.acme.example:2222",
                "ssh": {
                    "privateKey": {"remoteKey": "a", "property": "key"},
                    "knownHostsFrom": {"remoteKey": "a", "property": "hosts"},
                },
            },
            _expected(
                {
                    "type": SSH,
                    "data": {
                        "ssh-privatekey": pem(".privateKey", "a (key)"),
                        "known_hosts": lines(".knownHosts"),
                    },
                },
                {"privateKey": {"key": "a", "property": "key"}, "knownHosts": {"key": "a", "property": "hosts"}},
                host="git.acme.example:2222",
            ),
            id="ssh-with-known-hosts-in-the-manager",
        ),
    ],
)
def test_from_the_manager(git: Raw, expected: Manifest, release: Release) -> None:
    assert _made(git, release) == _of(release, [expected])


def test_a_key_of_ones_own_for_a_token() -> None:
    (made,) = _made({"basicAuth": {"password": REF}, "secretKey": "token"})
    assert made["spec"]["target"]["template"] == {
        **made["spec"]["target"]["template"],
        **_basic("x-access-token", key="token"),
    }


def _github_app(spec: Raw, *, name: str = "git-clone-secret", host: str = "github.com", **more: Any) -> list[Manifest]:
    """The private key, the generator that reads it, and the Secret that reads from the generator."""
    private_key = _expected(
        {"type": "Opaque", "data": {"private-key": pem(".privateKey", "acme-git")}},
        {"privateKey": {"key": "acme-git"}},
        name=f"{name}-github-app",
        credential="github-app",
        host=host,
        **more,
    )
    generator = {
        "apiVersion": API,
        "kind": "GithubAccessToken",
        "metadata": {
            "name": f"{name}-github-app",
            "namespace": "openchoreo-ci-acme",
            "labels": {
                "app.kubernetes.io/managed-by": "openchoreo-secrets",
                "openchoreo.dev/organization": "acme",
                "openchoreo-secrets/credential": "git",
            },
        },
        "spec": {
            "appID": "123",
            "installID": "456",
            "auth": {"privateKey": {"secretRef": {"name": f"{name}-github-app", "key": "private-key"}}},
            **spec,
        },
    }
    interval = more.get("interval", "30m0s")
    token = _expected(_basic("x-access-token", "{{ .token }}"), {}, name=name, host=host, interval=interval)
    del token["spec"]["data"], token["spec"]["secretStoreRef"]
    reference = {"apiVersion": API, "kind": "GithubAccessToken", "name": f"{name}-github-app"}
    token["spec"]["dataFrom"] = [{"sourceRef": {"generatorRef": reference}}]
    return [private_key, generator, token]


@on_each_release
@pytest.mark.parametrize(
    ("git", "expected"),
    [
        pytest.param({"githubApp": APP}, _github_app({"url": "https://api.github.com"}), id="smallest"),
        pytest.param(
            {
                "host": "github.acme.example:8443",
                "secretName": "clone",
                "refreshInterval": "10m",
                "githubApp": {
                    **APP,
                    "appId": "123",
                    "repositories": ["api", "web.site"],
                    "permissions": {"contents": "read"},
                },
            },
            _github_app(
                {
                    "url": "https://github.acme.example:8443/api/v3",
                    "repositories": ["api", "web.site"],
                    "permissions": {"contents": "read"},
                },
                name="clone",
                host="github.acme.example:8443",
                interval="10m0s",
            ),
            id="largest",
        ),
        pytest.param(
            {"host": "acme.ghe.com", "githubApp": APP},
            _github_app({"url": "https://api.acme.ghe.com"}, host="acme.ghe.com"),
            id="enterprise-cloud-with-data-residency",
        ),
        pytest.param(
            {"githubApp": {**APP, "url": "https://proxy.acme.example/github"}},
            _github_app({"url": "https://proxy.acme.example/github"}),
            id="an-address-of-its-own",
        ),
    ],
)
def test_github_app(git: Raw, expected: list[Manifest], release: Release) -> None:
    assert _made(git, release) == _of(release, expected)


def test_the_key_of_an_app_keeps_its_own_policies() -> None:
    policies = {"creationPolicy": "Orphan", "deletionPolicy": "Merge"}
    key, token = (each for each in _made({"githubApp": APP, "policies": policies}) if each["kind"] == "ExternalSecret")
    made = [{name: each["spec"]["target"][name] for name in policies} for each in (key, token)]
    assert made == [{"creationPolicy": "Owner", "deletionPolicy": "Retain"}, policies]


@pytest.mark.parametrize(
    ("git", "username"),
    [
        pytest.param({}, "x-access-token", id="github"),
        pytest.param({"host": "gitlab.com"}, "oauth2", id="gitlab"),
        pytest.param({"host": "bitbucket.org"}, "x-token-auth", id="bitbucket"),
        pytest.param({"host": "dev.azure.com"}, "pat", id="azure-devops"),
        pytest.param({"host": "acme.visualstudio.com"}, "pat", id="azure-devops-of-old"),
        pytest.param({"host": "acme.ghe.com"}, "x-access-token", id="github-enterprise-cloud"),
        pytest.param({"host": "git.acme.example:8443", "provider": "gitlab"}, "oauth2", id="own-gitlab"),
        pytest.param({"host": "gitlab.com", "provider": "gitlab"}, "oauth2", id="said-twice"),
    ],
)
def test_user_name_that_a_host_expects(git: Raw, username: str) -> None:
    (made,) = _made({**git, "basicAuth": {"password": REF}})
    assert made["spec"]["target"]["template"]["data"]["username"] == username


@pytest.mark.parametrize(
    ("host", "username"),
    [("github.com", "x-access-token"), ("gitlab.com", "oauth2"), ("bitbucket.org", "x-token-auth")],
)
def test_user_name_of_a_token_in_v1(host: str, username: str) -> None:
    (made,) = _made({**REF, "host": host}, V1)
    assert made["spec"]["target"]["template"]["data"]["username"] == username


def test_user_name_of_ones_own() -> None:
    (made,) = _made({"host": "gitlab.com", "basicAuth": {"username": "deploy-token-1", "password": REF}})
    assert made["spec"]["target"]["template"]["data"]["username"] == "deploy-token-1"
