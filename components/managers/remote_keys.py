"""Which remote keys may name the same secret: every spelling of a key becomes one place.

Two spellings of one secret must overlap, or organizations could share it unseen. Two secrets that overlap only cause a
question, which ``sharedKeys`` answers. The normal form of a key:

- Vault: the API path that ESO requests (``buildPath`` of its provider, then ``path.Join`` of Vault's client), below the
  namespace; the server by scheme, host and port.
- AWS: service, region, account and name. Source: the references of ``GetSecretValue`` (ARN with or without the suffix)
  and of ``GetParameter`` (ARN, version and label, references to Secrets Manager).
- Azure: vault and name without case, because a certificate, its key and its secret have one name. Source:
  https://learn.microsoft.com/azure/key-vault/general/about-keys-secrets-certificates.
- Google: project, location and name. Source: https://cloud.google.com/secret-manager/docs/reference/rest.
- Kubernetes: cluster, namespace and name.
- any other: the block without how it signs in, and the key as a path without its case.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from posixpath import normpath
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from ..schema.deferred import Deferred

Part = str | frozenset[str] | None
"""Part of a place. Several texts: it is one of them. None: it is not known, so it matches every text."""
RemotePlace = tuple[Part, ...]
"""Manager, place in it, and name of a secret. The name is last and never None."""

_SLASHES: Final = re.compile(r"/+")
_ARN: Final = re.compile(r"arn:[^:]+:(secretsmanager|ssm):([^:]*):([^:]*):(?:secret:|parameter)(.+)", re.ASCII)
_SUFFIX: Final = re.compile(r"-[A-Za-z0-9]{6}$", re.ASCII)
_ACCOUNT: Final = re.compile(r"arn:[^:]+:iam::([0-9]{12}):", re.ASCII)
_REFERENCE: Final = "aws/reference/secretsmanager/"
_ACCESS: Final = re.compile(r"auth|(?:ref|account|provider|credentials|bundle)s?$", re.IGNORECASE)
"""Keys of a provider block that say how ESO signs in, and not where it reads."""
_PORTS: Final = {"http": 80, "https": 443}
_API: Final = "/v1/"
_OWN_CLUSTER: Final = frozenset(f"https://kubernetes.default{rest}" for rest in ("", ".svc", ".svc.cluster.local"))


def overlap(one: RemotePlace, other: RemotePlace) -> bool:
    """Whether two places may be one secret."""
    return len(one) == len(other) and all(map(_agree, one, other))


class PlaceIndex:
    """Places in which those that may be one secret are found by their names."""

    def __init__(self, places: Iterable[RemotePlace]) -> None:
        """Index places.

        Args:
            places: the places, each once or several times.
        """
        self._places = dict.fromkeys(places)
        self._by_name: dict[str, list[RemotePlace]] = {}
        self._vague: dict[str, list[RemotePlace]] = {}
        for place in self._places:
            for name in _list_texts(place[-1]):
                self._by_name.setdefault(name, []).append(place)
                if not _is_exact(place):
                    self._vague.setdefault(name, []).append(place)

    def find(self, place: RemotePlace) -> tuple[RemotePlace, ...]:
        """The places that may be the same secret as one, that one first if it is indexed."""
        # An exact place can only be itself or a vague one, so many exact places with one name cost little.
        groups = self._vague if _is_exact(place) else self._by_name
        own = [place] if place in self._places else []
        others = (other for name in _list_texts(place[-1]) for other in groups.get(name, ()))
        return tuple(dict.fromkeys([*own, *(other for other in others if overlap(place, other))]))


def _is_exact(place: RemotePlace) -> bool:
    return all(isinstance(part, str) for part in place)


def _list_texts(part: Part) -> frozenset[str]:
    return frozenset({part}) if isinstance(part, str) else part or frozenset()


def _agree(one: Part, other: Part) -> bool:
    return one is None or other is None or bool(_list_texts(one) & _list_texts(other))


def clean_path(path: str) -> str:
    """A path without slashes at its ends, and with one between its parts."""
    return _SLASHES.sub("/", path).strip("/")


def clean_key(key: str) -> str:
    """A key of any manager: a path without its version after ``#``."""
    return clean_path(key.partition("#")[0])


def clean_address(address: str) -> str:
    """An address of a server: scheme, host and port, and a path if it has one.

    Letters of a host have no case, a last dot and a last slash have no meaning, and neither has the port that the
    scheme has anyway. A user is not part of it.
    """
    try:
        parts = urlsplit(address.strip())
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return address.lower().rstrip("/")
    host = unquote(host).lower().rstrip(".")
    with suppress(ValueError):
        host = ipaddress.ip_address(host).compressed
    with suppress(UnicodeError):
        host = host.encode("idna").decode()
    ending = "" if port in {None, _PORTS.get(parts.scheme)} else f":{port}"
    path = clean_path(normpath(f"/{unquote(parts.path)}"))
    return f"{parts.scheme}://{host}{ending}" + (f"/{path}" if path else "")


