"""The interface of a kind of short-lived token, and the catalog of all kinds."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar, Final, TypeVar

from ...schema.catalog import Catalog
from ...schema.deferred import InputStr
from ...schema.model import Model
from ...secrets.credential import Owner
from ...secrets.generator import Generator
from ..hosts import RegistryHost


class RegistryToken(Model):
    """Base of the settings of a token. Every text may be an output, except those of `EcrManaged`: they form names."""

    settings_key: ClassVar[str]
    """Key of the block in an entry of ``registries``: ``ecr``. It is a field of `RegistryCredential`."""
    identity_key: ClassVar[str]
    """Key of the field that differs between organizations."""
    generator_kind: ClassVar[str]
    """Kind of ESO's generator that creates the token."""

    @property
    @abstractmethod
    def identity(self) -> InputStr | None:
        """Identity that it signs in with. None: one that only the organization has."""

    @property
    @abstractmethod
    def lifetime(self) -> str:
        """Minimum lifetime of a token, a canonical Go duration."""

    @abstractmethod
    def generator(self, registry: RegistryHost, name: str, owner: Owner) -> Generator:
        """The generator of the tokens.

        Args:
            registry: registry that the tokens are for.
            name: name of the generator and of its ServiceAccount.
            owner: organization whose name replaces ``{organization}``, and the account of its roles.
        """


TOKENS: Final[Catalog[type[RegistryToken]]] = Catalog("kind of token", (), key="settings_key")
"""All kinds of tokens; add one with ``@register_token``."""
TokenClass = TypeVar("TokenClass", bound=type[RegistryToken])


def register_token(token: TokenClass) -> TokenClass:
    """Add a kind of token; a class decorator.

    Raises:
        ValueError: another kind has its ``settings_key``.
    """
    TOKENS.register(token)
    return token
