"""Certificates and keys of the local control plane: a CA, server and client certificates, a key that signs tokens."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import trustme
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa


@dataclass(frozen=True)
class Pki:
    """Paths of PEM files in a folder; only their owner can read them."""

    folder: Path

    @property
    def ca(self) -> Path:
        """Certificate of the CA that every program of the platform trusts."""
        return self.folder / "ca.crt"

    @property
    def token_key(self) -> Path:
        """Private key that signs ServiceAccount tokens."""
        return self.folder / "tokens.key"

    def certificate(self, name: str) -> Path:
        """Certificate chain of a server or client: ``etcd``, ``server`` or ``admin``."""
        return self.folder / f"{name}.crt"

    def key(self, name: str) -> Path:
        """Private key of a server or client: ``etcd``, ``server`` or ``admin``."""
        return self.folder / f"{name}.key"


_HOSTS: Final = ("127.0.0.1", "localhost", "kubernetes.default")
"""Names of the servers: the last one is that of an API server for the pods of its cluster."""


def create(folder: Path) -> Pki:
    """Create all certificates and keys in a folder, unless an earlier call has created them."""
    pki = Pki(folder)
    if pki.ca.exists():
        return pki
    folder.mkdir(parents=True, mode=0o700, exist_ok=True)
    authority = trustme.CA()
    for name, organization in (("etcd", "etcd"), ("server", "server"), ("admin", "system:masters")):
        leaf = authority.issue_cert(*_HOSTS, common_name=name, organization_name=organization)
        _write(pki.certificate(name), b"".join(blob.bytes() for blob in leaf.cert_chain_pems))
        _write(pki.key(name), leaf.private_key_pem.bytes())
    token_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = serialization.PrivateFormat.TraditionalOpenSSL
    _write(pki.token_key, token_key.private_bytes(serialization.Encoding.PEM, pem, serialization.NoEncryption()))
    _write(pki.ca, authority.cert_pem.bytes())
    return pki


def _write(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
