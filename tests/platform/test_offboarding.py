"""Build namespaces of removed organizations: they stay by default, and previews say what lives in them."""

from __future__ import annotations

import pytest

from tests.platform.harness import Kubernetes, Stack, eventually, kubernetes_store
from tests.platform.releases import Builds, on_v1
from tests.platform.samples import git_organization


@pytest.fixture
def two(stack: Stack, cluster: Kubernetes, manager: str, organization: str) -> tuple[str, str]:
    """Names of two organizations of a stack; the build namespace of the second is in use."""
    names = (f"{organization}-a", f"{organization}-b")
    cluster.put_secret(manager, "git", {"token": "value"})
    stack.configure(
        secretStores={"org": kubernetes_store(manager)}, organizations=[git_organization(name, "git") for name in names]
    )
    stack.up()
    return names


def _use(cluster: Kubernetes, namespace: str) -> None:
    """A build and a Secret that OpenChoreo or a person has created."""
    cluster.put_secret(namespace, "of-others", {"a": "b"})
    eventually(lambda: cluster.get("v1", "ServiceAccount", "default", namespace), "the default ServiceAccount")
    spec = {"containers": [{"name": "main", "image": "registry.example/build"}], "automountServiceAccountToken": False}
    cluster.create(
        {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "build", "namespace": namespace}, "spec": spec}
    )


def test_a_namespace_stays_and_is_named_until_it_is_gone(
    stack: Stack, cluster: Kubernetes, two: tuple[str, str]
) -> None:
    first, second = two
    namespace = f"openchoreo-ci-{second}"
    _use(cluster, namespace)
    before = cluster.get("v1", "Namespace", namespace)
    assert before is not None
    stack.configure(organizations=[git_organization(first, "git")])
    message = (
        f"namespace {namespace} stays without its organization; in it: 1 Pod (1 Pending: build), 1 Secret "
        f"(of-others). To delete it as well: kubectl delete namespace {namespace}, or venv/bin/python -m components "
        f"orphans --stack {stack.name} --delete --namespaces"
    )

    assert message in stack.ok("preview", "--suppress-progress")
    assert message in stack.up()

    after = cluster.get("v1", "Namespace", namespace)
    assert after is not None
    assert after["metadata"]["uid"] == before["metadata"]["uid"]
    assert cluster.get("v1", "Pod", "build", namespace) is not None
    assert cluster.names("external-secrets.io/v1", "ExternalSecret", namespace) == set()
    assert message in stack.up()

    stack.configure(organizations=[git_organization(name, "git") for name in two])
    assert f"namespace {namespace}" not in stack.up()
    assert cluster.secret(namespace, "git-clone-secret") == ("Opaque", {"clone-secret": "value"})
    stack.unchanged()

    stack.destroy()
    assert cluster.get("v1", "Pod", "build", namespace) is not None
    cluster.delete("v1", "Namespace", namespace)


@on_v1
def test_a_recorded_word_deletes_it(stack: Stack, cluster: Kubernetes, two: tuple[str, str], builds: Builds) -> None:
    first, second = two
    namespace = builds.namespace(second)
    cluster.put_secret(namespace, "of-others", {"a": "b"})
    stack.configure(offboarding="delete")
    stack.up()
    stack.unchanged()
    stack.configure(organizations=[git_organization(first, "git")])
    message = (
        f"namespace {namespace} is deleted with its organization; in it: 1 Secret (of-others). To keep it, add the "
        "organization again, set offboarding: keep, and update before you remove it"
    )

    assert f"warning: {message}" in stack.ok("preview", "--suppress-progress")
    assert message in stack.up()

    assert cluster.get("v1", "Namespace", namespace) is None
    assert f"namespace {namespace}" not in stack.up()


def test_a_word_that_was_not_recorded_deletes_nothing(stack: Stack, cluster: Kubernetes, two: tuple[str, str]) -> None:
    first, second = two
    namespace = f"openchoreo-ci-{second}"
    stack.configure(organizations=[git_organization(first, "git")], offboarding="delete")

    assert f"namespace {namespace} stays without its organization; nothing of others is in it" in stack.up()

    assert cluster.get("v1", "Namespace", namespace) is not None
    cluster.delete("v1", "Namespace", namespace)
