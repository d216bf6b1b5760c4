"""Admission policies of other stacks on a cluster, and whom they exempt."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import pytest

from components.admission.cel import is_user, read_users
from components.admission.model import AdmissionRules
from components.admission.policies import list_policies
from components.cluster.admission import read_user
from components.cluster.other_policies import list_conflicts
from components.manifests import FIELD_MANAGER_ANNOTATION, sign
from tests.unit.admission_samples import plan_strict
from tests.unit.api import Api, Object

STACK: Final = "organization/openchoreo-secrets/prod"
OTHER: Final = "organization/openchoreo-secrets/dev"
PLANE: Final = 'build plane (context "dev")'
POLICIES: Final = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies"
STORES: Final = "/apis/external-secrets.io/v1/clustersecretstores"
ESO: Final = "system:serviceaccount:external-secrets:external-secrets"
ADMISSION: Final[dict[str, Any]] = {"administrators": ["pulumi"]}
HARD: Final = ("a]", 'b"c', "d\\e")


class Cluster(Api):
    """A cluster whose user has a name."""

    user: str | None = "pulumi"

    def create(self, path: str, manifest: Any) -> Object | None:
        assert (path, manifest["kind"]) == (
            "/apis/authentication.k8s.io/v1/selfsubjectreviews",
            "SelfSubjectReview",
        )
        return None if self.user is None else {"status": {"userInfo": {"username": self.user}}}


def rules(*, stack: str = STACK, **keys: Any) -> AdmissionRules:
    return plan_strict(stack=stack, admission={**ADMISSION, **keys}).admission["build"]


def policies(stack: str, **keys: Any) -> list[Object]:
    """The live policies of a stack."""
    manifests = list_policies(rules(stack=stack, **keys))
    return [sign(manifest, stack) for manifest in manifests if manifest["kind"] == "ValidatingAdmissionPolicy"]


def ask(live: list[Object], own: AdmissionRules | None, *stores: Object, user: str | None = "pulumi") -> Any:
    warnings: list[str] = []
    cluster = Cluster(**{POLICIES: live, STORES: [*stores]})
    cluster.user = user
    problems = list(list_conflicts(cluster.cluster, own, STACK, read_user=read_user, warn=warnings.append))
    return problems, warnings


def store(owner: str | None) -> Object:
    return {"metadata": {"name": str(owner), "annotations": {FIELD_MANAGER_ANNOTATION: owner} if owner else {}}}


def test_a_stack_alone() -> None:
    assert ask([], rules()) == ([], [])
    assert ask([], None) == ([], [])
    assert ask(policies(STACK), rules(administrators=["other"])) == ([], [])


@pytest.mark.parametrize("own", [None, rules()])
def test_stacks_that_exempt_each_other(own: AdmissionRules | None) -> None:
    assert ask(policies(OTHER), own) == ([], [])


@pytest.mark.parametrize("own", [None, rules(administrators=["admin", "pulumi"])])
def test_the_other_stack_would_refuse_the_updates(own: AdmissionRules | None) -> None:
    expected = (
        f"{PLANE}: the admission policies of the stack {OTHER} would refuse this stack's previews and updates, because "
        'its admission.administrators lacks "pulumi", the user of this context; add it there, and update that stack '
        "first"
    )
    assert ask(policies(OTHER, administrators=["admin"]), own) == ([expected], [])
    assert ask(policies(OTHER, administrators=["admin"]), own, user=None) == ([], [])


def test_the_name_of_the_other_stack_is_one_line() -> None:
    (problem,) = ask(policies("a/b/\x1b[31m\nc", administrators=["admin"]), None)[0]
    assert r"of the stack a/b/\x1b[31m\nc would refuse" in problem


def test_users_of_the_other_stack() -> None:
    """A problem before the first update, later a warning, so that a user can leave both stacks."""
    live = policies(OTHER, administrators=["pulumi", "admin"], operators=["system:serviceaccount:eso:eso"])
    expected = [
        (
            f'{PLANE}: admission.administrators lacks "admin" of the stack {OTHER}, so the policies of this '
            "stack would refuse what it writes for that stack; add it, or remove it there first"
        ),
        (
            f'{PLANE}: admission.operators lacks "system:serviceaccount:eso:eso" of the stack {OTHER}, so the '
            "policies of this stack would refuse what it writes for that stack; add it, or remove it there first"
        ),
        (
            f'{PLANE}: admission.operators of the stack {OTHER} lacks "{ESO}", so the policies of that stack '
            "would refuse what it writes for this stack; add it there, and update that stack first"
        ),
    ]
    assert ask(live, rules()) == (expected, [])
    assert ask([*live, *policies(STACK)], rules()) == ([], expected)


def test_stores_of_stacks_without_policies() -> None:
    """Their users cannot be read, so the first update says that they need an exception."""
    stores = [store(owner) for owner in (None, STACK, OTHER, "a/b/store", "a/b/shared", "a/b/shared")]

    def expect(stacks: str) -> str:
        return (
            f"{PLANE}: the policies of isolation: strict protect every ClusterSecretStore of the cluster, also those "
            f"of the {stacks}; add the users of their contexts to admission.administrators, or their next updates are "
            "refused"
        )

    assert ask(policies(OTHER), rules(), *stores) == ([], [expect("stacks a/b/shared, a/b/store")])
    assert ask([], rules(), *stores[:3]) == ([], [expect(f"stack {OTHER}")])
    assert ask(policies(STACK), rules(), *stores) == ([], [])


def test_policies_that_cannot_be_read() -> None:
    cluster = Cluster(**{POLICIES: policies(OTHER)})
    cluster.forbidden.add(POLICIES)
    problems = list_conflicts(cluster.cluster, rules(), STACK, read_user=read_user, warn=pytest.fail)
    assert list(problems) == []


def test_stores_that_cannot_be_read() -> None:
    """The user may list policies, but not stores."""
    cluster, warnings = Cluster(**{POLICIES: policies(OTHER)}), list[str]()
    cluster.forbidden.add(STORES)
    problems = list_conflicts(cluster.cluster, rules(), STACK, read_user=read_user, warn=warnings.append)
    assert (list(problems), warnings) == (
        [],
        [
            (
                f"{PLANE}: the user of this context may not list ClusterSecretStores, so nothing shows which other "
                "stacks have stores here, which the policies of isolation: strict protect too; add the users of their "
                "contexts to admission.administrators, or their next updates are refused"
            )
        ],
    )


def test_policies_of_another_shape() -> None:
    foreign = policies(OTHER, administrators=["admin"])
    changed: list[Object] = []
    for policy in foreign:
        *_, own = policy["spec"]["matchConditions"]
        changed.append({**policy, "spec": {**policy["spec"], "matchConditions": [own]}})
    without: list[Object] = [{**policy, "spec": {}} for policy in foreign]
    unowned = [{**policy, "metadata": {**policy["metadata"], "annotations": {}}} for policy in foreign]
    for live in (changed, without, unowned):
        assert ask(live, replace(rules(), name="own")) == ([], [])


@pytest.mark.parametrize(
    ("expression", "users"),
    [
        (f"!({is_user(HARD)})", HARD),
        (is_user([]), ()),
        ("true", ()),
        ("request.userInfo.username in variables.users", ()),
        ("request.userInfo.username in {}", ()),
    ],
)
def test_the_users_of_an_expression(expression: str, users: tuple[str, ...]) -> None:
    assert read_users(expression) == users
