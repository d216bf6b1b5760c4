"""The Go templates of Secrets, written out once."""

from __future__ import annotations

import json

OPENED = "{{- $auths := dict -}}"
CLOSED = '{{- dict "auths" $auths | toJson -}}'


def go(text: str) -> str:
    """A string literal of Go."""
    return json.dumps(text, ensure_ascii=False)


def fail(text: str) -> str:
    return f"{{{{- fail {go(text)} -}}}}{{{{- end -}}}}"


def read_word(name: str, value: str, source: str) -> str:
    """The step that assigns a user name, password or token without white space around it."""
    return f"{{{{- {name} := {_word(value, source)} -}}}}"


def word(value: str, source: str) -> str:
    return f"{{{{ {_word(value, source)} }}}}"


def _word(value: str, source: str) -> str:
    return f"or (trim {value}) (fail {go(f'{source} is empty; store the value')})"


def pem(value: str, source: str, what: str = "a private key", label: str = "PRIVATE KEY") -> str:
    """PEM alone, with the line ends of Unix."""
    name = f"([A-Z0-9]+ )*{label}-----"
    locked = fail(f"{source} is a private key with a passphrase, which nobody can enter; store a key without one")
    other = fail(f"{source} is not {what} in PEM format; store the whole file, with its line breaks")
    return (
        f'{{{{- $pem := {value} | replace "\\r\\n" "\\n" | trim -}}}}'
        "{{- if regexMatch `(?m)^(-----BEGIN ENCRYPTED PRIVATE KEY-----|Proc-Type: 4,ENCRYPTED)` $pem -}}"
        f"{locked}"
        f"{{{{- if not (regexMatch `(?m)^-----BEGIN {name}[ \\t]*\\n([A-Za-z0-9+/=]+[ \\t]*\\n)+-----END {name}` $pem)"
        f" -}}}}{other}"
        "{{ $pem }}\n"
    )


def lines(value: str) -> str:
    return f'{{{{ {value} | replace "\\r\\n" "\\n" | trim }}}}\n'


def key(value: str) -> str:
    """A key of a service's Secret: words and PEM are cleaned."""
    return (
        f"{{{{with {value}}}}}"
        '{{if contains "-----BEGIN " .}}{{replace "\\r\\n" "\\n" .}}'
        "{{else}}{{regexReplaceAll `^\\s*([!-~]+)\\s*$` . `$1`}}{{end}}{{end}}"
    )


def login(server: str, steps: str) -> str:
    """The steps that read a user and a password, and the one that adds them to the docker config."""
    return (
        f'{steps}{{{{- $_ := set $auths {go(server)} (dict "username" $user "password" $password '
        '"auth" (printf "%s:%s" $user $password | b64enc)) -}}'
    )


def plain_login(server: str, username: str, variable: str, source: str) -> str:
    """A user of the settings and a password of the manager."""
    user = f"{{{{- $user := {go(username)} -}}}}"
    return login(server, user + read_word("$password", f".{variable}_password", source))


def remote_login(server: str, variable: str, source: str, password: str = "") -> str:
    """A user in the manager, whose name must not end where docker would end it."""
    colon = fail(f'the user name for {server} contains ":", which separates user from password in docker auth')
    return login(
        server,
        read_word("$user", f".{variable}_username", source)
        + f'{{{{- if contains ":" $user -}}}}{colon}'
        + read_word("$password", f".{variable}_password", password or source),
    )


def token(server: str, variable: str) -> str:
    """The outputs of a generator, which have the variable in front."""
    user, password = f"{{{{- $user := .{variable}_username -}}}}", f"{{{{- $password := .{variable}_password -}}}}"
    return login(server, user + password)


def google(server: str, variable: str, source: str) -> str:
    """A key of Google: what is no such key ends the update."""
    return login(
        server,
        f"{{{{- $key := fromJson .{variable}_key -}}}}"
        '{{- if not (kindIs "map" $key) -}}{{- $key = dict -}}{{- end -}}'
        '{{- if ne (dig "type" "" $key | toString) "service_account" -}}'
        + fail(f"{source} is not the JSON key of a Google service account")
        + f'{{{{- $user := "_json_key" -}}}}{{{{- $password := trim .{variable}_key -}}}}',
    )


_READ = (
    '{{- if not (kindIs "map" $entry) -}}{{- $entry = dict -}}{{- end -}}'
    '{{- if or (get $entry "identitytoken") (get $entry "registrytoken") -}}TOKEN'
    '{{- $user := get $entry "username" | default "" | toString | trim -}}'
    '{{- $password := get $entry "password" | default "" | toString | trim -}}'
    '{{- $auth := get $entry "auth" | default "" | toString | trim -}}'
    '{{- if $auth -}}{{- $pair := b64dec $auth -}}{{- if not (contains ":" $pair) -}}PAIR'
    '{{- $parts := splitn ":" 2 $pair -}}{{- $user = trim $parts._0 -}}{{- $password = trim $parts._1 -}}{{- end -}}'
)
_HELPER = "which a credential helper (credsStore, credHelpers) may have"
_STORES = '{{- if or (get $config "credsStore") (get $config "credHelpers") -}}'


def _opened(variable: str, source: str) -> str:
    return (
        f'{{{{- $config := fromJson .{variable} -}}}}{{{{- if not (kindIs "map" $config) -}}}}'
        + fail(f"{source} is not a docker config.json; if it is encoded, set decoding: Base64")
        + '{{- $stored := get $config "auths" -}}{{- if not (kindIs "map" $stored) -}}{{- $stored = dict -}}{{- end -}}'
    )


def config(server: str, forms: list[str], variable: str, source: str) -> str:
    """One login of a docker config in the manager, under any of these forms of its key."""
    instead = f"store a config.json with the user name and the password of {server}"
    read = _READ.replace("TOKEN", fail(f"{source} has an identity token for {server}, which expires; {instead}"))
    pair = fail(f"{source} has an auth for {server} that is not the base64 of user:password; {instead}")
    return login(
        server,
        _opened(variable, source)
        + f"{{{{- $entry := dict -}}}}{{{{- range $form := list {' '.join(map(go, forms))} -}}}}"
        "{{- range $key := keys $stored | sortAlpha -}}"
        "{{- if and (not $entry) (regexMatch $form $key) -}}{{- $entry = get $stored $key -}}{{- end -}}"
        "{{- end -}}{{- end -}}"
        + read.replace("PAIR", pair)
        + "{{- if not (and $user $password) -}}"
        + _STORES
        + fail(f"{source} has no docker auth for {server}, {_HELPER}; {instead}")
        + fail(f"{source} has no docker auth for {server}; {instead}"),
    )


def config_forms(host: str) -> list[str]:
    """Forms of the key of a host that is written in regular expressions as it is."""
    return [f"^{host}$", f"^(https?://)?({host})(/v[12])?/?$", f"^(https?://)?({host})/"]


DOCKER_HUB_FORMS = [
    "^https://index\\.docker\\.io/v1/$",
    "^(https?://)?(index\\.docker\\.io|docker\\.io|registry\\-1\\.docker\\.io)(/v[12])?/?$",
    "^(https?://)?(index\\.docker\\.io|docker\\.io|registry\\-1\\.docker\\.io)/",
]
