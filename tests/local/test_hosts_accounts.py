"""Accounts and names of the hosts, from the settings of a stack."""

from __future__ import annotations

from typing import Any

from components.settings.parsing import parse
from components.settings.stack import StackSettings
from local.hosts.accounts import list_accounts, list_host_names

PULL = {"componentTypes": ["service"], "dockerConfig": {"remoteKey": "pull", "property": "config"}}
STORE = {"scope": "organization", "kubernetes": {"remoteNamespace": "manager", "server": {"fromKubeconfig": True}}}
SSH = {"privateKey": {"remoteKey": "ssh"}, "knownHostsFrom": {"remoteKey": "hosts"}}


def settings(*organizations: dict[str, Any], manuals: frozenset[str] = frozenset()) -> StackSettings:
    clusters = {plane: {"context": "kind"} for plane in ("buildPlane", "controlPlane", "dataPlane")}
    raw = {"secretStores": {"default": STORE}, "clusters": clusters, "organizations": list(organizations)}
    return parse(raw, source="stack", manual_names=manuals)


def remote(key: str, property_: str | None = None) -> dict[str, str | None]:
    return {"key": key, "property": property_}


def test_accounts_of_git_hosts() -> None:
    basic = {"usernameFrom": {"remoteKey": "git", "property": "user"}, "password": {"remoteKey": "git"}}
    named = {"username": "robot", "password": {"manual": "gitToken"}}
    git = [
        {"host": "github.com", "remoteKey": "pat", "property": "token"},
        {"host": "gitlab.com", "manual": "gitToken", "secretName": "gitlab"},
        {"host": "git.example:8443", "basicAuth": basic, "secretName": "own"},
        {"host": "git2.example", "basicAuth": named, "secretName": "own2"},
        {"host": "git3.example", "remoteKey": "other", "secretName": "own3"},
        {"host": "git4.example", "ssh": SSH, "secretName": "ssh"},
    ]

    accounts = list_accounts(settings({"name": "acme", "git": git}, manuals=frozenset({"gitToken"})))

    own = {"organization": "acme", "use": "git"}
    assert accounts == [
        {
            **own,
            "host": "github.com",
            "username": {"text": "x-access-token"},
            "password": remote("pat", "token"),
        },
        {**own, "host": "gitlab.com", "username": {"text": "oauth2"}, "password": {"manual": "gitToken"}},
        {**own, "host": "git.example:8443", "username": remote("git", "user"), "password": remote("git")},
        {**own, "host": "git2.example", "username": {"text": "robot"}, "password": {"manual": "gitToken"}},
        {**own, "host": "git3.example", "username": None, "password": remote("other")},
    ]


def test_accounts_of_registries() -> None:
    registries = [
        {"server": "ghcr.io", "remoteKey": "push", "property": "config"},
        {"server": "harbor.example", "username": "robot", "password": {"remoteKey": "harbor"}},
        {"server": "europe-docker.pkg.dev", "serviceAccountKey": {"remoteKey": "google"}},
    ]
    quay = {"server": "quay.io", "manual": {"username": "globex+robot", "password": "quay"}}
    acme = {"name": "acme", "registries": registries, "pullSecret": PULL}

    accounts = list_accounts(settings(acme, {"name": "globex", "registries": [quay]}, manuals=frozenset({"quay"})))

    own = {"organization": "acme", "use": "push"}
    assert accounts == [
        {**own, "config": remote("push", "config"), "server": "ghcr.io"},
        {**own, "username": {"text": "robot"}, "password": remote("harbor")},
        {**own, "username": {"text": "_json_key"}, "password": remote("google")},
        {"organization": "acme", "use": "pull", "config": remote("pull", "config")},
        {
            "organization": "globex",
            "use": "push",
            "username": {"text": "globex+robot"},
            "password": {"manual": "quay"},
        },
    ]


def test_pull_secrets_of_several_registries() -> None:
    pull = {
        "componentTypes": ["service"],
        "delivery": "namespace",
        "registries": [{"server": "ghcr.io", "remoteKey": "pull"}],
    }

    accounts = list_accounts(settings({"name": "acme", "pullSecret": pull}))

    assert accounts == [{"organization": "acme", "use": "pull", "config": remote("pull"), "server": "ghcr.io"}]


def test_names_of_hosts_have_no_ports() -> None:
    acme = {
        "name": "acme",
        "git": {"host": "git.example:8443", "basicAuth": {"username": "a", "password": {"remoteKey": "git"}}},
        "registries": [
            {"server": "https://index.docker.io/v1/", "remoteKey": "push"},
            {"server": "registry.example:5000", "remoteKey": "push"},
        ],
    }
    pull = {"componentTypes": ["service"], "delivery": "namespace"}
    registries = [{"server": "*.azurecr.io", "remoteKey": "pull"}, {"server": "[::1]:5000", "remoteKey": "pull"}]
    globex = {"name": "globex", "pullSecret": {**pull, "registries": registries}}

    assert list_host_names(settings(acme, globex)) == ["git.example", "index.docker.io", "registry.example"]
