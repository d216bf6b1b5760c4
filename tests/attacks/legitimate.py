"""What must work with all layers: an organization's own objects, OpenChoreo's agent, the operator."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from local.seed import get_data_plane_namespace
from tests.attacks.agents import create_namespace, find_pull_secret
from tests.attacks.attack import REACHED, WORKS, Attack, Attempt, Verdict, expect
from tests.attacks.names import RELEASE
from tests.attacks.reading import key_of
from tests.attacks.scene import GENERATORS, Scene, from_store
from tests.attacks.stores import create_generator
from tests.attacks.subjects import RBAC


def must_work(attempt: Attempt) -> Attempt:
    """A use that ends with a value."""
    verdict = yield from attempt
    return Verdict(WORKS) if verdict.outcome == REACHED else verdict


def read_own(scene: Scene, entry: str) -> Attempt:
    """A tenant reads its own key through its own store."""
    own = scene.attack.attacker
    key = key_of(own, entry)
    spec = from_store(scene.store(own, entry), key)
    return (yield from must_work(scene.external_secret(scene.tenant, scene.own_builds, scene.canary(key), **spec)))


def generate(scene: Scene) -> Attempt:
    """A generator with credentials of the organization."""
    github, key = scene.world.github, f"{scene.name}-key"
    metadata = {"name": scene.name, "namespace": scene.own_builds}
    private = {"key": github.private_key}
    scene.create(
        scene.tenant,
        {"apiVersion": "v1", "kind": "Secret", "metadata": {**metadata, "name": key}, "stringData": private},
    )
    create_generator(
        scene,
        "GithubAccessToken",
        {
            "appID": github.app_id,
            "installID": github.installation_id,
            "url": github.url,
            "auth": {"privateKey": {"secretRef": {"name": key, "key": "key"}}},
        },
    )
    generator = {"apiVersion": GENERATORS, "kind": "GithubAccessToken", "name": scene.name}
    spec = {"dataFrom": [{"sourceRef": {"generatorRef": generator}}]}
    return (yield from must_work(scene.external_secret(scene.tenant, scene.own_builds, "ghs_", **spec)))


def create_environment(scene: Scene) -> Attempt:
    """The agent creates a namespace of workloads, and the operator puts the pull secret into it."""
    own = scene.attack.attacker
    namespace = get_data_plane_namespace(own, scene.name)
    yield from create_namespace(scene, namespace, own)
    canary = scene.canary(f"{own}-pull")
    return (yield from must_work(scene.obtain(find_pull_secret(scene), namespace, canary)))


def create_component(scene: Scene) -> Attempt:
    """The agent creates what a component has: an ExternalSecret with the organization's pull store, and its objects."""
    own = scene.attack.attacker
    create_objects(scene, scene.own_workloads)
    key = f"{own}-pull"
    spec = from_store(scene.pull_store(own), key)
    return (
        yield from must_work(scene.external_secret(scene.world.agent, scene.own_workloads, scene.canary(key), **spec))
    )


def run_build(scene: Scene) -> Attempt:
    """The agent creates what a build run has: an ExternalSecret with the organization's store, and its objects."""
    own = scene.attack.attacker
    create_objects(scene, scene.own_builds)
    key = key_of(own, "bao")
    spec = from_store(scene.store(own), key)
    return (yield from must_work(scene.external_secret(scene.world.agent, scene.own_builds, scene.canary(key), **spec)))


def create_objects(scene: Scene, namespace: str) -> None:
    """Objects of OpenChoreo's run time, created by its agent."""
    metadata = {"name": scene.name, "namespace": namespace}
    rules = [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}]
    subject = {"kind": "ServiceAccount", "name": scene.name, "namespace": namespace}
    role = {"apiGroup": RBAC, "kind": "Role", "name": scene.name}
    objects: list[dict[str, Any]] = [
        {"apiVersion": "v1", "kind": "ServiceAccount"},
        {"apiVersion": f"{RBAC}/v1", "kind": "Role", "rules": rules},
        {"apiVersion": f"{RBAC}/v1", "kind": "RoleBinding", "roleRef": role, "subjects": [subject]},
        {"apiVersion": "v1", "kind": "ConfigMap", "data": {"a": "b"}},
        {"apiVersion": "v1", "kind": "Secret", "stringData": {"a": "b"}},
    ]
    for item in objects:
        own = metadata if item["kind"] != "Secret" else {**metadata, "name": f"{scene.name}-own"}
        scene.create(scene.world.agent, {**item, "metadata": own})


def refresh(scene: Scene) -> Attempt:
    """The operator renews a Secret that somebody has deleted, and writes its status."""
    admin, namespace = scene.world.admin, scene.own_builds
    canary = scene.canary(key_of(scene.attack.attacker, "bao"))
    name = RELEASE.defaults.git_secret
    admin.delete("v1", "Secret", name, namespace)
    while True:
        if canary in scene.read(scene.tenant, namespace, name):
            return Verdict(WORKS)
        yield


def list_attacks() -> Iterator[Attack]:
    """The uses of this module; none of them may be stopped."""
    works = expect(WORKS, none=WORKS, stock=WORKS, shared=WORKS)
    ours = expect(WORKS, none=WORKS, shared=WORKS)
    yield Attack("L1", "tenant reads its own key", "l1-bao", lambda s: read_own(s, "bao"), works)
    yield Attack("L1", "tenant reads its own key (kubernetes)", "l1-kube", lambda s: read_own(s, "kube"), ours)
    yield Attack("L2", "tenant uses a generator with auth", "l2-token", generate, works)
    yield Attack("L3", "agent creates an environment", "l3-env", create_environment, ours)
    yield Attack("L3", "agent creates a component", "l3-component", create_component, ours)
    yield Attack("L3", "agent runs a build", "l3-build", run_build, works)
    yield Attack("L4", "operator renews a Secret", "l4-renew", refresh, ours, alone=True)
