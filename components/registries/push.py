"""The push Secret of an organization: all registries in one docker config."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ..openchoreo.release import Defaults
from ..schema.policies import Policies
from ..schema.sources import RemoteRef
from ..secrets.credential import Owner, SecretContent, StoreRead
from .credential import RegistryCredential
from .docker_config import build_docker_config

CREDENTIAL: Final = "registry-push"


@dataclass(frozen=True)
class RegistryPush:
    """The registries that builds push to, as one credential."""

    registries: Sequence[RegistryCredential]
    """At least one."""
    secret_name: str | None = None
    """Name of the Secret. None: the default of the release."""
    extra_keys: Sequence[str] = ()
    """Keys of the Secret that hold the same docker config as ``.dockerconfigjson``."""
    kind: str = CREDENTIAL
    """Value of the credential label."""

    def secret_names(self, defaults: Defaults) -> Mapping[str, str]:
        """The one Secret."""
        return {"registrySecretName": self.secret_name or defaults.push_secret}

    @property
    def remotes(self) -> tuple[RemoteRef, ...]:
        """All values that are read from the secret manager."""
        return tuple(ref for registry in self.registries for ref in registry.remotes)

    @property
    def reads(self) -> tuple[StoreRead, ...]:
        """The same values, each from the store of its registry."""
        return tuple(
            StoreRead(ref, registry.secret_store, f"registries[{index}].")
            for index, registry in enumerate(self.registries)
            for ref in registry.remotes
        )

    @property
    def manuals(self) -> Mapping[str, str]:
        """Configuration path below the organization -> entry of ``manualSecrets``."""
        return list_manual_passwords(self.registries)

    @property
    def policies(self) -> Policies | None:
        """None: always those of the organization."""
        return None

    @property
    def refresh_interval(self) -> str | None:
        """None: always that of the organization."""
        return None

    def secrets(self, owner: Owner) -> tuple[SecretContent, ...]:
        """The Secret of type ``kubernetes.io/dockerconfigjson``."""
        name = self.secret_name or owner.defaults.push_secret
        return (build_docker_config(name, self.registries, self.kind, owner=owner, extra_keys=tuple(self.extra_keys)),)


def list_manual_passwords(registries: Sequence[RegistryCredential]) -> dict[str, str]:
    """Path of each manual password, below whatever lists the registries -> its entry of ``manualSecrets``."""
    return {
        f"registries[{index}].manual.password": registry.manual.password
        for index, registry in enumerate(registries)
        if registry.manual is not None
    }
