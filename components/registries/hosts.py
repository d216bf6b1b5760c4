"""Which registry a credential is for: its key in docker's ``auths``, as the clients look it up.

Source: ``docker login`` for Docker Hub's key; containers-auth.json(5) for keys with a path, which podman, buildah and
skopeo take and docker does not; Kubernetes' docs, "Images", for keys with ``*``, which the kubelet alone takes. An
image whose name does not begin with a host is one of Docker Hub.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, Field, field_validator, model_validator

from ..schema.model import Model
from ..schema.text import quoted

DOCKER_HUB: Final = "https://index.docker.io/v1/"
"""Key of Docker Hub: an address of a protocol that is long gone, and still what every client looks up."""
ALLOWED: Final = "expected host[:port][/path] in lower case"

RegistryName = Literal[
    "dockerhub", "ghcr", "quay", "gitlab", "gcr", "artifact-registry", "ecr", "ecr-public", "acr"
]  # fmt: skip
Family = Literal["ecr", "ecr-public", "acr", "google"]
"""Registries whose sign-in is known here, by host."""
AzureCloud = Literal["PublicCloud", "USGovernmentCloud", "ChinaCloud"]

_LABEL: Final = r"[a-z0-9*](?:[a-z0-9*-]{0,61}[a-z0-9*])?"
_HOST: Final = rf"(?:{_LABEL}(?:\.{_LABEL})*|\[[0-9a-f:]{{2,39}}\])"
_PART: Final = r"[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*"
_SERVER: Final = re.compile(rf"({_HOST})(?::([1-9][0-9]{{0,4}}))?(?:/{_PART})*", re.ASCII)
_SCHEME: Final = re.compile(r"https?://", re.ASCII | re.IGNORECASE)
_LONGEST: Final = 255
_LAST_PORT: Final = 65535
_API_PATHS: Final = frozenset({"v1", "v2"})
_DOCKER_HUB_HOSTS: Final = frozenset(
    {"docker.io", "index.docker.io", "registry-1.docker.io", "registry.hub.docker.com", "hub.docker.com"}
)
_NO_REGISTRY: Final = {"github.com": "ghcr.io", "gitlab.com": "registry.gitlab.com"}
_SELF_HOSTED: Final = frozenset({"harbor", "artifactory", "nexus", "gitea", "forgejo"})

_AWS_SUFFIXES: Final = {
    "cn-": "amazonaws.com.cn",
    "eusc-": "amazonaws.eu",
    "us-iso-": "c2s.ic.gov",
    "us-isob-": "sc2s.sgov.gov",
}
"""Beginning of a region -> domain of its partition, where that is not ``amazonaws.com``."""
_ECR: Final = re.compile(r"[0-9]{12}\.dkr(?:\.|-)ecr(?:-fips)?\.([a-z]+(?:-[a-z]+)+-[0-9]+)\.[a-z0-9.]+", re.ASCII)
_AZURE_DOMAINS: Final[dict[AzureCloud, str]] = {
    "PublicCloud": "azurecr.io",
    "USGovernmentCloud": "azurecr.us",
    "ChinaCloud": "azurecr.cn",
}
_ACR: Final = re.compile(r"[a-z0-9-]+\.(azurecr\.(?:io|us|cn))", re.ASCII)
_GOOGLE: Final = re.compile(r"(?:[a-z]+\.)?gcr\.io|[a-z0-9-]+-docker\.pkg\.dev", re.ASCII)


def check_server(value: str) -> str:
    """The value, if it is a key of docker's ``auths`` that a client looks up.

    Raises:
        ValueError: it is not; the message has the right form where that can be told.
    """
    scheme = _SCHEME.match(value)
    bare = value[scheme.end() if scheme else 0 :]
    if value == DOCKER_HUB:
        return value
    if "@" in bare and "@sha256:" not in bare:
        # Not repeated: it may be user:password@host.
        msg = f"has an @; {ALLOWED}"
        raise ValueError(msg)
    host, _, path = bare.rstrip("/").partition("/")
    if host.lower() in _DOCKER_HUB_HOSTS and (host.lower() != "docker.io" or path in {"", *_API_PATHS}):
        msg = f'is Docker Hub, which clients look up as "{DOCKER_HUB}"; use that, or registry: dockerhub'
        raise ValueError(msg)
    if host in _NO_REGISTRY:
        msg = f'is not a registry; expected "{_NO_REGISTRY[host]}"'
        raise ValueError(msg)
    untagged = path.partition("@")[0].partition(":")[0]
    reasons = [
        reason
        for reason, found in (
            ("a scheme", scheme is not None),
            ("upper case", bare != bare.lower()),
            ("the tag or digest of an image", untagged != path),
            ("a slash at the end", bare.endswith("/") and scheme is None),
        )
        if found
    ]
    namespace = "" if scheme and path in _API_PATHS else untagged.lower().rstrip("/")
    right = f"{host.lower()}/{namespace}" if namespace else host.lower()
    problem = _form(right)
    if problem is not None:
        raise ValueError(problem)
    if reasons:
        msg = f"has {' and '.join(reasons)}; use what clients look up, {quoted(right)}"
        raise ValueError(msg)
    return value


def _form(server: str) -> str | None:
    """What is wrong with a key that has no mistake with a name."""
    found = _SERVER.fullmatch(server) if len(server) <= _LONGEST else None
    if found is None or int(found[2] or 1) > _LAST_PORT:
        return f"is not the address of a registry; {ALLOWED}"
    host = found[1]
    if found[2] is None and "." not in host and not host.startswith("[") and host != "localhost":
        return "has neither a dot nor a port, so that an image of it would be one of Docker Hub; expected host[:port]"
    return None


Server = Annotated[str, AfterValidator(check_server)]


@dataclass(frozen=True)
class _Named:
    """What the name of a registry needs to become an address."""

    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()


_NAMED: Final[dict[RegistryName, _Named]] = {
    "dockerhub": _Named(),
    "ghcr": _Named(),
    "quay": _Named(),
    "gitlab": _Named(),
    "gcr": _Named(takes=("location",)),
    "artifact-registry": _Named(needs=("location",)),
    "ecr": _Named(needs=("account", "region")),
    "ecr-public": _Named(),
    "acr": _Named(needs=("name",), takes=("environmentType",)),
}
_FIXED: Final[dict[str, str]] = {
    "dockerhub": DOCKER_HUB,
    "ghcr": "ghcr.io",
    "quay": "quay.io",
    "gitlab": "registry.gitlab.com",
    "ecr-public": "public.ecr.aws",
}


class RegistryHost(Model):
    """A registry, by its address or by its name."""

    server: Server | None = None
    """Key in docker's ``auths``: ``https://index.docker.io/v1/`` for Docker Hub, else host[:port][/path]. Exactly one
    of this and ``registry``."""
    registry: RegistryName | None = None
    """A registry by name: ``dockerhub``, ``ghcr``, ``quay``, ``gitlab``, ``gcr``, ``artifact-registry``, ``ecr``,
    ``ecr-public``, ``acr``."""
    account: Annotated[str, Field(pattern=r"^[0-9]{12}$")] | None = None
    """``ecr``: the AWS account of the registry, in quotes."""
    region: Annotated[str, Field(pattern=r"^[a-z]+(-[a-z]+)+-[0-9]+$")] | None = None
    """``ecr``: the region of the registry, such as ``eu-central-1``."""
    location: Annotated[str, Field(pattern=r"^[a-z]+(-[a-z]+[0-9]+)?$")] | None = None
    """``artifact-registry``: region or multi-region, such as ``europe-west3``. ``gcr``: ``eu``, ``us`` or ``asia``;
    None: ``gcr.io``."""
    name: Annotated[str, Field(pattern=r"^[a-z0-9]{5,50}(-[a-z0-9]+)?$")] | None = None
    """``acr``: name of the registry, as in ``<name>.azurecr.io``."""
    environment_type: AzureCloud | None = None
    """``acr``: which of Azure's clouds. None: ``PublicCloud``."""

    @field_validator("registry", mode="before")
    @classmethod
    def _has_an_address(cls, value: object) -> object:
        if isinstance(value, str) and value in _SELF_HOSTED:
            msg = "has an address of its own; use server: host[:port][/path] instead of registry"
            raise ValueError(msg)
        return value

    @model_validator(mode="after")
    def _one_host(self) -> Self:
        parameters = {
            "account": self.account,
            "region": self.region,
            "location": self.location,
            "name": self.name,
            "environmentType": self.environment_type,
        }
        given = [key for key, value in parameters.items() if value is not None]
        if (self.server is None) == (self.registry is None):
            what = "names both server and registry" if self.server else "names no registry"
            msg = f"{what}; expected exactly one of server, registry"
            raise ValueError(msg)
        named = _NAMED[self.registry] if self.registry else _Named()
        idle = [key for key in given if key not in {*named.needs, *named.takes}]
        if idle:
            where = f"registry {self.registry}" if self.registry else "server"
            msg = f"has {', '.join(idle)}, which {where} does not use"
            raise ValueError(msg)
        missing = [key for key in named.needs if key not in given]
        if missing:
            msg = f"lacks {', '.join(missing)}, which registry {self.registry} needs"
            raise ValueError(msg)
        return self

    @property
    def auths_key(self) -> str:
        """Key in docker's ``auths``."""
        match self.registry:
            case None:
                return str(self.server)
            case "gcr":
                return f"{self.location}.gcr.io" if self.location else "gcr.io"
            case "artifact-registry":
                return f"{self.location}-docker.pkg.dev"
            case "ecr":
                region = str(self.region)
                suffixes = [suffix for start, suffix in _AWS_SUFFIXES.items() if region.startswith(start)]
                return f"{self.account}.dkr.ecr.{region}.{(suffixes or ['amazonaws.com'])[0]}"
            case "acr":
                return f"{self.name}.{_AZURE_DOMAINS[self.environment_type or 'PublicCloud']}"
            case fixed:
                return _FIXED[fixed]

    @property
    def host(self) -> str:
        """Host of the registry, with the port where one is given."""
        return _SCHEME.sub("", self.auths_key).partition("/")[0]

    @property
    def family(self) -> Family | None:
        """Whose registry it is, as far as that decides how one signs in; None: anybody's."""
        host = self.host
        if host == _FIXED["ecr-public"]:
            return "ecr-public"
        if _ECR.fullmatch(host):
            return "ecr"
        if _ACR.fullmatch(host):
            return "acr"
        return "google" if _GOOGLE.fullmatch(host) else None

    @property
    def aws_region(self) -> str:
        """Region that issues the tokens of an ECR registry; those of the public one come from a single region.

        Raises:
            ValueError: it is no ECR registry.
        """
        found = _ECR.fullmatch(self.host)
        if found is None and self.family != "ecr-public":
            msg = f"{self.host} is no ECR registry"
            raise ValueError(msg)
        return found[1] if found else "us-east-1"

    @property
    def azure_cloud(self) -> AzureCloud:
        """Cloud of an ACR registry.

        Raises:
            ValueError: it is no ACR registry.
        """
        found = _ACR.fullmatch(self.host)
        if found is None:
            msg = f"{self.host} is no ACR registry"
            raise ValueError(msg)
        return next(cloud for cloud, domain in _AZURE_DOMAINS.items() if domain == found[1])
