"""Reads of OpenBao as the identity of an organization's store."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from components.settings.stack import StackSettings

from ..grants import MOUNT, list_identities
from ..openbao import OpenBao
from ..seed import Seeder
from .clients import OK, REFUSED, SHARED

_FORBIDDEN: Final = 403
_SERVED: Final = 200
_TOKEN_SECONDS: Final = 600


def list_remote_keys(settings: StackSettings) -> dict[str, list[str]]:
    """Organization -> the remote keys of its credentials, sorted."""
    return {
        item.name: sorted(str(ref.remote_key) for located in item.credentials for ref in located.credential.remotes)
        for item in settings.organizations
    }


@dataclass(frozen=True)
class ValueReader:
    """Signs in with the ServiceAccounts of the stores, as ESO does."""

    openbao: OpenBao
    seeder: Seeder
    settings: StackSettings

    def read(self, organization: str, other: str) -> str | None:
        """Outcome of reading a value of `other`. None: one of the two has no value in OpenBao."""
        keys = list_remote_keys(self.settings)
        identity = next((item for item in list_identities(self.settings) if organization in item.organizations), None)
        if identity is None or not keys[organization] or not keys[other]:
            return None
        namespace, account = identity.account
        jwt = self.seeder.create_token(namespace, account, _TOKEN_SECONDS)
        login = {"role": identity.role, "jwt": jwt}
        answer = self.openbao.call("PUT", "auth/kubernetes/login", login, token="")
        token = answer["auth"]["client_token"]
        own, _ = self.openbao.ask("GET", f"{MOUNT}/data/{keys[organization][0]}", token=token)
        if own != _SERVED:
            return f"OpenBao answers {own} for its own {keys[organization][0]}"
        status, _ = self.openbao.ask("GET", f"{MOUNT}/data/{keys[other][0]}", token=token)
        if status == _SERVED and other in identity.organizations:
            return SHARED
        return REFUSED if status == _FORBIDDEN else OK if status == _SERVED else f"OpenBao answers {status}"
