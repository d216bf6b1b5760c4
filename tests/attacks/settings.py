"""Configurations that would let one organization reach another: previews of them, which must be refused."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any, Final

from tests.attacks.attack import ALL, REACHED, STOPPED, STORE, UNDECIDED, WORKS, Attack, Attempt, Verdict
from tests.attacks.configuration import configure
from tests.attacks.names import COMPONENT_TYPES, MANAGER, MANUAL, RELEASE, VICTIM_WORKLOADS
from tests.attacks.scene import Scene
from tests.attacks.world import World
from tests.platform.harness import unwrap

_STORES: Final = {
    "builds": RELEASE.build_namespace("globex"),
    "workloads": VICTIM_WORKLOADS,
    "kubernetes": "kube-system",
    "openchoreo": "openchoreo-control-plane",
    "control": "umbra",
}
"""Entry of ``secretStores`` -> the namespace that it would read from."""
_NAMESPACES: Final = {"pulls-kubernetes": "kube-system", "pulls-builds": RELEASE.build_namespace("acme2")}
"""Organization -> the namespace into which its pull secret would go."""


def build_pulling(name: str, namespace: str) -> dict[str, Any]:
    """An organization with a pull secret from the configuration, in a named namespace."""
    login = {"username": "robot", "password": MANUAL}
    pull = {
        "delivery": "manual",
        "secretName": "refused-pull-secret",
        COMPONENT_TYPES: ["service"],
        "registries": [{"server": "quay.io", "manual": login}],
        "namespaces": [namespace],
    }
    return {"name": name, "pullSecret": pull}


def build_reading(name: str, store: str, key: str) -> dict[str, Any]:
    """An organization with a git credential."""
    return {"name": name, "secretStore": store, "git": {"remoteKey": key, "property": "token"}}


def configure_mistakes(world: World, isolation: str) -> None:
    """A configuration with every mistake that needs no cluster to be seen."""
    reads = {entry: {"kubernetes": {"remoteNamespace": namespace}} for entry, namespace in _STORES.items()}
    configure(
        world.refused,
        isolation=isolation,
        admission={"administrators": ["admin"]} if isolation == "strict" else {},
        secretStores={**reads, "kube": {"kubernetes": {"remoteNamespace": MANAGER}}},
        organizations=[
            *(build_reading(f"reads-{entry}", entry, f"{entry}-key") for entry in _STORES),
            build_reading("umbra", "kube", "umbra-git"),
            build_reading("penumbra", "kube", "umbra-git"),
            *(build_pulling(name, namespace) for name, namespace in _NAMESPACES.items()),
        ],
    )


def preview(scene: Scene) -> str:
    """What a preview of all mistakes prints; it runs once in each phase."""
    world, phase = scene.world, scene.phase
    if phase not in world.previews:
        configure_mistakes(world, "store" if phase == STORE else "strict")
        world.previews[phase] = _preview(world)
    return world.previews[phase]


def _preview(world: World) -> str:
    done = world.refused.run("preview", "--suppress-progress")
    return f"exit code {done.returncode}\n{unwrap(done.stdout)}"


def find_problem(scene: Scene, place: str) -> Attempt:
    """A line about one place of the configuration."""
    yield
    return _judge(preview(scene), place)


def _judge(printed: str, place: str) -> Verdict:
    if printed.startswith("exit code 0\n"):
        return Verdict(REACHED, reason="the preview has no problem with it")
    lines = [line for line in printed.splitlines() if place in line]
    return Verdict(STOPPED, "settings", lines[0].strip()) if lines else Verdict(UNDECIDED, reason=printed)


def deliver_to_victim(scene: Scene) -> Attempt:
    """A pull secret from the configuration, into the namespace of the victim's workloads, which its label shows."""
    yield
    world = scene.world
    configure(world.refused, secretStores={}, organizations=[build_pulling("umbra", VICTIM_WORKLOADS)])
    return _judge(_preview(world), f"{VICTIM_WORKLOADS} belongs to another")


def accept_own(scene: Scene) -> Attempt:
    """The same into a namespace of its own."""
    yield
    world = scene.world
    organizations = [build_pulling("umbra", world.workloads("umbra"))]
    configure(world.refused, secretStores={}, organizations=organizations)
    printed = _preview(world)
    return Verdict(WORKS) if printed.startswith("exit code 0\n") else Verdict(STOPPED, "settings", printed)


def list_attacks() -> Iterator[Attack]:
    """The attacks of this module."""
    refused = {ALL: "settings", STORE: "settings"}
    for entry, namespace in _STORES.items():
        find = partial(find_problem, place=f'secretStores.{entry}.kubernetes.remoteNamespace: "{namespace}"')
        yield Attack("H7", f"a store in the namespace {namespace}", f"h7-{entry}", find, refused, alone=True)
    one_key = partial(find_problem, place='remoteKey "umbra-git" is also read by')
    yield Attack("H7", "one key for two organizations", "h7-key", one_key, refused, alone=True)
    for name, namespace in _NAMESPACES.items():
        find = partial(find_problem, place=f'("{name}").pullSecret.namespaces[0]: "{namespace}"')
        yield Attack("H7", f"a pull secret in the namespace {namespace}", f"h7-{name}", find, refused, alone=True)
    yield Attack("H7", "a pull secret in another's namespace", "h7-label", deliver_to_victim, refused, alone=True)


def list_legitimate() -> Iterator[Attack]:
    """What a preview must accept."""
    yield Attack(
        "L6",
        "a pull secret in its own namespace",
        "l6-own",
        accept_own,
        {ALL: WORKS, STORE: WORKS},
        "umbra",
        alone=True,
    )
