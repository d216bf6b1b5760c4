"""Serves the ``openchoreo`` provider of this checkout to the Pulumi engine (Pulumi.yaml, ``plugins``)."""

from __future__ import annotations

import gc
import sys
from pathlib import Path

# Imports create almost no garbage, and collecting it would take a tenth of the time to start.
gc.disable()
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from components.provider.server import main  # noqa: E402

gc.freeze()
gc.enable()
main()
