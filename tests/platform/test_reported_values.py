"""Cases that users have reported, from the file as it is to the Secret: the values that their tools read."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

import pytest

from tests.platform.harness import Kubernetes, Stack, kubernetes_store
from tests.platform.samples import auth
from tests.unit.reported import read_case

LOGIN: Final = {"username": "bot", "password": "pw", "auth": auth("bot", "pw")}


@dataclass(frozen=True)
class Case:
    """What the manager holds, and what arrives."""

    stored: dict[str, dict[str, str]]
    """Name -> the fields of a secret."""
    arriving: dict[str, dict[str, Any]]
    """Name -> the fields of a Secret; a docker config without its JSON."""


CASES: Final = {
    "docker-config-without-auth": Case(
        {"c2": {"cfg": '{"auths": {"quay.io": {"username": "bot", "password": "pw", "email": "a@b.example"}}}'}},
        {"registry-push-secret": {".dockerconfigjson": {"auths": {"quay.io": LOGIN}}}},
    ),
    "extract-quotes": Case({"d5": {"doc": '{"foo.bar": "value"}'}}, {"y": {"foo.bar": '"value"'}}),
    "value-with-newline": Case(
        {"c4": {"user": "bot\n", "pw": "pw\n"}, "c6": {"token": "ghp_abc\n"}},
        {
            "git-clone-secret": {"username": "x-access-token", "password": "ghp_abc", "clone-secret": "ghp_abc"},
            "registry-push-secret": {".dockerconfigjson": {"auths": {"ghcr.io": LOGIN}}},
        },
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_values(name: str, stack: Stack, cluster: Kubernetes, manager: str, organization: str) -> None:
    case, reported = CASES[name], read_case(name)
    for key, fields in case.stored.items():
        cluster.put_secret(manager, key, fields)
    (user,) = reported["organizations"]
    (store,) = reported["secretStores"]
    stack.configure(secretStores={store: kubernetes_store(manager)}, organizations=[{**user, "name": organization}])

    stack.up()

    arrived = {secret: cluster.secret(f"openchoreo-ci-{organization}", secret) for secret in case.arriving}
    assert {secret: _read(found) for secret, found in arrived.items()} == case.arriving


def _read(secret: tuple[str, dict[str, str]] | None) -> dict[str, Any]:
    assert secret is not None
    return {key: json.loads(text) if key == ".dockerconfigjson" else text for key, text in secret[1].items()}
