"""RBAC that reaches the identities and the Secrets of organizations."""

from __future__ import annotations

from typing import Any

import pytest

from components.access.model import Crossing, Reacher
from components.access.rbac import RIGHTS
from tests.unit.access_samples import (
    Object,
    account,
    binding,
    compare_with,
    deployed,
    organization,
    plan,
    role,
    summarize,
)

BUILDS, OTHERS, SOURCE = "openchoreo-ci-acme", "openchoreo-ci-acme2", "secret-manager"
BOTH = plan(organization("acme"), organization("acme2"))
ATTACKER = account(BUILDS, "default")
RBAC = "rbac.authorization.k8s.io"
AUTHENTICATED: Object = {"kind": "Group", "name": "system:authenticated"}
ALICE: Object = {"kind": "User", "name": "alice"}


def _grant(rule: tuple[str, str, str, tuple[str, ...]], namespace: str | None, *subjects: Object) -> list[Object]:
    kind = "ClusterRole" if namespace is None else "Role"
    bind = "ClusterRoleBinding" if namespace is None else "RoleBinding"
    return [role(kind, "r", namespace, rule), binding(bind, "b", namespace, (kind, "r"), *subjects)]


def _compare(*objects: Object) -> Any:
    return compare_with(BOTH, deployed(BOTH, *objects))


@pytest.mark.parametrize(
    ("rule", "namespace", "words"),
    [
        pytest.param(
            ("", "serviceaccounts/token", "create", ("eso-org-acme2",)),
            SOURCE,
            "create tokens of ServiceAccounts",
            id="token",
        ),
        pytest.param(
            ("", "serviceaccounts/token", "create", ()), None, "create tokens of ServiceAccounts", id="any-token"
        ),
        pytest.param(("", "*/token", "*", ()), SOURCE, "create tokens of ServiceAccounts", id="any-subresource"),
        pytest.param(
            ("", "serviceaccounts", "impersonate", ()), SOURCE, "impersonate ServiceAccounts", id="impersonate"
        ),
        pytest.param(
            ("", "users", "impersonate", ("system:serviceaccount:secret-manager:eso-org-acme2",)),
            None,
            "impersonate ServiceAccounts",
            id="impersonate-by-user-name",
        ),
        pytest.param(("", "secrets", "get", ("acme2-git",)), SOURCE, "read Secrets", id="source"),
        pytest.param(("*", "secrets", "list", ()), OTHERS, "read Secrets", id="delivered"),
        pytest.param(("", "pods", "create", ()), SOURCE, "run pods", id="pods"),
        pytest.param(("apps", "deployments", "patch", ()), SOURCE, "run pods", id="deployments"),
        pytest.param(("", "pods/exec", "create", ()), OTHERS, "run commands in pods", id="exec"),
        pytest.param((RBAC, "roles", "bind", ()), SOURCE, "grant roles", id="bind"),
        pytest.param(
            ("external-secrets.io", "clustersecretstores", "patch", ()),
            None,
            "write cluster-scoped stores",
            id="stores",
        ),
        pytest.param(("", "namespaces", "update", (BUILDS,)), BUILDS, "label namespaces", id="labels"),
    ],
)
def test_rights_of_one_organization_over_another(
    rule: tuple[str, str, str, tuple[str, ...]], namespace: str | None, words: str
) -> None:
    comparison = _compare(*_grant(rule, namespace, ATTACKER))
    place = "all namespaces" if namespace is None else f"namespace {namespace}"
    bind = "ClusterRoleBinding b" if namespace is None else f"RoleBinding {namespace}/b"
    assert comparison.crossings == (
        Crossing(
            "rbac",
            "live",
            ("acme",),
            ("acme2",),
            subject=f"ServiceAccount {BUILDS}/default",
            object=f"{bind} -> {'ClusterRole' if namespace is None else 'Role'} r",
            why=f"ServiceAccount {BUILDS}/default may {words} in {place}",
            remedy=f"delete {bind}, or take the subject out of it",
        ),
    )
    assert comparison.reachers == ()


@pytest.mark.parametrize(
    ("rule", "namespace"),
    [
        pytest.param(("", "serviceaccounts/token", "create", ("eso-org-acme",)), SOURCE, id="its-own-identity"),
        pytest.param(("", "serviceaccounts/token", "create", ()), "elsewhere", id="another-namespace"),
        pytest.param(("", "serviceaccounts", "create", ()), SOURCE, id="no-tokens"),
        pytest.param(("", "secrets", "get", ("acme-git",)), SOURCE, id="its-own-source"),
        pytest.param(("", "secrets", "get", ()), BUILDS, id="its-own-secrets"),
        pytest.param(("", "secrets", "create", ()), SOURCE, id="another-verb"),
        pytest.param(("apps", "secrets", "get", ()), SOURCE, id="another-group"),
        pytest.param(("external-secrets.io", "clustersecretstores", "patch", ()), SOURCE, id="not-by-a-role-binding"),
    ],
)
def test_rights_that_reach_nobody_else(rule: tuple[str, str, str, tuple[str, ...]], namespace: str) -> None:
    comparison = _compare(*_grant(rule, namespace, ATTACKER))
    assert (comparison.crossings, comparison.reachers) == ((), ())


