"""The docker config of one or many registries: a Secret with the key ``.dockerconfigjson``.

This package never has the values: ESO renders the docker config from the Go template below
(https://external-secrets.io/latest/guides/templating/). The template builds data and serialises it once, so that no
character of a password can break the JSON.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final, cast

from ..schema.deferred import InputStr, join_texts, lift
from ..schema.secret_types import DOCKER_CONFIG, DOCKER_CONFIG_KEY
from ..schema.sources import RemoteRef
from ..secrets.credential import Owner
from ..secrets.external_secret import DataFrom, SecretTemplate
from ..secrets.manual_secret import ManualSecret
from .credential import RegistryCredential
from .generators import build_generator

KEY: Final = DOCKER_CONFIG_KEY
TYPE: Final = DOCKER_CONFIG

_NOBODY: Final = Owner("")
_WHOLE_CONFIG: Final = (
    "{{{{- $found := fromJson .{variable} -}}}}"
    '{{{{- range list "auths" {server} -}}}}{{{{- if kindIs "map" $found -}}}}{{{{- $found = get $found . -}}}}'
    '{{{{- else -}}}}{{{{- $found = "" -}}}}{{{{- end -}}}}{{{{- end -}}}}'
    '{{{{- if not (and (kindIs "map" $found) $found) -}}}}{{{{- fail {failure} -}}}}{{{{- end -}}}}'
    "{{{{- $_ := set $auths {server} $found -}}}}"
)
_SERVICE_ACCOUNT_KEY: Final = (
    "{{{{- $key := fromJson {password} -}}}}"
    '{{{{- if not (kindIs "map" $key) -}}}}{{{{- $key = dict -}}}}{{{{- end -}}}}'
    '{{{{- if ne (dig "type" "" $key | toString) "service_account" -}}}}{{{{- fail {failure} -}}}}{{{{- end -}}}}'
)
_NO_COLON: Final = '{{{{- if contains ":" {username} -}}}}{{{{- fail {failure} -}}}}{{{{- end -}}}}'
_USER_AND_PASSWORD: Final = (
    '{{{{- $_ := set $auths {server} (dict "username" {username} "password" {password} '
    '"auth" (printf "%s:%s" {username} {password} | b64enc)) -}}}}'
)


def build_docker_config(
    name: str,
    registries: Sequence[RegistryCredential],
    credential: str = "registry-push",
    *,
    owner: Owner = _NOBODY,
    extra_keys: tuple[str, ...] = (),
) -> SecretTemplate | ManualSecret:
    """A Secret with one docker config for all registries, from ESO or manual (settings refuse a mixture).

    Args:
        name: name of the Secret.
        registries: at least one.
        credential: value of the credential label: ``registry-push`` or ``registry-pull``.
        owner: organization whose name and roles the generators use.
        extra_keys: more keys of the Secret with the same docker config.
    """
    manual = {registry.auths_key: registry.manual for registry in registries if registry.manual is not None}
    keys = (KEY, *extra_keys)
    if manual:
        return ManualSecret(name=name, credential=credential, registries=manual, docker_config_keys=keys)
    data: dict[str, RemoteRef] = {}
    data_from: list[DataFrom] = []
    steps: list[InputStr] = ["{{- $auths := dict -}}"]
    for index, registry in enumerate(registries):
        variable = f"registry_{index}"
        token = build_generator(registry, owner)
        if token is not None:
            data_from.append(DataFrom(token, prefix=f"{variable}_"))
        data |= _inputs(registry, variable)
        steps.append(_step(registry, variable))
    steps.append('{{- dict "auths" $auths | toJson -}}')
    return SecretTemplate(
        name=name,
        credential=credential,
        data=data,
        type=TYPE,
        templates=dict.fromkeys(keys, join_texts(*steps)),
        data_from=tuple(data_from),
    )


def _inputs(registry: RegistryCredential, variable: str) -> dict[str, RemoteRef]:
    """Input of the template -> value in the manager. A generator adds ``_username`` and ``_password`` itself."""
    parts = {
        variable: registry.docker_config,
        f"{variable}_username": registry.username,
        f"{variable}_password": registry.password,
        f"{variable}_key": registry.service_account_key,
    }
    return {name: ref for name, ref in parts.items() if isinstance(ref, RemoteRef)}


def _step(registry: RegistryCredential, variable: str) -> InputStr:
    """The part of the template that adds one registry to ``$auths``."""
    server = _literal(registry.auths_key)
    if registry.docker_config is not None:
        failure = _failure(registry.docker_config, f"has no docker auth for {registry.auths_key}")
        return _filled(_WHOLE_CONFIG, variable=variable, server=server, failure=failure)
    if registry.service_account_key is not None:
        failure = _failure(registry.service_account_key, "is not the JSON key of a Google service account")
        password = f".{variable}_key"
        checked = _filled(_SERVICE_ACCOUNT_KEY, password=password, failure=failure)
        return join_texts(checked, _USER_AND_PASSWORD.format(server=server, username='"_json_key"', password=password))
    username, no_colon = f".{variable}_username", ""
    if isinstance(registry.username, str):
        username = _literal(registry.username)
    elif registry.username is not None:
        what = f'the user name for {registry.auths_key} contains ":", which separates user from password in docker auth'
        no_colon = _NO_COLON.format(username=username, failure=_literal(what))
    return no_colon + _USER_AND_PASSWORD.format(server=server, username=username, password=f".{variable}_password")


def _failure(ref: RemoteRef, problem: str) -> InputStr:
    """A literal that names the secret with a problem; known as late as its key."""
    source = ref.remote_key if ref.property is None else join_texts(ref.remote_key, " (", ref.property, ")")
    return cast("InputStr", lift(lambda text: _literal(f"{text} {problem}"), source))


def _filled(template: str, *, failure: InputStr, **texts: str) -> InputStr:
    return cast("InputStr", lift(lambda text: template.format(failure=text, **texts), failure))


def _literal(text: str) -> str:
    """A string literal of Go templates, not escaped to ASCII: Go refuses the surrogate pairs of JSON escapes."""
    return json.dumps(text, ensure_ascii=False)
