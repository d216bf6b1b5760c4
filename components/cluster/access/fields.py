"""The fields of a kubeconfig, with the types of client-go.

Source: ``clientcmd/api/v1`` of client-go 0.33. Fields that are not listed here have no meaning in client-go either,
or none for a client without a terminal: ``extensions``, ``preferences``, ``namespace``, ``disable-compression``.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Hashable, Iterable
from pathlib import Path
from typing import Annotated, Any, Final

import yaml
from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from ...errors import ClusterError

_EXPECTED: Final = {
    "string_type": "must be a text; put it in quotes",
    "string_unicode": "has a broken character; write it again",
    "bool_type": "must be true or false",
    "list_type": "must be a list",
    "tuple_type": "must be a list",
    "bytes_type": "must be base64 on one line",
    "value_error": "must be base64 on one line",
}
"""Type of pydantic's error -> its words; the words of pydantic would show types of Python, or the value."""


def _decode(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return base64.b64decode(value.replace("\r", "").replace("\n", ""), validate=True)
    except binascii.Error:
        raise ValueError from None


Data = Annotated[bytes, BeforeValidator(_decode)]
"""Bytes that a kubeconfig holds in base64."""


class _Fields(BaseModel):
    """A mapping of a kubeconfig; null is the same as absent, and unknown keys mean nothing, as in client-go."""

    model_config = ConfigDict(
        strict=True, frozen=True, extra="ignore", alias_generator=lambda field: field.replace("_", "-")
    )

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, value: object) -> object:
        return {key: entry for key, entry in value.items() if entry is not None} if isinstance(value, dict) else value


class NamedText(_Fields):
    """An environment variable of a login plugin."""

    name: str = ""
    value: str = ""


class Plugin(_Fields):
    """``exec`` of a user: a program that prints credentials."""

    api_version: Annotated[str, Field(alias="apiVersion")] = ""
    command: str = ""
    args: tuple[str, ...] = Field(default=(), strict=False)
    env: tuple[NamedText, ...] = Field(default=(), strict=False)
    install_hint: Annotated[str, Field(alias="installHint")] = ""
    interactive_mode: Annotated[str, Field(alias="interactiveMode")] = ""
    provide_cluster_info: Annotated[bool, Field(alias="provideClusterInfo")] = False


class AuthProvider(_Fields):
    """``auth-provider`` of a user: the predecessor of login plugins."""

    name: str = ""
    config: dict[str, str] = {}


class User(_Fields):
    """How a client signs in."""

    client_certificate: str = ""
    client_certificate_data: Data = b""
    client_key: str = ""
    client_key_data: Data = b""
    token: str = ""
    token_file: Annotated[str, Field(alias="tokenFile")] = ""
    username: str = ""
    password: str = ""
    impersonate: Annotated[str, Field(alias="as")] = ""
    impersonate_uid: Annotated[str, Field(alias="as-uid")] = ""
    impersonate_groups: Annotated[tuple[str, ...], Field(alias="as-groups", strict=False)] = ()
    impersonate_extra: Annotated[dict[str, list[str]], Field(alias="as-user-extra")] = {}
    auth_provider: AuthProvider | None = None
    plugin: Annotated[Plugin | None, Field(alias="exec")] = None


class Extension(_Fields):
    """Settings of other programs; a login plugin may ask for those that have its name."""

    name: str = ""
    extension: Any = None


class Server(_Fields):
    """How a client reaches and verifies an API server."""

    server: str = ""
    tls_server_name: str = ""
    insecure_skip_tls_verify: bool = False
    certificate_authority: str = ""
    certificate_authority_data: Data = b""
    proxy_url: str = ""
    extensions: tuple[Extension, ...] = Field(default=(), strict=False)


class Context(_Fields):
    """A pair of a cluster and a user."""

    cluster: str = ""
    user: str = ""


class NamedServer(_Fields):
    """An entry of ``clusters``."""

    name: str = ""
    cluster: Server = Server()


class NamedUser(_Fields):
    """An entry of ``users``."""

    name: str = ""
    user: User = User()


class NamedContext(_Fields):
    """An entry of ``contexts``."""

    name: str = ""
    context: Context = Context()


class Content(_Fields):
    """A whole file."""

    kind: Annotated[str, Field(validation_alias=AliasChoices("kind"))] = ""
    current_context: str = ""
    clusters: tuple[NamedServer, ...] = Field(default=(), strict=False)
    users: tuple[NamedUser, ...] = Field(default=(), strict=False)
    contexts: tuple[NamedContext, ...] = Field(default=(), strict=False)


class _Loader(yaml.SafeLoader):
    """YAML as client-go reads it: a date is a text."""


_Loader.yaml_implicit_resolvers = {
    first: [entry for entry in resolvers if entry[0] != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read_content(file: Path, where: str) -> Content:
    """The fields of one file; an empty file has none.

    Args:
        file: the file, which exists.
        where: plane and context, for messages.

    Raises:
        ClusterError: it cannot be read, is no kubeconfig, or has two entries with one name.
    """
    try:
        # As client-go, the first document only.
        raw = next(yaml.load_all(file.read_bytes(), _Loader), None)
    except OSError as error:
        raise _unreadable(
            file, where, f"cannot be read: {error.strerror}; check its path and its permissions"
        ) from None
    except Exception as error:  # noqa: BLE001 -- PyYAML lets errors of conversions through; messages quote the file
        mark = getattr(error, "problem_mark", None)
        line = "" if mark is None else f" (line {mark.line + 1})"
        raise _unreadable(file, where, f"is not valid YAML{line}; correct the file") from None
    if raw is not None and not isinstance(raw, dict):
        raise _unreadable(file, where, "is no kubeconfig; expected a mapping with clusters, users and contexts")
    try:
        content = Content.model_validate(raw or {})
    except (ValidationError, RecursionError) as error:
        raise _unreadable(file, where, _describe(error, raw or {})) from None
    if content.kind not in {"", "Config"}:
        raise _unreadable(file, where, "is no kubeconfig; expected kind: Config")
    for key in ("clusters", "users", "contexts"):
        if (twice := _first_duplicate(entry.name for entry in getattr(content, key))) is not None:
            raise _unreadable(file, where, f'has two {key} named "{twice}"; remove one of them')
    return content


def _unreadable(file: Path, where: str, problem: str) -> ClusterError:
    return ClusterError(f"{where}: the kubeconfig {file} {problem}")


def _describe(error: ValidationError | RecursionError, raw: dict[str, Any]) -> str:
    """``is not valid: users["alice"].user.token must be a text; ...``, without values."""
    if isinstance(error, RecursionError):
        return "is nested too deeply; correct the file"
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    path, value = "", raw
    for part in first["loc"]:
        value = value[part] if _has(value, part) else {}  # type: ignore[index]
        name = value.get("name") if isinstance(value, dict) else None
        if isinstance(part, str):
            path += f".{part}" if path else part
        else:
            path += f'["{name}"]' if isinstance(name, str) else f"[{part}]"
    return f"is not valid: {path or 'it'} {_EXPECTED.get(first['type'], 'must be a mapping')}"


def _has(value: object, part: str | int) -> bool:
    if isinstance(value, dict):
        return part in value
    return isinstance(value, list) and isinstance(part, int) and part < len(value)


def _first_duplicate(names: Iterable[Hashable]) -> Hashable | None:
    past: set[Hashable] = set()
    for name in names:
        if name in past:
            return name
        past.add(name)
    return None
