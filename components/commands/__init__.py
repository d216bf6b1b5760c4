"""``openchoreo-secrets``, or ``python -m components`` in this project: commands for people who operate a stack."""

from __future__ import annotations

import argparse
import sys

from ..cluster.offboarding import name_command
from ..errors import OpenChoreoSecretsError
from . import access, offboarding, orphans
from .command_line import USAGE, CommandParser, run_command


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code; an expected error ends as its message, without a stack trace.

    Args:
        arguments: command line. None: the one of the process.

    Raises:
        SystemExit: 0 after ``--help``, 2 without a valid command.
    """
    parser = CommandParser(
        prog=name_command(), description="Commands for stacks of openchoreo-secrets.", allow_abbrev=False
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    access.add_parser(commands)
    offboarding.add_parser(commands)
    orphans.add_parser(commands)
    options = parser.parse_args(arguments)
    return run_command(lambda: _run(options), _report)


def _run(options: argparse.Namespace) -> int:
    try:
        code: int = options.run(options)
    except OpenChoreoSecretsError as error:
        _report(str(error))
        return USAGE
    return code


def _report(text: str) -> None:
    sys.stderr.write(f"{text}\n")
