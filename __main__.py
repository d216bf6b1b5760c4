"""The program of every stack of this project."""

from __future__ import annotations

import gc

# Imports create almost no garbage, and collecting it would take a tenth of the time to start.
gc.disable()

from components.program import main  # noqa: E402

main()
