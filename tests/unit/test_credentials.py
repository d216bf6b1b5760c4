"""Whole ExternalSecrets: git, registries, external services, and their refresh intervals."""

from __future__ import annotations

from typing import Any

import pytest

from components.manifests import Manifest
from components.secrets.external_secret import SecretTemplate, Target, build_external_secret
from tests.unit.expected import DEFAULTS, external_secret_of_acme
from tests.unit.plans import credentials
from tests.unit.samples import GIT, Raw, acme, organization, settings
from tests.unit.templates import CLOSED, DOCKER_HUB_FORMS, OPENED, config, key, remote_login, word

TARGET = Target(organization="acme", namespace="openchoreo-ci-acme", store="default-acme", refresh_interval="1h0m0s")
PUSH = {"server": "quay.io", "remoteKey": "acme-quay"}


def _manifests(**keys: Any) -> list[Manifest]:
    found = credentials(organization(**keys), TARGET)
    return [
        build_external_secret(each.target, each.content) for each in found if isinstance(each.content, SecretTemplate)
    ]


def _expected(name: str, credential: str, template: Raw, data: list[Raw], host: str | None = None) -> Manifest:
    annotations = None if host is None else {"openchoreo-secrets/git-host": host}
    return external_secret_of_acme(name, credential, template, data, annotations=annotations)


@pytest.mark.parametrize(
    ("git", "expected"),
    [
        pytest.param(
            {"remoteKey": "acme-git"},
            _expected(
                "git-clone-secret",
                "git",
                {"type": "Opaque", "data": {"clone-secret": word(".token", "acme-git")}},
                [{"secretKey": "token", "remoteRef": {"key": "acme-git", **DEFAULTS}}],
                host="github.com",
            ),
            id="defaults-of-openchoreo",
        ),
        pytest.param(
            {
                "remoteKey": "acme-git",
                "property": "token",
                "version": "2",
                "host": "gitlab.com",
                "secretName": "clone",
                "secretKey": "token",
            },
            _expected(
                "clone",
                "git",
                {"type": "Opaque", "data": {"token": word(".token", "acme-git (token)")}},
                [
                    {
                        "secretKey": "token",
                        "remoteRef": {"key": "acme-git", "property": "token", "version": "2", **DEFAULTS},
                    }
                ],
                host="gitlab.com",
            ),
            id="every-key",
        ),
    ],
)
def test_git(git: Raw, expected: Manifest) -> None:
    assert _manifests(git=git) == [expected]


def test_registries() -> None:
    registries = [
        {"server": "https://index.docker.io/v1/", "remoteKey": "acme-hub", "property": "config"},
        {
            "server": "ghcr.io",
            "username": {"remoteKey": "acme-ghcr", "property": "username"},
            "password": {"remoteKey": "acme-ghcr", "property": "password", "version": "7"},
        },
    ]
    hub = config("https://index.docker.io/v1/", DOCKER_HUB_FORMS, "registry_0", "acme-hub (config)")
    ghcr = remote_login("ghcr.io", "registry_1", "acme-ghcr (username)", "acme-ghcr (password)")
    template = OPENED + hub + ghcr + CLOSED
    assert _manifests(registries=registries, registrySecretName="push") == [
        _expected(
            "push",
            "registry-push",
            {"type": "kubernetes.io/dockerconfigjson", "data": {".dockerconfigjson": template}},
            [
                {"secretKey": "registry_0", "remoteRef": {"key": "acme-hub", "property": "config", **DEFAULTS}},
                {
                    "secretKey": "registry_1_username",
                    "remoteRef": {"key": "acme-ghcr", "property": "username", **DEFAULTS},
                },
                {
                    "secretKey": "registry_1_password",
                    "remoteRef": {"key": "acme-ghcr", "property": "password", "version": "7", **DEFAULTS},
                },
            ],
        )
    ]


def test_external() -> None:
    sonar = {"name": "sonar", "keys": {"token": {"remoteKey": "acme-sonar", "property": "token"}, "user": GIT}}
    npm = {"name": "npm", "keys": {".npmrc": {"remoteKey": "acme-npm"}}}
    assert _manifests(external=[sonar, npm]) == [
        _expected(
            "sonar",
            "external",
            {"type": "Opaque", "data": {"token": key(".token"), "user": key(".user")}},
            [
                {"secretKey": "token", "remoteRef": {"key": "acme-sonar", "property": "token", **DEFAULTS}},
                {"secretKey": "user", "remoteRef": {"key": "acme-git", **DEFAULTS}},
            ],
        ),
        _expected(
            "npm",
            "external",
            {"type": "Opaque", "data": {".npmrc": key('(index . ".npmrc")')}},
            [{"secretKey": ".npmrc", "remoteRef": {"key": "acme-npm", **DEFAULTS}}],
        ),
    ]


def test_no_manifests_without_credentials() -> None:
    assert credentials(organization(git=GIT).model_copy(update={"git": None}), TARGET) == ()


@pytest.mark.parametrize(
    ("registry", "literal"),
    [
        pytest.param(
            {"server": "quay.io", "username": "🐳", "password": {"remoteKey": "a"}},
            '{{- $user := "🐳" -}}',
            id="username",
        ),
        pytest.param(
            {"server": "quay.io", "remoteKey": "a", "property": "🔑"},
            'fail "a (🔑) has no docker auth for quay.io; ',
            id="key",
        ),
        pytest.param(
            {"server": "quay.io", "remoteKey": "a", "property": '{{ "\n\\ }}'},
            'fail "a ({{ \\"\\n\\\\ }}) has no docker auth for quay.io; ',
            id="template-in-a-key",
        ),
    ],
)
def test_template_writes_text_as_go_reads_it(registry: Raw, literal: str) -> None:
    """Go's string literals refuse the surrogate pairs with which JSON escapes characters beyond U+FFFF."""
    stores = {"secretStores": {"default": {"fake": {"data": [{"key": "a", "manual": "gitToken"}]}}}}
    found = settings({**stores, **acme(registries=[registry])}).organizations[0]
    (made,) = credentials(found, TARGET)
    assert isinstance(made.content, SecretTemplate)
    assert made.content.templates is not None
    assert literal in str(made.content.templates[".dockerconfigjson"])


@pytest.mark.parametrize(
    ("nearer", "expected"),
    [
        pytest.param({}, ["1h0m0s", "1h0m0s", "1h0m0s"], id="the-stack's"),
        pytest.param({"organization": "30m"}, ["30m0s", "30m0s", "30m0s"], id="the-organization's"),
        pytest.param({"git": "5m"}, ["5m0s", "1h0m0s", "1h0m0s"], id="git-alone"),
        pytest.param({"external": "0"}, ["1h0m0s", "1h0m0s", "0s"], id="zero-is-not-unset"),
        pytest.param(
            {"organization": "30m", "git": "5m", "external": "2h"}, ["5m0s", "30m0s", "2h0m0s"], id="the-nearest-wins"
        ),
    ],
)
def test_refresh_interval(nearer: dict[str, str], expected: list[str]) -> None:
    def interval(where: str) -> Raw:
        return {"refreshInterval": nearer[where]} if where in nearer else {}

    made = _manifests(
        git={**GIT, **interval("git")},
        registries=[PUSH],
        external=[{"name": "sonar", "keys": {"token": GIT}, **interval("external")}],
        **interval("organization"),
    )
    assert [each["spec"]["refreshInterval"] for each in made] == expected
