"""docs/upgrade-openchoreo.md: its commands move a platform from v0.9 to v1, and no build namespace is ever without its
credentials.
"""

from __future__ import annotations

import os
import re
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

import pytest
import yaml

from components.openchoreo import V0_9, V1
from local.engine import Engine
from local.platform import Platform
from local.seed import Seeder
from tests.platform.harness import PREFIX, ROOT, Kubernetes, Stack, eventually, kubernetes_store, make_project
from tests.platform.openchoreo import (
    API,
    SHARED,
    ControlPlane,
    Object,
    component_type,
    component_workflow,
    crds,
    needs_samples,
    plane,
)
from tests.platform.operators import list_operator_crds
from tests.platform.readers import repeated
from tests.platform.watchdog import stopped_at_the_end

PAGE: Final = ROOT / "docs" / "upgrade-openchoreo.md"
OLDER: Final = V0_9.build_namespace("acme")
NEWER_NAMESPACE: Final = V1.build_namespace("acme")
ESO: Final = "external-secrets.io/v1"
NEWER: Final = sorted((SHARED / "crds" / "openchoreo-v1.2.3").glob("*.yaml"))
ONLY_OLDER: Final = ("buildplanes", "componentworkflows", "componentworkflowruns", "organizations")
OLDER_SECRETS: Final = {"sonar": {"token"}}
NEWER_SECRETS: Final = {"sonar": {"token"}, "git-secret": {"username", "password"}}


