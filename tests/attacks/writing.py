"""Attacks of tenants with PushSecrets: the victim's value becomes the attacker's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from tests.attacks.attack import REACHED, SHARED, STOCK, Attack, Attempt, Verdict, expect
from tests.attacks.reading import IDENTITY, key_of
from tests.attacks.scene import ESO, PUSH, WRITTEN, Scene


def push(scene: Scene, stores: list[dict[str, Any]]) -> Attempt:
    """Write a Secret of the attacker to the victim's key."""
    key, namespace = key_of(scene.attack.victim, "bao"), scene.own_builds
    scene.undo.append(scene.world.write_values)
    metadata = {"name": scene.name, "namespace": namespace}
    scene.create(
        scene.tenant, {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": {"token": WRITTEN}}
    )
    match = {"secretKey": "token", "remoteRef": {"remoteKey": key, "property": "token"}}
    spec = {
        "updatePolicy": "Replace",
        "deletionPolicy": "None",
        "refreshInterval": "1h0m0s",
        "secretStoreRefs": stores,
        "selector": {"secret": {"name": scene.name}},
        "data": [{"match": match}],
    }
    scene.create(scene.tenant, {"apiVersion": PUSH, "kind": "PushSecret", "metadata": metadata, "spec": spec})
    while True:
        if WRITTEN in scene.read_remote(key):
            return Verdict(REACHED, reason=f"{key} is overwritten")
        refusal = scene.find_refusal("PushSecret", scene.name, namespace)
        if refusal is not None:
            return refusal
        yield


def push_to_victim(scene: Scene) -> Attempt:
    """To the store of the victim."""
    return (yield from push(scene, [{"kind": "ClusterSecretStore", "name": scene.store(scene.attack.victim)}]))


def push_to_own(scene: Scene) -> Attempt:
    """To the store of the attacker."""
    return (yield from push(scene, [{"kind": "ClusterSecretStore", "name": scene.store(scene.attack.attacker)}]))


def push_to_labels(scene: Scene) -> Attempt:
    """To the victim's store, by a label that selects only this one."""
    admin, store = scene.world.admin, scene.store(scene.attack.victim)
    label = {"attacked": scene.attack.victim}
    admin.patch(ESO, "ClusterSecretStore", store, {"metadata": {"labels": label}})
    removed = {"metadata": {"labels": {"attacked": None}}}
    scene.undo.append(lambda: admin.patch(ESO, "ClusterSecretStore", store, removed))
    return (yield from push(scene, [{"kind": "ClusterSecretStore", "labelSelector": {"matchLabels": label}}]))


BY_LABEL: Final = expect("admission", admission="store", shared="identity")
WRITING: Final = {**BY_LABEL, STOCK: REACHED}
OWN: Final = {**IDENTITY, SHARED: "identity"}
"""No identity of this project may write."""


def list_attacks() -> Iterator[Attack]:
    """The attacks of this module."""
    yield Attack("T2", "writes through another's store", "t2-store", push_to_victim, WRITING, alone=True)
    yield Attack("T2", "writes another's key through its own store", "t2-key", push_to_own, OWN, alone=True)
    yield Attack("T2", "writes to stores by label", "t2-labels", push_to_labels, BY_LABEL, alone=True)
