"""Texts that must have a certain form, with a message for people instead of a regular expression."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator


def must_match(expression: str, what: str, flags: re.RegexFlag = re.ASCII) -> AfterValidator:
    r"""A validator that accepts a text only if all of it matches.

    Args:
        expression: regular expression of the full text; it never reaches a message.
        what: the end of "is not ...", with an example: ``an AWS region; expected a name such as eu-central-1``.
        flags: ``re.UNICODE`` where ``\w`` and ``\s`` mean letters and white space of every script.
    """
    pattern = re.compile(expression, flags)

    def check(value: str) -> str:
        if not pattern.fullmatch(value):
            msg = f"is not {what}"
            raise ValueError(msg)
        return value

    return AfterValidator(check)


HttpsUrl = Annotated[
    str,
    must_match(
        r"https://[^\s/@?#\\]+(/[^\s?#\\]*)?",
        "an https address; expected an address such as https://api.acme.example, without a user",
        re.UNICODE,
    ),
]
HttpUrl = Annotated[
    str,
    must_match(
        r"https?://[^\s/{}@?#\\]+(/[^\s{}?#\\]*)?",
        "an address; expected an address such as https://vault.acme.example:8200, without a user",
        re.UNICODE,
    ),
]
