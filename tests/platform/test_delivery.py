"""From the secret manager to the Secret: bytes, changes, organizations that come and go."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable

from tests.platform.harness import Kubernetes, Stack, eventually, kubernetes_store
from tests.platform.releases import Builds, on_each_release, on_v1
from tests.platform.samples import DOCKER_HUB, auth, git_organization


@on_each_release
def test_every_credential_of_an_organization_arrives(
    stack: Stack, cluster: Kubernetes, manager: str, organization: str, builds: Builds
) -> None:
    token, password, scanner = (secrets.token_urlsafe(30) for _ in range(3))
    hub_password = secrets.token_urlsafe(30)
    hub = {"auth": auth("hub", hub_password)}
    other = {"auth": auth("nobody", "asked for this registry")}
    whole = json.dumps({"auths": {DOCKER_HUB: hub, "unasked.example": other}})
    cluster.put_secret(manager, "git", {"token": token})
    cluster.put_secret(manager, "docker", {"dockerconfigjson": whole})
    cluster.put_secret(manager, "ghcr", {"username": "robot", "password": password})
    cluster.put_secret(manager, "sonar", {"token": scanner, "url": "https://sonar.example"})
    stack.configure(
        secretStores={"org": kubernetes_store(manager)},
        organizations=[
            git_organization(
                organization,
                "git",
                registries=[
                    {"server": DOCKER_HUB, "remoteKey": "docker", "property": "dockerconfigjson"},
                    {
                        "server": "ghcr.io",
                        "username": {"remoteKey": "ghcr", "property": "username"},
                        "password": {"remoteKey": "ghcr", "property": "password"},
                    },
                ],
                external=[
                    {
                        "name": "sonar",
                        "keys": {
                            "token": {"remoteKey": "sonar", "property": "token"},
                            "url": {"remoteKey": "sonar", "property": "url"},
                        },
                    }
                ],
            )
        ],
    )

    stack.up()

    namespace = builds.namespace(organization)
    assert cluster.secret(namespace, builds.git) == builds.token(token)
    assert cluster.secret(namespace, "sonar") == ("Opaque", {"token": scanner, "url": "https://sonar.example"})
    push = cluster.secret(namespace, "registry-push-secret")
    assert push is not None
    assert push[0] == "kubernetes.io/dockerconfigjson"
    assert json.loads(push[1][".dockerconfigjson"]) == {
        "auths": {
            DOCKER_HUB: {**hub, "username": "hub", "password": hub_password},
            "ghcr.io": {"username": "robot", "password": password, "auth": auth("robot", password)},
        }
    }
    output = stack.output()
    assert output["organizations"]["__names"] == {
        organization: {
            "namespace": namespace,
            "secrets": {
                "git": [builds.git],
                "registry-push": ["registry-push-secret"],
                "external": ["sonar"],
            },
        }
    }
    assert output["load"] == {
        "__stores": {
            "org": {
                "manager": "kubernetes",
                "externalSecrets": 3,
                "keys": 4,
                "callsPerSecond": 0.001666667,
                "callsPerMonth": 4320,
                "dollarsPerMonth": {"calls": 0, "keys": 0},
                "revocationLag": "1h",
                "slowest": {"organization": organization, "secret": builds.git},
            }
        },
        "generatorsPerSecond": {},
        "callsPerSecond": 0.001666667,
        "callsPerMonth": 4320,
        "dollarsPerMonth": {"calls": 0, "keys": 0},
    }
    stack.unchanged(update=True)


@on_each_release
def test_a_changed_value_arrives_without_an_update(
    stack: Stack, cluster: Kubernetes, manager: str, organization: str, builds: Builds
) -> None:
    cluster.put_secret(manager, "git", {"token": "before"})
    stack.configure(
        secretStores={"org": kubernetes_store(manager)},
        organizations=[git_organization(organization, "git")],
        refreshInterval="1s",
    )
    stack.up()
    namespace = builds.namespace(organization)
    assert cluster.secret(namespace, builds.git) == builds.token("before")

    cluster.put_secret(manager, "git", {"token": "after"})

    after = builds.token("after")
    eventually(lambda: cluster.secret(namespace, builds.git) == after, "the rotated value")
    stack.unchanged(update=True)


@on_each_release
def test_organizations_come_and_go_without_touching_others(
    stack: Stack, cluster: Kubernetes, manager: str, organization: str, builds: Builds
) -> None:
    stays, comes = f"{organization}-stays", f"{organization}-comes"
    cluster.put_secret(manager, "git-stays", {"token": "one"})
    cluster.put_secret(manager, "git-comes", {"token": "two"})
    first = git_organization(stays, "git-stays")
    stack.configure(secretStores={"org": kubernetes_store(manager)}, organizations=[first])
    stack.up()
    untouched = snapshot(cluster, manager, stays, builds)

    stack.configure(organizations=[first, git_organization(comes, "git-comes")])
    stack.up()

    assert cluster.secret(builds.namespace(comes), builds.git) == builds.token("two")
    assert snapshot(cluster, manager, stays, builds) == untouched

    stack.configure(organizations=[first])
    stack.up()

    left = snapshot(cluster, manager, comes, builds)
    assert left.pop("namespace"), "it stays until someone deletes it, with whatever others have put into it"
    assert left == dict.fromkeys(left)
    assert snapshot(cluster, manager, stays, builds) == untouched
    stack.unchanged(update=True)


def snapshot(cluster: Kubernetes, manager: str, organization: str, builds: Builds) -> dict[str, str | None]:
    """What belongs to an organization: object -> resourceVersion, None for one that is not there."""
    namespace, account = builds.namespace(organization), f"eso-org-{organization}"
    found = {
        "namespace": cluster.get("v1", "Namespace", namespace),
        "store": cluster.get("external-secrets.io/v1", "ClusterSecretStore", f"org-{organization}"),
        "secret": cluster.get("v1", "Secret", builds.git, namespace),
        "account": cluster.get("v1", "ServiceAccount", account, manager),
        "role": cluster.get("rbac.authorization.k8s.io/v1", "Role", account, manager),
        "binding": cluster.get("rbac.authorization.k8s.io/v1", "RoleBinding", account, manager),
    }
    # The operator rewrites a store's status whenever it validates it; the spec is what must not move.
    field = {"store": "generation"}
    return {
        name: None if item is None else str(item["metadata"][field.get(name, "resourceVersion")])
        for name, item in found.items()
    }


def test_destroy_leaves_nothing_behind(
    new_stack: Callable[[], Stack], cluster: Kubernetes, manager: str, organization: str
) -> None:
    kinds = (
        ("v1", "Namespace"),
        ("external-secrets.io/v1", "ClusterSecretStore"),
        ("external-secrets.io/v1", "ExternalSecret"),
        ("v1", "ServiceAccount"),
        ("rbac.authorization.k8s.io/v1", "Role"),
        ("rbac.authorization.k8s.io/v1", "RoleBinding"),
        ("v1", "Secret"),
    )
    cluster.put_secret(manager, "git", {"token": "value"})
    before = {kind: cluster.names(*kind) for kind in kinds}
    stack = new_stack()
    stack.configure(
        secretStores={"org": kubernetes_store(manager)},
        organizations=[git_organization(organization, "git")],
        offboarding="delete",
    )
    stack.up()
    assert {kind: cluster.names(*kind) for kind in kinds} != before

    stack.destroy()

    # The namespaces of earlier tests may still be ending, so a name of theirs may disappear meanwhile.
    assert {kind: cluster.names(*kind) - before[kind] for kind in kinds} == {kind: set() for kind in kinds}
    assert {"default", "kube-system", manager} <= cluster.names("v1", "Namespace")
    assert cluster.names("v1", "Secret", manager) == {"git"}
    state = json.loads(stack.state.read_text())
    assert not state["checkpoint"]["latest"].get("resources")


def test_one_shared_store_named_default_serves_all_as_in_the_docs(
    stack: Stack, cluster: Kubernetes, manager: str, organization: str, builds: Builds
) -> None:
    one, two = f"{organization}-a", f"{organization}-b"
    cluster.put_secret(manager, "github-pat", {"token": "shared"})
    docs = {"remoteKey": "github-pat", "property": "token"}
    stack.configure(
        secretStores={"default": kubernetes_store(manager, "shared")},
        organizations=[{"name": one, "git": docs}, {"name": two, "git": docs}],
    )

    stack.up()

    for name in (one, two):
        secret = cluster.secret(builds.namespace(name), builds.git)
        assert secret == builds.token("shared")
    store = cluster.get("external-secrets.io/v1", "ClusterSecretStore", "default")
    assert store is not None
    assert store["spec"]["conditions"] == [{"namespaces": [builds.namespace(one), builds.namespace(two)]}]
    stack.unchanged(update=True)


@on_v1
def test_unicode_and_very_long_values_arrive_whole(
    stack: Stack, cluster: Kubernetes, manager: str, organization: str, builds: Builds
) -> None:
    long = 'ß→\n"quoted" {{ .not }} ${not} \\' + "x" * 10_000
    cluster.put_secret(manager, "git", {"token": long})
    cluster.put_secret(manager, "docker", {"user": "rób", "password": long})
    registry = {
        "server": "registry.example:5000",
        "username": {"remoteKey": "docker", "property": "user"},
        "password": {"remoteKey": "docker", "property": "password"},
    }
    stack.configure(
        secretStores={"org": kubernetes_store(manager)},
        organizations=[git_organization(organization, "git", registries=[registry])],
    )

    stack.up()

    namespace = builds.namespace(organization)
    assert cluster.secret(namespace, builds.git) == builds.token(long)
    push = cluster.secret(namespace, "registry-push-secret")
    assert push is not None
    assert json.loads(push[1][".dockerconfigjson"]) == {
        "auths": {"registry.example:5000": {"username": "rób", "password": long, "auth": auth("rób", long)}}
    }
