"""Keys and certificates in PEM made for the tests."""

from __future__ import annotations

import base64
import textwrap


def write_pem(label: str, content: bytes = b"not a real one" * 12, end: str = "\n") -> str:
    """PEM, without an end of the last line."""
    lines = textwrap.wrap(base64.b64encode(content).decode(), 64)
    return end.join([f"-----BEGIN {label}-----", *lines, f"-----END {label}-----"])


SSH_KEY = write_pem("OPENSSH PRIVATE KEY")
APP_KEY = write_pem("RSA PRIVATE KEY")
CERTIFICATE = write_pem("CERTIFICATE")
