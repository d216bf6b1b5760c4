"""Whether the engine continues after an error, so that a mistake of one organization affects that organization only."""

from __future__ import annotations

import os
from typing import Final

VARIABLE: Final = "PULUMI_CONTINUE_ON_ERROR"
"""Environment variable of the Pulumi engine; the option ``--continue-on-error`` is invisible to a program."""
ADVICE: Final = (
    "An error of one organization holds back removals of all;\n"
    f"with {VARIABLE}=true, an update continues with the others"
)
"""Last lines of an error of one organization of several, if the engine does not continue."""


def continues_on_error() -> bool:
    """Whether the environment tells the engine to continue with everything that does not depend on a failure."""
    return os.environ.get(VARIABLE, "").lower() in {"1", "true"}
