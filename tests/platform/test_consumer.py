"""The wheel in another program: the example of the documentation."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from local.engine import Engine
from local.platform import CONTEXT, Platform
from tests.platform.harness import ROOT, Kubernetes
from tests.platform.openchoreo import delete_namespaces_of

PROGRAM = """name: consumer
runtime: python
"""
STORE = "default"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A folder of installed packages with this project's wheel, built from a copy of what git tracks."""
    source = tmp_path / "source"
    source.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    shutil.copytree(ROOT / "components", source / "components", ignore=shutil.ignore_patterns("__pycache__"))
    site = tmp_path / "site"
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(site), str(source)]
    subprocess.run(install, check=True)
    return site


def test_the_documented_program_delivers_a_credential(
    site: Path, engine: Engine, platform: Platform, cluster: Kubernetes, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "components.md").read_text(), re.DOTALL)
    project = tmp_path / "consumer"
    project.mkdir()
    (project / "Pulumi.yaml").write_text(PROGRAM)
    (project / "__main__.py").write_text(blocks[0].replace("prod-build", CONTEXT))
    monkeypatch.setenv("KUBECONFIG", str(platform.kubeconfig))
    monkeypatch.setenv("PYTHONPATH", str(site))
    monkeypatch.setenv("PATH", str(site / "bin"), prepend=":")
    value = json.dumps({"token": "from the wheel"})
    data = [{"key": "acme/github-pat", "value": value}]
    store = {"provider": {"fake": {"data": data}}}
    cluster.create(
        {
            "apiVersion": "external-secrets.io/v1",
            "kind": "ClusterSecretStore",
            "metadata": {"name": STORE},
            "spec": store,
        }
    )
    consumer = Engine(engine.folder, engine.programs, project)

    try:
        for arguments in (
            ("stack", "init", "consumer"),
            ("up", "--yes", "--skip-preview", "--stack", "consumer"),
            ("preview", "--expect-no-changes", "--stack", "consumer"),
        ):
            done = consumer.run(*arguments)
            assert done.returncode == 0, done.stdout
        secret = cluster.secret("openchoreo-ci-acme", "git-clone-secret")
        assert secret == ("Opaque", {"clone-secret": "from the wheel"})
    finally:
        done = consumer.run("destroy", "--yes", "--skip-preview", "--stack", "consumer")
        cluster.delete("external-secrets.io/v1", "ClusterSecretStore", STORE)
        delete_namespaces_of(cluster, "consumer")
    assert done.returncode == 0, done.stdout