@pytest.mark.parametrize(
    ("subject", "crossings"),
    [
        pytest.param(account(SOURCE, "eso-org-acme"), [("rbac", "acme", "acme2")], id="an-identity"),
        pytest.param(account(SOURCE, "eso-org-acme2"), [], id="the-owner"),
        pytest.param(
            {"kind": "User", "name": f"system:serviceaccount:{BUILDS}:x"}, [("rbac", "acme", "acme2")], id="a-user-name"
        ),
        pytest.param(
            {"kind": "Group", "name": f"system:serviceaccounts:{BUILDS}"}, [("rbac", "acme", "acme2")], id="its-group"
        ),
        pytest.param(AUTHENTICATED, [("rbac", "acme acme2", "acme2")], id="everyone"),
        pytest.param(ALICE, [], id="a-person"),
        pytest.param({"kind": "User", "name": "system:serviceaccount:x"}, [], id="no-account"),
        pytest.param({"kind": "Group", "name": "team"}, [], id="a-group"),
        pytest.param(account("elsewhere", "x"), [], id="the-platform"),
    ],
)
def test_to_whom_a_subject_belongs(subject: Object, crossings: list[tuple[str, str, str]]) -> None:
    rule = ("", "secrets", "get", ("acme2-git",))
    assert summarize(_compare(*_grant(rule, SOURCE, subject)).crossings) == crossings


def test_subjects_of_the_platform_are_listed() -> None:
    rules = (("", "secrets", "get", ()), ("", "serviceaccounts/token", "create", ("eso-org-acme",)))
    objects = [
        role("ClusterRole", "admin", None, *rules),
        binding("ClusterRoleBinding", "everywhere", None, ("ClusterRole", "admin"), ALICE),
        binding("RoleBinding", "here", SOURCE, ("ClusterRole", "admin"), ALICE),
        binding("RoleBinding", "broken", SOURCE, ("ClusterRole", "missing"), ALICE),
    ]
    words = "may read Secrets, create tokens of ServiceAccounts"
    assert _compare(*objects).reachers == (
        Reacher("dev", "User alice", words, "all namespaces", "ClusterRoleBinding everywhere -> ClusterRole admin", 2),
        Reacher(
            "dev", "User alice", words, "namespace secret-manager", f"RoleBinding {SOURCE}/here -> ClusterRole admin", 2
        ),
    )


def test_rights_of_kubernetes_itself_are_left_out() -> None:
    objects = _grant(("", "secrets", "get", ()), None, ALICE)
    objects[0]["metadata"]["name"] = objects[1]["roleRef"]["name"] = "system:controller:x"
    objects[1]["metadata"]["labels"] = {"kubernetes.io/bootstrapping": "rbac-defaults"}
    assert _compare(*objects).reachers == ()
    objects[1]["metadata"]["labels"] = {}
    assert [item.subject for item in _compare(*objects).reachers] == ["User alice"]


def test_names_of_two_rules_are_joined() -> None:
    rules = [("", "secrets", "get", (name,)) for name in ("acme-git", "acme2-git")]
    objects = [
        role("Role", "r", SOURCE, *rules, ("", "secrets", "list", ()), ("", "secrets", "get", ("x",))),
        role("Role", "names", SOURCE, *rules),
        binding("RoleBinding", "b", SOURCE, ("Role", "r"), ALICE),
        binding("RoleBinding", "n", SOURCE, ("Role", "names"), ALICE),
    ]
    assert [item.owners for item in _compare(*objects).reachers] == [2, 2]


def test_the_secrets_that_a_store_signs_in_with() -> None:
    key = {"name": "login-{organization}", "namespace": "eso", "key": "token"}
    vault = {"server": "https://vault.example", "path": "secret", "auth": {"tokenSecretRef": key}}
    planned = plan(organization("acme"), organization("acme2"), stores={"org": {"vault": vault}})
    objects = _grant(("", "secrets", "get", ("login-acme2",)), "eso", ATTACKER)
    comparison = compare_with(planned, deployed(planned, *objects))
    assert summarize(comparison.crossings) == [("rbac", "acme", "acme2")]


def test_every_right_has_a_name_of_its_own() -> None:
    assert len({right.kind for right in RIGHTS}) == len(RIGHTS)
