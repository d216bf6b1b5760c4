"""Run the git server, the server of the registry's tokens and the proxies: ``python -m local.hosts <folder>``."""

from __future__ import annotations

import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import urllib3

from .configuration import HostsConfiguration, read_configuration
from .folder import HostsFolder
from .logins import Logins
from .proxy import Proxy
from .registry_tokens import HOST
from .server import HostsServer, Services, UnavailableError

_ABSENT: Final = 404
_OK: Final = 200
_TIMEOUT: Final = 10.0


class OpenBaoReader:
    """Reads the accepted values from OpenBao, with a token that may read the paths of all organizations."""

    def __init__(self, configuration: HostsConfiguration, token: str) -> None:
        self._url = f"{configuration.openbao}/v1/{configuration.mount}/data"
        self._pool = urllib3.PoolManager(ca_certs=configuration.ca, retries=False, headers={"X-Vault-Token": token})

    def __call__(self, key: str) -> Mapping[str, str] | None:
        """Fields of a key. None: it does not exist.

        Raises:
            UnavailableError: OpenBao does not answer, or refuses the request.
        """
        try:
            response = self._pool.request("GET", f"{self._url}/{key}", timeout=_TIMEOUT)
        except urllib3.exceptions.HTTPError as error:
            msg = "OpenBao does not answer"
            raise UnavailableError(msg) from error
        if response.status == _ABSENT:
            return None
        if response.status != _OK:
            msg = f"OpenBao answers {response.status}"
            raise UnavailableError(msg)
        return {name: str(value) for name, value in response.json()["data"]["data"].items()}


def main() -> int:
    """Serve until a signal ends the process."""
    folder = HostsFolder(Path(sys.argv[1]))
    configuration = read_configuration(folder.configuration)
    if configuration is None:
        sys.stderr.write(f"{folder.configuration}: cannot be read; start the platform again: make local\n")
        return 1
    reader = OpenBaoReader(configuration, folder.token.read_text())
    logins = Logins(configuration.accounts, configuration.manuals, reader)
    services = Services(logins, configuration.git, folder.repositories, folder.signing_key.read_text())
    ports = configuration.ports
    for name in ("git", "registry"):
        proxy = Proxy(ports[f"{name}-proxy"], ports[name], {HOST: ports["git"]})
        threading.Thread(target=proxy.serve_forever, daemon=True).start()
    HostsServer(ports["git"], services, folder.certificate, folder.key).serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main())
