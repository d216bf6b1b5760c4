"""Fixtures of the command line: a project with a fake Pulumi, and its only cluster."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from components.commands import clusters, offboarding, orphans
from components.settings.clusters import ClusterSettings
from tests.unit.api import Api
from tests.unit.command_samples import CLUSTERS, EMPTY, configure, record, store
from tests.unit.offboarding_samples import deploy


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Api:
    """The only cluster, with one store."""
    objects = {
        "/api/v1/namespaces/kube-system": {"metadata": {"uid": "uid-1"}},
        "/apis/external-secrets.io/v1/clustersecretstores/org-acme": store(),
    }
    api = Api(objects, clustersecretstores=[store()])

    def connect(plane: str, settings: ClusterSettings) -> Api:
        api.plane, api.settings, api.name = plane, settings, settings.context
        return api

    for command in (clusters, orphans):
        monkeypatch.setattr(command, "Cluster", connect)
    return api


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a stack file, the current folder; its ``pulumi`` prints a state from a file."""
    (tmp_path / "Pulumi.yaml").write_text("name: openchoreo-secrets\nstackConfigDir: stacks\n")
    (tmp_path / "stacks").mkdir()
    configure(tmp_path, {"openchoreo-secrets:clusters": CLUSTERS})
    program = tmp_path / "bin" / "pulumi"
    program.parent.mkdir()
    program.write_text(
        f'#!/bin/sh\nif [ "$1" = whoami ]; then cat "{tmp_path}/whoami"; else cat "{tmp_path}/state"; fi\n'
    )
    program.chmod(0o755)
    (tmp_path / "whoami").write_text(json.dumps({"url": f"file://{tmp_path}"}))
    record(tmp_path, EMPTY)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def acme(api: Api, project: Path, monkeypatch: pytest.MonkeyPatch) -> Api:
    """The cluster with an organization; each reading takes a minute."""
    deploy(api, project)
    times = iter(f"2026-05-01T10:0{minute}:00Z" for minute in range(9))
    monkeypatch.setattr(offboarding, "_now", lambda: next(times))
    return api
