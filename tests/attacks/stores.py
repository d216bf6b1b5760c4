"""Attacks of tenants with stores and generators of their own, and with what ExternalSecrets cost or may become."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from tests.attacks.attack import REACHED, Attack, Attempt, Verdict, expect
from tests.attacks.names import MAXIMUM, PLATFORM_KEY
from tests.attacks.reading import key_of
from tests.attacks.scene import ESO, GENERATORS, Scene, build_external_secret, from_store
from tests.attacks.servers import INTERNAL
from tests.platform.aws import REGION

_ADMISSION: Final = expect("admission", admission=REACHED, stock=REACHED, shared=REACHED)
"""Nothing else stops it."""


def create_store(scene: Scene, provider: dict[str, Any]) -> str:
    """Create a SecretStore in the namespace of the attacker's builds, and return its name."""
    metadata = {"name": scene.name, "namespace": scene.own_builds}
    scene.create(
        scene.tenant,
        {"apiVersion": ESO, "kind": "SecretStore", "metadata": metadata, "spec": {"provider": provider}},
    )
    return scene.name


def borrow_operator(scene: Scene) -> Attempt:
    """A store without ``auth``, which reads as the operator itself."""
    store = create_store(scene, {"aws": {"service": "SecretsManager", "region": REGION}})
    spec = from_store(store, PLATFORM_KEY, "SecretStore")
    return (yield from scene.external_secret(scene.tenant, scene.own_builds, scene.canary(PLATFORM_KEY), **spec))


def borrow_operator_for_session(scene: Scene) -> Attempt:
    """A generator without ``auth``: credentials with all rights of the operator."""
    create_generator(scene, "STSSessionToken", {"region": REGION})
    generator = {"kind": "STSSessionToken", "name": scene.name, "apiVersion": GENERATORS}
    spec = {"dataFrom": [{"sourceRef": {"generatorRef": generator}}]}
    return (yield from scene.external_secret(scene.tenant, scene.own_builds, SESSION, **spec))


def create_token_generator(scene: Scene) -> Attempt:
    """The same for ECR, whose stand-in the operator cannot reach: that it can be created is all there is to see."""
    create_generator(scene, "ECRAuthorizationToken", {"region": REGION})
    yield
    return Verdict(REACHED, reason="the generator exists")


def create_generator(scene: Scene, kind: str, spec: dict[str, Any]) -> None:
    """Create a generator in the namespace of the attacker's builds."""
    metadata = {"name": scene.name, "namespace": scene.own_builds}
    scene.create(scene.tenant, {"apiVersion": GENERATORS, "kind": kind, "metadata": metadata, "spec": spec})


def copy_account(scene: Scene) -> Attempt:
    """A store with the victim's role, and a ServiceAccount with the name of the victim's."""
    victim = scene.attack.victim
    account = f"eso-bao-{victim}"
    scene.create(
        scene.tenant,
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": account, "namespace": scene.own_builds}},
    )
    login = {"mountPath": "kubernetes", "role": f"eso-{victim}", "serviceAccountRef": {"name": account}}
    store = create_store(scene, {"vault": build_vault(scene, login)})
    key = key_of(victim, "bao")
    spec = from_store(store, key, "SecretStore")
    return (yield from scene.external_secret(scene.tenant, scene.own_builds, scene.canary(key), **spec))


def build_vault(scene: Scene, login: dict[str, Any]) -> dict[str, Any]:
    """The provider block of the platform's OpenBao."""
    live = scene.world.admin.get(ESO, "ClusterSecretStore", scene.store(scene.attack.attacker)) or {}
    return {**live["spec"]["provider"]["vault"], "auth": {"kubernetes": login}}


def call_inside(scene: Scene) -> Attempt:
    """A store that makes the operator call a server inside the platform."""
    webhook = {"url": f"{scene.world.servers.url}{INTERNAL}", "result": {"jsonPath": "$.token"}}
    store = create_store(scene, {"webhook": webhook})
    canary = scene.world.servers.canary
    return (
        yield from scene.external_secret(
            scene.tenant, scene.own_builds, canary, **from_store(store, "a", "SecretStore")
        )
    )


def call_inside_by_generator(scene: Scene) -> Attempt:
    """A generator that does the same."""
    webhook = {"url": f"{scene.world.servers.url}{INTERNAL}", "result": {"jsonPath": "$"}}
    create_generator(scene, "Webhook", webhook)
    generator = {"kind": "Webhook", "name": scene.name, "apiVersion": GENERATORS}
    spec = {"dataFrom": [{"sourceRef": {"generatorRef": generator}}]}
    return (yield from scene.external_secret(scene.tenant, scene.own_builds, scene.world.servers.canary, **spec))


def poll_fast(scene: Scene) -> Attempt:
    """A value of its own, once a second."""
    attacker = scene.attack.attacker
    spec = {**from_store(scene.store(attacker), key_of(attacker, "bao")), "refreshInterval": "1s"}
    canary = scene.canary(key_of(attacker, "bao"))
    return (yield from scene.external_secret(scene.tenant, scene.own_builds, canary, **spec))


def create_many(scene: Scene) -> Attempt:
    """More ExternalSecrets than a namespace needs."""
    attacker = scene.attack.attacker
    for number in range(MANY):
        spec = {**from_store(scene.store(attacker), key_of(attacker, "bao")), "refreshInterval": "0s"}
        scene.create(scene.tenant, build_external_secret(f"{scene.name}-{number}", scene.own_builds, **spec))
    yield
    return Verdict(REACHED, reason=f"{MANY} ExternalSecrets")


def choose_type(scene: Scene) -> Attempt:
    """A Secret of a type to which Kubernetes gives a meaning."""
    attacker = scene.attack.attacker
    annotations = {"kubernetes.io/service-account.name": "default"}
    template = {"type": "kubernetes.io/service-account-token", "metadata": {"annotations": annotations}}
    key = key_of(attacker, "bao")
    spec = {**from_store(scene.store(attacker), key), "target": {"name": scene.name, "template": template}}
    return (yield from scene.external_secret(scene.tenant, scene.own_builds, scene.canary(key), **spec))


SESSION: Final = "AQoEXAMPLE"
"""Beginning of the session tokens that the stand-in for AWS issues."""
MANY: Final = MAXIMUM + 1
"""ExternalSecrets that one attack creates."""


def list_attacks() -> Iterator[Attack]:
    """The attacks of this module."""
    yield Attack("T4", "a store without auth", "t4-store", borrow_operator, _ADMISSION)
    yield Attack("T4", "a generator of sessions without auth", "t4-session", borrow_operator_for_session, _ADMISSION)
    yield Attack("T4", "a generator of logins without auth", "t4-login", create_token_generator, _ADMISSION)
    copied = expect("admission", admission="identity", stock="identity", shared="identity")
    yield Attack("T12", "copies the name of another's identity", "t12-copy", copy_account, copied)
    yield Attack("T11", "a webhook store", "t11-store", call_inside, _ADMISSION)
    yield Attack("T11", "a webhook generator", "t11-hook", call_inside_by_generator, _ADMISSION)
    yield Attack("T14", "polls every second", "t14-fast", poll_fast, _ADMISSION)
    limited = expect("quota", quota=REACHED, stock=REACHED, deployed=REACHED, shared=REACHED)
    yield Attack("T14", f"creates {MANY} ExternalSecrets", "t14-many", create_many, limited, alone=True)
    yield Attack("T15", "chooses the type of a Secret", "t15-type", choose_type, _ADMISSION)
