"""Errors of a cluster that is unreachable: the reason alone, without types of the client library."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
import yaml

from components.cluster.connection import Cluster
from components.errors import ClusterError
from components.settings.stack import ClusterSettings


def _cluster(tmp_path: Path, server: str) -> Cluster:
    kubeconfig = tmp_path / "kubeconfig"
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "dev",
        "clusters": [{"name": "dev", "cluster": {"server": server}}],
        "users": [{"name": "dev", "user": {"token": "t"}}],
        "contexts": [{"name": "dev", "context": {"cluster": "dev", "user": "dev"}}],
    }
    kubeconfig.write_text(yaml.safe_dump(config))
    return Cluster("build plane", ClusterSettings(context="dev", kubeconfig=str(kubeconfig)))


def test_connection_refused(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        server = f"https://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(ClusterError) as caught:
            _cluster(tmp_path, server).get("/api")
    assert str(caught.value) == (
        f'build plane (context "dev"): {server} cannot be reached: Connection refused. '
        "Is the cluster running, and is this the right context?"
    )


def test_connection_times_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("components.cluster.connection._TIMEOUT", (0.2, 0.2))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        cluster = _cluster(tmp_path, f"http://127.0.0.1:{listening.getsockname()[1]}")
        with pytest.raises(ClusterError) as caught:
            cluster.get("/api")
    assert "cannot be reached: it did not answer in time. Is the cluster" in str(caught.value)
