"""Secrets in plain text in an untyped provider block: what must be a template or a reference instead.

Source: ``WebhookProvider`` of ``external-secrets.io/v1``, whose URL, headers and body are templates over the remote
reference and over the Secrets in ``secrets``; the providers' own fields ``headers`` are plain text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from urllib.parse import parse_qsl

from ..errors import Problem, SettingsError
from ..schema.certificates import CA_BUNDLE, encode_certificates
from ..schema.deferred import CONSEQUENCE, Deferred
from ..schema.plain_secrets import HIDDEN, advise, describe_secret
from ..schema.text import clip

_WEBHOOK: Final = "webhook"
_VALUE_KEYS: Final = frozenset({"apiKey", "certificateKey", "clientSecret", "password", "secretKey"})
"""Fields that hold either ``secretRef`` or a plain ``value`` in ESO, and whose value is secret."""
_SECRET_NAME: Final = re.compile(
    r"(?:token|passw(?:or)?d|passphrase|secret|api[_-]?key|access[_-]?key|secret[_-]?key|private[_-]?key|credentials?)$",
    re.IGNORECASE,
)
"""Names of values that are secret: of fields, and of entries of a body."""
_PLAIN_HEADERS: Final = frozenset(
    {"accept", "accept-charset", "accept-encoding", "accept-language", "cache-control", "content-encoding"}
    | {"content-type", "user-agent", "x-github-api-version", "x-vault-namespace", "x-vault-request"}
)
_PLAIN_PARAMETERS: Final = frozenset(
    {"api-version", "env", "environment", "fields", "format", "include", "limit", "page", "path", "raw", "type"}
    | {"v", "version"}
)
_TEMPLATE: Final = re.compile(r"\{\{.*?\}\}", re.DOTALL)
_ORGANIZATION: Final = "{organization}"
_URL: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://(?P<user>[^/?#]*@)?[^?#]*(?:\?(?P<query>[^#]*))?", re.DOTALL)
_ENTRY: Final = re.compile(r"[\"']?(?P<name>[\w-]+)[\"']?\s*[:=]\s*[\"']?(?P<value>[^\s\"',;&{}]+)")

_REFERENCE: Final = "use a reference to a Kubernetes Secret"
_OVER_SECRETS: Final = 'use a template over webhook.secrets, such as "{{ .login.token }}"'
_HEADERS: Final = f"only {', '.join(sorted(_PLAIN_HEADERS))} may be in plain text"

Path = tuple[str | int, ...]


def list_plain_values(tree: Any) -> Iterator[str]:
    """Every problem of a provider block, to follow the name of the block in a message; no value is repeated.

    An output is refused where only a template or a reference can be; elsewhere `check_block_when_known` checks it.
    """
    for path, text in _walk(tree, ()):
        # Of an output, only the place is known here.
        plain = "" if isinstance(text, Deferred) else text
        problem = _find_problem(path, plain) if isinstance(plain, str) else None
        if problem is not None:
            yield problem


def check_block_when_known(tree: Any, source: str, path: Path = ()) -> Any:
    """The block with certificates as ESO reads them; its outputs are checked by the same rules as soon as known.

    Args:
        tree: block, or a part of it.
        source: what the message names.
        path: of the part.
    """
    if isinstance(tree, Deferred):

        def check(text: Any) -> Any:
            problem = _find_problem(path, text) if isinstance(text, str) else None
            if problem is not None:
                raise SettingsError(source, [Problem("custom", problem)], consequence=CONSEQUENCE)
            return _clean(path, text)

        return tree.apply(check)
    if isinstance(tree, Mapping):
        return {key: check_block_when_known(value, source, (*path, str(key))) for key, value in tree.items()}
    if isinstance(tree, (list, tuple)):
        return [check_block_when_known(value, source, (*path, index)) for index, value in enumerate(tree)]
    return _clean(path, tree)


def _clean(path: Path, value: Any) -> Any:
    """The certificates of a CA in the form that ESO reads; any other value unchanged."""
    return encode_certificates(value) if _name(path, -1) == CA_BUNDLE and value and isinstance(value, str) else value


def _walk(tree: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    """Every value that is no mapping and no list; keys that seem to be secrets, too, as values without a key."""
    if isinstance(tree, Mapping):
        for key, value in tree.items():
            if isinstance(key, str) and describe_secret(key):
                yield path, key
            yield from _walk(value, (*path, str(key)))
    elif isinstance(tree, (list, tuple)):
        for index, value in enumerate(tree):
            yield from _walk(value, (*path, index))
    else:
        yield path, tree


def _find_problem(path: Path, text: str) -> str | None:
    """What is wrong with one text, with its place and the right form; None if nothing is."""
    webhook = bool(path) and path[0] == _WEBHOOK
    key, parent = _name(path, -1), _name(path, -2)
    checks = (
        (parent == "headers" and _is_plain_header(key, text, webhook=webhook), "a header", webhook),
        (webhook and key == "body" and _is_plain_body(text), "a body", True),
        (_has_plain_user(text), "a user in a URL", webhook),
        (_has_plain_parameter(text), "a query", webhook),
        (key == "value" and parent in _VALUE_KEYS, "a secret", False),
        (bool(_SECRET_NAME.search(key)) and not _is_template(text), "a secret", False),
    )
    what, templates = next(((what, templates) for applies, what, templates in checks if applies), (None, False))
    if what == "a header" and not webhook:
        return f"has a header in plain text at {_show(path)}; {_HEADERS}"
    if what is not None:
        return f"has {what} in plain text at {_show(path)}; {_OVER_SECRETS if templates else _REFERENCE}"
    if key == CA_BUNDLE:
        return _find_damage(path, text)
    secret = describe_secret(text)
    return None if secret is None else f"has {secret} in plain text at {_show(path)}; {advise(text, _REFERENCE)}"


def _find_damage(path: Path, text: str) -> str | None:
    """What is wrong with the certificates of a CA; an empty text means none to ESO."""
    try:
        _clean(path, text)
    except ValueError as error:
        return f"has {HIDDEN} at {_show(path)}, which {error}"
    return None


def _is_plain_header(name: str, text: str, *, webhook: bool) -> bool:
    return name.lower() not in _PLAIN_HEADERS and not (webhook and _is_template(text))


def _is_plain_body(text: str) -> bool:
    """Whether a body has no template, or a secret beside its templates."""
    literal = _TEMPLATE.sub("", text)
    return not _is_template(text) or any(_SECRET_NAME.search(entry["name"]) for entry in _ENTRY.finditer(literal))


def _has_plain_user(text: str) -> bool:
    url = _URL.match(_TEMPLATE.sub("", text))
    return url is not None and bool((url["user"] or "").strip(":@"))


def _has_plain_parameter(text: str) -> bool:
    """Whether a URL has a parameter with a fixed value, other than one of a harmless name."""
    url = _URL.match(_TEMPLATE.sub("", text).replace(_ORGANIZATION, ""))
    parameters: Sequence[tuple[str, str]] = parse_qsl((url and url["query"]) or "")
    return any(name.lower() not in _PLAIN_PARAMETERS for name, _ in parameters)


def _is_template(text: str) -> bool:
    return bool(_TEMPLATE.search(text))


def _name(path: Path, index: int) -> str:
    """A key of the path; empty if it is shorter, or has an index there."""
    step = path[index] if len(path) >= -index else ""
    return step if isinstance(step, str) else ""


def _show(path: Path) -> str:
    steps = [f"[{step}]" if isinstance(step, int) else f".{clip(step)}" for step in path]
    return "".join(steps).removeprefix(".") or HIDDEN
