"""The ACL policy of an organization in Vault or OpenBao: it may read one path, and look up and revoke its own token.

Source: https://developer.hashicorp.com/vault/docs/concepts/policies: ``*`` matches any text, but only at the end of a
path; ``+`` matches one segment, ``{{...}}`` is replaced. Paths of this project have none of them except the last ``*``,
which follows a ``/``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, Literal

from ..errors import Problem, SettingsError

_LITERAL: Final = re.compile(r"[\w.@~-]+(/[\w.@~-]+)*/", re.ASCII)
_OWN_TOKEN: Final = (("auth/token/lookup-self", "read"), ("auth/token/revoke-self", "update"))
"""What ESO does with a token after it has read. Vault's policy ``default`` allows it too, and more."""


def build_api_path(mount: str, version: Literal["v1", "v2"], path: str) -> str:
    """Beginning of the API paths with which secrets are read.

    Args:
        mount: of the KV engine, without ``/`` at the ends.
        version: of the KV engine. With ``v2``, values are below ``data/``, and ESO reads nothing else.
        path: beginning of the remote keys; ends in ``/``.
    """
    return f"{mount}/data/{path}" if version == "v2" else f"{mount}/{path}"


def build_policy(api_path: str) -> str:
    """The policy for the secrets below an API path that ends in ``/``.

    Equal paths give equal texts, so that Pulumi shows no difference.

    Raises:
        SettingsError: the path has a character with a meaning in policies, or does not end in ``/``.
    """
    if not _LITERAL.fullmatch(api_path):
        text = "is not a plain path with / at the end, so a policy for it would match other paths; use another path"
        source = "policy of Vault"
        raise SettingsError(source, [Problem("path", f'"{api_path}" {text}')])
    return _format(f"{api_path}*")


def build_exact_policy(api_paths: Iterable[str]) -> str:
    """The policy for single secrets, and nothing below them.

    Raises:
        SettingsError: a path has a character with a meaning in policies.
    """
    paths = list(api_paths)
    for path in paths:
        if not _LITERAL.fullmatch(f"{path}/"):
            text = "is not a plain path, so a policy for it would match other paths; use another remote key"
            source = "policy of Vault"
            raise SettingsError(source, [Problem("remoteKey", f'"{path}" {text}')])
    return _format(*paths)


def _format(*readable: str) -> str:
    rules = (*((path, "read") for path in readable), *_OWN_TOKEN)
    return "\n".join(f'path "{path}" {{\n  capabilities = ["{capability}"]\n}}' for path, capability in rules) + "\n"
