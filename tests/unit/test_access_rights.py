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
RBAC, ESO = "rbac.authorization.k8s.io", "external-secrets.io"
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
        pytest.param(("", "pods/exec", "get", ()), SOURCE, "run commands in pods", id="exec-by-websocket"),
        pytest.param(("", "pods/attach", "get", ("x",)), OTHERS, "run commands in pods", id="attach-by-websocket"),
        pytest.param(("", "pods/ephemeralcontainers", "patch", ()), OTHERS, "run pods", id="ephemeral-containers"),
        pytest.param(("", "replicationcontrollers", "create", ()), OTHERS, "run pods", id="replication-controllers"),
        pytest.param(("argoproj.io", "workflows", "create", ()), OTHERS, "run pods", id="workflows-of-argo"),
        pytest.param(("argoproj.io", "cronworkflows", "patch", ("x",)), SOURCE, "run pods", id="cron-workflows"),
        pytest.param(("argoproj.io", "workflowtemplates", "update", ()), OTHERS, "run pods", id="workflow-templates"),
        pytest.param(("", "secrets", "create", ()), SOURCE, "write Secrets", id="create-secrets"),
        pytest.param(("", "secrets", "update", ("acme2-git",)), SOURCE, "write Secrets", id="overwrite-a-source"),
        pytest.param(("", "secrets", "patch", ("x",)), OTHERS, "write Secrets", id="overwrite-a-delivered-secret"),
        pytest.param((ESO, "externalsecrets", "create", ()), OTHERS, "write objects of ESO", id="external-secrets"),
        pytest.param((ESO, "externalsecrets", "create", ()), SOURCE, "write objects of ESO", id="merge-into-a-source"),
        pytest.param((ESO, "secretstores", "patch", ("x",)), OTHERS, "write objects of ESO", id="secret-stores"),
        pytest.param((ESO, "pushsecrets", "update", ()), OTHERS, "write objects of ESO", id="push-secrets"),
        pytest.param((f"generators.{ESO}", "webhooks", "*", ()), OTHERS, "write generators of ESO", id="generators"),
        pytest.param(
            ("", "nodes/proxy", "get", ()), None, "run commands through the API of nodes", id="the-api-of-nodes"
        ),
        pytest.param(
            ("argoproj.io", "clusterworkflowtemplates", "patch", ()),
            None,
            "write templates of all builds",
            id="templates-of-all-builds",
        ),
        pytest.param(("", "groups", "impersonate", ()), None, "impersonate groups", id="any-group"),
        pytest.param(
            ("", "groups", "impersonate", ("team", "system:masters")), None, "impersonate groups", id="administrators"
        ),
        pytest.param(
            ("admissionregistration.k8s.io", "mutatingwebhookconfigurations", "create", ()),
            None,
            "change what the API server accepts",
            id="webhooks",
        ),
        pytest.param(
            ("certificates.k8s.io", "signers", "approve", ()), None, "approve certificates", id="certificates"
        ),
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
        pytest.param(("", "secrets", "delete", ()), SOURCE, id="another-verb"),
        pytest.param(("", "secrets", "create", ()), BUILDS, id="its-own-new-secrets"),
        pytest.param(("", "secrets", "update", ("acme-git",)), SOURCE, id="its-own-source-again"),
        pytest.param((ESO, "externalsecrets", "create", ()), BUILDS, id="its-own-external-secrets"),
        pytest.param(("argoproj.io", "workflows", "create", ()), BUILDS, id="its-own-workflows"),
        pytest.param(("", "pods/ephemeralcontainers", "get", ()), OTHERS, id="no-websocket"),
        pytest.param(("", "nodes/proxy", "get", ()), OTHERS, id="nodes-are-not-in-a-namespace"),
        pytest.param(("", "groups", "impersonate", ("team",)), None, id="a-group-of-people"),
        pytest.param((f"generators.{ESO}", "webhooks", "create", ()), BUILDS, id="its-own-generators"),
        pytest.param((ESO, "webhooks", "create", ()), OTHERS, id="a-generator-of-another-group"),
        pytest.param(("apps", "secrets", "get", ()), SOURCE, id="another-group"),
        pytest.param(("external-secrets.io", "clustersecretstores", "patch", ()), SOURCE, id="not-by-a-role-binding"),
    ],
)
def test_rights_that_reach_nobody_else(rule: tuple[str, str, str, tuple[str, ...]], namespace: str | None) -> None:
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
        pytest.param(
            {"kind": "User", "name": "system:anonymous"}, [("rbac", "acme acme2", "acme2")], id="without-a-login"
        ),
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


def _bootstrap(*subjects: Object) -> list[Object]:
    """A grant with the name and the label of those that Kubernetes creates."""
    objects = _grant(("", "secrets", "get", ()), None, *subjects)
    objects[0]["metadata"]["name"] = objects[1]["roleRef"]["name"] = "system:controller:x"
    objects[1]["metadata"]["labels"] = {"kubernetes.io/bootstrapping": "rbac-defaults"}
    return objects


def test_rights_of_kubernetes_itself_are_left_out() -> None:
    controller: Object = {"kind": "User", "name": "system:kube-controller-manager"}
    objects = _bootstrap(account("kube-system", "x"), controller)
    assert _compare(*objects).reachers == ()
    objects[1]["metadata"]["labels"] = {}
    names = ["ServiceAccount kube-system/x", "User system:kube-controller-manager"]
    assert [item.subject for item in _compare(*objects).reachers] == names


@pytest.mark.parametrize(
    ("subject", "crossings"),
    [
        pytest.param(ATTACKER, [("rbac", "acme", "acme2")], id="an-account"),
        pytest.param(
            {"kind": "User", "name": f"system:serviceaccount:{BUILDS}:x"}, [("rbac", "acme", "acme2")], id="a-user-name"
        ),
        pytest.param(
            {"kind": "Group", "name": f"system:serviceaccounts:{BUILDS}"}, [("rbac", "acme", "acme2")], id="a-group"
        ),
        pytest.param(AUTHENTICATED, [("rbac", "acme acme2", "acme acme2")], id="everyone"),
    ],
)
def test_the_label_of_kubernetes_hides_nobody_else(subject: Object, crossings: list[tuple[str, str, str]]) -> None:
    assert summarize(_compare(*_bootstrap(account("kube-system", "x"), subject)).crossings) == crossings


def test_a_person_under_the_label_of_kubernetes_is_listed() -> None:
    assert [item.subject for item in _compare(*_bootstrap(ALICE)).reachers] == ["User alice"]


def test_new_secrets_beside_identities_can_be_their_tokens() -> None:
    login = {"role": "eso-{organization}", "serviceAccount": {"identityNamespace": "eso"}}
    stores = {"org": {"vault": {"server": "https://v", "path": "kv", "auth": {"kubernetes": login}}}}
    planned = plan(organization("acme"), organization("acme2"), stores=stores)
    for names, crossings in (((), [("rbac", "acme", "acme2")]), (("x",), [])):
        live = deployed(planned, *_grant(("", "secrets", "create", names), "eso", ATTACKER))
        assert summarize(compare_with(planned, live).crossings) == crossings


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
