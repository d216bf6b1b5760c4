"""Planned objects that exist already: what the stack does not own is refused before anything changes."""

from __future__ import annotations

from typing import Any, Final

import pytest

from components.cluster.ownership import list_foreign_objects
from components.managers.kubernetes import KubernetesStore
from components.managers.manager import PlannedStore
from components.manifests import build_field_manager, is_owned_by, read_creator, read_owner, sign
from components.openchoreo.v0_9 import V0_9
from components.plan.stack import Plan
from components.settings.organization import Organization
from tests.unit.api import Api, Object
from tests.unit.plans import stack_plan
from tests.unit.preflight_samples import STACK
from tests.unit.registries import ECR, ECR_NAME, ECR_TOKEN
from tests.unit.samples import GIT, Raw, on_every_plane, settings

SPACE: Final = "openchoreo-ci-acme"
FOREIGN: Final = "exists and this stack did not create it"
OTHER: Final = "organization/openchoreo-secrets/prod"
BOT: Final[Raw] = {"server": "quay.io", "manual": {"username": "bot", "password": "quayPassword"}}
STORE: Final = PlannedStore(
    name="org-acme",
    manager=KubernetesStore(remote_namespace="vault"),
    organizations=("acme",),
    namespaces=(SPACE,),
    keys=("acme-git",),
)


def _organization(**keys: Any) -> Organization:
    return settings(on_every_plane(**keys)).organizations[0]


EVERYTHING: Final = stack_plan(
    [
        _organization(
            git={"manual": "gitToken"},
            registries=[{**ECR, "ecr": ECR_TOKEN}],
            external=[{"name": "sonar", "keys": {"token": {"remoteKey": "a"}}}],
            pullSecret={
                "componentTypes": ["service"],
                "delivery": "namespace",
                "dockerConfig": {"remoteKey": "a"},
                "secretStore": "default",
            },
        )
    ],
    [STORE],
)
BY_HAND: Final = stack_plan(
    [
        _organization(
            pullSecret={
                "componentTypes": ["service"],
                "delivery": "manual",
                "registries": [BOT],
                "namespaces": ["dp-a"],
            }
        )
    ]
)


def _live(name: str, namespace: str | None = None, owner: str | None = None) -> Object:
    metadata: Object = {"name": name}
    if namespace is not None:
        metadata["namespace"] = namespace
    if owner is not None:
        metadata["annotations"] = {"pulumi.com/patchFieldManager": owner}
    return {"metadata": metadata}


def _problems(api: Api, plan: Plan, plane: str = "build") -> list[str]:
    planned = (each for each in plan.objects if each.plane == plane)
    return [str(problem) for problem in list_foreign_objects(api.cluster, planned, STACK, runs=[V0_9.run_labels])]


def _take_over(kind: str, name: str, namespace: str = "") -> str:
    place = f"-n {namespace} " if namespace else ""
    return (
        "let the stack take it over, and delete it on destroy: "
        f"kubectl annotate {place}{kind} {name} pulumi.com/patchFieldManager={STACK}"
    )


IN_STORE: Final = [
    ("serviceaccounts", "ServiceAccount vault/eso-org-acme", "eso-org-acme", "vault"),
    ("roles", "Role vault/eso-org-acme", "eso-org-acme", "vault"),
    ("rolebindings", "RoleBinding vault/eso-org-acme", "eso-org-acme", "vault"),
    ("clustersecretstores", "ClusterSecretStore org-acme", "org-acme", None),
]
OF_ORGANIZATION: Final = [
    ("ecrauthorizationtokens", f"ECRAuthorizationToken {SPACE}/{ECR_NAME}", ECR_NAME, SPACE, ""),
    ("externalsecrets", f"ExternalSecret {SPACE}/sonar", "sonar", SPACE, "external[0].name"),
    (
        "externalsecrets",
        f"ExternalSecret {SPACE}/registry-push-secret",
        "registry-push-secret",
        SPACE,
        "registrySecretName",
    ),
    ("secrets", f"Secret {SPACE}/git-clone-secret", "git-clone-secret", SPACE, "git.secretName"),
]


