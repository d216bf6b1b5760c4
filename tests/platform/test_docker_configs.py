"""Docker configs that the operator renders from hostile users, passwords and registries, compared byte for byte."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings, strategies as st

from components.managers.cluster_secret_store import render_identity, render_store
from components.registries.credential import RegistryCredential
from components.registries.docker_config import KEY, TYPE, build_docker_config
from components.schema.sources import RemoteRef
from components.secrets.external_secret import SecretTemplate, Target, build_external_secret
from tests.platform.harness import Kubernetes, eventually
from tests.platform.samples import auth, vault_store
from tests.platform.vault import Role, VaultServer
from tests.unit.samples import planned

Render = Callable[[Sequence["Case"]], dict[str, Any]]


@dataclass(frozen=True)
class Case:
    """A registry, what the manager holds for it, and what must become of it."""

    server: str
    stored: dict[str, str]
    """Fields of its secret in the manager: ``user`` and ``password``, or ``config``."""
    expected: dict[str, Any]

    def credential(self, key: str) -> RegistryCredential:
        if "config" in self.stored:
            return RegistryCredential(server=self.server, remote_key=key, property="config")
        user, password = (RemoteRef(remote_key=key, property=field) for field in ("user", "password"))
        return RegistryCredential(server=self.server, username=user, password=password)


def user_and_password(server: str, user: str, password: str) -> Case:
    expected = {"username": user, "password": password, "auth": auth(user, password)}
    return Case(server, {"user": user, "password": password}, expected)


def whole_config(server: str, entry: dict[str, Any], others: dict[str, Any], *, escaped: bool) -> Case:
    config = {"auths": {**others, server: entry}, "HttpHeaders": {"User-Agent": "docker"}, "credsStore": ""}
    return Case(server, {"config": json.dumps(config, ensure_ascii=escaped)}, entry)


PIECES = [
    *(
        '"',
        "'",
        "`",
        "\\",
        "\\n",
        "\\u0000",
        '\\"',
        "{",
        "{{",
        "}}",
        "{{-",
        "{{ .registry_0 }}",
        "{{/*",
        "*/}}",
        "${",
        "$",
    ),
    *("%s", "%!", "<", ">", "&", "</script>", "#", "=", "@", "\n", "\r\n", "\t", "\x01", "\x1b[31m", "\x7f", "\x85"),
    *(
        "\u2028",
        "\u2029",
        "\ufeff",
        "\ufffd",
        "\u200b",
        "ß",
        "é",
        "e\u0301",
        "日本",
        "🔑",
        "\U0010ffff",
        "null",
        "1e400",
    ),
]
# Neither NUL, which no registry takes, nor halves of characters, which are no text.
CHARACTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
TEXT = st.lists(st.sampled_from(PIECES) | CHARACTERS, min_size=1, max_size=6).map("".join)
PASSWORDS = TEXT | st.sampled_from(PIECES).map(lambda piece: (piece * 10_000)[:10_000]) | TEXT.map(lambda t: f"{t}:{t}")
USERS = TEXT.map(lambda text: text.replace(":", ";"))
# What clients look up; settings refuse the rest. A config from another tool may contain any key.
SERVERS = st.sampled_from(
    ["https://index.docker.io/v1/", "ghcr.io", "localhost:5000", "[::1]:5000/a/b"]
) | st.from_regex(
    r"[a-z0-9]{1,4}(-[a-z0-9]{1,3})?\.[a-z0-9]{1,3}(:[1-9][0-9]{0,3})?(/[a-z0-9]{1,3}([._-][a-z0-9]{1,3})?){0,2}",
    fullmatch=True,
)
ENTRIES = st.dictionaries(
    st.sampled_from(["auth", "username", "password", "email", "identitytoken", "registrytoken"]),
    TEXT,
    min_size=1,
    max_size=3,
)
CASES = st.builds(user_and_password, SERVERS, USERS, PASSWORDS) | st.builds(
    whole_config, SERVERS, ENTRIES, st.dictionaries(SERVERS | TEXT, ENTRIES, max_size=1), escaped=st.booleans()
)


@pytest.fixture
def render(cluster: Kubernetes, vault: VaultServer, manager: str) -> Iterator[Render]:
    """Write the values of a batch to Vault and return the docker config that the operator renders from them."""
    store = planned(vault_store(vault, manager), name=manager, organizations=("acme",), namespaces=(manager,))
    made = [*render_identity(store), render_store(store, {}, None)]
    vault.roles["", "kubernetes", "eso-acme"] = Role((manager, f"eso-{manager}"), "secret/data/batch-")
    for manifest in made:
        cluster.create(manifest)
    eventually(lambda: is_ready(cluster, manager), f"the store {manager}")
    batches = 0

    def render(cases: Sequence[Case]) -> dict[str, Any]:
        nonlocal batches
        batches += 1
        keys = [f"batch-{batches}/{index}" for index in range(len(cases))]
        for key, case in zip(keys, cases, strict=True):
            vault.put(f"secret/{key}", case.stored)
        registries = tuple(case.credential(key) for key, case in zip(keys, cases, strict=True))
        template = build_docker_config(f"batch-{batches}", registries)
        assert isinstance(template, SecretTemplate)
        cluster.create(build_external_secret(Target("acme", manager, manager, "0s"), template))
        return arrived(cluster, manager, template.name)

    yield render
    cluster.delete("external-secrets.io/v1", "ClusterSecretStore", manager)


def is_ready(cluster: Kubernetes, store: str) -> bool:
    found = cluster.get("external-secrets.io/v1", "ClusterSecretStore", store) or {}
    return any(each["status"] == "True" for each in found.get("status", {}).get("conditions", ()))


def arrived(cluster: Kubernetes, namespace: str, name: str) -> dict[str, Any]:
    """The docker config of a Secret, or what the operator says instead."""

    def find() -> dict[str, Any] | None:
        failed = [
            event["message"]
            for event in cluster.list("v1", "Event", namespace)
            if event["involvedObject"].get("name") == name and event["type"] == "Warning"
        ]
        if failed:
            raise ValueError(failed[0])
        return cluster.get("v1", "Secret", name, namespace)

    found = eventually(find, f"{name} to arrive")
    assert (found["type"], list(found["data"])) == (TYPE, [KEY])
    config: dict[str, Any] = json.loads(base64.b64decode(found["data"][KEY]))
    return config


@settings(
    max_examples=12,
    deadline=None,
    # A batch is smaller than what it would take to make it smaller.
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[*HealthCheck],
)
@given(cases=st.lists(CASES, min_size=20, max_size=30, unique_by=lambda case: case.server))
def test_every_registry_arrives_as_it_was(render: Render, cases: list[Case]) -> None:
    config = render(cases)

    assert list(config) == ["auths"]
    found, expected = config["auths"], {case.server: case.expected for case in cases}
    assert found.keys() == expected.keys()
    assert {server: entry for server, entry in found.items() if entry != expected[server]} == {}
    for case in cases:
        if "user" in case.stored:
            # As docker reads it: `auth` wins over the other two, and its first colon ends the user.
            user, _, password = base64.b64decode(found[case.server]["auth"]).decode().partition(":")
            assert (user, password) == (case.stored["user"], case.stored["password"])


def test_what_would_be_no_docker_config_is_refused(render: Render) -> None:
    for config in (
        "canary",
        '["canary"]',
        "null",
        "{}",
        '{"auths": null}',
        '{"auths": ["canary"]}',
        '{"auths": {"GHCR.io": {"auth": "canary"}}}',
        '{"auths": {"ghcr.io": {}}}',
        '{"auths": {"ghcr.io": null}}',
        '{"auths": {"ghcr.io": "canary"}}',
    ):
        assert (
            refusal(render, Case("ghcr.io", {"config": config}, {})) == "BATCH (config) has no docker auth for ghcr.io"
        )
    assert refusal(render, user_and_password("ghcr.io", "canary:user", "canary")) == (
        'the user name for ghcr.io contains ":", which separates user from password in docker auth'
    )


def refusal(render: Render, case: Case) -> str:
    """The reason that the template gives, at the end of what the operator says."""
    with pytest.raises(ValueError, match="error calling fail: ") as refused:
        render([case])
    assert "canary" not in str(refused.value)
    return re.sub(r"batch-\d+/0", "BATCH", str(refused.value).rpartition("error calling fail: ")[2])