def read_sections() -> dict[str, str]:
    """Heading -> its commands."""
    sections = re.findall(r"^## (.*?)\n(.*?)(?=^## |\Z)", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    return {heading: "".join(re.findall(r"```sh\n(.*?)```", text, re.DOTALL)) for heading, text in sections}


@dataclass
class Reader:
    """Checks every second that Secrets exist with their keys and that their ExternalSecrets are synced."""

    cluster: Kubernetes
    watched: dict[str, dict[str, set[str]]] = field(default_factory=dict)
    """Namespace -> Secret -> its keys."""
    gaps: list[str] = field(default_factory=list)
    rounds: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def watch(self, namespace: str, secrets: dict[str, set[str]]) -> None:
        with self._lock:
            self.watched[namespace] = secrets

    def leave(self, namespace: str) -> None:
        with self._lock:
            del self.watched[namespace]

    def check(self) -> None:
        """One round, during which no namespace is added or left."""
        with self._lock:
            for namespace, secrets in self.watched.items():
                self.gaps += [f"{namespace}/{name}: {gap}" for name in secrets if (gap := self._find(namespace, name))]
            self.rounds += 1

    def _find(self, namespace: str, name: str) -> str | None:
        secret = self.cluster.secret(namespace, name)
        if secret is None or set(secret[1]) != self.watched[namespace][name]:
            return f"has {secret and sorted(secret[1])}"
        external = self.cluster.get(ESO, "ExternalSecret", name, namespace)
        conditions = ((external or {}).get("status") or {}).get("conditions") or ()
        ready = [condition for condition in conditions if condition["type"] == "Ready"]
        return None if ready and ready[0]["status"] == "True" else f"is not synced: {ready}"


@contextmanager
def reading(cluster: Kubernetes) -> Iterator[Reader]:
    """A reader in a thread of its own."""
    reader = Reader(cluster)
    with repeated(reader.check, 1):
        yield reader
    assert reader.rounds


@pytest.fixture
def moving(tmp_path_factory: pytest.TempPathFactory, platform: Platform) -> Iterator[Platform]:
    """A platform of its own with v0.9, because the move replaces CRDs."""
    with stopped_at_the_end(Platform(tmp_path_factory.mktemp("moving"), platform.programs)) as other:
        other.start_control_plane()
        seeder = Seeder(other.kubeconfig)
        seeder.apply_definitions([*list_operator_crds(), *crds()], other.process("kube-apiserver"))
        other.start_operator()
        yield other


@pytest.fixture
def stack_of_v0_9(moving: Platform) -> Stack:
    """A stack of v0.9 that patches objects of v0.9, as on the page."""
    engine = Engine(moving.folder, moving.programs, make_project(moving.folder / "project"))
    engine.prepare()
    stack = Stack(engine, "moving", moving.kubeconfig)
    stack.init()
    password = {"remoteKey": "git", "property": "token"}
    stack.configure(
        release="v0.9",
        clusters={"buildPlane": stack.here, "controlPlane": stack.here, "dataPlane": stack.here},
        secretStores={"org": kubernetes_store("manager")},
        refreshInterval="1s",
        organizations=[
            {
                "name": "acme",
                "secretStore": "org",
                "git": {"host": "github.com", "basicAuth": {"username": "acme-bot", "password": password}},
                "external": [{"name": "sonar", "keys": {"token": {"remoteKey": "git", "property": "token"}}}],
                "buildPlane": {"secretStoreRef": "org-acme"},
                "componentWorkflows": {"names": ["docker"]},
                "pullSecret": {
                    "componentTypes": ["service"],
                    "secretStore": "org",
                    "dockerConfig": {"remoteKey": "pull", "property": "config"},
                },
            }
        ],
    )
    return stack


@pytest.fixture
def run(stack_of_v0_9: Stack) -> Callable[[str], str]:
    """Runs the commands of a section of the page."""
    engine, sections = stack_of_v0_9.engine, read_sections()

    def run_section(heading: str) -> str:
        script = sections[heading].replace("--stack prod", "--stack moving --non-interactive --suppress-progress")
        script = script.replace(
            "config set --stack moving --non-interactive --suppress-progress", "config set -s moving"
        )
        script = script.replace("config rm --stack moving --non-interactive --suppress-progress", "config rm -s moving")
        shell = subprocess.run(
            ["bash", "-eux", "-c", script.replace("Pulumi.prod.yaml", "Pulumi.moving.yaml")],
            cwd=engine.project,
            env=os.environ | engine.variables(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert shell.returncode == 0, f"{shell.stdout}\n{shell.stderr}"
        return shell.stdout

    return run_section


def delete_kinds(cluster: Kubernetes) -> None:
    for name in ONLY_OLDER:
        cluster.delete("apiextensions.k8s.io/v1", "CustomResourceDefinition", f"{name}.openchoreo.dev")
    eventually(lambda: not _served(cluster) & set(ONLY_OLDER), "the kinds of v0.9 to go")


def _served(cluster: Kubernetes) -> set[str]:
    names = cluster.names("apiextensions.k8s.io/v1", "CustomResourceDefinition")
    return {name.removesuffix(".openchoreo.dev") for name in names}


def store_namespaces(cluster: Kubernetes) -> list[str]:
    store = cluster.get(ESO, "ClusterSecretStore", "org-acme")
    assert store is not None
    return sorted(name for condition in store["spec"]["conditions"] for name in condition.get("namespaces") or ())


@dataclass
class Move:
    """A platform of v0.9 with the objects that the stack patches."""

    platform: Platform
    stack: Stack
    run: Callable[[str], str]
    cluster: Kubernetes
    control_plane: ControlPlane
    originals: list[Object]

    def upgrade(self) -> None:
        """Apply the CRDs of v1 and create the plane of v1, as the Helm charts do."""
        Seeder(self.platform.kubeconfig).apply_definitions(NEWER, self.platform.process("kube-apiserver"))
        Kubernetes(self.platform.kubeconfig).create(plane("WorkflowPlane", "default", "acme"))

    def refuses_to_skip_a_step(self) -> None:
        """Check that the stack of v1 alone is refused as long as patches of v0.9 are on the control plane."""
        file = self.stack.file
        text = file.read_text()
        config = yaml.safe_load(text)["config"]
        (organization,) = config[f"{PREFIX}organizations"]
        del organization["buildPlane"], organization["componentWorkflows"]
        clusters = {"workflowPlane": self.stack.here, "controlPlane": self.stack.here, "dataPlane": self.stack.here}
        self.stack.configure(release="v1", clusters=clusters, namespaces=[organization], organizations=[])
        refusal = self.stack.preview_fails()
        file.write_text(text)
        for name in ("BuildPlane acme/default", "ComponentWorkflow acme/docker"):
            assert f'{name} has the patch "acme" of this stack' in refusal

    def is_restored(self) -> bool:
        """Whether the objects that only v0.9 has are as before the first update."""
        return all(
            self.control_plane.get(original["kind"], original["metadata"]["name"]) == original
            for original in self.originals
        )


@pytest.fixture
def move(moving: Platform, stack_of_v0_9: Stack, run: Callable[[str], str]) -> Move:
    cluster = Kubernetes(moving.kubeconfig)
    cluster.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "manager"}})
    cluster.put_secret("manager", "git", {"token": "value"})
    cluster.put_secret("manager", "pull", {"config": '{"auths":{}}'})
    control_plane = ControlPlane(cluster, "acme")
    control_plane.create(component_type("service", "acme"))
    originals = [
        control_plane.create(component_workflow("docker", "acme")),
        control_plane.create(plane("BuildPlane", "default", "acme")),
    ]
    stack_of_v0_9.up()
    return Move(moving, stack_of_v0_9, run, cluster, control_plane, originals)


