"""CA certificates as a file, because the Vault provider takes no text."""

from __future__ import annotations

import base64
import hashlib
import os
import tempfile
from pathlib import Path


def write_ca_file(ca_bundle: str) -> Path:
    """The file with these certificates, in the user's cache; written if it is not there with exactly this content.

    Only the user can write to the folder: whoever could replace the file would receive the token of the deployment. The
    name depends on the content only, so that Pulumi shows no difference.

    Args:
        ca_bundle: base64 of PEM.
    """
    content = base64.b64decode(ca_bundle)
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    folder = Path(cache) / "openchoreo-secrets" / "vault-ca"
    folder.mkdir(parents=True, mode=0o700, exist_ok=True)
    file = folder / f"{hashlib.sha256(content).hexdigest()}.pem"
    if not file.is_file() or file.read_bytes() != content:
        # Never half of a file, also if two updates write it at once.
        with tempfile.NamedTemporaryFile(dir=folder, delete=False) as partial:
            partial.write(content)
        Path(partial.name).replace(file)
    return file