def describe_odd_path(key: str) -> str | None:
    """Why Vault's client requests another path (``path.Join``), to follow the key in a message. None: it does not.

    The part after ``#`` counts too: only the client decides whether it is part of the path.
    """
    if {"", ".", ".."}.isdisjoint(key.split("/")):
        return None
    return (
        "has an empty part, . or .., so Vault's client requests another path; expected names between single slashes, "
        "without / at the ends"
    )


def find_account(*roles: object) -> str:
    """Number of the AWS account of the first role that is a plain ARN. Empty: none is."""
    matches = (_ACCOUNT.match(role) for role in roles if isinstance(role, str))
    return next((match[1] for match in matches if match is not None), "")


def locate_in_aws(service: str | None, region: str | None, account: str | None, name: str) -> RemotePlace:
    """A secret or parameter by its full name or ARN. A region or an account that is None or empty may be any.

    Secrets Manager finds a secret by its ARN with and without the six random characters at the end, so an ARN whose
    name has such an end names one of two secrets. A parameter without hierarchy may have a slash in front; its version
    or label follows a colon. A parameter below ``/aws/reference/secretsmanager/`` is a secret. Source:
    https://docs.aws.amazon.com/systems-manager/latest/userguide/integration-ps-secretsmanager.html.
    """
    arn = _ARN.match(name)
    if arn is not None:
        region, account, name = arn[2], arn[3], arn[4]
    where = (region or None, account or None)
    if service != "ParameterStore":
        short = _SUFFIX.sub("", name) if arn is not None else name
        return service or None, *where, name if short == name else frozenset({name, short})
    path = clean_path(name.partition(":")[0])
    if path.startswith(_REFERENCE):
        return "SecretsManager", *where, name.partition(":")[0].lstrip("/").removeprefix(_REFERENCE)
    return service, *where, path


def locate_in_vault(server: str | None, namespace: str, mount: str | None, version: str, key: str) -> RemotePlace:
    """A secret of a KV engine by the API path that ESO requests. A server that is None may be any.

    Source: ``buildPath`` of ESO's provider: a key may begin with the mount, and in version 2 with ``data/`` after it.
    Vault's client resolves ``.``, ``..`` and empty parts, and a namespace may also be the beginning of a path.
    """
    path = key.partition("#")[0]
    if mount is None:
        first, _, rest = path.partition("/")
        if version == "v2" and "/data/" not in path:
            path = f"{first}/data/{rest}"
    else:
        rest = path
        if rest.startswith(f"{mount}/"):
            rest = rest.removeprefix(f"{mount}/")
            if version == "v2":
                rest = rest.removeprefix("data/")
        path = f"{mount}/data/{rest}" if version == "v2" else f"{mount}/{rest}"
    path = normpath(f"{_API}{path}").removeprefix(_API)
    return "vault", None if server is None else clean_address(server), clean_path(f"{namespace}/{path}")


def locate_in_azure(url: str | None, key: str) -> RemotePlace:
    """A name of a key vault, whose letters have no case: a certificate, its key and its secret have one."""
    return "azure", None if url is None else clean_address(url), key.lower().rpartition("/")[2]


def locate_in_google(project: str | None, location: str | None, key: str) -> RemotePlace:
    """A secret of a project, global (an empty location) or of a region. A number may be that of every project id."""
    number = project if project is not None and project.isdecimal() else None
    return "gcp", None if number is not None else project, number, location, key


def locate_in_kubernetes(url: str | None, namespace: str | None, key: str) -> RemotePlace:
    """A Secret of a namespace. An empty address is the cluster of the store itself, which has several addresses."""
    address = None if url is None else "" if is_own_cluster(url) else clean_address(url)
    return "kubernetes", address, namespace, key


def is_own_cluster(url: str) -> bool:
    """Whether an address of an API server is that of the cluster of the store itself. An empty one is."""
    return not url or clean_address(url) in _OWN_CLUSTER


def describe_place(block: Any) -> str | None:
    """A provider block without the parts with which ESO signs in, as text. None: a part of the rest is an output."""
    if isinstance(block, Deferred):
        return None
    if isinstance(block, Mapping):
        parts = [(key, describe_place(value)) for key, value in sorted(block.items()) if not _ACCESS.search(str(key))]
        return None if any(text is None for _, text in parts) else repr(parts)
    if isinstance(block, (list, tuple)):
        texts = [describe_place(value) for value in block]
        return None if None in texts else repr(texts)
    return repr(block)
