"""The registries that settings can name: one value each, with its address and its way to sign in.

Source: ``docker login`` for the key of Docker Hub; the address formats and user names of each registry's documentation.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from ..schema.catalog import Catalog
from ..schema.cloud_names import AwsAccountId, AzureRegistryName
from ..schema.cloud_regions import ArtifactLocation, AwsRegion, ContainerLocation

DOCKER_HUB: Final = "https://index.docker.io/v1/"
"""Key of Docker Hub in docker's ``auths``: the address of a retired protocol, which every client still looks up."""

AzureCloud = Literal["PublicCloud", "USGovernmentCloud", "ChinaCloud"]

AZURE_DOMAINS: Final[dict[str, str]] = {
    "PublicCloud": "azurecr.io",
    "USGovernmentCloud": "azurecr.us",
    "ChinaCloud": "azurecr.cn",
}
"""Azure cloud -> domain of its registries."""
_AWS_SUFFIXES: Final = {
    "cn-": "amazonaws.com.cn",
    "eusc-": "amazonaws.eu",
    "us-iso-": "c2s.ic.gov",
    "us-isob-": "sc2s.sgov.gov",
}
"""Beginning of a region -> domain of its partition, unless that is ``amazonaws.com``."""
ECR_HOST: Final = re.compile(r"[0-9]{12}\.dkr(?:\.|-)ecr(?:-fips)?\.([a-z]+(?:-[a-z]+)+-[0-9]+)\.[a-z0-9.]+", re.ASCII)
ACR_HOST: Final = re.compile(r"[a-z0-9-]+\.(azurecr\.(?:io|us|cn))", re.ASCII)
_GOOGLE_USERS: Final = ("_json_key", "_json_key_base64", "oauth2accesstoken")

Parameters = Mapping[str, str]
"""Parameters of a registry that are set: name -> value."""


@dataclass(frozen=True)
class Registry:
    """One registry."""

    name: str
    """Value of ``registry`` in the settings."""
    address: str | Callable[[Parameters], str]
    """Key in docker's ``auths``: fixed, or computed from the parameters."""
    needs: Mapping[str, Any] = field(default_factory=dict)
    """Required parameters: name in Python -> type. Each is a field of `RegistryCredential`, with a camelCase key in
    YAML. Its type accepts plain text only, and registries may give one name different types."""
    takes: Mapping[str, Any] = field(default_factory=dict)
    """Optional parameters, in the same form."""
    example: Parameters = field(default_factory=dict)
    """Valid values of the required parameters: name in Python -> value."""
    hosts: re.Pattern[str] | None = None
    """Hosts of the registry, to recognize it when the settings have ``server``. None: it is not recognized, since
    its only sign-in is a user name and a password."""
    server_form: str = ""
    """Form of ``server`` for messages: ``<name>.azurecr.io``."""
    usernames: tuple[str, ...] = ()
    """The only user names that it accepts. Empty: any."""
    token: str = ""
    """``settings_key`` of the `RegistryToken` whose tokens it accepts. Empty: none."""
    service_account_key: bool = False
    """Whether it accepts the JSON key of a Google service account."""

    def address_for(self, parameters: Parameters) -> str:
        """Key in docker's ``auths``."""
        return self.address if isinstance(self.address, str) else self.address(parameters)


def _gcr(parameters: Parameters) -> str:
    return f"{parameters['location']}.gcr.io" if "location" in parameters else "gcr.io"


def _ecr(parameters: Parameters) -> str:
    region = parameters["region"]
    suffixes = [suffix for start, suffix in _AWS_SUFFIXES.items() if region.startswith(start)]
    return f"{parameters['account']}.dkr.ecr.{region}.{(suffixes or ['amazonaws.com'])[0]}"


def _acr(parameters: Parameters) -> str:
    return f"{parameters['name']}.{AZURE_DOMAINS[parameters.get('environment_type', 'PublicCloud')]}"


REGISTRIES: Final = Catalog(
    "registry",
    (
        Registry("dockerhub", DOCKER_HUB),
        Registry("ghcr", "ghcr.io"),
        Registry("quay", "quay.io"),
        Registry("gitlab", "registry.gitlab.com"),
        Registry(
            "gcr",
            _gcr,
            takes={"location": ContainerLocation},
            hosts=re.compile(r"(?:[a-z]+\.)?gcr\.io", re.ASCII),
            usernames=_GOOGLE_USERS,
            token="gcr",
            service_account_key=True,
        ),
        Registry(
            "artifact-registry",
            lambda parameters: f"{parameters['location']}-docker.pkg.dev",
            needs={"location": ArtifactLocation},
            example={"location": "europe-west3"},
            hosts=re.compile(r"[a-z0-9-]+-docker\.pkg\.dev", re.ASCII),
            server_form="<location>-docker.pkg.dev",
            usernames=_GOOGLE_USERS,
            token="gcr",
            service_account_key=True,
        ),
        Registry(
            "ecr",
            _ecr,
            needs={"account": AwsAccountId, "region": AwsRegion},
            example={"account": "123456789012", "region": "eu-central-1"},
            hosts=ECR_HOST,
            server_form="<account>.dkr.ecr.<region>.amazonaws.com",
            usernames=("AWS",),
            token="ecr",
        ),
        Registry(
            "ecr-public",
            "public.ecr.aws",
            hosts=re.compile(r"public\.ecr\.aws"),
            usernames=("AWS",),
            token="ecr",
        ),
        Registry(
            "acr",
            _acr,
            needs={"name": AzureRegistryName},
            takes={"environment_type": AzureCloud},
            example={"name": "acmeprod"},
            hosts=ACR_HOST,
            server_form="<name>.azurecr.io",
            token="acr",
        ),
    ),
)
"""All registries that settings can name; add one with ``REGISTRIES.register(Registry(...))`` or here."""


def list_parameters() -> dict[str, dict[str, Any]]:
    """All parameters: name in Python -> name of each registry that has it -> its type."""
    parameters: dict[str, dict[str, Any]] = {}
    for registry in REGISTRIES:
        for name, kind in {**registry.needs, **registry.takes}.items():
            parameters.setdefault(name, {})[registry.name] = kind
    return parameters


def find_registry(host: str) -> Registry | None:
    """The registry with a host. None: nothing is known about its sign-in."""
    return next((registry for registry in REGISTRIES if registry.hosts and registry.hosts.fullmatch(host)), None)


def describe(registries: Iterable[Registry]) -> str:
    """Registries for a message: ``registry acr, or <name>.azurecr.io as server``."""
    ordered = sorted(registries, key=lambda registry: registry.name)
    names = ", ".join(registry.name for registry in ordered)
    form = next((registry.server_form for registry in ordered if registry.server_form), "")
    return f"registry {names}, or {form} as server" if form else f"registry {names}"
