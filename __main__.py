"""The program of every stack: settings in, credentials of every organization out."""

from __future__ import annotations

import sys
from typing import Final

import pulumi

from components import OpenChoreoSecretsError, deploy, load, report_load

_SHOWN: Final = 32
"""Exit code by which a Python program tells Pulumi that the user has seen the error already."""


def main() -> None:
    """Deploy the stack; a user's mistake ends as its message alone."""
    try:
        configuration = load()
        deployed = deploy(configuration)
    except OpenChoreoSecretsError as error:
        pulumi.log.error(str(error))
        sys.exit(_SHOWN)
    pulumi.export("organizations", {name: each.outputs() for name, each in deployed.items()})
    pulumi.export("load", report_load(configuration))


main()
