"""The generator of a registry's short-lived tokens."""

from __future__ import annotations

import hashlib

from ..secrets.credential import Owner
from ..secrets.generator import Generator
from .credential import RegistryCredential


def build_generator(registry: RegistryCredential, owner: Owner) -> Generator | None:
    """The generator of a registry's tokens, with outputs ``username`` and ``password``. None: it uses none.

    Args:
        registry: credential of the registry.
        owner: organization whose name replaces ``{organization}``, and the account of its roles.
    """
    if registry.token is None:
        return None
    _, token = registry.token
    return token.generator(registry, get_generator_name(registry), owner)


def get_generator_name(registry: RegistryCredential) -> str:
    """Name of the generator and its ServiceAccount: the host with hyphens for dots, as trust policies must contain it.

    A path adds ``--`` and a digest of the path, with which no host ends.
    """
    name = registry.host.replace(".", "-")
    path = registry.auths_key.removeprefix(registry.host)
    return f"{name}--{hashlib.sha256(path.encode()).hexdigest()[:8]}" if path else name
