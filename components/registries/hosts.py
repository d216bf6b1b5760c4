"""The registry of a credential: its key in docker's ``auths``, as clients look it up.

Source: ``docker login`` for Docker Hub's key; containers-auth.json(5) for keys with a path, which podman, buildah and
skopeo read and docker does not; Kubernetes' docs, "Images", for keys with ``*``, which only the kubelet reads. An
image whose name does not begin with a host is an image of Docker Hub.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Final, Self

from pydantic import AfterValidator, field_validator, model_validator

from ..schema.derived import set_derived_fields
from ..schema.model import Model, get_yaml_key
from ..schema.text import quote
from .catalog import ACR_HOST, AZURE_DOMAINS, DOCKER_HUB, ECR_HOST, REGISTRIES, Registry, find_registry, list_parameters
from .parameters import derive_parameter_fields

EXPECTED_FORM: Final = "expected host[:port][/path] in lower case"

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


def check_server(value: str) -> str:
    """The value, if it is a key of docker's ``auths`` that a client looks up.

    Raises:
        ValueError: it is not; the message contains the right form if it can be derived.
    """
    scheme = _SCHEME.match(value)
    bare = value[scheme.end() if scheme else 0 :]
    if value == DOCKER_HUB:
        return value
    if "@" in bare and "@sha256:" not in bare:
        # The message does not repeat the value: it may be user:password@host.
        msg = f"has an @; {EXPECTED_FORM}"
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
        for reason, applies in (
            ("a scheme", scheme is not None),
            ("upper case", bare != bare.lower()),
            ("the tag or digest of an image", untagged != path),
            ("a slash at the end", bare.endswith("/") and scheme is None),
        )
        if applies
    ]
    namespace = "" if scheme and path in _API_PATHS else untagged.lower().rstrip("/")
    right = f"{host.lower()}/{namespace}" if namespace else host.lower()
    problem = _form(right)
    if problem is not None:
        raise ValueError(problem)
    if reasons:
        msg = f"has {' and '.join(reasons)}; use what clients look up, {quote(right)}"
        raise ValueError(msg)
    return value


def _form(server: str) -> str | None:
    """Problem of a key without one of the common mistakes. None: it is a key."""
    match = _SERVER.fullmatch(server) if len(server) <= _LONGEST else None
    if match is None or int(match[2] or 1) > _LAST_PORT:
        return f"is not the address of a registry; {EXPECTED_FORM}"
    host = match[1]
    if match[2] is None and "." not in host and not host.startswith("[") and host != "localhost":
        return "has neither a dot nor a port, so clients would look for its images on Docker Hub; expected host[:port]"
    return None


Server = Annotated[str, AfterValidator(check_server)]


RegistryName = Annotated[str, AfterValidator(REGISTRIES.check_name)]
"""Name of a registry in `catalog.REGISTRIES`."""


class RegistryHost(Model):
    """A registry, by its address or by its name.

    Every field is plain text: the address forms names of generators and ServiceAccounts, and templates contain it.
    """

    server: Server | None = None
    """Key in docker's ``auths``: ``https://index.docker.io/v1/`` for Docker Hub, else host[:port][/path]. Exactly one
    of this and ``registry``."""
    registry: RegistryName | None = None
    """A registry by name: one of `catalog.REGISTRIES`. Its parameters are further fields, such as ``region``."""

    if TYPE_CHECKING:
        # The parameters are fields that the catalog declares at run time, so a type checker cannot derive this
        # signature.
        def __init__(
            self, *, server: str | None = None, registry: str | None = None, **parameters: str | None
        ) -> None: ...

    @field_validator("registry", mode="before")
    @classmethod
    def _has_an_address(cls, value: object) -> object:
        if isinstance(value, str) and value in _SELF_HOSTED:
            msg = "has no fixed address; use server: host[:port][/path] instead of registry"
            raise ValueError(msg)
        return value

    @model_validator(mode="after")
    def _one_host(self) -> Self:
        present = self._get_parameters(list_parameters())
        if (self.server is None) == (self.registry is None):
            what = "names both server and registry" if self.server else "names no registry"
            msg = f"{what}; expected exactly one of server, registry"
            raise ValueError(msg)
        named = REGISTRIES[self.registry] if self.registry else None
        usable = {*named.needs, *named.takes} if named else set()
        idle = sorted(get_yaml_key(name) for name in present if name not in usable)
        if idle:
            where = f"registry {self.registry}" if self.registry else "server"
            msg = f"has {', '.join(idle)}, which {where} does not use"
            raise ValueError(msg)
        missing = [get_yaml_key(name) for name in named.needs if name not in present] if named else []
        if missing:
            msg = f"lacks {', '.join(missing)}, which registry {self.registry} needs"
            raise ValueError(msg)
        return self

    def _get_parameters(self, names: Iterable[str]) -> dict[str, str]:
        """The parameters that are set. A model that is older than the registration of a parameter lacks the field."""
        return {name: value for name in names if (value := vars(self).get(name)) is not None}

    @property
    def parameters(self) -> dict[str, str]:
        """Parameters that are set: name in Python -> value. Empty with ``server``."""
        entry = REGISTRIES[self.registry] if self.registry else None
        return self._get_parameters([*entry.needs, *entry.takes]) if entry else {}

    @property
    def auths_key(self) -> str:
        """Key in docker's ``auths``."""
        if self.registry is None:
            return str(self.server)
        return REGISTRIES[self.registry].address_for(self.parameters)

    @property
    def host(self) -> str:
        """Host of the registry, with its port if it has one."""
        return _SCHEME.sub("", self.auths_key).partition("/")[0]

    @property
    def catalog_entry(self) -> Registry | None:
        """The registry, by its name or its host. None: nothing is known about its sign-in."""
        return REGISTRIES[self.registry] if self.registry else find_registry(self.host)

    @property
    def aws_region(self) -> str:
        """Region that issues the tokens of an ECR registry; one region issues all tokens of the public registry.

        Raises:
            ValueError: it is not an ECR registry.
        """
        match = ECR_HOST.fullmatch(self.host)
        if match is None and not self.is_ecr_public:
            msg = f"{self.host} is not an ECR registry"
            raise ValueError(msg)
        return match[1] if match else "us-east-1"

    @property
    def is_ecr_public(self) -> bool:
        """Whether it is Amazon ECR Public."""
        return self.host == REGISTRIES["ecr-public"].address

    @property
    def azure_cloud(self) -> str:
        """Cloud of an ACR registry: one of `AzureCloud`.

        Raises:
            ValueError: it is not an ACR registry.
        """
        match = ACR_HOST.fullmatch(self.host)
        if match is None:
            msg = f"{self.host} is not an ACR registry"
            raise ValueError(msg)
        return next(cloud for cloud, domain in AZURE_DOMAINS.items() if domain == match[1])


def _derive_fields() -> None:
    """Give `RegistryHost` one optional field for each parameter of a registry."""
    set_derived_fields(RegistryHost, {"registry": derive_parameter_fields()})


_derive_fields()
REGISTRIES.on_change(_derive_fields)
