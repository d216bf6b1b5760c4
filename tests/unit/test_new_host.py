"""A new registry or git host is one value: invented ones go from YAML to the Secret's template."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from components.git.hosts import GIT_SOFTWARE, GitSoftware
from components.registries.catalog import REGISTRIES, Registry
from components.registries.credential import RegistryCredential
from components.registries.generators import build_generator
from components.registries.tokens import EcrManaged, EcrToken
from components.schema.cloud_names import AwsRegion, AzureRegistryName
from components.secrets.credential import Owner
from tests.unit.built import manifests
from tests.unit.samples import AT_ACME, Raw, acme, assert_rejected, settings

DEPOT = Registry(
    "depot",
    lambda parameters: f"{parameters['name']}.{parameters['region']}.depot.example",
    needs={"name": AzureRegistryName, "region": AwsRegion},
    hosts=re.compile(r"[a-z0-9-]+\.[a-z0-9-]+\.depot\.example"),
    server_form="<name>.<region>.depot.example",
    usernames=("robot",),
)
ORCHARD = GitSoftware("orchard", ("git.orchard.example",), (".orchard.dev",), "orchard-token")
PASSWORD: Raw = {"remoteKey": "acme-depot"}
HOST = "acmeprod.eu-west-1.depot.example"


@pytest.fixture(autouse=True)
def _registered() -> Iterator[None]:
    with REGISTRIES.registered(DEPOT), GIT_SOFTWARE.registered(ORCHARD):
        yield


def _template(**keys: object) -> dict[str, str]:
    """``spec.target.template.data`` of the only ExternalSecret."""
    (secret,) = [made for made in manifests(settings(acme(**keys))) if made["kind"] == "ExternalSecret"]
    data: dict[str, str] = secret["spec"]["target"]["template"]["data"]
    return data


@pytest.mark.parametrize(
    "host",
    [
        pytest.param({"registry": "depot", "name": "acmeprod", "region": "eu-west-1"}, id="by-name"),
        pytest.param({"server": HOST}, id="by-server"),
    ],
)
def test_registry(host: Raw) -> None:
    data = _template(registries=[{**host, "username": "robot", "password": PASSWORD}])
    assert data == {
        ".dockerconfigjson": (
            f'{{{{- $auths := dict -}}}}{{{{- $_ := set $auths "{HOST}" (dict "username" "robot" "password" '
            '.registry_0_password "auth" (printf "%s:%s" "robot" .registry_0_password | b64enc)) -}}'
            '{{- dict "auths" $auths | toJson -}}'
        )
    }


@pytest.mark.parametrize(
    ("registry", "problem"),
    [
        pytest.param(
            {"registry": "depot", "name": "acmeprod"}, ": lacks region, which registry depot needs", id="parameter"
        ),
        pytest.param(
            {"server": HOST, "username": "acme"},
            f": has a username that {HOST} does not accept; expected robot",
            id="username",
        ),
        pytest.param(
            {"registry": "depott"},
            '.registry: "depott" is not a known registry; expected one of: dockerhub, ghcr, quay, gitlab, gcr, '
            "artifact-registry, ecr, ecr-public, acr, depot",
            id="name",
        ),
    ],
)
def test_registry_is_refused(registry: Raw, problem: str) -> None:
    registries = [{"username": "robot", "password": PASSWORD, **registry}]
    assert_rejected(acme(registries=registries), f"{AT_ACME}.registries[0]{problem}")


@pytest.mark.parametrize(
    "host",
    [
        pytest.param({"host": "git.orchard.example"}, id="public-host"),
        pytest.param({"host": "acme.orchard.dev:8443"}, id="domain"),
        pytest.param({"host": "git.acme.example", "provider": "orchard"}, id="own-host"),
    ],
)
def test_git_host(host: Raw) -> None:
    data = _template(git={**host, "basicAuth": {"password": {"remoteKey": "acme-git"}}})
    password = "{{ .password }}"
    assert data == {"username": "orchard-token", "password": password, "clone-secret": password}


def test_git_host_is_refused() -> None:
    app = {"appId": "123", "installationId": "456", "privateKey": {"remoteKey": "acme-git"}}
    assert_rejected(
        acme(git={"host": "git.orchard.example", "githubApp": app}),
        f"{AT_ACME}.git: githubApp is for GitHub, and git.orchard.example is orchard; use another credential",
    )


def test_a_name_is_registered_once() -> None:
    with pytest.raises(ValueError, match=r"^registry depot is registered already$"):
        REGISTRIES.register(DEPOT)


def test_unregistering() -> None:
    with REGISTRIES.registered(Registry("cellar", "cellar.example")):
        pass
    assert_rejected(
        acme(registries=[{"registry": "cellar", "remoteKey": "docker"}]),
        f'{AT_ACME}.registries[0].registry: "cellar" is not a known registry; expected one of: dockerhub, ghcr, '
        "quay, gitlab, gcr, artifact-registry, ecr, ecr-public, acr, depot",
    )


def test_only_a_stack_knows_the_role_that_it_creates() -> None:
    """A component outside a stack has no AWS account, so the generator's ServiceAccount has no role."""
    registry = RegistryCredential(
        registry="ecr", account="123456789012", region="eu-central-1", ecr=EcrToken(managed=EcrManaged())
    )
    built = build_generator(registry, Owner("acme"))
    assert built is not None
    assert built.service_account == {}
