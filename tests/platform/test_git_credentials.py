"""Git credentials of every kind through the real program and the operator: bytes, types, tokens that are renewed."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import Any

import pytest

from components.settings.parsing import parse
from tests.platform.github import GitHub
from tests.platform.harness import Kubernetes, Stack, eventually, kubernetes_store
from tests.platform.operators import OPERATOR
from tests.platform.releases import Builds, on_each_release, on_v1
from tests.unit.built import operators
from tests.unit.credential_samples import GIT_KINDS, SERVICES
from tests.unit.hosts import line
from tests.unit.keys import write_pem
from tests.unit.samples import acme, raw

GENERATORS = "generators.external-secrets.io/v1alpha1"
EXTERNAL_SECRET = ("external-secrets.io/v1", "ExternalSecret")
SSH = "kubernetes.io/ssh-auth"


@pytest.mark.parametrize(
    "edits",
    [
        *(pytest.param(acme(git=git), id=kind) for kind, git in GIT_KINDS.items()),
        *(pytest.param(acme(external=[service]), id=f"external-{name}") for name, service in SERVICES.items()),
    ],
)
def test_the_api_server_takes_every_kind_and_defaults_nothing(edits: dict[str, Any], cluster: Kubernetes) -> None:
    for manifest in operators(parse(raw(edits), source="test")):
        metadata = manifest["metadata"]
        here = manifest | {"metadata": metadata | ({"namespace": "default"} if "namespace" in metadata else {})}
        assert cluster.dry_run(here)["spec"] == manifest["spec"]


@on_each_release
def test_a_user_with_a_password_and_a_private_key(
    stack: Stack, cluster: Kubernetes, manager: str, organization: str, builds: Builds
) -> None:
    token, name = secrets.token_urlsafe(30), f"bot-{secrets.token_hex(4)}"
    key = write_pem("OPENSSH PRIVATE KEY", secrets.token_bytes(200))
    known = line("git.acme.example", comment="by hand")
    cluster.put_secret(manager, "git", {"token": token, "user": name, "key": key})

    def ref(field: str) -> dict[str, str]:
        return {"remoteKey": "git", "property": field}

    kinds: dict[str, dict[str, Any]] = {
        "known": {"host": "gitlab.com", "basicAuth": {"password": ref("token")}},
        "own": {"host": "git.acme.example:8443", "basicAuth": {"usernameFrom": ref("user"), "password": ref("token")}},
        "ssh": {"host": "git.acme.example", "ssh": {"privateKey": ref("key"), "knownHosts": known}},
        "manual": {"host": "git.acme.example", "ssh": {"privateKey": {"manual": "deployKey"}, "knownHosts": known}},
    }
    stack.configure(
        secretStores={"org": kubernetes_store(manager)},
        organizations=[
            {"name": f"{organization}-{kind}", "secretStore": "org", "git": git} for kind, git in kinds.items()
        ],
    )
    stack.set_secret("manualSecrets.deployKey", key)

    stack.up()

    made = {kind: cluster.secret(builds.namespace(f"{organization}-{kind}"), builds.git) for kind in kinds}
    ssh = (SSH, {"ssh-privatekey": f"{key}\n", "known_hosts": f"{known}\n"})
    assert made == {
        "known": builds.password("oauth2", token),
        "own": builds.password(name, token),
        "ssh": ssh,
        "manual": ssh,
    }
    stack.unchanged()
    assert key.splitlines()[1] not in stack.state.read_text()
    assert token not in stack.state.read_text()


@pytest.fixture
def github() -> Iterator[GitHub]:
    with GitHub() as started:
        yield started


def _app(github: GitHub, **more: Any) -> dict[str, Any]:
    return {
        "appId": int(github.app_id),
        "installationId": int(github.installation_id),
        "privateKey": {"remoteKey": "github-app", "property": "private-key"},
        "url": github.url,
        **more,
    }


@on_v1
def test_tokens_of_a_github_app_are_issued_and_renewed(
    stack: Stack, cluster: Kubernetes, manager: str, organization: str, github: GitHub, builds: Builds
) -> None:
    cluster.put_secret(manager, "github-app", {"private-key": github.private_key})
    scope = {"repositories": ["api"], "permissions": {"contents": "read"}}
    one: dict[str, Any] = {"name": organization, "secretStore": "org", "git": {"githubApp": _app(github, **scope)}}
    stack.configure(secretStores={"org": kubernetes_store(manager)}, organizations=[one])

    stack.up()

    namespace, private_key = builds.namespace(organization), f"{builds.git}-github-app"

    def token() -> tuple[str, dict[str, str]]:
        return builds.password("x-access-token", github.token)

    assert github.refused == []
    assert github.bodies
    assert all(body == scope for body in github.bodies)
    assert cluster.secret(namespace, builds.git) == token()
    assert cluster.secret(namespace, private_key) == (
        "Opaque",
        {"private-key": github.private_key},
    )
    made = cluster.get(*EXTERNAL_SECRET, builds.git, namespace)
    assert made is not None
    assert made["spec"]["refreshInterval"] == "30m0s"
    assert stack.output()["organizations"]["__names"][organization]["secrets"] == {
        "github-app": [private_key],
        "git": [builds.git],
    }
    stack.unchanged()

    stack.configure(organizations=[{**one, "git": {**one["git"], "refreshInterval": "1s"}}])
    stack.up()
    so_far = len(github.bodies)

    eventually(lambda: len(github.bodies) > so_far + 1, "two more tokens")
    eventually(lambda: cluster.secret(namespace, builds.git) == token(), "the newest token in the Secret")
    assert github.refused == []

    state = stack.state.read_text()
    assert github.private_key.splitlines()[1] not in state
    assert not [made for made in range(1, len(github.bodies) + 1) if f'"ghs_{made}"' in state]
    stack.destroy()
    assert cluster.names(GENERATORS, "GithubAccessToken", namespace) == set()


def test_an_app_that_github_refuses_fails_the_update(
    stack: Stack, cluster: Kubernetes, manager: str, organization: str, github: GitHub, builds: Builds
) -> None:
    cluster.put_secret(manager, "github-app", {"private-key": github.private_key})
    git = {"githubApp": _app(github, appId="654321")}
    user = {"name": organization, "secretStore": "org", "git": git}
    stack.configure(secretStores={"org": kubernetes_store(manager)}, organizations=[user], readyTimeout="5s")

    output, namespace = stack.up_fails(), builds.namespace(organization)

    assert set(github.refused) == {"signed by 654321"}
    assert f'organization "{organization}", Secret {namespace}/{builds.git}' in output
    assert OPERATOR.refused_app in output

    stack.configure(organizations=[{**user, "git": {"githubApp": _app(github)}}], readyTimeout="30s")
    stack.up()
    assert cluster.secret(namespace, builds.git) == builds.password("x-access-token", github.token)
