"""Attacks through OpenChoreo's API for secrets: its agent writes a value of the attacker to the victim's key.

Only a release with this API has them. The stores of the API are those of the platform, in every phase.
"""

from __future__ import annotations

import posixpath
import secrets
from collections.abc import Iterator

from local.grants import MOUNT
from tests.attacks.attack import REACHED, STOCK, WORKS, Attack, Attempt, Verdict, expect
from tests.attacks.reading import PAIRS
from tests.attacks.scene import PUSH, Scene
from tests.attacks.secret_api import get_key, get_namespace, get_path, get_push_store
from tests.attacks.writing import Push, name_store, write


def get_store(scene: Scene, organization: str) -> str:
    """Store with which the API pushes for an organization."""
    return "default" if scene.phase == STOCK else get_push_store(organization)


def attack_value(scene: Scene, namespace: str, store: str, key: str = "") -> Attempt:
    """The agent pushes to a value of the victim that no other attack writes.

    Args:
        scene: the attack.
        namespace: of the PushSecret.
        store: with which it pushes.
        key: another spelling of the victim's key.
    """
    own = get_key(scene.attack.victim, scene.attack.slug)
    path, key = get_path(own), key or own
    scene.world.canaries.setdefault(path, f"canary-{secrets.token_hex(16)}")
    # ESO looks for its mark below the whole key, although it cuts the mount off the key of the value.
    scene.world.write_value(path, posixpath.normpath(key))
    return (yield from write(scene, scene.world.agent, Push(namespace, name_store(store), key, path)))


def push_to_key(scene: Scene) -> Attempt:
    """The attacker's own namespace and store, the victim's key."""
    own = scene.attack.attacker
    return (yield from attack_value(scene, get_namespace(own), get_store(scene, own)))


def push_through_store(scene: Scene) -> Attempt:
    """The attacker's own namespace, the victim's store and key."""
    store = get_store(scene, scene.attack.victim)
    return (yield from attack_value(scene, get_namespace(scene.attack.attacker), store))


def climb(scene: Scene) -> Attempt:
    """A key that begins like the attacker's and climbs out of them."""
    own, victim = scene.attack.attacker, scene.attack.victim
    key = get_key(own, f"../../{get_path(get_key(victim, scene.attack.slug))}")
    return (yield from attack_value(scene, get_namespace(own), get_store(scene, own), key))


def respell(scene: Scene) -> Attempt:
    """The victim's key as the path of OpenBao's API, which ESO reads as the same key."""
    own = scene.attack.attacker
    key = f"{MOUNT}/data/{get_path(get_key(scene.attack.victim, scene.attack.slug))}"
    return (yield from attack_value(scene, get_namespace(own), get_store(scene, own), key))


def use_older_api(scene: Scene) -> Attempt:
    """The API for git, which writes in the namespace of builds: the attacker's store, the victim's key."""
    return (yield from attack_value(scene, scene.own_builds, get_store(scene, scene.attack.attacker)))


def push_as_victim(scene: Scene) -> Attempt:
    """The agent writes in the victim's namespace, where it may push for the victim."""
    victim = scene.attack.victim
    return (yield from attack_value(scene, get_namespace(victim), get_store(scene, victim)))


def push_own(scene: Scene) -> Attempt:
    """The agent pushes a value of its organization, and deletes it with the PushSecret."""
    own = scene.attack.attacker
    namespace, key = get_namespace(own), get_key(own, scene.name)
    push = Push(namespace, name_store(get_store(scene, own)), key, get_path(key), deletion="Delete")
    verdict = yield from write(scene, scene.world.agent, push)
    if verdict.outcome != REACHED:
        return verdict
    scene.world.agent.delete(PUSH, "PushSecret", scene.name, namespace)
    while scene.read_remote(push.path):
        yield
    return Verdict(WORKS)


def list_attacks() -> Iterator[Attack]:
    """The attacks of this module."""
    by_key = expect("admission", admission="identity", stock=REACHED, shared="identity")
    by_store = expect("admission", admission="store", stock=REACHED, shared="store")
    for number, (attacker, victim) in enumerate(PAIRS):
        yield Attack(
            "T17",
            "agent pushes to another's key",
            f"t17-key{number}",
            push_to_key,
            by_key,
            attacker=attacker,
            victim=victim,
            uses_api=True,
        )
    unknown = expect(REACHED, stock=REACHED, shared=REACHED)
    for name, slug, run, expected in (
        ("agent pushes through another's store", "t17-store", push_through_store, by_store),
        ("agent pushes to a key that climbs", "t17-climb", climb, by_key),
        ("agent pushes to another spelling of a key", "t17-data", respell, by_key),
        ("agent pushes from a build namespace", "t17-builds", use_older_api, by_store),
        ("agent pushes from another's namespace", "t17-victim", push_as_victim, unknown),
    ):
        yield Attack("T17", name, slug, run, expected, uses_api=True)


def list_legitimate() -> Iterator[Attack]:
    """What the API must be able to do."""
    works = expect(WORKS, none=WORKS, stock=WORKS, shared=WORKS)
    yield Attack("L7", "agent pushes its own key, and deletes it", "l7-push", push_own, works, uses_api=True)
