"""The proof on the local platform."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from components.cluster.connection import Cluster
from components.settings.stack import StackSettings

from ..hosts.launch import locate_hosts
from ..hosts.repositories import find_git
from ..platform import Platform
from ..seed import Seeder
from .clients import Clients
from .deliveries import write_deliveries
from .run import Result, prove
from .values import ValueReader


@dataclass(frozen=True)
class LocalProof:
    """Proves the delivered credentials of a platform that runs."""

    platform: Platform
    cluster: Cluster
    settings: StackSettings
    crane: Path

    def run(self) -> list[Result]:
        """Use every delivered credential now. The files of the Secrets are deleted afterwards."""
        with tempfile.TemporaryDirectory(dir=self.platform.folder, prefix="proof-") as name:
            folder = Path(name)
            clients = Clients(find_git(), str(self.crane), locate_hosts(self.platform), folder / "work")
            deliveries = write_deliveries(self.cluster, self.settings, folder / "secrets")
            reader = ValueReader(self.platform.openbao, Seeder(self.platform.kubeconfig), self.settings)
            return prove(deliveries, clients, reader.read)