@pytest.mark.parametrize(("kinds", "what", "name", "namespace"), IN_STORE, ids=[kinds for kinds, *_ in IN_STORE])
def test_objects_of_a_store(kinds: str, what: str, name: str, namespace: str | None) -> None:
    kind = what.partition(" ")[0].lower()
    ways = f"delete it, or use another name (the key of secretStores), or {_take_over(kind, name, namespace or '')}"
    unowned = Api(**{kinds: [_live(name, namespace)]})
    assert _problems(unowned, EVERYTHING) == [f'store "org-acme": {what} {FOREIGN}; {ways}']
    another = Api(**{kinds: [_live(name, namespace, OTHER)]})
    both = f"belongs to the stack {OTHER}. Configure it in one of the two stacks only"
    assert _problems(another, EVERYTHING) == [
        f'store "org-acme": {what} {both}, or use another name (the key of secretStores)'
    ]
    assert _problems(Api(**{kinds: [_live(name, namespace, STACK)]}), EVERYTHING) == []


@pytest.mark.parametrize(
    ("kinds", "what", "name", "namespace", "setting"), OF_ORGANIZATION, ids=[what for _, what, *_ in OF_ORGANIZATION]
)
def test_objects_of_an_organization(kinds: str, what: str, name: str, namespace: str, setting: str) -> None:
    kind = what.partition(" ")[0].lower()
    rename = f"use another name ({setting}), or " if setting else ""
    unowned = Api(**{kinds: [_live(name, namespace)]})
    assert _problems(unowned, EVERYTHING) == [
        (f'organization "acme": {what} {FOREIGN}; delete it, or {rename}{_take_over(kind, name, namespace)}')
    ]
    another = Api(**{kinds: [_live(name, namespace, OTHER)]})
    assert _problems(another, EVERYTHING) == [
        f'organization "acme": {what} belongs to the stack {OTHER}. Configure it in one of the two stacks only'
        + (f", or use another name ({setting})" if setting else "")
    ]
    assert _problems(Api(**{kinds: [_live(name, namespace, STACK)]}), EVERYTHING) == []


def test_a_secret_that_the_operator_would_overwrite() -> None:
    """An annotation would not help: the operator does not read the owner."""
    ways = "delete it, or use another name (external[0].name)"
    problem = f'organization "acme": Secret {SPACE}/sonar {FOREIGN}; {ways}'
    assert _problems(Api(secrets=[_live("sonar", SPACE)]), EVERYTHING) == [problem]


def test_objects_of_the_data_plane() -> None:
    name = "registry-pull-secret-acme"
    fan_out = Api(clusterexternalsecrets=[_live(name)])
    ways = f"delete it, or {_take_over('clusterexternalsecret', name)}"
    problem = f'organization "acme": ClusterExternalSecret {name} {FOREIGN}; {ways}'
    assert _problems(fan_out, EVERYTHING, "data") == [problem]
    assert _problems(fan_out, EVERYTHING) == []
    secret = Api(secrets=[_live("registry-pull-secret", "dp-a")])
    ways = "delete it, or use another name (pullSecret.secretName), or "
    ways += _take_over("secret", "registry-pull-secret", "dp-a")
    problem = f'organization "acme": Secret dp-a/registry-pull-secret {FOREIGN}; {ways}'
    assert _problems(secret, BY_HAND, "data") == [problem]


def test_the_same_name_elsewhere_does_not_matter() -> None:
    api = Api(
        secrets=[_live("sonar", "other"), _live("other", SPACE)],
        externalsecrets=[_live("sonar", "openchoreo-ci-globex")],
        clustersecretstores=[_live("org-acme2")],
        roles=[_live("eso-org-acme", "vault2")],
    )
    assert _problems(api, EVERYTHING) == []


