"""Any kill of any command, then any change: no switch, no conflict, nothing lost, nothing of others touched.

``OPENCHOREO_SECRETS_KILLS`` sets the number of kills of each command; the failing seed is in the note of the error.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import ndiff
from random import Random
from typing import Any, Final

import pytest

from tests.platform.harness import Kubernetes, Stack, eventually, kubernetes_store
from tests.platform.kills import DESTROY, UP, Kill, Object, draw_kill, killed, owned, stable
from tests.platform.openchoreo import API, ControlPlane, comparable, component_type, remove_record
from tests.platform.operations import run_documented
from tests.platform.samples import git_organization

pytestmark = pytest.mark.usefixtures("cold_start")
KILLS: Final = int(os.environ.get("OPENCHOREO_SECRETS_KILLS", "2"))
ROUNDS: Final = -(-KILLS // 2)
INTERVALS: Final = ("17m", "18m", "19m")


def _differences(name: str, wanted: Object, live: Object | None) -> list[str]:
    """Changed lines of an object, short enough for the message of an assertion."""
    before, after = (json.dumps(each, indent=1, sort_keys=True).splitlines() for each in (wanted, live))
    return [f"{name}: {line}" for line in ndiff(before, after) if line.startswith(("+", "-"))]


@dataclass
class Scene:
    """Three organizations of a stack, and objects of others beside theirs."""

    stack: Stack
    cluster: Kubernetes
    control_plane: ControlPlane
    organization: str
    manager: str
    seen: int = 0
    """Kills that found a running command."""

    def place_foreign(self) -> None:
        """Objects of others with similar names, in the same places."""
        labels = {"app.kubernetes.io/managed-by": "openchoreo-secrets"}
        self.cluster.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": self.adopted}})
        for namespace in (self.manager, self.adopted):
            metadata = {"name": "of-others", "namespace": namespace, "labels": labels}
            for kind in ("Secret", "ServiceAccount"):
                self.cluster.create({"apiVersion": "v1", "kind": kind, "metadata": metadata})
        self.control_plane.create(component_type("of-others", self.organization))
        self.control_plane.create(component_type("service", self.organization))

    def foreign(self) -> list[Object | None]:
        """These objects with everything that the API server has of them."""
        places = [
            ("v1", kind, "of-others", space)
            for kind in ("Secret", "ServiceAccount")
            for space in (self.manager, self.adopted)
        ]
        places += [(API, "ComponentType", "of-others", self.organization)]
        return [self.cluster.get(*place) for place in places]

    @property
    def adopted(self) -> str:
        """The namespace of others that the third organization uses."""
        return f"openchoreo-ci-{self.organization}-c"

    @property
    def namespaces(self) -> list[str]:
        """The namespaces that the stack creates."""
        return [f"openchoreo-ci-{name}" for name in (self.organization, f"{self.organization}-b")]

    def configure(self, interval: str, offboarding: str) -> None:
        """Credentials of several kinds, a patch, and a namespace of others."""
        name = self.organization
        registry = {"registry": "dockerhub", "remoteKey": "hub", "property": "config"}
        manual = {"name": "scanner", "keys": {"key": {"manual": "scanner"}}}
        pull = {"componentTypes": ["service"], "dockerConfig": {"remoteKey": "hub", "property": "config"}}
        self.stack.configure(
            clusters=self.stack.every_plane,
            secretStores={"org": kubernetes_store(self.manager)},
            refreshInterval=interval,
            offboarding=offboarding,
            organizations=[
                git_organization(name, "git", registries=[registry], pullSecret={**pull, "secretStore": "org"}),
                git_organization(f"{name}-b", "git", external=[manual]),
                git_organization(f"{name}-c", "git", namespace="adopt"),
            ],
        )

    def check(self, expected: dict[str, Object], interval: str) -> None:
        """Everything as a clean update leaves it, whatever happened before."""
        self.stack.ok("preview", "--expect-no-changes")
        live = self.ours()
        assert set(live) - set(expected) == set()
        text = json.dumps(expected).replace(f'"{INTERVALS[0]}0s"', f'"{interval}0s"')
        wanted: dict[str, Object] = json.loads(text)
        own = [name for name in wanted if "(synced)" not in name]
        assert [line for name in own for line in _differences(name, wanted[name], live.get(name))] == []
        # The garbage collector may delete a Secret of an earlier ExternalSecret; the operator creates it again.
        eventually(lambda: self.ours() == wanted, "every synced Secret")

    def ours(self) -> dict[str, Object]:
        """The objects of the stack, the patched ComponentType and the adopted namespace."""
        patched = self.control_plane.get("ComponentType", "service")
        shared = {
            # The record of the patch has digests; destroy shows that it is right.
            "patched": remove_record(patched, self.stack, self.organization),
            "adopted": stable(self.cluster.get("v1", "Namespace", self.adopted)),
        }
        return {**owned(self.cluster, self.stack), **shared}

    def kill(self, command: tuple[str, ...], kill: Kill) -> None:
        """Kill a command and remove the lock, as the documentation says."""
        with killed(self.stack, command, kill) as hit:
            self.seen += hit
            cancelled = self.stack.run("cancel", "--yes")
            if cancelled.returncode:
                assert "failed to load checkpoint" in cancelled.stdout
                run_documented(self.stack, "The state cannot be read")

    def delete_namespaces(self) -> None:
        """What an administrator does with namespaces that stay."""
        for name in self.namespaces:
            self.cluster.delete("v1", "Namespace", name)
        eventually(lambda: not owned(self.cluster, self.stack), "the namespaces to go")


@pytest.fixture
def scene(
    stack: Stack, cluster: Kubernetes, control_plane: ControlPlane, manager: str, organization: str
) -> Iterator[Scene]:
    scene = Scene(stack, cluster, control_plane, organization, manager)
    cluster.put_secret(manager, "git", {"token": "value"})
    cluster.put_secret(manager, "hub", {"config": '{"auths": {"https://index.docker.io/v1/": {"auth": "eDp5"}}}'})
    scene.place_foreign()
    stack.set_secret("manualSecrets.scanner", "manual value")
    yield scene
    stack.destroy()
    scene.delete_namespaces()
    cluster.delete("v1", "Namespace", scene.adopted)


@pytest.mark.timeout(120 + 240 * ROUNDS)
@pytest.mark.parametrize("offboarding", ["keep", "delete"])
def test_every_kill_is_continued_by_a_change(scene: Scene, offboarding: str) -> None:
    """Kills of a first update, of a changing update and of destroy; each is followed by a change and an update."""
    foreign, namespace = scene.foreign(), comparable(scene.cluster.get("v1", "Namespace", scene.adopted))
    original = scene.control_plane.get("ComponentType", "service")
    scene.configure(INTERVALS[0], offboarding)
    scene.stack.up()
    expected = scene.ours()

    def destroy() -> None:
        scene.stack.destroy()
        stays = {f"Namespace {name}" for name in scene.namespaces} if offboarding == "keep" else set()
        eventually(lambda: set(owned(scene.cluster, scene.stack)) == stays, "only namespaces to stay")
        assert scene.control_plane.get("ComponentType", "service") == original
        assert comparable(scene.cluster.get("v1", "Namespace", scene.adopted)) == namespace
        assert scene.foreign() == foreign
        scene.delete_namespaces()

    destroy()
    for number in range(ROUNDS):
        seed = f"{offboarding} {number}"
        random = Random(seed)  # noqa: S311 -- moments, not secrets
        kills = [draw_kill(random, lines) for lines in (50, 20, 40)]
        try:
            for position, (command, kill) in enumerate(zip((UP, UP, DESTROY), kills, strict=True)):
                # The first kill is one of a first update, the others find everything of the last check.
                scene.configure(INTERVALS[(position + 1) % 3], offboarding)
                scene.kill(command, kill)
                interval = INTERVALS[(position + 2) % 3]
                scene.configure(interval, offboarding)
                scene.stack.up()
                scene.check(expected, interval)
                assert scene.foreign() == foreign
            destroy()
        except BaseException as error:
            error.add_note(f"seed {seed!r}: {kills}, at kill {position}")
            raise
    assert scene.seen >= ROUNDS, "most kills must find a running command"


def _orphans(stack: Stack, *arguments: str) -> list[dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, "-m", "components", "orphans", "--stack", stack.name, "--json", *arguments],
        cwd=stack.engine.project,
        env=os.environ | stack.engine.variables(),
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    rows: list[dict[str, Any]] = [
        row for row in json.loads(done.stdout) if row["status"].partition(", ")[0] != "deleted"
    ]
    assert done.returncode == bool(rows)
    return rows


def test_a_killed_first_update_without_checkpoints_leaves_what_a_command_deletes(scene: Scene) -> None:
    """The state has nothing of the update, so destroy deletes nothing."""
    foreign = scene.foreign()
    scene.configure(INTERVALS[0], "keep")
    scene.kill(UP, Kill(lines=45, seconds=0, everything=True, checkpoints=False))
    scene.stack.destroy()

    left = {name for name in owned(scene.cluster, scene.stack) if "(synced)" not in name}
    assert left
    names = {f"{row['kind']} {row['namespace']}/{row['name']}".replace(" /", " ") for row in _orphans(scene.stack)}
    assert names == left
    assert _orphans(scene.stack, "--delete") == []
    eventually(lambda: not owned(scene.cluster, scene.stack), "everything to go")
    assert scene.foreign() == foreign
