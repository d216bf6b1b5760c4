"""What the process of the hosts is started with: a file of its folder, without values."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class HostsConfiguration:
    """Ports, accounts and the place of the accepted values."""

    ports: Mapping[str, int]
    """``git``, ``git-proxy``, ``registry`` and ``registry-proxy`` -> port of loopback."""
    git: str
    """Path of git."""
    source: Mapping[str, str]
    """Where the accepted values are, as a source of `sources` describes itself."""
    certificate_digest: str
    """Changes with the certificate of the hosts, which is read at the start."""
    stack_digest: str
    """Changes with the file of the stack, and so with the manual values."""
    accounts: Sequence[Mapping[str, Any]]
    """As `accounts.list_accounts` returns them."""
    manuals: Mapping[str, str]
    """Entry of ``manualSecrets`` -> digest of its value."""

    def write(self, file: Path) -> None:
        """Write it to a file."""
        partial = file.with_suffix(".partial")
        partial.touch(mode=0o600)
        partial.write_text(json.dumps(asdict(self), indent=2, sort_keys=True))
        partial.replace(file)


def read_configuration(file: Path) -> HostsConfiguration | None:
    """The configuration in a file. None: there is none, or it is from another version."""
    try:
        return HostsConfiguration(**json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