def test_one_list_for_each_kind_whatever_the_number_of_organizations() -> None:
    users = [_organization(git=GIT).model_copy(update={"name": f"acme-{number}"}) for number in range(20)]
    api = Api()
    assert _problems(api, stack_plan(users)) == []
    assert api.queries == [
        ("/apis/external-secrets.io/v1/externalsecrets", {"metadata_only": "true"}),
        ("/api/v1/secrets", {"metadata_only": "true"}),
    ]


def test_signature() -> None:
    manifest: Object = {"kind": "Role", "metadata": {"name": "a", "annotations": {"b": "c"}}}
    signed = sign(manifest, STACK, more="d")
    assert signed == {
        "kind": "Role",
        "metadata": {"name": "a", "annotations": {"b": "c", "pulumi.com/patchFieldManager": STACK, "more": "d"}},
    }
    assert manifest == {"kind": "Role", "metadata": {"name": "a", "annotations": {"b": "c"}}}
    assert read_owner(signed) == STACK
    assert [read_owner(live) for live in (manifest, _live("a"), {"metadata": {"annotations": None}})] == [None] * 3
    assert is_owned_by(signed, "Role", STACK)
    assert not is_owned_by(signed, "Role", f"{STACK}-2")


def test_signature_of_a_namespace() -> None:
    """An adopted namespace has the field manager too, so a namespace that the stack created has one more mark."""
    signed = sign({"kind": "Namespace", "metadata": {"name": "a"}}, STACK)
    assert signed["metadata"]["annotations"] == {
        "openchoreo-secrets/stack": STACK,
        "pulumi.com/patchFieldManager": STACK,
    }
    adopted = {"metadata": {"annotations": {"pulumi.com/patchFieldManager": STACK}}}
    assert [is_owned_by(live, "Namespace", STACK) for live in (signed, adopted)] == [True, False]
    assert [read_creator(live) for live in (signed, adopted)] == [STACK, None]


@pytest.mark.parametrize("length", [1, 128, 129, 300])
def test_field_manager_fits(length: int) -> None:
    """Kubernetes refuses more than 128 characters; two stacks never share a name."""
    stack, other = "s" * length, "s" * (length - 1) + "t"
    assert len(build_field_manager(stack)) == min(length, 128)
    assert build_field_manager(stack) != build_field_manager(other)
    assert build_field_manager(stack).startswith("s" * min(length - 1, 111))
    assert build_field_manager("a/b/c") == "a/b/c"


@pytest.mark.parametrize("owner", [None, STACK, OTHER])
def test_objects_that_a_run_deletes(owner: str | None) -> None:
    """Even with the mark of the stack, which somebody may have set by hand."""
    live = _live("sonar", SPACE, owner)
    live["metadata"]["labels"] = {
        "openchoreo.dev/componentworkflowrun": "f3",
        "openchoreo.dev/componentworkflowrun-namespace": "acme",
    }
    whose = "belongs to the build run f3, which deletes it with itself"
    ways = "delete the run: kubectl delete -n acme componentworkflowrun f3, or use another name (external[0].name)"
    problem = f'organization "acme": ExternalSecret {SPACE}/sonar {whose}; {ways}'
    assert _problems(Api(externalsecrets=[live]), EVERYTHING) == [problem]


def test_an_object_of_a_run_without_its_namespace_and_a_setting() -> None:
    live = _live(ECR_NAME, SPACE)
    live["metadata"]["labels"] = {"openchoreo.dev/componentworkflowrun": "f3"}
    whose = "belongs to the build run f3, which deletes it with itself"
    ways = "delete the run: kubectl delete -n <its namespace> componentworkflowrun f3"
    problem = f'organization "acme": ECRAuthorizationToken {SPACE}/{ECR_NAME} {whose}; {ways}'
    assert _problems(Api(ecrauthorizationtokens=[live]), EVERYTHING) == [problem]
