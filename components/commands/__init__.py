"""``openchoreo-secrets``, or ``python -m components`` in this project: commands for people who operate a stack."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping
from typing import Final

from ..errors import OpenChoreoSecretsError
from . import offboarding, orphans
from .command_line import USAGE, CommandParser, run_command

_RUN: Final[Mapping[str, Callable[[argparse.Namespace], int]]] = {
    "offboarding": offboarding.run,
    "orphans": orphans.run,
}
"""Name of a command -> its function."""


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code; an expected error ends as its message, without a stack trace.

    Args:
        arguments: command line. None: the one of the process.

    Raises:
        SystemExit: 0 after ``--help``, 2 without a valid command.
    """
    parser = CommandParser(
        prog="openchoreo-secrets", description="Commands for stacks of openchoreo-secrets.", allow_abbrev=False
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    offboarding.add_parser(commands)
    orphans.add_parser(commands)
    options = parser.parse_args(arguments)
    return run_command(lambda: _run(options), _report)


def _run(options: argparse.Namespace) -> int:
    try:
        return _RUN[options.command](options)
    except OpenChoreoSecretsError as error:
        _report(str(error))
        return USAGE


def _report(text: str) -> None:
    sys.stderr.write(f"{text}\n")
