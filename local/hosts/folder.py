"""Files of the hosts: certificates, keys, repositories and configuration."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class HostsFolder:
    """Paths below one folder, which only its owner can read."""

    path: Path

    @property
    def ca(self) -> Path:
        """Certificate that clients trust; its key was deleted after it had signed the one of the hosts."""
        return self.path / "ca.crt"

    @property
    def certificate(self) -> Path:
        """Certificate for the names of all hosts."""
        return self.path / "hosts.crt"

    @property
    def key(self) -> Path:
        """Its private key."""
        return self.path / "hosts.key"

    @property
    def names(self) -> Path:
        """The names in the certificate, written last."""
        return self.path / "names.json"

    @property
    def signing_key(self) -> Path:
        """Private key that signs the registry's tokens."""
        return self.path / "tokens.key"

    @property
    def signing_keys(self) -> Path:
        """Its public part, which the registry reads."""
        return self.path / "tokens.json"

    @property
    def token(self) -> Path:
        """Token with which the process reads OpenBao."""
        return self.path / "openbao-token"

    @property
    def configuration(self) -> Path:
        """Configuration of the process of the hosts."""
        return self.path / "hosts.json"

    @property
    def registry_configuration(self) -> Path:
        """Configuration of the registry."""
        return self.path / "registry.yaml"

    @property
    def repositories(self) -> Path:
        """Repositories of the organizations."""
        return self.path / "repositories"

    @property
    def images(self) -> Path:
        """Images in the registry."""
        return self.path / "images"
