"""Lines of messages that fit a terminal, also where Pulumi indents them; a command stays on one line, to be copied."""

from __future__ import annotations

import re
import textwrap
from typing import Final

COLUMNS: Final = 100
_DIAGNOSTICS: Final = 4
"""Columns by which Pulumi indents a message."""
_COMMAND: Final = re.compile(r"kubectl .*?(?=[;,]|\. |$)")
_BLANK: Final = "\x00"
"""Instead of a blank in a command."""


def wrap(text: str, first: str, rest: str) -> list[str]:
    """The lines of a text. A command, and a word that is longer than a line, is on a line of its own.

    Args:
        text: without line breaks.
        first: before the first line.
        rest: before each other line.
    """
    lines = textwrap.wrap(
        _COMMAND.sub(lambda command: command[0].replace(" ", _BLANK), text),
        COLUMNS - _DIAGNOSTICS,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [line.replace(_BLANK, " ") for line in lines]


def wrap_reason(subject: str, reason: str) -> list[str]:
    """A subject and its reason: on one line if they fit, else the subject above the lines of the reason."""
    line = f"{subject} {reason}"
    return [line] if len(line) <= COLUMNS - _DIAGNOSTICS else [subject, *wrap(reason, " " * 6, " " * 6)]
