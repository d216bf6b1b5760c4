"""Run the git server, the server of the registry's tokens and the proxies: ``python -m local.hosts <folder>``."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

from .configuration import read_configuration
from .folder import HostsFolder
from .logins import Logins
from .proxy import Proxy
from .registry_tokens import HOST
from .server import HostsServer, Services
from .sources import create_reader


def main() -> int:
    """Serve until a signal ends the process."""
    folder = HostsFolder(Path(sys.argv[1]))
    configuration = read_configuration(folder.configuration)
    if configuration is None:
        sys.stderr.write(f"{folder.configuration}: cannot be read; start the platform again: make local\n")
        return 1
    reader = create_reader(configuration.source, folder.token.read_text())
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
