"""Values from encrypted configuration, cleaned as the templates in `value_templates` clean those of the manager."""

from __future__ import annotations

import re
from typing import Final

from .value_templates import (
    EMPTY,
    HAS_PASSPHRASE,
    NAMES,
    NOT_PEM,
    PASSPHRASE,
    PEM_LABELS,
    WORD,
    WORD_KEYS,
    get_pem_form,
)

_WORD: Final = re.compile(WORD, re.ASCII)
_PASSPHRASE: Final = re.compile(PASSPHRASE)


def clean_word(value: str) -> str:
    """A user name, password or token without white space around it.

    Raises:
        ValueError: nothing is left. The message does not contain the value.
    """
    if not value.strip():
        raise ValueError(EMPTY)
    return value.strip()


def clean_pem(value: str, label: str) -> str:
    """PEM with the line ends of Unix, and one at the end.

    Args:
        value: text of a key or a certificate.
        label: end of the label in its ``BEGIN`` line: ``PRIVATE KEY``.

    Raises:
        ValueError: it is not PEM, or has a passphrase. The message does not contain the value.
    """
    text = value.replace("\r\n", "\n").strip()
    if _PASSPHRASE.search(text):
        raise ValueError(HAS_PASSPHRASE)
    if not re.search(get_pem_form(label), text):
        msg = f"is not {NAMES[label]} {NOT_PEM}"
        raise ValueError(msg)
    return f"{text}\n"


def clean_key(secret_type: str, key: str, value: str) -> str:
    """The value of one key of a Secret, by the type of the Secret.

    Raises:
        ValueError: the type requires another form. The message does not contain the value.
    """
    label = PEM_LABELS.get(secret_type, {}).get(key)
    if label is not None:
        return clean_pem(value, label)
    if key in WORD_KEYS.get(secret_type, ()):
        return clean_word(value)
    if _WORD.match(value):
        return value.strip()
    return value.replace("\r\n", "\n") if "-----BEGIN " in value else value
