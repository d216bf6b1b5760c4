"""All programs of the platform, from a mirror of the servers of their releases."""

from __future__ import annotations

import io
import platform
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from local import obtain, releases
from local.downloads import MIRROR
from local.programs import PROGRAMS
from local.releases import LANGUAGE_HOST, Asset, find_asset
from local.sources import ObtainError
from tests.local.downloads import Server, checksum
from tests.local.scripts import WRITES_PROGRAM


def pack(asset: Asset, program: str) -> bytes:
    """A release whose files contain their names."""
    if not asset.members:
        return program.encode()
    output = io.BytesIO()
    with tarfile.open(fileobj=output, mode="w:gz") as tar:
        for member in asset.members:
            content = Path(member).name.encode()
            entry = tarfile.TarInfo(member)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return output.getvalue()


@pytest.fixture
def mirror(secure: Server, direct: None, monkeypatch: pytest.MonkeyPatch) -> Server:
    """A mirror with every release for Linux."""
    monkeypatch.setattr(platform, "system", lambda: "Linux")
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")
    monkeypatch.setenv(MIRROR, secure.address)
    for program in PROGRAMS:
        asset = find_asset(program)
        if asset is None:
            continue
        content = pack(asset, program.name)
        secure.files[asset.url.removeprefix("https://")] = content
        if asset.checksums:
            line = f"{checksum(content)}  {asset.url.rpartition('/')[2]}\n".encode()
            name = asset.checksums.removeprefix("https://")
            secure.files[name] = secure.files.get(name, b"") + line
        else:
            machine = (program.version, "linux-amd64")
            monkeypatch.setattr(releases, "_PROVIDER_SHA256", {machine: checksum(content)})
    return secure


def test_with_releases_only_eso_is_built(path: Path, mirror: Server, go: Callable[[str], Path], tmp_path: Path) -> None:
    """From its module with a file of this project."""
    module = tmp_path / "module"
    module.mkdir()
    calls = go(f'case "$1 $2" in "mod download") ;; "list -m") echo "{module}" ;; *) {WRITES_PROGRAM} ;; esac')
    lines: list[str] = []

    executables = obtain.obtain_programs(lines.append)

    downloaded = [program.name for program in PROGRAMS if program.name != "external-secrets"]
    assert {name: file.read_text() for name, file in executables.items()} == {
        **{name: name for name in downloaded},
        "external-secrets": "built\n",
    }
    assert [(executables["pulumi"].parent / name).read_text() for name in LANGUAGE_HOST] == list(LANGUAGE_HOST)
    assert lines[0] == (
        f"8 of 8 programs are missing: downloading {', '.join(downloaded)} and building external-secrets from source, "
        "once, which takes about 3 min on 2 cores and up to 7 GB in Go's caches; after an interruption, the next "
        "run continues."
    )
    assert lines[1:] == [
        *(f"  {name}: official release downloaded" for name in downloaded),
        "  external-secrets 0.20.4: building",
        "  external-secrets 0.20.4: built in 0 s",
    ]
    prepared = ["mod download", "list -m"]
    assert [" ".join(line.split()[1:3]) for line in calls.read_text().splitlines()] == [
        *(*prepared, "list -deps"),
        *(*prepared, "list -export", "build -trimpath"),
    ]


def test_what_was_downloaded_stays_after_an_error(path: Path, mirror: Server, go: Callable[[str], Path]) -> None:
    go('echo "no such version" >&2; exit 1')
    with pytest.raises(ObtainError) as raised:
        obtain.obtain_programs(lambda _: None)
    assert str(raised.value) == "github.com/external-secrets/external-secrets cannot be downloaded: no such version"
    assert [program.name for program in PROGRAMS if obtain.find_program(program) is None] == ["external-secrets"]


def test_without_go_nothing_is_announced_or_downloaded(path: Path, mirror: Server) -> None:
    lines: list[str] = []
    with pytest.raises(ObtainError) as raised:
        obtain.obtain_programs(lines.append)
    assert str(raised.value) == (
        "external-secrets: not on PATH, and not downloaded; install Go 1.26 or later to build what is missing"
    )
    assert lines == []
    assert [program for program in PROGRAMS if obtain.find_program(program) is not None] == []
