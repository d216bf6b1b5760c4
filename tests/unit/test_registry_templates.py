"""Whole push Secrets: every source alone, and all of them in one docker config."""

from __future__ import annotations

import base64
import json

import pytest

from components.manifests import Manifest
from components.secrets.external_secret import SecretTemplate, Target, build_external_secret
from components.secrets.manual_secret import ManualSecret, build_manual_secret, encode_secret_data
from tests.unit.expected import DEFAULTS, external_secret_of_acme
from tests.unit.managers import operator
from tests.unit.plans import credentials
from tests.unit.registries import ACR, ACR_TOKEN, ARTIFACTS, ECR, ECR_HOST, ECR_NAME, ECR_TOKEN, GCR_FULL, LOGIN
from tests.unit.samples import Raw, organization
from tests.unit.templates import (
    CLOSED,
    DOCKER_HUB_FORMS,
    OPENED,
    config,
    config_forms,
    google,
    plain_login,
    remote_login,
    token,
)

TARGET = Target(organization="acme", namespace="openchoreo-ci-acme", store="default-acme", refresh_interval="1h0m0s")
EU = "europe-west3-docker.pkg.dev"


def data(key: str, remote: str, **more: str) -> Raw:
    return {"secretKey": key, "remoteRef": {"key": remote, **more, **DEFAULTS}}


def from_generator(kind: str, name: str, prefix: str) -> Raw:
    reference = {"apiVersion": "generators.external-secrets.io/v1alpha1", "kind": kind, "name": name}
    return {
        "sourceRef": {"generatorRef": reference},
        "rewrite": [{"regexp": {"source": "^", "target": prefix}}],
    }


def expected(steps: str, found: list[Raw], data_from: list[Raw], interval: str, keys: tuple[str, ...]) -> Manifest:
    template = {"type": "kubernetes.io/dockerconfigjson", "data": dict.fromkeys(keys, OPENED + steps + CLOSED)}
    whole = external_secret_of_acme("registry-push-secret", "registry-push", template, found, interval=interval)
    if not found:
        del whole["spec"]["data"], whole["spec"]["secretStoreRef"]
    if data_from:
        whole["spec"]["dataFrom"] = data_from
    return whole


def made(*registries: Raw, **keys: list[str]) -> Manifest:
    (credential,) = credentials(organization(registries=list(registries), **keys), TARGET)
    assert isinstance(credential.content, SecretTemplate)
    whole = build_external_secret(credential.target, credential.content)
    assert list(operator().problems(whole)) == []
    assert list(operator().additions(whole)) == []
    return whole


ONE = (".dockerconfigjson",)


@pytest.mark.parametrize(
    ("registry", "steps", "found"),
    [
        pytest.param(
            {"registry": "ghcr", **LOGIN},
            plain_login("ghcr.io", "bot", "registry_0", "acme-token"),
            [data("registry_0_password", "acme-token")],
            id="plain-user",
        ),
        pytest.param(
            {
                "registry": "dockerhub",
                "username": {"remoteKey": "hub", "property": "u"},
                "password": {"remoteKey": "hub", "property": "p", "version": "2"},
            },
            remote_login("https://index.docker.io/v1/", "registry_0", "hub (u)", "hub (p)"),
            [
                data("registry_0_username", "hub", property="u"),
                data("registry_0_password", "hub", property="p", version="2"),
            ],
            id="remote-user",
        ),
        pytest.param(
            {"registry": "quay", "remoteKey": "config", "property": "p", "version": "3"},
            config("quay.io", config_forms("quay\\.io"), "registry_0", "config (p)"),
            [data("registry_0", "config", property="p", version="3")],
            id="docker-config",
        ),
        pytest.param(
            {"server": "registry.acme.example/team", "remoteKey": "config"},
            config(
                "registry.acme.example/team",
                ["^registry\\.acme\\.example/team$", "^(https?://)?(registry\\.acme\\.example/team)/?$"],
                "registry_0",
                "config",
            ),
            [data("registry_0", "config")],
            id="docker-config-with-a-path",
        ),
        pytest.param(
            {"registry": "dockerhub", "remoteKey": "acme-docker", "decoding": "Base64"},
            config("https://index.docker.io/v1/", DOCKER_HUB_FORMS, "registry_0", "acme-docker"),
            [
                {
                    "secretKey": "registry_0",
                    "remoteRef": {**DEFAULTS, "key": "acme-docker", "decodingStrategy": "Base64"},
                }
            ],
            id="encoded-docker-config",
        ),
        pytest.param(
            {**ARTIFACTS, "serviceAccountKey": {"remoteKey": "json"}},
            google(EU, "registry_0", "json"),
            [data("registry_0_key", "json")],
            id="key-of-google",
        ),
        pytest.param(
            {"server": "gcr.io/acme", "serviceAccountKey": {"remoteKey": "json", "property": "key"}},
            google("gcr.io/acme", "registry_0", "json (key)"),
            [data("registry_0_key", "json", property="key")],
            id="property-with-a-key-of-google",
        ),
        pytest.param(
            {"registry": "gitlab", **LOGIN, "username": 'a"\\{{ "b'},
            plain_login("registry.gitlab.com", 'a"\\{{ "b', "registry_0", "acme-token"),
            [data("registry_0_password", "acme-token")],
            id="user-of-any-text",
        ),
    ],
)
def test_source(registry: Raw, steps: str, found: list[Raw]) -> None:
    assert made(registry) == expected(steps, found, [], "1h0m0s", ONE)


