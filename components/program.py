"""The program of a stack that is described in YAML: settings in, credentials of every organization out.

The ``__main__.py`` of a Pulumi project calls `main`.
"""

from __future__ import annotations

import sys
from typing import Final

import pulumi

from .errors import OpenChoreoSecretsError
from .resources.configuration import load_configuration
from .resources.deployment import deploy
from .resources.engine_log import drop_debug_messages
from .resources.load_report import report_load
from .resources.thrift import (
    begin_registrations,
    drop_kubernetes_outputs,
    omit_stack_traces,
    tune_garbage_collector,
)

_SHOWN: Final = 32
"""Exit code by which a Python program tells Pulumi that the user has seen the error already."""


def main() -> None:
    """Deploy the running stack; a user's mistake ends as its message alone.

    Raises:
        SystemExit: after a mistake of the user, which has been logged.
    """
    drop_debug_messages()
    drop_kubernetes_outputs()
    tune_garbage_collector()
    try:
        configuration = load_configuration()
        with omit_stack_traces():
            deployed = deploy(configuration)
    except OpenChoreoSecretsError as error:
        pulumi.log.error(str(error))
        sys.exit(_SHOWN)
    names = {name: organization.outputs() for name, organization in deployed.items()}
    # Pulumi prints no key that begins with two underscores, so a summary of a thousand organizations stays one line.
    pulumi.export("organizations", {"count": len(names), "__names": names})
    pulumi.export("load", report_load(configuration))
    begin_registrations()
