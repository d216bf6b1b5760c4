"""Samples of credentials: every kind for git, and external services with every option."""

from __future__ import annotations

from tests.unit.hosts import line
from tests.unit.samples import GIT, Raw

_POLICIES: Raw = {"policies": {"creationPolicy": "Merge", "deletionPolicy": "Merge", "refreshPolicy": "OnChange"}}
GIT_KINDS: dict[str, Raw] = {
    "basic-auth": {"basicAuth": {"usernameFrom": GIT, "password": {**GIT, "decoding": "Base64URL"}}},
    "ssh": {"host": "git.example", "ssh": {"privateKey": GIT, "knownHosts": line("git.example")}},
    "ssh-from-the-manager": {"ssh": {"privateKey": GIT, "knownHostsFrom": {**GIT, "version": "1"}}},
    "app": {
        "githubApp": {
            "appId": 1,
            "installationId": 2,
            "privateKey": GIT,
            "repositories": ["a"],
            "permissions": {"contents": "read"},
        }
    },
    "policies": {**GIT, **_POLICIES},
}
SERVICES: dict[str, Raw] = {
    "extract": {"name": "a", "extract": [{**GIT, "prefix": "a_"}, {**GIT, "conversion": "Unicode"}]},
    "template": {
        "name": "a",
        "keys": {"a": {**GIT, "decoding": "Auto"}},
        "template": {"b": "{{ .a }}"},
        "mergePolicy": "Merge",
        "type": "acme.example/b",
        "labels": {"a": "b"},
        "annotations": {"a": "{{ .a }}"},
    },
    "policies": {"name": "a", "keys": {"a": GIT}, **_POLICIES},
}
