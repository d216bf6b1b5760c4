"""Official releases of programs, pinned by checksum. A download is faster than a build, if the network permits it."""

from __future__ import annotations

import hashlib
import platform
import shutil
import tarfile
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_TIMEOUT: Final = 10.0
"""Seconds without a byte from the server."""
_CHUNK: Final = 1 << 20


@dataclass(frozen=True)
class Asset:
    """One downloadable file."""

    url: str
    """Its address."""
    sha256: str
    """Checksum of the downloaded file, in hex."""
    member: str | None = None
    """Path of the program in the tar archive. None: the file is the program."""


Release = dict[str, Asset]
"""Platform, such as ``Linux-x86_64`` -> asset."""

_PROVIDER: Final = "https://api.pulumi.com/releases/plugins/pulumi-resource-kubernetes-v4.25.0"


def _provider(platform_name: str, sha256: str) -> Asset:
    return Asset(f"{_PROVIDER}-{platform_name}.tar.gz", sha256, "pulumi-resource-kubernetes")


RELEASES: Final[dict[str, Release]] = {
    "pulumi-resource-kubernetes": {
        "Linux-x86_64": _provider("linux-amd64", "6ea3d53c16a00c4d1017c4d109928d8f4801fd7cd978965cd43917561f3774b0"),
        "Linux-aarch64": _provider("linux-arm64", "e4260240ed14bff6ed1a5a25a362311380ea1c072544fc262532b8197ea0725c"),
        "Darwin-x86_64": _provider("darwin-amd64", "e5dffbef3525bb6f41c2b328afb471149c7396c263d2acd2ef2fab51d63d47f3"),
        "Darwin-arm64": _provider("darwin-arm64", "566425b7767be7184d59c7ea151812c98426d7dab85f93c9c676c1dc9d488d91"),
    },
}
"""Program -> release. Other programs are built: an asset is listed only with a verified checksum."""


def fetch(release: Release, target: Path, say: Callable[[str], None]) -> bool:
    """Download a program to `target` and return True. If that fails, pass the reason to `say` and return False.

    It writes to `target` only after it has verified the checksum. An incomplete download stays beside it, and the next
    call continues the download.
    """
    asset = release.get(f"{platform.system()}-{platform.machine()}")
    if asset is None:
        return False
    partial = target.with_suffix(".download")
    try:
        if not (partial.exists() and _sha256(partial) == asset.sha256):
            _download(asset, partial)
    except (OSError, urllib.error.URLError) as error:
        say(f"  {target.name}: cannot download the official release ({error}); building it instead")
        return False
    if _sha256(partial) != asset.sha256:
        partial.unlink()
        say(f"  {target.name}: the download did not match the pinned checksum and was deleted; building it instead")
        return False
    program = partial
    if asset.member is not None:
        program = target.with_suffix(".partial")
        if not _extract(partial, asset.member, program):
            say(f"  {target.name}: the archive does not contain {asset.member}; building it instead")
            return False
    program.chmod(0o755)
    program.replace(target)
    say(f"  {target.name}: official release downloaded")
    return True


def _download(asset: Asset, partial: Path) -> None:
    """Download a file; continue an interrupted download."""
    size = partial.stat().st_size if partial.exists() else 0
    request = urllib.request.Request(asset.url, headers={"Range": f"bytes={size}-"} if size else {})  # noqa: S310 -- pinned
    with urllib.request.urlopen(request, timeout=_TIMEOUT) as response:  # noqa: S310 -- pinned
        resumed = response.status == 206  # noqa: PLR2004 -- Partial Content
        with partial.open("ab" if resumed else "wb") as output:
            while chunk := response.read(_CHUNK):
                output.write(chunk)
        if response.length:
            msg = f"the last {response.length} bytes are missing"
            raise ConnectionError(msg)


def _extract(archive: Path, name: str, program: Path) -> bool:
    """Extract the program and delete the archive; False if the archive does not contain it."""
    with tarfile.open(archive) as opened:
        member = opened.extractfile(name) if name in opened.getnames() else None
        if member is not None:
            with program.open("wb") as output:
                shutil.copyfileobj(member, output)
    archive.unlink()
    return member is not None


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
