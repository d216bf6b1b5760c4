"""A long record as a short text: annotations of an object have 256 KiB for the patches of all stacks."""

from __future__ import annotations

import base64
import importlib
from typing import Any, Final

from ..errors import PatchError

_MAX_UNPACKED: Final = 16_000_000
"""Bytes of a record, which is part of an object of at most 1.5 MiB."""
_PRESET: Final = 9
"""With it, xz recognizes what is repeated within 64 MiB: the namespaces in each map of an entry."""


def pack(text: str) -> str:
    """The text, compressed with xz, in base64.

    Raises:
        PatchError: this Python has no xz.
    """
    return base64.b64encode(_load_xz().compress(text.encode(), preset=_PRESET)).decode()


def unpack(packed: str) -> str:
    """The text that `pack` returned.

    Raises:
        ValueError: `pack` has not returned it.
        PatchError: this Python has no xz.
    """
    xz = _load_xz()
    try:
        content: bytes = xz.LZMADecompressor().decompress(base64.b64decode(packed, validate=True), _MAX_UNPACKED)
    except (xz.LZMAError, EOFError) as error:
        raise ValueError(packed) from error
    return content.decode()


def _load_xz() -> Any:
    """The module, which some builds of Python lack; only long records need it."""
    try:
        return importlib.import_module("lzma")
    except ImportError:
        msg = "the record of a patch is compressed with xz, which this Python lacks; use a Python with the module lzma"
        raise PatchError(msg) from None
