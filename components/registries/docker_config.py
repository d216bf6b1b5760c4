"""The docker config of one or many registries: a Secret with the key ``.dockerconfigjson``.

This package never has the values: ESO renders the docker config from the Go template below
(https://external-secrets.io/latest/guides/templating/). The template builds data and serialises it once, so that no
character of a password can break the JSON.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, cast

from ..schema.deferred import InputStr, join_texts, lift
from ..schema.secret_types import DOCKER_CONFIG, DOCKER_CONFIG_KEY
from ..schema.sources import RemoteRef
from ..secrets.credential import Owner
from ..secrets.external_secret import DataFrom, SecretTemplate
from ..secrets.manual_secret import ManualSecret
from ..secrets.value_templates import describe_source, quote_literal, read_word
from .credential import RegistryCredential
from .generators import build_generator
from .stored_login import read_stored_login, set_login

KEY: Final = DOCKER_CONFIG_KEY
TYPE: Final = DOCKER_CONFIG

_NOBODY: Final = Owner("")
_SERVICE_ACCOUNT_KEY: Final = (
    "{{- $key := fromJson %(value)s -}}"
    '{{- if not (kindIs "map" $key) -}}{{- $key = dict -}}{{- end -}}'
    '{{- if ne (dig "type" "" $key | toString) "service_account" -}}{{- fail %(failure)s -}}{{- end -}}'
    '{{- $user := "_json_key" -}}{{- $password := trim %(value)s -}}'
)
_NO_COLON: Final = '{{{{- if contains ":" $user -}}}}{{{{- fail {failure} -}}}}{{{{- end -}}}}'


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
    entries: dict[str, str | None] = {}
    data_from: list[DataFrom] = []
    steps: list[InputStr] = []
    for index, registry in enumerate(registries):
        variable = f"registry_{index}"
        token = build_generator(registry, owner)
        if token is not None:
            data_from.append(DataFrom(token, prefix=f"{variable}_"))
        data |= (inputs := _inputs(registry, variable))
        entries |= dict.fromkeys(inputs, registry.secret_store)
        steps.append(_step(registry, variable))
    first = next(iter(entries.values()), None)
    return SecretTemplate(
        name=name,
        credential=credential,
        data=data,
        type=TYPE,
        templates=dict.fromkeys(keys, _render(*steps)),
        data_from=tuple(data_from),
        entries={key: entry for key, entry in entries.items() if entry != first},
    )


def _render(*steps: InputStr) -> InputStr:
    """The template of a docker config, from the steps that add logins to ``$auths``."""
    return join_texts("{{- $auths := dict -}}", *steps, '{{- dict "auths" $auths | toJson -}}')


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
    login = _read_login(registry, variable)
    return join_texts(login, set_login(quote_literal(registry.auths_key)))


def _read_login(registry: RegistryCredential, variable: str) -> InputStr:
    """Steps that assign ``$user`` and ``$password``."""
    if registry.docker_config is not None:
        return read_stored_login(f".{variable}", registry.auths_key, describe_source(registry.docker_config))
    if registry.service_account_key is not None:
        return _read_service_account_key(registry.service_account_key, f".{variable}_key")
    username, password = f".{variable}_username", f".{variable}_password"
    if registry.password is None:
        # A generator's own values have no white space around them.
        return f"{{{{- $user := {username} -}}}}{{{{- $password := {password} -}}}}"
    read_password = read_word("$password", password, describe_source(registry.password))
    if not isinstance(registry.username, RemoteRef):
        return join_texts(f"{{{{- $user := {quote_literal(str(registry.username))} -}}}}", read_password)
    what = f'the user name for {registry.auths_key} contains ":", which separates user from password in docker auth'
    read_user = read_word("$user", username, describe_source(registry.username))
    return join_texts(read_user, _NO_COLON.format(failure=quote_literal(what)), read_password)


def _read_service_account_key(ref: RemoteRef, value: str) -> InputStr:
    def fill(source: str) -> str:
        failure = quote_literal(f"{source} is not the JSON key of a Google service account")
        return _SERVICE_ACCOUNT_KEY % {"value": value, "failure": failure}

    return cast("InputStr", lift(fill, describe_source(ref)))
