"""Attacks of tenants with PushSecrets: the victim's value becomes the attacker's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from tests.attacks.api import Api
from tests.attacks.attack import REACHED, SHARED, STOCK, Attack, Attempt, Verdict, expect
from tests.attacks.names import RELEASE
from tests.attacks.reading import IDENTITY, key_of
from tests.attacks.scene import ESO, PUSH, Scene


@dataclass(frozen=True)
class Push:
    """A PushSecret, and the value that it writes."""

    namespace: str
    stores: list[dict[str, Any]]
    key: str
    """Remote key."""
    path: str
    """Where the value is in OpenBao."""
    deletion: str = "None"
    """``Delete`` removes the value with the PushSecret."""


def name_store(store: str) -> list[dict[str, Any]]:
    """One store, by name."""
    return [{"kind": "ClusterSecretStore", "name": store}]


def write(scene: Scene, subject: Api, push: Push) -> Attempt:
    """A subject pushes a Secret of the attacker, until its value is in OpenBao or a layer has refused it."""
    metadata = {"name": scene.name, "namespace": push.namespace}
    scene.create(
        subject, {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": {"token": scene.written}}
    )
    match = {"secretKey": "token", "remoteRef": {"remoteKey": push.key, "property": "token"}}
    spec = {
        "updatePolicy": "Replace",
        "deletionPolicy": push.deletion,
        "refreshInterval": "1h0m0s",
        "secretStoreRefs": push.stores,
        "selector": {"secret": {"name": scene.name}},
        "data": [{"match": match}],
    }
    scene.create(subject, {"apiVersion": PUSH, "kind": "PushSecret", "metadata": metadata, "spec": spec})
    while True:
        if scene.written in scene.read_remote(push.path):
            return Verdict(REACHED, reason=f"{push.path} is overwritten")
        refusal = scene.find_refusal("PushSecret", scene.name, push.namespace)
        if refusal is not None:
            return refusal
        yield


def overwrite(scene: Scene, stores: list[dict[str, Any]]) -> Attempt:
    """A tenant writes to the victim's key."""
    key = key_of(scene.attack.victim, "bao")
    scene.undo.append(scene.world.write_values)
    return (yield from write(scene, scene.tenant, Push(scene.own_builds, stores, key, key)))


def push_to_victim(scene: Scene) -> Attempt:
    """To the store of the victim."""
    return (yield from overwrite(scene, name_store(scene.store(scene.attack.victim))))


def push_to_own(scene: Scene) -> Attempt:
    """To the store of the attacker."""
    return (yield from overwrite(scene, name_store(scene.store(scene.attack.attacker))))


def push_to_labels(scene: Scene) -> Attempt:
    """To the victim's store, by a label that selects only this one."""
    admin, store = scene.world.admin, scene.store(scene.attack.victim)
    label = {"attacked": scene.attack.victim}
    admin.patch(ESO, "ClusterSecretStore", store, {"metadata": {"labels": label}})
    removed = {"metadata": {"labels": {"attacked": None}}}
    scene.undo.append(lambda: admin.patch(ESO, "ClusterSecretStore", store, removed))
    return (yield from overwrite(scene, [{"kind": "ClusterSecretStore", "labelSelector": {"matchLabels": label}}]))


BY_LABEL: Final = expect("admission", admission="store", shared="identity")
WRITING: Final = {**BY_LABEL, STOCK: REACHED}
LIMITED: Final = expect("admission", admission="identity", stock=REACHED, shared="identity")
OWN: Final = {**IDENTITY, SHARED: "identity"} if RELEASE.secret_api is None else LIMITED
"""No identity of this project may write. With the API for secrets, the policies limit keys in every namespace."""


def list_attacks() -> Iterator[Attack]:
    """The attacks of this module."""
    yield Attack("T2", "writes through another's store", "t2-store", push_to_victim, WRITING, alone=True)
    yield Attack("T2", "writes another's key through its own store", "t2-key", push_to_own, OWN, alone=True)
    yield Attack("T2", "writes to stores by label", "t2-labels", push_to_labels, BY_LABEL, alone=True)
