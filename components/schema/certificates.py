"""Certificates of CAs as people have them -> the one form that every provider of ESO reads.

Source: ``FetchCACertFromSource`` of ESO, which decodes base64 once, and ``x509.CertPool.AppendCertsFromPEM`` of Go,
which leaves out everything that is not a certificate in PEM, without an error.
"""

from __future__ import annotations

import base64
import binascii
import re
import textwrap
from typing import Final

CA_BUNDLE: Final = "caBundle"
"""Name of the field in every provider of ESO."""

_BEGIN: Final = "-----BEGIN "
_CERTIFICATE: Final = re.compile(r"-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]*)-----END CERTIFICATE-----", re.ASCII)
_START: Final = "-----BEGIN CERTIFICATE-----"
_LAYERS: Final = 3
"""Of base64 at most: one that ESO expects, one of a manifest of a Secret, and one by mistake."""
_COLUMNS: Final = 64
_SEQUENCE: Final = 0x30
_LONG: Final = 0x80

_FORM: Final = "expected the text of ca.crt, or what base64 -w0 ca.crt prints"


def encode_certificates(text: str) -> str:
    """Base64 on one line of the certificates in PEM, with the line ends of Unix and without text between them.

    Args:
        text: PEM, or its base64, with any line ends; base64 may have been applied several times.

    Raises:
        ValueError: it has no certificate, a damaged one, or a private key. The message does not contain the text.
    """
    pem = _decode(text)
    if "PRIVATE KEY-----" in pem:
        msg = "has a private key; use the certificates of the CA alone"
        raise ValueError(msg)
    bodies = ["".join(body.split()) for body in _CERTIFICATE.findall(pem)]
    if pem.count(_START) == 0:
        msg = f"has no certificate; expected PEM with the line {_START}"
        raise ValueError(msg)
    if len(bodies) != pem.count(_START) or not all(map(_is_complete, bodies)):
        msg = "has a certificate that is damaged or cut off; copy the whole file"
        raise ValueError(msg)
    lines = (line for body in bodies for line in (_START, *textwrap.wrap(body, _COLUMNS), "-----END CERTIFICATE-----"))
    return base64.b64encode("".join(f"{line}\n" for line in lines).encode()).decode()


def _decode(text: str) -> str:
    """The PEM in a text.

    Raises:
        ValueError: there is none.
    """
    for _ in range(_LAYERS):
        if _BEGIN in text:
            return text
        try:
            data = binascii.a2b_base64("".join(text.split()), strict_mode=True)
        except ValueError:
            break
        if _is_sequence(data):
            msg = f"is a certificate in DER; {_FORM}, after openssl x509 -inform der -in ca.crt -out ca.crt"
            raise ValueError(msg)
        # Every byte is a character, so that the text of a comment in PEM can be anything.
        text = data.decode("latin-1")
    if _BEGIN in text:
        return text
    msg = f"is neither PEM nor base64 of PEM; {_FORM}"
    raise ValueError(msg)


def _is_complete(body: str) -> bool:
    try:
        return _is_sequence(binascii.a2b_base64(body, strict_mode=True))
    except ValueError:
        return False


def _is_sequence(data: bytes) -> bool:
    """Whether the data is one value of DER with the length that it states, as every certificate is."""
    if len(data) < 2 or data[0] != _SEQUENCE:  # noqa: PLR2004 -- tag and length
        return False
    if data[1] < _LONG:
        return len(data) == 2 + data[1]
    digits = data[1] - _LONG
    return len(data) == 2 + digits + int.from_bytes(data[2 : 2 + digits])
