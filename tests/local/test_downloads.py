"""download_release: a verified program at the target, or no file there and the reason."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from local.releases import Asset
from tests.local.downloads import PROGRAM, Outcome, Server, archive, checksum

pytestmark = pytest.mark.usefixtures("direct")

DOWNLOADED = "  etcd: official release downloaded"


def refused(folder: Path, asset: Asset) -> str:
    """The reason of a download that leaves no file."""
    outcome = Outcome(folder, asset)
    assert (outcome.done, outcome.left) == (False, [])
    return outcome.output.removeprefix("  etcd: ").removesuffix("; building it instead")


def test_verified_program_is_executable(server: Server, tmp_path: Path) -> None:
    server.files["etcd"] = PROGRAM

    outcome = Outcome(tmp_path, Asset(server.url("etcd"), checksum(PROGRAM)))

    assert (outcome.done, outcome.output, outcome.left) == (True, DOWNLOADED, ["etcd"])
    assert outcome.target.read_bytes() == PROGRAM
    assert os.access(outcome.target, os.X_OK)


def test_the_program_and_what_belongs_beside_it_are_extracted(server: Server, tmp_path: Path) -> None:
    server.files["etcd.tar.gz"] = archive(README=b"read me", etcd=PROGRAM, host=b"#!/bin/sh\n")
    sha256 = checksum(server.files["etcd.tar.gz"])

    outcome = Outcome(tmp_path, Asset(server.url("etcd.tar.gz"), sha256, members=("release/etcd", "release/host")))

    assert (outcome.done, outcome.output, outcome.left) == (True, DOWNLOADED, ["etcd", "host"])
    assert outcome.target.read_bytes() == PROGRAM
    assert [os.access(tmp_path / name, os.X_OK) for name in outcome.left] == [True, True]


def test_archive_without_the_program_leaves_no_file(server: Server, tmp_path: Path) -> None:
    """The checksum is right, so the path of the program is wrong; the program is built instead."""
    server.files["etcd.tar.gz"] = archive(README=b"read me")
    asset = Asset(server.url("etcd.tar.gz"), checksum(server.files["etcd.tar.gz"]), members=("release/etcd",))

    assert refused(tmp_path, asset) == "the archive does not contain release/etcd"


def test_wrong_pinned_checksum_leaves_no_file(server: Server, tmp_path: Path) -> None:
    server.files["etcd"] = PROGRAM + b"tampered"

    reason = refused(tmp_path, Asset(server.url("etcd"), checksum(PROGRAM)))

    assert reason == "the download did not match the pinned checksum and was deleted"
    assert server.ranges == [None]


@pytest.mark.parametrize(
    "published",
    [
        pytest.param("{sha256}\n", id="alone"),
        pytest.param("{other}  etcdctl\n{sha256}  etcd\n", id="in a list"),
        pytest.param("{sha256} *./etcd\n", id="of a binary file in a folder"),
        pytest.param("{upper}  etcd", id="upper case"),
    ],
)
def test_published_checksum(secure: Server, tmp_path: Path, published: str) -> None:
    sha256 = checksum(PROGRAM)
    secure.files["v1/etcd"] = PROGRAM
    secure.files["v1/SUMS"] = published.format(sha256=sha256, upper=sha256.upper(), other=checksum(b"")).encode()

    outcome = Outcome(tmp_path, Asset(secure.url("v1/etcd"), checksums=secure.url("v1/SUMS")))

    assert (outcome.done, outcome.output, outcome.left) == (True, DOWNLOADED, ["etcd"])


def test_wrong_published_checksum_leaves_no_file(secure: Server, tmp_path: Path) -> None:
    secure.files |= {"etcd": PROGRAM + b"damaged", "SUMS": f"{checksum(PROGRAM)}  etcd\n".encode()}

    reason = refused(tmp_path, Asset(secure.url("etcd"), checksums=secure.url("SUMS")))

    assert reason == "the download did not match the published checksum and was deleted"


@pytest.mark.parametrize(
    "published", [b"", b"<html>sign in</html>", b"0" * 64 + b"  etcdctl\n", b"\xff\xfe", b"0" * 63 + b"  etcd\n"]
)
def test_no_published_checksum(secure: Server, tmp_path: Path, published: bytes) -> None:
    secure.files |= {"etcd": PROGRAM, "SUMS": published}

    reason = refused(tmp_path, Asset(secure.url("etcd"), checksums=secure.url("SUMS")))

    assert reason == f"{secure.url('SUMS')} does not contain its checksum"
    assert [name for name, _ in secure.requests] == ["SUMS"]


def test_missing_list_of_checksums(secure: Server, tmp_path: Path) -> None:
    secure.files["etcd"] = PROGRAM

    reason = refused(tmp_path, Asset(secure.url("etcd"), checksums=secure.url("SUMS")))

    assert reason == "cannot download the official release (HTTP Error 404: Not Found)"


def test_published_checksum_without_https(server: Server, secure: Server, tmp_path: Path) -> None:
    """Whoever can change the program on its way could change the checksum too; a redirect is no way around that."""
    server.files |= {"etcd": PROGRAM, "SUMS": checksum(PROGRAM).encode()}
    secure.redirects["SUMS"] = server.url("SUMS")

    for address in (server.url("SUMS"), secure.url("SUMS")):
        assert refused(tmp_path, Asset(server.url("etcd"), checksums=address)) == "its checksum is not sent over https"


def test_certificate_that_is_not_trusted(secure: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secure.files |= {"etcd": PROGRAM, "SUMS": checksum(PROGRAM).encode()}
    monkeypatch.setenv("SSL_CERT_FILE", os.devnull)

    reason = refused(tmp_path, Asset(secure.url("etcd"), checksums=secure.url("SUMS")))

    assert "certificate verify failed" in reason


def test_missing_release_is_built(server: Server, tmp_path: Path) -> None:
    reason = refused(tmp_path, Asset(server.url("etcd"), checksum(PROGRAM)))

    assert reason == "cannot download the official release (HTTP Error 404: Not Found)"


def test_interrupted_download_continues_where_it_stopped(server: Server, tmp_path: Path) -> None:
    server.files["etcd"] = PROGRAM
    server.cut_after = 1000
    asset = Asset(server.url("etcd"), checksum(PROGRAM))

    broken = Outcome(tmp_path, asset)
    server.cut_after = None
    resumed = Outcome(tmp_path, asset)

    assert (broken.done, broken.left) == (False, ["etcd.download"])
    assert broken.output == (
        f"  etcd: cannot download the official release (the last {len(PROGRAM) - 1000} bytes are missing); "
        "building it instead"
    )
    assert (resumed.done, resumed.left, server.ranges) == (True, ["etcd"], [None, "bytes=1000-"])
    assert resumed.target.read_bytes() == PROGRAM


@pytest.mark.parametrize(
    ("kept", "ranges"),
    [
        pytest.param(b"another file", ["bytes=12-", None], id="beginning of another file"),
        pytest.param(b"y" * (len(PROGRAM) + 1), [f"bytes={len(PROGRAM) + 1}-", None], id="longer than the file"),
        pytest.param(PROGRAM, [], id="complete"),
    ],
)
def test_kept_download(server: Server, tmp_path: Path, kept: bytes, ranges: list[str | None]) -> None:
    server.files["etcd"] = PROGRAM
    (tmp_path / "etcd.download").write_bytes(kept)

    outcome = Outcome(tmp_path, Asset(server.url("etcd"), checksum(PROGRAM)))

    assert (outcome.done, outcome.left, server.ranges) == (True, ["etcd"], ranges)
    assert outcome.target.read_bytes() == PROGRAM


def test_kept_download_of_a_release_that_is_gone(server: Server, tmp_path: Path) -> None:
    (tmp_path / "etcd.download").write_bytes(PROGRAM[:1000])

    outcome = Outcome(tmp_path, Asset(server.url("etcd"), checksum(PROGRAM)))

    assert (outcome.done, outcome.left) == (False, ["etcd.download"])
    assert outcome.output == (
        "  etcd: cannot download the official release (HTTP Error 404: Not Found); building it instead"
    )


def test_download_starts_again_without_support_for_ranges(server: Server, tmp_path: Path) -> None:
    server.files["etcd"] = PROGRAM
    server.supports_ranges = False
    (tmp_path / "etcd.download").write_bytes(PROGRAM[:1000])

    outcome = Outcome(tmp_path, Asset(server.url("etcd"), checksum(PROGRAM)))

    assert (outcome.done, outcome.left, server.ranges) == (True, ["etcd"], ["bytes=1000-"])
    assert outcome.target.read_bytes() == PROGRAM
