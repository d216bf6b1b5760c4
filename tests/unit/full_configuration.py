"""A configuration that uses every key."""

from __future__ import annotations

from tests.unit.samples import Raw

FULL: Raw = {
    "release": "v0.9",
    "clusters": {
        "buildPlane": {"context": "build", "kubeconfig": "~/.kube/build"},
        "controlPlane": {"context": "control"},
        "dataPlane": {"context": "data"},
    },
    "secretStores": {
        "org": {
            "scope": "shared",
            "kubernetes": {
                "remoteNamespace": "secret-manager",
                "server": {
                    "url": "https://api:6443",
                    "caProvider": {"type": "Secret", "name": "ca", "key": "ca.crt", "namespace": "secret-manager"},
                },
                "serviceAccount": {"name": "reader", "namespace": "secret-manager"},
            },
        },
        "dev": {"fake": {"data": [{"key": "a", "manual": "gitToken", "version": "1"}]}},
    },
    "organizations": [
        {
            "name": "acme",
            "namespace": "adopt",
            "secretStore": "org",
            "git": {
                "remoteKey": "acme-git",
                "property": "token",
                "version": "2",
                "host": "git.acme.example:8443",
                "secretName": "clone",
                "secretKey": "token",
                "refreshInterval": "300s",
            },
            "registries": [
                {"server": "quay.io", "remoteKey": "acme-quay", "property": "config", "version": "3"},
                {"server": "ghcr.io", "username": {"remoteKey": "acme-ghcr"}, "password": {"remoteKey": "acme-ghcr"}},
            ],
            "registrySecretName": "push",
            "external": [
                {"name": "sonar", "keys": {"token": {"manual": "gitToken"}}, "refreshInterval": "1.5h"},
            ],
            "refreshInterval": "90m",
            "componentWorkflows": {"names": ["docker"], "secretNames": "fixed"},
            "pullSecret": {
                "componentTypes": ["service"],
                "delivery": "component",
                "dockerConfig": {"remoteKey": "acme-pull"},
                "secretName": "pull",
                "resourceId": "pull",
                "secretStore": "org",
                "refreshInterval": "60m",
            },
            "buildPlane": {"secretStoreRef": "build"},
            "dataPlane": {"name": "edge", "secretStoreRef": "data"},
            "load": {"components": 20, "namespaces": 5, "runs": 0},
        }
    ],
    "refreshInterval": "0",
    "readyTimeout": "90s",
    "load": {"runs": 10},
    "budget": {"dollarsPerMonth": 50, "callsPerSecond": 0.5, "revocationLag": "90m"},
    "notSecrets": ["gFd6JsH3nBw8YtR4cKm9VxL2pZ7q"],
}
