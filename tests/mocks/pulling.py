"""A stack with pull secrets in all three deliveries, on three clusters or on one."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from typing import Any

import pulumi
import pytest

from components import RELEASES, Configuration, Deployed, deploy, find_release, parse
from components.cluster.connection import Cluster
from components.managers.manager import Endpoint
from components.resources import deployment as stack
from components.settings.clusters import ClusterSettings
from tests.mocks.recorder import Registered
from tests.mocks.stubs import HEALTHY, OPENCHOREO, Object, StubCluster

BUILD = {"context": "kind-build"}
RAW: dict[str, Any] = {
    "clusters": {
        "buildPlane": BUILD,
        "controlPlane": {"context": "kind-control"},
        "dataPlane": {"context": "kind-data"},
    },
    "secretStores": {"org": {"kubernetes": {"remoteNamespace": "vault", "server": {"fromKubeconfig": True}}}},
    "organizations": [
        {
            "name": "acme",
            "secretStore": "org",
            "git": {"remoteKey": "acme-pat"},
            "buildPlane": {"secretStoreRef": "org-acme"},
            "dataPlane": {"secretStoreRef": "platform"},
            "pullSecret": {
                "componentTypes": ["service", "data-plane"],
                "dockerConfig": {"remoteKey": "acme-pull"},
                "secretStore": "org",
            },
        },
        {
            "name": "globex",
            "secretStore": "org",
            "pullSecret": {
                "componentTypes": ["web"],
                "delivery": "namespace",
                "dockerConfig": {"remoteKey": "globex-pull"},
            },
        },
        {
            "name": "initech",
            "pullSecret": {
                "componentTypes": ["web"],
                "delivery": "manual",
                "registries": [{"server": "ghcr.io", "manual": {"username": "bot", "password": "token"}}],
                "namespaces": ["dp-initech"],
            },
        },
        {
            "name": "umbrella",
            "secretStore": "org",
            "git": {"remoteKey": "umbrella-pat"},
            "componentWorkflows": {"names": ["docker"]},
            "pullSecret": {"componentTypes": ["web"], "dockerConfig": {"remoteKey": "umbrella-pull"}},
        },
    ],
}
DEFAULT = "${metadata.name}-registry-pull-secret"
OUTPUTS = {
    "acme": {
        "namespace": "openchoreo-ci-acme",
        "secrets": {"git": ["git-clone-secret"]},
        "pullSecret": {"secretName": DEFAULT, "componentTypes": ["service", "data-plane"]},
    },
    "globex": {
        "namespace": "openchoreo-ci-globex",
        "secrets": {},
        "pullSecret": {"secretName": "registry-pull-secret", "componentTypes": ["web"]},
    },
    "initech": {
        "namespace": "openchoreo-ci-initech",
        "secrets": {},
        "pullSecret": {"secretName": "registry-pull-secret", "componentTypes": ["web"]},
    },
    "umbrella": {
        "namespace": "openchoreo-ci-umbrella",
        "secrets": {},
        "pullSecret": {"secretName": DEFAULT, "componentTypes": ["web"]},
        "componentWorkflows": ["docker"],
    },
}
"""What `__main__` exports."""
BUILD_PROVIDER = "pulumi:providers:kubernetes build-plane"
READY = {"pulumi:providers:openchoreo build-plane": {"ExternalSecretsReady build-plane", "LiveObjects build-plane"}}


def on_one_cluster() -> dict[str, Any]:
    return {**copy.deepcopy(RAW), "clusters": {"buildPlane": BUILD, "controlPlane": BUILD, "dataPlane": BUILD}}


def configuration(raw: dict[str, Any]) -> Configuration:
    settings = parse(raw, source="stacks/Pulumi.test.yaml", manual_names=frozenset({"token"}))
    return Configuration(settings, find_release(settings.release), {"token": pulumi.Output.secret("t0ken")})


def program(raw: dict[str, Any], into: dict[str, Deployed] | None = None) -> Callable[[], object]:
    """The stack of a configuration; what each organization got is put into a dict."""
    return lambda: ({} if into is None else into).update(deploy(configuration(raw)))


class Platform(StubCluster):
    """A platform with every object that the configuration needs."""

    def endpoint(self) -> Endpoint:
        return Endpoint(url=f"https://{self.plane.replace(' ', '-')}:6443", ca_bundle="Q0E=")

    def get(self, path: str) -> Object | None:
        if path == OPENCHOREO:
            kinds = RELEASES["v0.9"].served_kinds
            return {"resources": [{"name": name} for name in sorted(kinds)]}
        if path == "/api/v1/namespaces/kube-system":
            return {"metadata": {"uid": self.settings.context}}
        if path.startswith((f"{OPENCHOREO}/", "/api/v1/namespaces/")):
            return None if "/secrets/" in path else {"metadata": {"labels": {}}, "spec": {}}
        return HEALTHY.get(path)


def install(monkeypatch: pytest.MonkeyPatch, platform: type[Cluster] = Platform) -> list[tuple[str, ClusterSettings]]:
    """Put a platform in the place of `Cluster`; every connection to it is noted."""
    connected: list[tuple[str, ClusterSettings]] = []

    def connect(plane: str, settings: ClusterSettings) -> Cluster:
        connected.append((plane, settings))
        return platform(plane, settings)

    monkeypatch.setattr(stack, "Cluster", connect)
    return connected


def short(each: Registered) -> str:
    """Kind and name, without groups and versions."""
    return f"{re.split('[:/]', each.type)[-1]} {each.name}"


def places(registered: list[Registered]) -> dict[str, set[str]]:
    """Provider -> objects that go through it."""
    found: dict[str, set[str]] = {}
    for each in registered:
        if each.provider:
            found.setdefault(each.provider, set()).add(short(each))
    return found


def of_store(name: str) -> set[str]:
    kinds = ("ServiceAccount {}-serviceaccount", "Role {}-role", "RoleBinding {}-rolebinding", "ClusterSecretStore {}")
    return {kind.format(name) for kind in kinds}
