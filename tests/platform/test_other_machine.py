"""A stack that names no kubeconfig: any machine may go on where another one stopped, each with its own files."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
import yaml

from local.platform import CONTEXT, Platform
from tests.platform.harness import Kubernetes, Stack, kubernetes_store
from tests.platform.samples import git_organization


@pytest.fixture
def machine(platform: Platform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only kubeconfig of the machine that runs the first update, which $KUBECONFIG names."""
    file = tmp_path / "alice" / "config"
    file.parent.mkdir()
    file.write_text(platform.kubeconfig.read_text())
    monkeypatch.setenv("KUBECONFIG", str(file))
    return file


@pytest.fixture
def deployed(machine: Path, stack: Stack, cluster: Kubernetes, manager: str, organization: str) -> Stack:
    """A stack that names a context only, after its first update."""
    cluster.put_secret(manager, "git", {"token": "value"})
    stack.configure(
        clusters={"buildPlane": {"context": CONTEXT}},
        secretStores={"org": kubernetes_store(manager)},
        organizations=[git_organization(organization, "git")],
    )
    stack.up()
    return stack


def _list_copies(stack: Stack) -> set[Path]:
    return set((stack.engine.folder / "tmp").glob("kubeconfig*"))


def _delivered(cluster: Kubernetes, organization: str) -> bool:
    return cluster.secret(f"openchoreo-ci-{organization}", "git-clone-secret") is not None


def test_another_machine_goes_on(
    deployed: Stack,
    cluster: Kubernetes,
    organization: str,
    machine: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """There, the same cluster is in another file, in the second of several ones; the first one has a dead server."""
    copies = _list_copies(deployed)
    recorded = deployed.state.read_text()
    assert str(tmp_path) not in recorded
    assert "kubeconfig" not in recorded

    content = yaml.safe_load(machine.read_text())
    content["current-context"] = ""
    second, first = tmp_path / "bob" / "clusters", tmp_path / "bob" / "config"
    second.parent.mkdir()
    machine.rename(second)
    second.write_text(yaml.safe_dump(content))
    first.write_text(
        yaml.safe_dump({"clusters": [{"name": "dead", "cluster": {"server": "https://127.0.0.1:9"}}], "contexts": None})
    )
    monkeypatch.setenv("KUBECONFIG", os.pathsep.join(map(str, (first, tmp_path / "missing", second))))

    deployed.unchanged()
    deployed.ok("refresh", "--yes", "--expect-no-changes")
    deployed.ok("up", "--yes", "--skip-preview", "--refresh", "--expect-no-changes")
    assert deployed.state.read_text().count(str(tmp_path)) == 0
    assert _delivered(cluster, organization)

    deployed.destroy()
    assert not _delivered(cluster, organization)
    assert _list_copies(deployed) == copies


def test_only_a_recorded_file_is_copied(configured: Stack) -> None:
    """By Pulumi's Kubernetes provider, which leaves the copy, as the documentation says."""
    before = _list_copies(configured)
    configured.ok("preview")
    copies = _list_copies(configured) - before
    assert copies
    assert {stat.S_IMODE(copy.stat().st_mode) for copy in copies} == {0o600}


def test_the_default_file_of_another_user(
    deployed: Stack, cluster: Kubernetes, organization: str, machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without $KUBECONFIG, as on most machines and in CI."""
    home = machine.parent / "home"
    (home / ".kube").mkdir(parents=True)
    machine.rename(home / ".kube" / "config")
    monkeypatch.delenv("KUBECONFIG")
    monkeypatch.setenv("HOME", str(home))

    deployed.unchanged()
    deployed.destroy()

    assert not _delivered(cluster, organization)


def test_a_machine_without_the_context(deployed: Stack, machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It changes nothing, and forgets nothing."""
    recorded = deployed.state.read_text()
    empty = machine.with_name("empty")
    empty.write_text("apiVersion: v1\nkind: Config\n")
    monkeypatch.setenv("KUBECONFIG", str(empty))

    for command in (["preview"], ["refresh", "--yes"], ["up", "--yes"], ["destroy", "--yes"]):
        done = deployed.run(*command, "--suppress-progress")
        assert done.returncode != 0, done.stdout
        assert f'(context "{CONTEXT}"): no such context in the kubeconfig' in done.stdout
    assert deployed.state.read_text() == recorded

    monkeypatch.setenv("KUBECONFIG", str(machine))
    deployed.unchanged()


def test_a_named_kubeconfig_that_moved(deployed: Stack, cluster: Kubernetes, organization: str, machine: Path) -> None:
    """Its path is part of the settings, and so of the state."""
    deployed.configure(clusters={"buildPlane": {"context": CONTEXT, "kubeconfig": str(machine)}})
    deployed.up()
    moved = machine.rename(machine.with_name("moved"))
    deployed.configure(clusters={"buildPlane": {"context": CONTEXT, "kubeconfig": str(moved)}})

    deployed.up()
    deployed.unchanged()
    deployed.destroy()

    assert not _delivered(cluster, organization)
