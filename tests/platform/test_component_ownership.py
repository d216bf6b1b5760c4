"""A program with single components makes no preflight check, and never overwrites the objects of another stack."""

from __future__ import annotations

from pathlib import Path

import pytest

from local.engine import Engine
from local.platform import CONTEXT, Platform
from tests.platform.harness import ROOT, Kubernetes, Stack
from tests.platform.kills import owned

PROGRAM = """
import pulumi
import pulumi_kubernetes as kubernetes

from components import BuildPlane, BuildPlaneArgs, GitCredential, Organization

cluster = kubernetes.Provider("build-plane", context="CONTEXT", cluster_identifier="CONTEXT")
git = GitCredential(remote_key="git", property="other")
arguments = BuildPlaneArgs(Organization(name="NAME", git=git), secret_store="org-NAME")
BuildPlane("NAME", arguments, pulumi.ResourceOptions(provider=cluster))
"""


def test_an_organization_of_another_stack(
    configured: Stack,
    engine: Engine,
    platform: Platform,
    cluster: Kubernetes,
    organization: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    configured.up()
    before = owned(cluster, configured)
    (tmp_path / "Pulumi.yaml").write_text("name: other\nruntime: python\n")
    (tmp_path / "__main__.py").write_text(PROGRAM.replace("CONTEXT", CONTEXT).replace("NAME", organization))
    monkeypatch.setenv("KUBECONFIG", str(platform.kubeconfig))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    other = Engine(engine.folder, engine.programs, tmp_path)
    created = other.run("stack", "init", "other")
    assert created.returncode == 0, created.stdout

    done = other.run("up", "--yes", "--skip-preview", "--stack", "other")

    assert done.returncode != 0
    assert f"organization/openchoreo-secrets/{configured.name}" in done.stdout
    assert ".metadata.annotations.pulumi.com/patchFieldManager" in done.stdout
    assert owned(cluster, configured) == before
    destroyed = other.run("destroy", "--yes", "--skip-preview", "--stack", "other")
    assert destroyed.returncode == 0, destroyed.stdout
    assert owned(cluster, configured) == before
    configured.unchanged()
