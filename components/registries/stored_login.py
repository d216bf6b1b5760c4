"""Go template that reads the login of one registry from a docker ``config.json``, as its clients read it.

Sources: docker/cli, ``ConvertToHostname`` and ``decodeAuth``; containers/image, ``normalizeAuthFileKey``; Kubernetes,
``BasicDockerKeyring.Add``: all of them ignore a scheme and the paths ``/v1/`` and ``/v2/``, docker any path. An
``auth`` takes precedence over ``username`` and ``password``. An identity token is not a login: only some clients accept
one, and it expires.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, cast

from ..schema.deferred import InputStr, lift
from ..secrets.value_templates import quote_literal
from .catalog import DOCKER_HUB


def set_login(server: str) -> str:
    """The step that adds ``$user`` and ``$password`` to ``$auths``.

    Args:
        server: expression of the key in docker's ``auths``.
    """
    return (
        f'{{{{- $_ := set $auths {server} (dict "username" $user "password" $password '
        '"auth" (printf "%s:%s" $user $password | b64enc)) -}}'
    )


_DOCKER_HUB_KEYS: Final = ("index.docker.io", "docker.io", "registry-1.docker.io")

_OPEN: Final = (
    "{{- $config := fromJson %(value)s -}}"
    '{{- if not (kindIs "map" $config) -}}{{- fail %(no_config)s -}}{{- end -}}'
    '{{- $stored := get $config "auths" -}}{{- if not (kindIs "map" $stored) -}}{{- $stored = dict -}}{{- end -}}'
)
_FIND: Final = (
    "{{- $entry := dict -}}"
    "{{- range $form := list %(forms)s -}}{{- range $key := keys $stored | sortAlpha -}}"
    "{{- if and (not $entry) (regexMatch $form $key) -}}{{- $entry = get $stored $key -}}{{- end -}}"
    "{{- end -}}{{- end -}}"
)
_READ: Final = (
    '{{- if not (kindIs "map" $entry) -}}{{- $entry = dict -}}{{- end -}}'
    '{{- if or (get $entry "identitytoken") (get $entry "registrytoken") -}}{{- fail %(token)s -}}{{- end -}}'
    '{{- $user := get $entry "username" | default "" | toString | trim -}}'
    '{{- $password := get $entry "password" | default "" | toString | trim -}}'
    '{{- $auth := get $entry "auth" | default "" | toString | trim -}}'
    "{{- if $auth -}}"
    "{{- $pair := b64dec $auth -}}"
    '{{- if not (contains ":" $pair) -}}{{- fail %(no_pair)s -}}{{- end -}}'
    '{{- $parts := splitn ":" 2 $pair -}}{{- $user = trim $parts._0 -}}{{- $password = trim $parts._1 -}}'
    "{{- end -}}"
)
_REFUSE: Final = (
    '{{- if or (get $config "credsStore") (get $config "credHelpers") -}}{{- fail %(helper)s -}}{{- end -}}'
    "{{- fail %(no_login)s -}}"
)
_ONE: Final = f"{_OPEN}{_FIND}{_READ}{{{{- if not (and $user $password) -}}}}{_REFUSE}{{{{- end -}}}}"
_HELPER: Final = "a credential helper (credsStore, credHelpers) may have"


def read_stored_login(value: str, server: str, source: InputStr) -> InputStr:
    """Steps that assign ``$user`` and ``$password``; a config without them ends the update.

    Args:
        value: expression of the ``config.json``: ``.registry_0``.
        server: key in docker's ``auths``.
        source: what a message names.
    """
    instead = f"store a config.json with the user name and the password of {server}"
    problems = {
        "token": f"has an identity token for {server}, which expires; {instead}",
        "no_pair": f"has an auth for {server} that is not the base64 of user:password; {instead}",
        "helper": f"has no docker auth for {server}, which {_HELPER}; {instead}",
        "no_login": f"has no docker auth for {server}; {instead}",
    }
    forms = " ".join(map(quote_literal, list_key_forms(server)))

    def fill(text: str) -> str:
        literals = {name: quote_literal(f"{text} {problem}") for name, problem in problems.items()}
        return _ONE % {"value": value, "forms": forms, "no_config": _name_no_config(text), **literals}

    return cast("InputStr", lift(fill, source))


def _name_no_config(source: str) -> str:
    return quote_literal(f"{source} is not a docker config.json; if it is encoded, set decoding: Base64")


def list_key_forms(server: str) -> Sequence[str]:
    """Regular expressions of Go for the keys in ``auths`` that clients read for a registry, the nearest first.

    Args:
        server: key in docker's ``auths``, with a path or without one.
    """
    exact = f"^{re.escape(server)}$"
    names = _DOCKER_HUB_KEYS if server == DOCKER_HUB else (server,)
    host = f"^(https?://)?({'|'.join(map(re.escape, names))})"
    if "/" in names[0]:
        return exact, f"{host}/?$"
    return exact, f"{host}(/v[12])?/?$", f"{host}/"
