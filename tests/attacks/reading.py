"""Attacks of tenants with ExternalSecrets in namespaces of their own."""

from __future__ import annotations

from collections.abc import Iterator

from tests.attacks.attack import REACHED, SHARED, Attack, Attempt, expect
from tests.attacks.names import AMBIGUOUS, NAMED_ALIKE
from tests.attacks.scene import Scene, from_store

PAIRS = (("acme", "acme2"), ("acme2", "acme"), ("acme", "acme-corp"), ("acme-corp", "acme"))
"""Attacker and victim, whose names are the beginning of one another."""


def key_of(organization: str, entry: str) -> str:
    """A remote key of an organization, in the manager of an entry of ``secretStores``."""
    return f"org/{organization}/git" if entry == "bao" else f"{organization}-sonar"


def name_store(scene: Scene, entry: str) -> Attempt:
    """The victim's store, the victim's key."""
    victim = scene.attack.victim
    key = key_of(victim, entry)
    spec = from_store(scene.store(victim, entry), key)
    return (yield from scene.external_secret(scene.tenant, scene.own_builds, scene.canary(key), **spec))


def name_key(scene: Scene, entry: str) -> Attempt:
    """The attacker's own store, the victim's key."""
    key = key_of(scene.attack.victim, entry)
    spec = from_store(scene.store(scene.attack.attacker, entry), key)
    return (yield from scene.external_secret(scene.tenant, scene.own_builds, scene.canary(key), **spec))


def climb(scene: Scene) -> Attempt:
    """The attacker's own store, a key that climbs out of its path."""
    victim = scene.attack.victim
    spec = from_store(scene.store(scene.attack.attacker), f"org/{scene.attack.attacker}/../{victim}/git")
    canary = scene.canary(key_of(victim, "bao"))
    return (yield from scene.external_secret(scene.tenant, scene.own_builds, canary, **spec))


def override_in_data(scene: Scene) -> Attempt:
    """The checked store is the attacker's own, an entry of ``data`` names the victim's."""
    key = key_of(scene.attack.victim, "bao")
    spec = from_store(scene.store(scene.attack.attacker), key)
    store = {"kind": "ClusterSecretStore", "name": scene.store(scene.attack.victim)}
    spec["data"][0]["sourceRef"] = {"storeRef": store}
    return (yield from scene.external_secret(scene.tenant, scene.own_builds, scene.canary(key), **spec))


def override_in_data_from(scene: Scene) -> Attempt:
    """The same with an entry of ``dataFrom``."""
    key = key_of(scene.attack.victim, "bao")
    store = {"kind": "ClusterSecretStore", "name": scene.store(scene.attack.victim)}
    spec = {
        "secretStoreRef": {"kind": "ClusterSecretStore", "name": scene.store(scene.attack.attacker)},
        "dataFrom": [{"extract": {"key": key}, "sourceRef": {"storeRef": store}}],
    }
    return (yield from scene.external_secret(scene.tenant, scene.own_builds, scene.canary(key), **spec))


def use_namespace_named_alike(scene: Scene) -> Attempt:
    """From a namespace whose name begins with the name of the victim's."""
    key = key_of(scene.attack.victim, "bao")
    spec = from_store(scene.store(scene.attack.victim), key)
    return (yield from scene.external_secret(scene.tenant, NAMED_ALIKE, scene.canary(key), **spec))


def use_ambiguous_namespace(scene: Scene) -> Attempt:
    """From ``dp-acme-corp-...``, the namespace of acme's project "corp"."""
    victim = scene.attack.victim
    spec = from_store(scene.pull_store(victim), f"{victim}-pull")
    canary = scene.canary(f"{victim}-pull")
    return (yield from scene.external_secret(scene.tenant, AMBIGUOUS, canary, **spec))


def search(scene: Scene, entry: str) -> Attempt:
    """Everything that the attacker's own store can list."""
    find = {"name": {"regexp": ".*"}, **({"path": "org/"} if entry == "bao" else {})}
    spec = {
        "secretStoreRef": {"kind": "ClusterSecretStore", "name": scene.store(scene.attack.attacker, entry)},
        "dataFrom": [{"find": find}],
    }
    canary = scene.canary(key_of(scene.attack.victim, entry))
    return (yield from scene.external_secret(scene.tenant, scene.own_builds, canary, **spec))


def use_builds_store(scene: Scene) -> Attempt:
    """A workload reads through the store of the builds."""
    key = key_of(scene.attack.attacker, "kube")
    spec = from_store(scene.store(scene.attack.attacker, "kube"), key)
    return (yield from scene.external_secret(scene.tenant, scene.own_workloads, scene.canary(key), **spec))


def name_builds_key(scene: Scene) -> Attempt:
    """A workload reads what the builds use, through the store of the pull secret."""
    key = key_of(scene.attack.attacker, "kube")
    spec = from_store(scene.pull_store(scene.attack.attacker), key)
    return (yield from scene.external_secret(scene.tenant, scene.own_workloads, scene.canary(key), **spec))


STORE = expect("admission", admission="store", stock=REACHED, shared=REACHED)
"""Admission stops it, and the condition of the victim's store."""
ALIKE = {**STORE, SHARED: "store"}
"""The same; a shared store has conditions, too."""
IDENTITY = expect("identity", identity=REACHED, stock=REACHED, shared=REACHED)
"""The identity of the attacker's store stops it, and nothing else."""
WORKLOADS = expect("identity", identity=REACHED, shared="identity")
"""The identity of the pull store stops it; the stock store has no other."""
SEARCH = expect("admission", admission="identity", stock=REACHED, shared="identity")
"""Admission stops it, and the identity."""


def list_attacks() -> Iterator[Attack]:
    """The attacks of this module."""
    for number, (attacker, victim) in enumerate(PAIRS):
        yield Attack(
            "T1",
            "names another's store",
            f"t1-store{number}",
            lambda s: name_store(s, "bao"),
            STORE,
            attacker=attacker,
            victim=victim,
        )
        yield Attack(
            "T9",
            "names another's key in its own store",
            f"t9-key{number}",
            lambda s: name_key(s, "bao"),
            IDENTITY,
            attacker=attacker,
            victim=victim,
        )
    yield Attack("T1", "names another's store (kubernetes)", "t1-kube", lambda s: name_store(s, "kube"), STORE)
    yield Attack("T1", "names another's key (kubernetes)", "t1-kube-key", lambda s: name_key(s, "kube"), IDENTITY)
    yield Attack("T1", "climbs out of its path", "t1-climb", climb, IDENTITY)
    yield Attack("T3", "overrides the store in data", "t3-data", override_in_data, STORE)
    yield Attack("T3", "overrides the store in dataFrom", "t3-from", override_in_data_from, STORE)
    yield Attack("T6", "uses a namespace named alike", "t6-alike", use_namespace_named_alike, ALIKE)
    yield Attack(
        "T8", "uses a namespace with an ambiguous name", "t8-name", use_ambiguous_namespace, STORE, victim="acme-corp"
    )
    yield Attack("T10", "searches its own store", "t10-find", lambda s: search(s, "bao"), SEARCH)
    yield Attack("T10", "searches its own store (kubernetes)", "t10-kube", lambda s: search(s, "kube"), SEARCH)
    yield Attack("H3", "workloads use the builds' store", "h3-store", use_builds_store, ALIKE, victim="acme")
    yield Attack("H3", "workloads name the builds' key", "h3-key", name_builds_key, WORKLOADS, victim="acme")
