"""Stacks with isolation: strict on a cluster with other stacks, which other users update."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from local.platform import Platform
from tests.platform.administrators import Administrator, start_administrator
from tests.platform.admission import DATA, OTHERS, external_secret, store_ref
from tests.platform.harness import Kubernetes, Stack, eventually, kubernetes_store
from tests.platform.quotas import wait_until_counting
from tests.platform.samples import git_organization
from tests.platform.subjects import ADMINISTRATOR, AGENT, TENANT, Subject, dry_run

API: Final = "admissionregistration.k8s.io/v1"
PROJECT: Final = "organization/openchoreo-secrets"


@pytest.fixture
def robot(new_stack: Callable[[], Stack], platform: Platform, manager: str, tmp_path: Path) -> Iterator[Administrator]:
    """Another administrator."""
    with start_administrator(platform, manager, tmp_path) as administrator:
        yield administrator


@pytest.fixture
def stacks(
    new_stack: Callable[[], Stack], cluster: Kubernetes, robot: Administrator, manager: str, organization: str
) -> tuple[Stack, Stack]:
    """Two stacks with an organization each, whose names begin alike; the robot updates the second one."""
    stacks = new_stack(), new_stack()
    wait_until_counting(cluster, manager)
    for stack, name in zip(stacks, (organization, f"{organization}2"), strict=True):
        cluster.put_secret(manager, f"git-{name}", {"token": f"value of {name}"})
        stack.configure(
            secretStores={f"org-{stack.name}": kubernetes_store(manager)},
            organizations=[git_organization(name, f"git-{name}", secretStore=f"org-{stack.name}")],
        )
    stacks[1].configure(clusters={"buildPlane": robot.here})
    return stacks


def protect(stack: Stack, *users: str) -> None:
    stack.configure(isolation="strict", admission={"administrators": list(users), "agents": [AGENT]})


def release(stack: Stack) -> None:
    stack.configure(isolation="store", admission={})


def count_policies(cluster: Kubernetes, stack: Stack) -> int:
    return sum(f"-{stack.name}-" in name for name in cluster.names(API, "ValidatingAdmissionPolicy"))


def ask(platform: Platform, organization: str, store: str) -> str | None:
    """Why a build of an organization may not use a store."""
    where = f"openchoreo-ci-{organization}"
    manifest: dict[str, Any] = external_secret(where, secretStoreRef=store_ref(store), data=DATA)
    (reason,) = dry_run(Subject(platform.kubeconfig, TENANT), manifest)
    return reason


def refuse(stack: Stack, user: str) -> str:
    """The message about a stack whose policies do not exempt a user."""
    return (
        f"the admission policies of the stack {PROJECT}/{stack.name} would refuse this stack's previews and updates, "
        f'because its admission.administrators lacks "{user}", the user of this context; add it there, and update that '
        "stack first"
    )


def test_two_strict_stacks_are_independent(
    stacks: tuple[Stack, Stack], platform: Platform, cluster: Kubernetes, robot: Administrator, organization: str
) -> None:
    first, second = stacks
    other, users = f"{organization}2", (ADMINISTRATOR, robot.user)
    own = {name: f"org-{stack.name}-{name}" for name, stack in ((organization, first), (other, second))}
    protect(first, ADMINISTRATOR)
    first.up()
    eventually(lambda: ask(platform, organization, "another"), "the policies to be in force")

    protect(second, robot.user)
    output = second.preview_fails()
    assert refuse(first, robot.user) in output
    lacks = f'admission.administrators lacks "admin" of the stack {PROJECT}/{first.name}'
    assert lacks in output
    assert refuse(first, robot.user) in second.up_fails()
    assert (count_policies(cluster, second), cluster.get("v1", "Namespace", f"openchoreo-ci-{other}")) == (0, None)
    protect(first, *users)
    first.up()
    output = eventually(lambda: None if refuse(first, robot.user) in (text := second.preview_fails()) else text, "it")
    assert lacks in output
    protect(second, *users)
    second.up()
    for stack in stacks:
        stack.unchanged(update=True)

    assert (count_policies(cluster, first), count_policies(cluster, second)) == (8, 8)
    for name in own:
        assert cluster.secret(f"openchoreo-ci-{name}", "git-clone-secret") == (
            "Opaque",
            {"clone-secret": f"value of {name}"},
        )
    eventually(lambda: ask(platform, other, "another"), "the policies of the second stack to be in force")
    assert {name: ask(platform, name, store) for name, store in own.items()} == dict.fromkeys(own)
    for name, store in ((organization, own[other]), (other, own[organization])):
        advice = f'is not a store of organization "{name}"; use the ClusterSecretStore {own[name]}'
        assert ask(platform, name, store) in {f"spec.secretStoreRef: {text}" for text in (advice, OTHERS)}

    first.destroy()
    assert (count_policies(cluster, first), count_policies(cluster, second)) == (0, 8)
    second.unchanged(update=True)
    protect(second, robot.user)
    second.up()
    release(second)
    second.up()
    assert count_policies(cluster, second) == 0
    second.unchanged()
    second.destroy()


def test_a_strict_stack_beside_one_with_stores(
    stacks: tuple[Stack, Stack], platform: Platform, cluster: Kubernetes, robot: Administrator, organization: str
) -> None:
    """The policies protect the stores of both, so the user of the other one needs an exception."""
    first, second = stacks
    second.up()
    protect(first, ADMINISTRATOR)
    text = "protect every ClusterSecretStore of the cluster, also those of the "
    # Other tests may have left a stack with stores.
    listed = (
        rf"{text}stacks? .*\b{PROJECT}/{second.name}\b.*; add the users of their contexts to admission.administrators"
    )
    assert re.search(listed, first.up())
    eventually(lambda: ask(platform, organization, "another"), "the policies to be in force")
    assert refuse(first, robot.user) in second.preview_fails()

    protect(first, ADMINISTRATOR, robot.user)
    assert text not in first.up()
    eventually(lambda: refuse(first, robot.user) not in second.run("preview").stdout, "the exception to be in force")
    second.unchanged(update=True)
    protect(second, ADMINISTRATOR, robot.user)
    second.up()
    # One of two strict stacks goes back: the other one keeps its policies, and protects the stores of both.
    release(first)
    first.up()
    first.unchanged(update=True)
    assert (count_policies(cluster, first), count_policies(cluster, second)) == (0, 8)
    eventually(lambda: ask(platform, f"{organization}2", "another"), "the policies of the second stack to be in force")
    own = f"org-{second.name}-{organization}2"
    assert (ask(platform, f"{organization}2", own), ask(platform, organization, own)) == (
        None,
        f"spec.secretStoreRef: {OTHERS}",
    )
    second.unchanged(update=True)
    first.destroy()
    second.destroy()
