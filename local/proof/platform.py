"""The proof on the local platform."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from components.cluster.connection import Cluster
from components.settings.stack import StackSettings

from ..hosts.launch import locate_hosts
from ..hosts.repositories import find_git
from ..obtain import find_program
from ..platform import Platform
from ..programs import get_program
from .clients import Clients
from .deliveries import write_deliveries
from .run import ReadValue, Result, format_proof, prove


@dataclass(frozen=True)
class LocalProof:
    """Proves the delivered credentials of a platform that runs."""

    platform: Platform
    cluster: Cluster
    settings: StackSettings
    read_value: ReadValue

    def show(self, heading: str, say: Callable[[str], None]) -> bool:
        """Run it, print a heading and the table of outcomes, and return whether all are as expected."""
        crane = find_program(get_program("crane"))
        if crane is None:
            say("crane is missing, so the credentials were not used. Build it with: make local")
            return False
        results = self.run(crane)
        say(heading)
        say(format_proof([organization.name for organization in self.settings.organizations], results))
        return all(result.holds for result in results)

    def run(self, crane: Path) -> list[Result]:
        """Use every delivered credential now. The files of the Secrets are deleted afterwards."""
        with tempfile.TemporaryDirectory(dir=self.platform.folder, prefix="proof-") as name:
            folder = Path(name)
            clients = Clients(find_git(), str(crane), locate_hosts(self.platform), folder / "work")
            deliveries = write_deliveries(self.cluster, self.settings, folder / "secrets")
            return prove(deliveries, clients, self.read_value)
