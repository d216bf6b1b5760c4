"""Serves the test-only provider ``vault`` to the Pulumi engine."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from pulumi.provider.experimental.server import main

from tests.platform.vault_provider.provider import VaultOverHttp

main(sys.argv[1:], "7.14.0", VaultOverHttp())
