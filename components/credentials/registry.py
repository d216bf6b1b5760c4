"""The push credential of builds: Secret ``registry-push-secret``, key ``.dockerconfigjson``, for many registries.

The values never pass through here: the operator assembles the docker config with the Go template that is written below
(https://external-secrets.io/latest/guides/templating/). It builds data and serialises it once, so that no character of
a password can break the JSON.
"""

from __future__ import annotations

import json
from typing import Final

from ..settings import RegistryCredential, RemoteRef
from .external_secret import SecretTemplate
from .manual import ManualSecret

KEY: Final = ".dockerconfigjson"
TYPE: Final = "kubernetes.io/dockerconfigjson"

_WHOLE_CONFIG: Final = (
    "{{{{- $found := fromJson .{variable} -}}}}"
    '{{{{- range list "auths" {server} -}}}}{{{{- if kindIs "map" $found -}}}}{{{{- $found = get $found . -}}}}'
    '{{{{- else -}}}}{{{{- $found = "" -}}}}{{{{- end -}}}}{{{{- end -}}}}'
    '{{{{- if not (and (kindIs "map" $found) $found) -}}}}{{{{- fail {failure} -}}}}{{{{- end -}}}}'
    "{{{{- $_ := set $auths {server} $found -}}}}"
)
_USER_AND_PASSWORD: Final = (
    '{{{{- if contains ":" .{variable}_username -}}}}{{{{- fail {failure} -}}}}{{{{- end -}}}}'
    '{{{{- $_ := set $auths {server} (dict "username" .{variable}_username "password" .{variable}_password '
    '"auth" (printf "%s:%s" .{variable}_username .{variable}_password | b64enc)) -}}}}'
)


def secret(
    name: str, registries: tuple[RegistryCredential, ...], credential: str = "registry-push"
) -> SecretTemplate | ManualSecret:
    """One docker config for all registries: from the manager, or manual (settings refuse a mixture).

    Args:
        name: of the Secret.
        registries: at least one.
        credential: what it is for: ``registry-push`` or ``registry-pull``.
    """
    manual = {registry.server: registry.manual for registry in registries if registry.manual is not None}
    if manual:
        return ManualSecret(name=name, credential=credential, registries=manual)
    data: dict[str, RemoteRef] = {}
    steps = ["{{- $auths := dict -}}"]
    for index, registry in enumerate(registries):
        variable = f"registry_{index}"
        server = _literal(registry.server)
        if registry.docker_config is not None:
            data[variable] = registry.docker_config
            failure = _literal(f"{_source(registry.docker_config)} has no docker auth for {registry.server}")
            steps.append(_WHOLE_CONFIG.format(variable=variable, server=server, failure=failure))
        else:
            parts = {"username": registry.username, "password": registry.password}
            data |= {f"{variable}_{part}": ref for part, ref in parts.items() if ref is not None}
            failure = _literal(
                f'the user name for {registry.server} contains ":", which separates user from password in docker auth'
            )
            steps.append(_USER_AND_PASSWORD.format(variable=variable, server=server, failure=failure))
    steps.append('{{- dict "auths" $auths | toJson -}}')
    return SecretTemplate(name=name, credential=credential, data=data, type=TYPE, templates={KEY: "".join(steps)})


def _source(ref: RemoteRef) -> str:
    return ref.remote_key if ref.property is None else f"{ref.remote_key} ({ref.property})"


def _literal(text: str) -> str:
    """A string literal of Go templates. They refuse the surrogate pairs of JSON's escapes, so nothing is escaped."""
    return json.dumps(text, ensure_ascii=False)
