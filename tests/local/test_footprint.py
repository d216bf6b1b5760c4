"""Memory of the platform's programs, disk space, and the deletion of the program cache."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.footprint import clean_cache, format_footprint, measure_folders
from local.platform import Platform
from local.processes import Process
from local.sources import ObtainError

MEGABYTE = 1 << 20


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program cache with one program of 2 MB."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = tmp_path / "cache" / "openchoreo-secrets" / "etcd-1"
    folder.mkdir(parents=True)
    (folder / "etcd").write_bytes(os.urandom(2 * MEGABYTE))
    (folder / "lock").touch()
    return folder


@pytest.fixture
def sleeper(tmp_path: Path) -> Iterator[Process]:
    """A program that runs as the platform's etcd."""
    process = Process("etcd", tmp_path / ".local")
    process.start(["/bin/sleep", "600"])
    yield process
    process.stop()


def test_a_file_with_several_names_counts_once_in_the_first_folder(cache: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "etcd").hardlink_to(cache / "etcd")
    (other / "link").symlink_to(cache)

    first, second = measure_folders(tmp_path / "cache", other)

    assert 2 * MEGABYTE <= first < 3 * MEGABYTE
    assert second < MEGABYTE
    assert measure_folders(tmp_path / "absent") == [0]


def test_memory_of_each_program_and_in_total(sleeper: Process, cache: Path) -> None:
    lines = format_footprint(Platform(sleeper.folder, {}, ("etcd", "registry"))).splitlines()

    rows = {line.split()[0]: line.split()[1:] for line in lines[2:5]}
    assert list(rows) == ["etcd", "registry", "total"]
    assert rows["registry"] == ["0", "MB"]
    assert rows["etcd"] == rows["total"]
    assert 1 <= int(rows["etcd"][0]) < 50
    assert lines[5] == "Disk: 0.0 GB in .local/ (make down frees it), 0.0 GB in the program cache (make clean-cache)"


def test_the_cache_is_deleted(cache: Path) -> None:
    assert 2 * MEGABYTE <= clean_cache() < 3 * MEGABYTE
    assert not cache.parent.exists()
    assert clean_cache() == 0


def test_a_cache_in_use_stays(cache: Path) -> None:
    with (cache / "lock").open("w") as build:
        fcntl.flock(build, fcntl.LOCK_EX)
        with pytest.raises(ObtainError) as refused:
            clean_cache()
    assert str(refused.value) == (
        f"{cache}: is in use by a download or a build; wait until it ends, then run make clean-cache"
    )
    assert (cache / "etcd").exists()