@needs_samples
@pytest.mark.timeout(900)
@pytest.mark.parametrize("removed_early", [False, True], ids=["kinds-stay", "kinds-removed-before-the-last-steps"])
def test_the_page(move: Move, removed_early: bool) -> None:
    stack, cluster = move.stack, move.cluster
    assert store_namespaces(cluster) == [OLDER]

    with reading(Kubernetes(move.platform.kubeconfig)) as reader:
        reader.watch(OLDER, OLDER_SECRETS)
        printed = move.run("1. Serve both releases")
        assert f"builds of OpenChoreo v1 get credentials in {NEWER_NAMESPACE}" in printed
        assert operations(printed) == {"create", "update"}
        reader.watch(NEWER_NAMESPACE, NEWER_SECRETS)
        assert store_namespaces(cluster) == [OLDER, NEWER_NAMESPACE]
        stack.unchanged()

        move.upgrade()
        stack.unchanged()
        move.run("3. Patch the objects of v1")
        live = Kubernetes(move.platform.kubeconfig).get(API, "WorkflowPlane", "default", "acme")
        assert live is not None
        assert live["spec"]["secretStoreRef"] == {"name": "org-acme"}

        if removed_early:
            delete_kinds(cluster)
            stack.ok("refresh", "--yes")
        else:
            move.refuses_to_skip_a_step()
        move.run("4. Remove the patches of v0.9")
        assert removed_early or move.is_restored()
        assert store_namespaces(cluster) == [OLDER, NEWER_NAMESPACE]

        reader.check()
        assert reader.gaps == []
        reader.leave(OLDER)
        printed = move.run("5. Remove v0.9")
        assert f"builds in {OLDER} lose their credentials" in printed
        assert f"namespace {OLDER} stays without its credentials" in printed
        assert operations(printed) == {"delete", "update"}
        reader.check()
    assert reader.gaps == []
    assert reader.rounds > 5
    assert store_namespaces(cluster) == [NEWER_NAMESPACE]
    assert cluster.secret(OLDER, "sonar") is None
    assert cluster.get("v1", "Namespace", OLDER) is not None
    if not removed_early:
        delete_kinds(cluster)
    stack.unchanged()
    stack.destroy()


def operations(printed: str) -> set[str]:
    """What a preview says it would do with resources."""
    return set(re.findall(r"^ +[+~-]+ *\d+ to (\w+)", printed, re.MULTILINE))
