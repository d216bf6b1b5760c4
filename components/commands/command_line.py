"""Command lines: one-line errors, values that are checked when they are read, and output that may be cut off."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Callable
from math import isfinite
from typing import Final, NoReturn

USAGE: Final = 2
"""Exit code if a command cannot do its work: wrong arguments, no such stack, an unreachable cluster."""
_INTERRUPTED: Final = 130
_CUT_OFF: Final = 141
"""Exit code of a shell for a program that SIGPIPE has ended."""
_STACK: Final = re.compile(r"([A-Za-z0-9_][A-Za-z0-9_.-]*/){0,2}[A-Za-z0-9_][A-Za-z0-9_.-]*")


class CommandParser(argparse.ArgumentParser):
    """A parser whose errors are one line, without the usage."""

    def error(self, message: str) -> NoReturn:
        """Write a message and exit with code 2.

        Raises:
            SystemExit: always.
        """
        text = message.removeprefix("argument ").replace("\n", " ")
        self.exit(USAGE, f"{text}; see: {self.prog} --help\n")


def read_seconds(text: str) -> float:
    """A number of seconds.

    Raises:
        argparse.ArgumentTypeError: it is not a number, not finite, or not greater than zero.
    """
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0
    if seconds > 0 and isfinite(seconds):
        return seconds
    msg = f"{text!r} must be a number of seconds greater than zero, such as 60"
    raise argparse.ArgumentTypeError(msg)


def read_stack_name(text: str) -> str:
    """The name of a stack: ``dev``, or ``<pulumi organization>/dev``.

    Raises:
        argparse.ArgumentTypeError: it cannot be a name.
    """
    if _STACK.fullmatch(text):
        return text
    msg = f"{text!r} is not the name of a stack; use a name such as dev or <pulumi organization>/dev"
    raise argparse.ArgumentTypeError(msg)


def read_text(text: str) -> str:
    """A text that is not empty.

    Raises:
        argparse.ArgumentTypeError: it is empty.
    """
    if text.strip():
        return text
    msg = f"{text!r} must not be empty; leave the option out for its default"
    raise argparse.ArgumentTypeError(msg)


def run_command(command: Callable[[], int], report: Callable[[str], object]) -> int:
    """Run a command and return its exit code, also after Ctrl-C, and if a pipe ends before the output does.

    Args:
        command: returns its exit code.
        report: writes a message.
    """
    try:
        code = command()
        sys.stdout.flush()
    except KeyboardInterrupt:
        report("Interrupted. Run the command again to continue.")
        return _INTERRUPTED
    except BrokenPipeError:
        # Python writes what is left when it ends, which would fail again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _CUT_OFF
    return code
