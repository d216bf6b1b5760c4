"""The program of every stack: settings in, credentials of every organization out."""

from __future__ import annotations

import gc
import sys
from typing import Final

# Imports create almost no garbage, and collecting it would take a tenth of the time to start.
gc.disable()

import pulumi  # noqa: E402

from components import OpenChoreoSecretsError, deploy, load_configuration, report_load  # noqa: E402
from components.resources.engine_log import drop_debug_messages  # noqa: E402
from components.resources.thrift import (  # noqa: E402
    begin_registrations,
    drop_kubernetes_outputs,
    omit_stack_traces,
    tune_garbage_collector,
)

_SHOWN: Final = 32
"""Exit code by which a Python program tells Pulumi that the user has seen the error already."""


def main() -> None:
    """Deploy the stack; a user's mistake ends as its message alone."""
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


main()