@pytest.mark.parametrize(
    ("registry", "server", "kind", "name", "interval"),
    [
        ({**ECR, "ecr": ECR_TOKEN}, ECR_HOST, "ECRAuthorizationToken", ECR_NAME, "1h0m0s"),
        ({**ACR, "acr": ACR_TOKEN}, "acmeprod.azurecr.io", "ACRAccessToken", "acmeprod-azurecr-io", "30m0s"),
        ({**ARTIFACTS, "gcr": GCR_FULL}, EU, "GCRAccessToken", "europe-west3-docker-pkg-dev", "30m0s"),
    ],
    ids=["ecr", "acr", "gcr"],
)
def test_token(registry: Raw, server: str, kind: str, name: str, interval: str) -> None:
    reference = from_generator(kind, name, "registry_0_")
    assert made(registry) == expected(token(server, "registry_0"), [], [reference], interval, ONE)


ALL: list[Raw] = [
    {**ECR, "ecr": ECR_TOKEN},
    {"registry": "ghcr", **LOGIN},
    {"registry": "dockerhub", "remoteKey": "hub", "property": "config"},
    {**ACR, "acr": ACR_TOKEN},
    {**ARTIFACTS, "serviceAccountKey": {"remoteKey": "json"}},
    {"registry": "gcr", "location": "eu", "gcr": GCR_FULL},
    {"server": "harbor.example:8443/acme", "username": {"remoteKey": "harbor"}, "password": {"remoteKey": "harbor"}},
]
"""Every source but manual ones, generators before, between and after the others."""


def test_all_sources_in_one_config_under_more_than_one_key() -> None:
    steps = (
        token(ECR_HOST, "registry_0")
        + plain_login("ghcr.io", "bot", "registry_1", "acme-token")
        + config("https://index.docker.io/v1/", DOCKER_HUB_FORMS, "registry_2", "hub (config)")
        + token("acmeprod.azurecr.io", "registry_3")
        + google(EU, "registry_4", "json")
        + token("eu.gcr.io", "registry_5")
        + remote_login("harbor.example:8443/acme", "registry_6", "harbor")
    )
    found = [
        data("registry_1_password", "acme-token"),
        data("registry_2", "hub", property="config"),
        data("registry_4_key", "json"),
        data("registry_6_username", "harbor"),
        data("registry_6_password", "harbor"),
    ]
    data_from = [
        from_generator("ECRAuthorizationToken", ECR_NAME, "registry_0_"),
        from_generator("ACRAccessToken", "acmeprod-azurecr-io", "registry_3_"),
        from_generator("GCRAccessToken", "eu-gcr-io", "registry_5_"),
    ]
    keys = (".dockerconfigjson", "dockerconfig", "config.json")
    assert made(*ALL, registryExtraKeys=["dockerconfig", "config.json"]) == expected(
        steps, found, data_from, "30m0s", keys
    )


def test_prefixes_of_many_registries_never_meet() -> None:
    """``registry_1_`` and ``registry_10`` are both there; every input has a name of its own."""
    many = [{"server": f"r{index}.example", "remoteKey": "config"} for index in range(10)]
    spec = made({"registry": "ghcr", **LOGIN}, {**ECR, "ecr": ECR_TOKEN}, *many)["spec"]
    inputs = [each["secretKey"] for each in spec["data"]]
    prefix = spec["dataFrom"][0]["rewrite"][0]["regexp"]["target"]
    assert "registry_10" in inputs
    assert len({*inputs, f"{prefix}username", f"{prefix}password"}) == 13


def test_manual_registries_under_more_than_one_key() -> None:
    registry = {"registry": "quay", "manual": {"username": "acme+bot", "password": "quayPassword"}}
    (credential,) = credentials(organization(registries=[registry], registryExtraKeys=["dockerconfig"]), TARGET)
    assert isinstance(credential.content, ManualSecret)
    assert build_manual_secret(TARGET, credential.content)["type"] == "kubernetes.io/dockerconfigjson"
    found = encode_secret_data(credential.content, ["hunter2"])
    assert list(found) == [".dockerconfigjson", "dockerconfig"]
    auth = base64.b64encode(b"acme+bot:hunter2").decode()
    for encoded in found.values():
        assert json.loads(base64.b64decode(encoded)) == {
            "auths": {"quay.io": {"username": "acme+bot", "password": "hunter2", "auth": auth}}
        }
