"""Build namespaces: owned, adopted, and never taken by mistake."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.platform.harness import Kubernetes, Stack, kubernetes_store
from tests.platform.releases import Builds, on_each_release
from tests.platform.samples import git_organization

LABEL = "openchoreo.dev/organization"


@pytest.fixture
def existing(cluster: Kubernetes, organization: str, builds: Builds) -> Iterator[str]:
    """The organization's build namespace, as OpenChoreo creates it at the first build."""
    name = builds.namespace(organization)
    labels = {"made-by": "the-platform"}
    cluster.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}})
    yield name
    cluster.delete("v1", "Namespace", name)


@on_each_release
def test_an_adopted_namespace_is_labelled_and_outlives_the_stack(
    new_stack: Callable[[], Stack], cluster: Kubernetes, manager: str, organization: str, existing: str, builds: Builds
) -> None:
    cluster.put_secret(manager, "git", {"token": "value"})
    before = cluster.get("v1", "Namespace", existing)
    assert before is not None
    stack = new_stack()
    stack.configure(
        secretStores={"org": kubernetes_store(manager)},
        organizations=[git_organization(organization, "git", namespace="adopt")],
    )

    stack.up()

    adopted = cluster.get("v1", "Namespace", existing)
    assert adopted is not None
    assert adopted["metadata"]["labels"] == before["metadata"]["labels"] | {LABEL: organization}
    assert cluster.secret(existing, builds.git) == builds.token("value")
    stack.unchanged(update=True)

    stack.destroy()

    after = cluster.get("v1", "Namespace", existing)
    assert after is not None
    assert after["metadata"]["uid"] == before["metadata"]["uid"]
    assert after["metadata"]["labels"] == before["metadata"]["labels"]
    assert cluster.names("external-secrets.io/v1", "ExternalSecret", existing) == set()


@on_each_release
def test_a_namespace_of_others_is_not_taken_over(
    stack: Stack, cluster: Kubernetes, manager: str, organization: str, existing: str, builds: Builds
) -> None:
    cluster.put_secret(manager, "git", {"token": "value"})
    before = cluster.get("v1", "Namespace", existing)
    stack.configure(
        secretStores={"org": kubernetes_store(manager)}, organizations=[git_organization(organization, "git")]
    )

    message = stack.up_fails()

    assert (
        f'organization "{organization}": namespace {existing} exists and was created by something else '
        "(OpenChoreo creates it at the first build); set namespace: adopt, so that destroy keeps it"
    ) in message
    assert cluster.get("v1", "Namespace", existing) == before


@on_each_release
def test_a_namespace_of_another_stack_is_not_taken_over(
    new_stack: Callable[[], Stack], cluster: Kubernetes, manager: str, organization: str
) -> None:
    cluster.put_secret(manager, "git", {"token": "value"})
    first, second = new_stack(), new_stack()
    for stack in (first, second):
        stack.configure(
            secretStores={"org": kubernetes_store(manager)}, organizations=[git_organization(organization, "git")]
        )
    first.up()

    message = second.up_fails()

    assert f"was created by the stack organization/openchoreo-secrets/{first.name}" in message


@on_each_release
def test_adopted_namespace_must_exist(stack: Stack, cluster: Kubernetes, manager: str, organization: str) -> None:
    cluster.put_secret(manager, "git", {"token": "value"})
    adopting = git_organization(organization, "git", namespace="adopt")
    stack.configure(secretStores={"org": kubernetes_store(manager)}, organizations=[adopting])
    assert "does not exist; set namespace: own, or run the organization's first build" in stack.up_fails()

    stack.configure(organizations=[git_organization(organization, "git")])
    stack.up()
    stack.configure(organizations=[adopting])

    assert "was created by this stack, so there is nothing to adopt; keep namespace: own" in stack.up_fails()


@on_each_release
def test_a_secret_made_by_hand_in_an_adopted_namespace_is_not_overwritten(
    stack: Stack, cluster: Kubernetes, manager: str, organization: str, existing: str, builds: Builds
) -> None:
    cluster.put_secret(manager, "git", {"token": "ours"})
    cluster.put_secret(existing, builds.git, {"clone-secret": "by hand"})
    adopting = git_organization(organization, "git", namespace="adopt")
    stack.configure(secretStores={"org": kubernetes_store(manager)}, organizations=[adopting])

    message = stack.up_fails()

    assert f"Secret {existing}/{builds.git} exists and this stack did not create it" in message
    assert cluster.secret(existing, builds.git) == ("Opaque", {"clone-secret": "by hand"})

    adopting["git"]["secretName"] = "git-token"
    stack.configure(organizations=[adopting])
    stack.up()

    assert cluster.secret(existing, "git-token") == builds.token("ours")
    assert cluster.secret(existing, builds.git) == ("Opaque", {"clone-secret": "by hand"})
