"""Tokens of OpenID Connect, which another client renews and writes into the kubeconfig."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, tzinfo
from pathlib import Path

import pytest
import trustme

from components.cluster.access import credentials
from components.cluster.connection import Cluster
from components.errors import ClusterError
from tests.unit.https_server import RecordingServer, serve
from tests.unit.kubeconfigs import (
    PATH,
    WHERE,
    connect,
    kubeconfig,
    make_identity_token,
    sign_in_with_oidc,
    write_kubeconfig,
)

START = time.time()
VALID = make_identity_token(START + 3600)


@pytest.fixture
def server() -> Iterator[RecordingServer]:
    with serve(trustme.CA(), "127.0.0.1") as server:
        yield server


def _write_identity(file: Path, server: RecordingServer, token: str) -> Path:
    return write_kubeconfig(file, kubeconfig(server.cluster(), sign_in_with_oidc(**{"id-token": token})))


RENEWED = make_identity_token(time.time() + 4 * 3600)


class Later(datetime):
    """Two hours from now."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Later:
        return cls.fromtimestamp(time.time() + 2 * 3600, tz)


@pytest.fixture
def identity(server: RecordingServer, tmp_path: Path) -> Cluster:
    """A connection with a token of OpenID Connect, which has been used."""
    cluster = connect(_write_identity(tmp_path / "config", server, VALID))
    cluster.get(PATH)
    return cluster


def test_a_token_that_another_client_has_renewed(
    identity: Cluster, server: RecordingServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The Kubernetes provider writes the new one into the file."""
    _write_identity(tmp_path / "config", server, RENEWED)
    identity.get(PATH)
    monkeypatch.setattr(credentials, "datetime", Later)
    identity.get(PATH)
    identity.get(PATH)
    tokens = [dict(request.headers)["Authorization"] for request in server.requests]
    assert tokens == [f"Bearer {token}" for token in (VALID, VALID, RENEWED, RENEWED)]


def test_a_token_that_was_refused_after_a_new_sign_in(
    identity: Cluster, server: RecordingServer, tmp_path: Path
) -> None:
    _write_identity(tmp_path / "config", server, RENEWED)
    server.statuses += [401, 200]
    identity.get(PATH)
    tokens = [dict(request.headers)["Authorization"] for request in server.requests]
    assert tokens == [f"Bearer {token}" for token in (VALID, VALID, RENEWED)]


def test_a_token_that_expires_in_the_middle(identity: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(credentials, "datetime", Later)
    with pytest.raises(ClusterError) as caught:
        identity.get(PATH)
    expired = datetime.fromtimestamp(int(START + 3600), tz=UTC)
    assert str(caught.value) == (
        f'{WHERE}: users["u"].user.auth-provider.config.id-token: expired at {expired:%Y-%m-%d %H:%M} UTC; run kubectl '
        "get namespaces with this context, which renews it, or use a login plugin (exec)"
    )


def test_another_sign_in_in_the_middle(
    identity: Cluster, server: RecordingServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_kubeconfig(tmp_path / "config", kubeconfig(server.cluster()))
    monkeypatch.setattr(credentials, "datetime", Later)
    with pytest.raises(ClusterError) as caught:
        identity.get(PATH)
    assert str(caught.value) == (
        f'{WHERE}: users["u"].user.auth-provider: left the kubeconfig meanwhile; run the command again'
    )
