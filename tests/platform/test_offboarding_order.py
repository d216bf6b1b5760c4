"""The order of a removal: nobody's credentials fail during it, and no store is narrowed before its users are gone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from components.openchoreo import RELEASES
from tests.platform.commands import run_command
from tests.platform.harness import Kubernetes, Stack, eventually, kubernetes_store
from tests.platform.history import Event, History, first, is_deletion
from tests.platform.kills import UP, Kill, killed
from tests.platform.operations import run_documented
from tests.platform.samples import git

INTERVAL = "1s"


@dataclass
class Scene:
    """Two organizations of a release, the name of the second beginning with that of the first."""

    stack: Stack
    manager: str
    names: tuple[str, str]
    release: str = "v0.9"

    def configure(self, scope: str, offboarding: str, names: tuple[str, ...]) -> None:
        """The stack with some of them, whose ExternalSecrets are refreshed all the time."""
        newer = self.release == "v1"
        organizations = [
            {"name": name, "secretStore": "org", "refreshInterval": INTERVAL, "git": _credential(name, newer=newer)}
            for name in names
        ]
        self.stack.configure(
            secretStores={"org": kubernetes_store(self.manager, scope)},
            offboarding=offboarding,
            release=self.release,
            clusters={"workflowPlane" if newer else "buildPlane": self.stack.here},
            **{"namespaces" if newer else "organizations": organizations},
        )

    def space(self, name: str) -> str:
        """The build namespace of one of them."""
        return RELEASES[self.release].build_namespace(name)

    @property
    def secret(self) -> str:
        """Name of the Secret of the git credential."""
        return RELEASES[self.release].defaults.git_secret


def _credential(name: str, *, newer: bool) -> dict[str, Any]:
    """Builds of v1 read the keys of a Kubernetes type, so they need a name with the token."""
    return {**git(f"{name}-git"), "host": "github.com"} if newer else git(f"{name}-git")


@pytest.fixture
def scene(stack: Stack, cluster: Kubernetes, manager: str, organization: str) -> Iterator[Scene]:
    scene = Scene(stack, manager, (organization, f"{organization}2"))
    for name in scene.names:
        cluster.put_secret(manager, f"{name}-git", {"token": name})
    yield scene
    for name in scene.names:
        cluster.delete("v1", "Namespace", scene.space(name))


def _list_failures(events: list[Event]) -> set[str]:
    return {event.name for event in events if event.kind == "ExternalSecret" and not event.is_ready}


@pytest.mark.parametrize(
    ("served", "scope", "offboarding"),
    [
        ("v0.9", "shared", "keep"),
        ("v0.9", "shared", "delete"),
        ("v0.9", "organization", "keep"),
        ("v0.9", "organization", "delete"),
        ("v1", "shared", "delete"),
        ("v1", "organization", "keep"),
    ],
)
def test_no_credential_fails_during_a_removal(
    scene: Scene, cluster: Kubernetes, served: str, scope: str, offboarding: str
) -> None:
    scene.release = served
    leaving, staying = scene.names
    scene.configure(scope, offboarding, scene.names)
    scene.stack.up()
    history = History(cluster)
    scene.configure(scope, offboarding, (staying,))

    scene.stack.up()

    events, space = history.read(), scene.space(leaving)
    external = first(events, "ExternalSecret", f"{space}/{scene.secret}", is_deletion)
    store = f"org-{leaving}" if scope == "organization" else "org"
    role = f"{scene.manager}/eso-{store}"

    def is_narrowed(event: Event) -> bool:
        names = {name for rule in event.object.get("rules") or () for name in rule["resourceNames"]}
        return is_deletion(event) or f"{leaving}-git" not in names

    def is_closed(event: Event) -> bool:
        conditions = event.object["spec"]["conditions"]
        return is_deletion(event) or space not in {name for entry in conditions for name in entry["namespaces"]}

    closed = first(events, "ClusterSecretStore", store, is_closed)
    assert external < closed
    assert external < first(events, "Role", role, is_narrowed)
    if scope == "organization":
        assert closed < first(events, "RoleBinding", role, is_deletion)
        assert closed < first(events, "ServiceAccount", role, is_deletion)
    assert _list_failures(events) == set()
    assert (cluster.get("v1", "Namespace", space) is None) == (offboarding == "delete")
    assert cluster.secret(scene.space(staying), scene.secret) is not None


@pytest.mark.parametrize("lines", [1, 3, 5])
def test_a_killed_removal_is_continued(scene: Scene, cluster: Kubernetes, tmp_path: Path, lines: int) -> None:
    leaving, staying = scene.names
    record = (
        "offboarding",
        "--stack",
        scene.stack.name,
        "--organization",
        leaving,
        "--record",
        str(tmp_path / "record"),
    )
    scene.configure("shared", "keep", scene.names)
    scene.stack.up()
    assert run_command(scene.stack, *record)[0] == 0
    history = History(cluster)
    scene.configure("shared", "keep", (staying,))

    with killed(scene.stack, UP, Kill(lines, 0.1, everything=True, checkpoints=True)):
        if scene.stack.run("cancel", "--yes").returncode:
            run_documented(scene.stack, "The state cannot be read")
    scene.stack.up()

    code, receipt = run_command(scene.stack, *record)
    assert code == 0, receipt
    assert {name for name in _list_failures(history.read()) if name.startswith(f"{scene.space(staying)}/")} == set()
    scene.stack.unchanged()

    scene.configure("shared", "keep", scene.names)
    scene.stack.up()
    place = (scene.space(leaving), scene.secret)
    eventually(lambda: cluster.secret(*place) == ("Opaque", {"clone-secret": leaving}), "the credential to be back")
    assert run_command(scene.stack, *record, "--timeout", "0.1")[0] == 1
