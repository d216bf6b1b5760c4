"""Go templates that clean one value of the manager: ``echo`` and editors add line ends that no server accepts.

Sources: ESO, "Advanced Templating" (engine v2, the functions of sprig); RFC 7468 for the text form of keys and
certificates. `manual_values` does the same for values from encrypted configuration.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final, cast

from ..manifests import Manifest
from ..schema.deferred import InputStr, join_texts, lift
from ..schema.sources import RemoteRef

PRIVATE_KEY: Final = "PRIVATE KEY"
CERTIFICATE: Final = "CERTIFICATE"
PEM_LABELS: Final = {
    "kubernetes.io/ssh-auth": {"ssh-privatekey": PRIVATE_KEY},
    "kubernetes.io/tls": {"tls.crt": CERTIFICATE, "tls.key": PRIVATE_KEY},
}
"""Type of a Secret -> key that holds PEM -> end of the label in its ``BEGIN`` line."""
WORD_KEYS: Final = {"kubernetes.io/basic-auth": ("username", "password")}
"""Type of a Secret -> keys that hold a user name or a password."""
NAMES: Final = {PRIVATE_KEY: "a private key", CERTIFICATE: "a certificate"}

WORD: Final = r"^\s*([!-~]+)\s*$"
"""Regular expression of Go and of Python for a text that is one word of ASCII, with white space around it."""
PASSPHRASE: Final = r"(?m)^(-----BEGIN ENCRYPTED PRIVATE KEY-----|Proc-Type: 4,ENCRYPTED)"
NOT_PEM: Final = "in PEM format; store the whole file, with its line breaks"
HAS_PASSPHRASE: Final = "is a private key with a passphrase, which nobody can enter; store a key without one"
EMPTY: Final = "is empty; store the value"

# Short, because the state of a stack has each template three times. Go calls `fail` only if the word is empty.
_WORD_EXPRESSION: Final = "or (trim {value}) (fail {empty})"
_FAILURE: Final = 'fail "{} '
_PEM_STEP: Final = (
    '{{{{- {name} := {value} | replace "\\r\\n" "\\n" | trim -}}}}'
    "{{{{- if regexMatch `{passphrase}` {name} -}}}}{{{{- fail {locked} -}}}}{{{{- end -}}}}"
    "{{{{- if not (regexMatch `{form}` {name}) -}}}}{{{{- fail {problem} -}}}}{{{{- end -}}}}"
)
_ANY_TEMPLATE: Final = (
    '{{{{with {value}}}}}{{{{if contains "-----BEGIN " .}}}}{{{{replace "\\r\\n" "\\n" .}}}}'
    "{{{{else}}}}{{{{regexReplaceAll `{word}` . `$1`}}}}{{{{end}}}}{{{{end}}}}"
)


def get_pem_form(label: str) -> str:
    """Regular expression of Go and of Python for PEM with a label that ends in these words."""
    name = f"([A-Z0-9]+ )*{label}-----"
    return rf"(?m)^-----BEGIN {name}[ \t]*\n([A-Za-z0-9+/=]+[ \t]*\n)+-----END {name}"


def read_word(name: str, value: str, source: InputStr) -> InputStr:
    """A step that assigns a user name, password or token without white space around it; an empty one ends the update.

    Args:
        name: variable of the template: ``$token``.
        value: expression of the value: ``.token``.
        source: what a message names, as `describe_source` returns it.
    """
    return join_texts(f"{{{{- {name} := ", _read_word(value, source), " -}}")


def render_word(value: str, source: InputStr) -> InputStr:
    """The same value as the whole result."""
    return join_texts("{{ ", _read_word(value, source), " }}")


def render_pem(value: str, source: InputStr, label: str = PRIVATE_KEY) -> InputStr:
    """PEM with the line ends of Unix and one at the end, which OpenSSH requires; anything else ends the update."""
    step = _fill(
        _PEM_STEP,
        {"name": "$pem", "value": value, "passphrase": PASSPHRASE, "form": get_pem_form(label)},
        problem=_say(source, f"is not {NAMES[label]} {NOT_PEM}"),
        locked=_say(source, HAS_PASSPHRASE),
    )
    return join_texts(step, "{{ $pem }}\n")


def render_lines(value: str) -> str:
    """Lines with the line ends of Unix, and one at the end."""
    return f'{{{{ {value} | replace "\\r\\n" "\\n" | trim }}}}\n'


def render_any(value: str) -> str:
    """A word without white space around it, PEM with the line ends of Unix, and anything else unchanged."""
    return _ANY_TEMPLATE.format(value=value, word=WORD)


def render_key(secret_type: str, key: str, ref: RemoteRef) -> InputStr:
    """The template of one key of a Secret, by the type of the Secret.

    Args:
        secret_type: type of the Secret.
        key: key of the Secret, and of the template's input.
        ref: source of the value.
    """
    value = f".{key}" if key.isidentifier() else f"(index . {quote_literal(key)})"
    label = PEM_LABELS.get(secret_type, {}).get(key)
    if label is not None:
        return render_pem(value, describe_source(ref), label)
    if key in WORD_KEYS.get(secret_type, ()):
        return render_word(value, describe_source(ref))
    return render_any(value)


def describe_source(ref: RemoteRef) -> InputStr:
    """Remote key and property of a value for messages; known as late as its key."""
    return _describe(ref.remote_key, ref.property)


def name_inputs(external_secret: Manifest) -> Manifest:
    """The ExternalSecret, with messages that name values by their keys in ``spec.data`` instead of their remote keys.

    Its templates are then the same text for every organization. Texts that are outputs, and what they name, stay.
    """
    spec = external_secret["spec"]
    template = spec["target"]["template"]
    names: dict[str, str] = {}
    for item in spec.get("data", ()):
        source = _describe(item["remoteRef"]["key"], item["remoteRef"].get("property"))
        if isinstance(source, str):
            names.setdefault(_FAILURE.format(quote_literal(source)[1:-1]), item["secretKey"])
    if not names or "data" not in template:
        return external_secret
    # Longest first: one key can be the beginning of another one with a property.
    sources = sorted(names, key=len, reverse=True)
    texts = {
        key: _name_values(text, {source: names[source] for source in sources}) if isinstance(text, str) else text
        for key, text in template["data"].items()
    }
    target = {**spec["target"], "template": {**template, "data": texts}}
    return {**external_secret, "spec": {**spec, "target": target}}


def _name_values(text: str, names: Mapping[str, str]) -> str:
    # A name must not be taken for another source, and no template has a null character.
    for index, source in enumerate(names):
        text = text.replace(source, f"\0{index}\0")
    for index, name in enumerate(names.values()):
        text = text.replace(f"\0{index}\0", _FAILURE.format(f"the value {name}"))
    return text


def quote_literal(text: str) -> str:
    """A string literal of Go templates, not escaped to ASCII: Go refuses the surrogate pairs of JSON escapes."""
    return json.dumps(text, ensure_ascii=False)


def _describe(key: InputStr, part: InputStr | None) -> InputStr:
    return key if part is None else join_texts(key, " (", part, ")")


def _read_word(value: str, source: InputStr) -> InputStr:
    return _fill(_WORD_EXPRESSION, {"value": value}, empty=_say(source, EMPTY))


def _say(source: InputStr, problem: str) -> InputStr:
    return cast("InputStr", lift(lambda text: quote_literal(f"{text} {problem}"), source))


def _fill(template: str, texts: dict[str, str], **literals: InputStr) -> InputStr:
    names = list(literals)
    return cast(
        "InputStr",
        lift(lambda *values: template.format(**texts, **dict(zip(names, values, strict=True))), *literals.values()),
    )
