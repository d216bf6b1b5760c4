"""``openchoreo-secrets``, or ``python -m components`` in this project: commands for people who operate a stack."""

from __future__ import annotations

import argparse
import sys
from typing import Final

from ..errors import OpenChoreoSecretsError
from . import orphans

USAGE: Final = 2
"""Exit code if a command cannot do its work: wrong arguments, no such stack, an unreachable cluster."""


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code; an expected error ends as its message, without a stack trace.

    Args:
        arguments: command line. None: the one of the process.

    Raises:
        SystemExit: 0 after ``--help``, 2 without a valid command.
    """
    parser = argparse.ArgumentParser(
        prog="openchoreo-secrets", description="Commands for stacks of openchoreo-secrets.", allow_abbrev=False
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    orphans.add_parser(commands)
    options = parser.parse_args(arguments)
    try:
        return orphans.run(options)
    except OpenChoreoSecretsError as error:
        sys.stderr.write(f"{error}\n")
        return USAGE
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted. Run the command again to continue.\n")
        return 130
