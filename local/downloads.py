"""Downloads of official releases: verified, continued after an interruption, through proxies and mirrors.

`urllib` reads ``HTTPS_PROXY`` and ``NO_PROXY``. The variable `MIRROR` names a server that has the same files.
"""

from __future__ import annotations

import hashlib
import http.client
import os
import re
import shutil
import tarfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from pathlib import Path
from types import MappingProxyType
from typing import IO, Any, Final
from urllib.parse import urlsplit

from .releases import Asset

Say = Callable[[str], None]

MIRROR: Final = "OPENCHOREO_SECRETS_MIRROR"
"""Environment variable: ``https://dl.k8s.io/v1`` is read from ``<value>/dl.k8s.io/v1``."""

_TIMEOUT: Final = 10.0
"""Seconds without a byte from the server."""
_PROBE: Final = 3.0
"""Seconds in which a server must answer before anything is downloaded from it."""
_CHUNK: Final = 1 << 20
_LARGEST_LIST: Final = 1 << 20
"""Bytes that are read of a list of checksums."""


class MirrorError(Exception):
    """The variable `MIRROR` is not an address; the message does not contain it."""


class _DownloadError(Exception):
    """A reason to build a program instead."""


def find_server(asset: Asset) -> str:
    """Address of the server that a file is read from, such as ``https://dl.k8s.io``.

    Raises:
        MirrorError: the mirror is not an address.
    """
    address = urlsplit(_locate(asset.url))
    return f"{address.scheme}://{address.netloc}"


def find_unreachable(servers: Iterable[str]) -> dict[str, str]:
    """Server -> why it does not answer. All are asked at once, and after 3 seconds nothing is waited for."""
    reasons = dict.fromkeys(servers, f"no answer within {_PROBE:g} s")
    # A name server that does not answer ignores every timeout, so the threads may outlive this function.
    threads = [threading.Thread(target=_probe, args=(server, reasons), daemon=True) for server in tuple(reasons)]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + _PROBE
    for thread in threads:
        thread.join(max(deadline - time.monotonic(), 0))
    return {server: reason for server, reason in tuple(reasons.items()) if reason}


def download_release(asset: Asset, target: Path, say: Say) -> bool:
    """Download a program to `target` and return True. If that fails, pass the reason to `say` and return False.

    It writes to `target` only after it has verified the checksum. An incomplete download stays beside it, and the next
    call continues the download.
    """
    try:
        _download_verified(asset, target)
    except _DownloadError as error:
        say(f"  {target.name}: {error}; building it instead")
        return False
    except (OSError, http.client.HTTPException) as error:
        say(f"  {target.name}: cannot download the official release ({error}); building it instead")
        return False
    say(f"  {target.name}: official release downloaded")
    return True


def _download_verified(asset: Asset, target: Path) -> None:
    sha256 = asset.sha256 or _read_published(asset)
    archive = target.with_suffix(".download")
    if archive.exists() and _hash(archive) != sha256:
        _continue_download(asset.url, archive)
        if _hash(archive) != sha256:
            # The beginning may be of another file than the rest.
            archive.unlink()
    if not archive.exists():
        _download(asset.url, archive)
    if _hash(archive) != sha256:
        archive.unlink()
        kind = "pinned" if asset.sha256 else "published"
        msg = f"the download did not match the {kind} checksum and was deleted"
        raise _DownloadError(msg)
    program = archive
    if asset.members:
        try:
            program = _extract(archive, asset.members, target)
        finally:
            archive.unlink()
    program.chmod(0o755)
    program.replace(target)


def _read_published(asset: Asset) -> str:
    """The checksum of a file, as its server publishes it."""
    with _open(_locate(asset.checksums)) as response:
        if urlsplit(response.url).scheme != "https":
            msg = "its checksum is not sent over https"
            raise _DownloadError(msg)
        text = response.read(_LARGEST_LIST).decode(errors="replace")
    name = asset.url.rpartition("/")[2]
    for line in text.splitlines():
        digits, _, file = line.strip().partition(" ")
        if re.fullmatch("[0-9a-fA-F]{64}", digits) and file.strip(" *").rpartition("/")[2] in {"", name}:
            return digits.lower()
    msg = f"{asset.checksums} does not contain its checksum"
    raise _DownloadError(msg)


def _continue_download(url: str, file: Path) -> None:
    """Download the rest of a file, if there is one."""
    try:
        _download(url, file)
    except urllib.error.HTTPError as error:
        error.close()
        if error.code != HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            raise


def _download(url: str, file: Path) -> None:
    """Download a file, or what is missing at its end."""
    size = file.stat().st_size if file.exists() else 0
    with _open(_locate(url), {"Range": f"bytes={size}-"} if size else {}) as response:
        with file.open("ab" if response.status == HTTPStatus.PARTIAL_CONTENT else "wb") as output:
            while chunk := response.read(_CHUNK):
                output.write(chunk)
        if response.length:
            msg = f"the last {response.length} bytes are missing"
            raise ConnectionError(msg)


def _extract(archive: Path, names: tuple[str, ...], target: Path) -> Path:
    """Extract the files that belong beside a program, then the program, and return the program's file."""
    program = target.with_suffix(".partial")
    with tarfile.open(archive) as opened:
        # The program is the last one, because it must not exist without the others.
        for name, file in [*((name, target.parent / Path(name).name) for name in names[1:]), (names[0], program)]:
            source = opened.extractfile(name) if name in opened.getnames() else None
            if source is None:
                msg = f"the archive does not contain {name}"
                raise _DownloadError(msg)
            _write(source, file)
    return program


def _write(source: IO[bytes], file: Path) -> None:
    partial = file.with_name(f"{file.name}.incomplete")
    with partial.open("wb") as output:
        shutil.copyfileobj(source, output)
    partial.chmod(0o755)
    partial.replace(file)


def _probe(server: str, reasons: dict[str, str]) -> None:
    """Remove the reason of a server that answers, or replace it by a better one."""
    try:
        request = urllib.request.Request(server, method="HEAD")  # noqa: S310 -- http or https
        with urllib.request.build_opener(_NoRedirects).open(request, timeout=_PROBE):
            reasons[server] = ""
    except urllib.error.HTTPError as answer:
        answer.close()
        reasons[server] = ""
    except (OSError, http.client.HTTPException) as error:
        reasons[server] = str(error.reason if isinstance(error, urllib.error.URLError) else error)


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """Every answer shows that a server can be reached, so that a redirect is an error with a status."""

    def redirect_request(self, *_: Any) -> None:
        """Follow no redirect."""


def _open(url: str, headers: Mapping[str, str] = MappingProxyType({})) -> http.client.HTTPResponse:
    request = urllib.request.Request(url, headers=dict(headers))  # noqa: S310 -- http or https
    # Not `urlopen`, which keeps the proxies of its first call.
    response: http.client.HTTPResponse = urllib.request.build_opener().open(request, timeout=_TIMEOUT)
    return response


def _locate(url: str) -> str:
    """The address that a file is read from."""
    mirror = os.environ.get(MIRROR, "").rstrip("/")
    if not mirror:
        return url
    address = urlsplit(mirror)
    if address.scheme not in {"http", "https"} or not address.hostname or "@" in address.netloc:
        msg = f"{MIRROR}: is not an address without a login; use one such as https://mirror.example.com/releases"
        raise MirrorError(msg)
    return f"{mirror}/{url.partition('://')[2]}"


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
