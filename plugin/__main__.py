"""Serves the ``openchoreo`` provider of this checkout to the Pulumi engine (Pulumi.yaml, ``plugins``)."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from components.provider.server import main

main()
