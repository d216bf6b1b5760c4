"""``isolation`` from ``shared`` to ``strict`` and back on the platform, and workloads that attack their own builds."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from local.platform import Platform
from tests.platform.harness import Kubernetes, Stack, eventually, kubernetes_store
from tests.platform.openchoreo import ControlPlane, component_type, workload_namespace
from tests.platform.readers import reading
from tests.platform.releases import Builds, on_v1_control_plane

ESO = "external-secrets.io/v1"
PULL = "registry-pull-secret"
STEPS = ("store", "strict", "store", "shared")
"""After ``shared``."""


@dataclass(frozen=True)
class Tenants:
    """A stack with two organizations on one cluster, and a namespace of the workloads of each."""

    stack: Stack
    cluster: Kubernetes
    names: tuple[str, str]
    manager: str
    builds: Builds

    def configure(self, isolation: str) -> None:
        """Set the isolation; an entry of ``secretStores`` has no scope."""
        store = kubernetes_store(self.manager)
        del store["scope"], store["sharedKeys"]
        self.stack.configure(
            clusters=self.stack.every_plane,
            isolation=isolation,
            admission={"administrators": ["admin"], "minimumRefreshInterval": "1s"} if isolation == "strict" else {},
            secretStores={"org": store},
            organizations=[self.organization(name) for name in self.names],
            refreshInterval="1s",
        )

    @staticmethod
    def organization(name: str) -> dict[str, Any]:
        """One organization, whose names of secrets begin with its own."""
        pull = {"remoteKey": f"{name}-pull", "property": "config"}
        return {
            "name": name,
            "secretStore": "org",
            "git": {"remoteKey": f"{name}-git", "property": "token"},
            "pullSecret": {"delivery": "namespace", "componentTypes": ["service"], "dockerConfig": pull},
        }

    @property
    def delivered(self) -> dict[tuple[str, str], dict[str, str]]:
        """Namespace and name of every Secret -> its values."""
        builds = {
            (self.builds.namespace(name), self.builds.git): self.builds.token(f"token of {name}")[1]
            for name in self.names
        }
        pulls = {(f"dp-{name}-web", PULL): {".dockerconfigjson": config_of(name)} for name in self.names}
        return {**builds, **pulls}

    def stores(self) -> set[str]:
        """The ClusterSecretStores of the stack."""
        return {
            store["metadata"]["name"]
            for store in self.cluster.list(ESO, "ClusterSecretStore")
            if store["spec"]["provider"].get("kubernetes", {}).get("remoteNamespace") == self.manager
        }

    def identities(self) -> set[str]:
        """The ServiceAccounts of its stores."""
        return {name for name in self.cluster.names("v1", "ServiceAccount", self.manager) if name.startswith("eso-")}


def config_of(name: str) -> str:
    """A docker config that no other organization has."""
    return json.dumps({"auths": {"ghcr.io": {"username": name}}})


@pytest.fixture
def tenants(
    stack: Stack, cluster: Kubernetes, control_plane: ControlPlane, manager: str, organization: str, builds: Builds
) -> Iterator[Tenants]:
    """Before the first update. The names look alike: one is the beginning of the other."""
    names = (organization, f"{organization}2")
    others = ControlPlane(cluster, names[1])
    for name, plane in zip(names, (control_plane, others), strict=True):
        plane.create(component_type("service", name))
        cluster.put_secret(manager, f"{name}-git", {"token": f"token of {name}"})
        cluster.put_secret(manager, f"{name}-pull", {"config": config_of(name)})
        cluster.create(workload_namespace(f"dp-{name}-web", name, builds.release))
    yield Tenants(stack, cluster, names, manager, builds)
    for name in names:
        cluster.delete("v1", "Namespace", f"dp-{name}-web")
    cluster.delete("v1", "Namespace", names[1])


@pytest.mark.timeout(900)
@on_v1_control_plane
def test_moving_between_the_words_leaves_nobody_without_secrets(tenants: Tenants, platform: Platform) -> None:
    stack, (one, other) = tenants.stack, tenants.names
    own = {f"org-{name}" for name in (one, other, f"pull-{one}", f"pull-{other}")}
    expected = {"shared": {"org", "org-pull"}, "store": own, "strict": own}
    tenants.configure("shared")
    stack.up()
    for (namespace, name), values in tenants.delivered.items():
        eventually(lambda: (tenants.cluster.secret(namespace, name) or ("", {}))[1] == values, f"{namespace}/{name}")  # noqa: B023

    with reading(Kubernetes(platform.kubeconfig), tenants.delivered) as reader:
        for word in STEPS:
            tenants.configure(word)
            printed = stack.up()
            assert (f"builds of {one}, {other} and workloads of {one}, {other}" in printed) is (word == "shared")
            stack.ok("preview", "--expect-no-changes")
            assert tenants.stores() == expected[word]
            assert tenants.identities() == {f"eso-{name}" for name in expected[word]}
        reader.check()

    assert reader.gaps == []
    assert reader.rounds > len(STEPS)
    stack.destroy()
    assert tenants.stores() == tenants.identities() == set()


def theft(name: str, namespace: str, store: str, key: str, field: str) -> dict[str, Any]:
    """An ExternalSecret that asks a store for a key."""
    return {
        "apiVersion": ESO,
        "kind": "ExternalSecret",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {
            "secretStoreRef": {"kind": "ClusterSecretStore", "name": store},
            "data": [{"secretKey": "stolen", "remoteRef": {"key": key, "property": field}}],
        },
    }


@pytest.mark.timeout(900)
def test_workloads_reach_neither_the_builds_nor_another_organization(tenants: Tenants) -> None:
    stack, cluster, (one, other) = tenants.stack, tenants.cluster, tenants.names
    tenants.configure("store")
    stack.up()
    workloads, builds = f"dp-{one}-web", f"openchoreo-ci-{one}"
    denied, forbidden = "denied by spec.condition", "is forbidden"
    attacks = {
        "store-of-builds": (workloads, f"org-{one}", f"{one}-git", "token", denied),
        "key-of-builds": (workloads, f"org-pull-{one}", f"{one}-git", "token", forbidden),
        "store-of-workloads": (builds, f"org-pull-{one}", f"{one}-pull", "config", denied),
        "key-of-workloads": (builds, f"org-{one}", f"{one}-pull", "config", forbidden),
        "store-of-another": (workloads, f"org-pull-{other}", f"{other}-pull", "config", denied),
        "key-of-another": (workloads, f"org-pull-{one}", f"{other}-pull", "config", forbidden),
    }
    for name, (namespace, store, key, field, _) in attacks.items():
        cluster.create(theft(name, namespace, store, key, field))
    cluster.create(theft("legitimate", workloads, f"org-pull-{one}", f"{one}-pull", "config"))

    for name, (namespace, _, _, _, reason) in attacks.items():

        def said(name: str = name, namespace: str = namespace) -> str:
            events = cluster.list("v1", "Event", namespace)
            return "\n".join(event["message"] for event in events if event["involvedObject"].get("name") == name)

        assert reason in eventually(said, f"a word on {name}"), name
        assert cluster.secret(namespace, name) is None, name
    eventually(lambda: cluster.secret(workloads, "legitimate") is not None, "what workloads may read")
    cluster.delete(ESO, "ExternalSecret", "legitimate", workloads)
