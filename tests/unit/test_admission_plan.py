"""What the admission policies of a stack protect on each cluster."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import pytest

from components.admission.model import AdmissionRules
from components.manifests import Manifest
from components.openchoreo import V1
from components.plan.rights import list_rights
from components.plan.stack import Plan
from tests.unit.admission_samples import NAMES, ONE_CLUSTER, PULL, plan_strict
from tests.unit.rights_samples import documented_roles, list_allowed

AGENTS: Final = (
    "system:serviceaccount:openchoreo-data-plane:cluster-agent-dataplane",
    "system:serviceaccount:openchoreo-workflow-plane:cluster-agent-workflowplane",
)
RULES: Final = AdmissionRules(
    name="openchoreo-secrets-prod-DIGEST",
    administrators=("pulumi",),
    operators=("system:serviceaccount:external-secrets:external-secrets",),
    agents=AGENTS,
    organizations=NAMES,
    build_stores={name: (f"default-{name}",) for name in NAMES},
    workload_stores={name: (f"default-pull-{name}",) for name in NAMES},
    stores=tuple(sorted(f"default-{part}{name}" for name in NAMES for part in ("", "pull-"))),
    accounts=tuple(sorted(("secret-manager", f"eso-default-{part}{name}") for name in NAMES for part in ("", "pull-"))),
    roles=tuple(sorted(("secret-manager", f"eso-default-{part}{name}") for name in NAMES for part in ("", "pull-"))),
    sources=("secret-manager",),
    build_prefixes=("workflows-",),
    workload_namespaces=V1.workload_namespaces,
    secret_api=None,
    secret_api_stores={},
    minimum_refresh_interval="1m0s",
)


def rules(**keys: Any) -> dict[str, AdmissionRules]:
    """The rules, without the digest in the name."""
    planned = plan_strict(**keys).admission
    return {plane: replace(of_plane, name=f"{of_plane.name[:-8]}DIGEST") for plane, of_plane in planned.items()}


def test_one_cluster() -> None:
    assert rules() == {"build": RULES}


def test_two_clusters_protect_their_own_stores() -> None:
    planned = rules(clusters={**ONE_CLUSTER, "dataPlane": {"context": "data"}})
    assert planned == {
        "build": replace(
            RULES,
            workload_stores={},
            stores=tuple(sorted(f"default-{name}" for name in NAMES)),
            accounts=_identities(),
            roles=_identities(),
        ),
        "data": replace(
            RULES,
            build_stores={},
            workload_stores={name: (f"default-{name}",) for name in NAMES},
            stores=tuple(sorted(f"default-{name}" for name in NAMES)),
            accounts=_identities(),
            roles=_identities(),
        ),
    }


def _identities() -> tuple[tuple[str, str], ...]:
    return tuple(sorted(("secret-manager", f"eso-default-{name}") for name in NAMES))


def test_without_strict_there_is_nothing() -> None:
    plan = plan_strict(isolation="store", admission=None)
    assert (plan.admission, plan.policies) == ({}, {})
    assert [organization.quota for organization in plan.organizations] == [None] * 3


def test_stores_that_planes_name_may_be_used_too() -> None:
    git = {"remoteKey": "git"}
    planes = {"workflowPlane": {"secretStoreRef": "of-builds"}, "dataPlane": {"secretStoreRef": "of-workloads"}}
    organizations = [
        {"name": "acme", "git": git, **planes},
        {"name": "globex", "git": {"manual": "token"}},
    ]
    planned = rules(namespaces=organizations)["build"]
    assert planned.build_stores == {"acme": ("default-acme", "of-builds"), "globex": ("default-globex",)}
    assert planned.workload_stores == {"acme": ("of-workloads",)}


def test_two_releases_have_one_set_of_policies() -> None:
    planned = plan_strict(
        release=["v0.9", "v1"],
        clusters={"buildPlane": {"context": "dev"}},
        namespaces=None,
        organizations=[{"name": "acme", "git": {"remoteKey": "git"}}],
    )
    (of_build,) = planned.admission.values()
    assert of_build.build_stores == {"acme": ("default-acme",)}
    assert of_build.agents == (
        "system:serviceaccount:openchoreo-build-plane:cluster-agent-buildplane",
        "system:serviceaccount:openchoreo-control-plane:controller-manager",
        *AGENTS,
    )
    assert [plan.quota is not None for plan in planned.organizations] == [True, True]


@pytest.mark.parametrize(
    ("store", "accounts"),
    [
        pytest.param(
            {"kubernetes": {"remoteNamespace": "manager", "serviceAccount": {"name": "r-{organization}"}}},
            [("manager", "r-acme")],
            id="an-existing-account",
        ),
        pytest.param(
            {
                "vault": {
                    "server": "https://vault.example",
                    "path": "secret",
                    "auth": {
                        "kubernetes": {
                            "role": "eso-{organization}",
                            "serviceAccount": {"identityNamespace": "identities"},
                        }
                    },
                }
            },
            [("identities", "eso-default-acme")],
            id="a-created-account",
        ),
        pytest.param(
            {"custom": {"webhook": {"url": "https://{organization}.example"}}},
            [],
            id="no-account",
        ),
        pytest.param(
            {
                "custom": {
                    "vault": {
                        "server": "https://{organization}.example",
                        "auth": {
                            "kubernetes": {"serviceAccountRef": {"name": "vault-{organization}", "namespace": "vault"}}
                        },
                        "several": [
                            {"serviceAccountRef": {"name": "other", "namespace": "vault"}},
                            {"serviceAccountRef": {"name": "external-secrets", "namespace": "external-secrets"}},
                        ],
                    }
                }
            },
            [("vault", "other"), ("vault", "vault-acme")],
            id="accounts-in-any-provider-without-the-operator",
        ),
    ],
)
def test_accounts_of_stores(store: dict[str, Any], accounts: list[tuple[str, str]]) -> None:
    if "kubernetes" in store:
        store["kubernetes"]["serviceAccount"]["namespace"] = "manager"
    planned = rules(secretStores={"default": store}, namespaces=[{"name": "acme", "git": {"remoteKey": "git"}}])
    assert planned["build"].accounts == tuple(accounts)


def test_namespaces_that_stores_refer_to() -> None:
    """Not those of the secret manager, which have no object in them."""
    reference = {"name": "ca", "namespace": "certificates", "key": "ca.crt"}
    store = {
        "custom": {
            "vault": {
                "server": "https://{organization}.example",
                "namespace": "of-vault",
                "caProvider": {**reference, "type": "ConfigMap"},
                "several": [{"tokenSecretRef": {**reference, "namespace": "tokens"}}, {"name": 1, "namespace": 2}],
            }
        }
    }
    planned = rules(secretStores={"default": store}, namespaces=[{"name": "acme", "git": {"remoteKey": "git"}}])
    assert planned["build"].sources == ("certificates", "tokens")


def test_agents_with_other_names() -> None:
    limits = {"administrators": ["pulumi"], "agents": ["agent"]}
    assert rules(admission=limits)["build"] == replace(RULES, agents=("agent",))


def test_names_contain_the_stack() -> None:
    def name(stack: str | None) -> str:
        return plan_strict(stack=stack).admission["build"].name

    names = [name(f"organization/openchoreo-secrets/{stack}") for stack in ("dev", "dev.", "DEV", "x" * 100)]
    assert len({*names}) == 4
    assert [text[:-9] for text in names] == [
        *["openchoreo-secrets-dev"] * 3,
        f"openchoreo-secrets-{'x' * 40}",
    ]
    # Another project has the same readable part, and another digest.
    other, ours = (name(f"organization/{project}/dev") for project in ("team", "openchoreo-secrets-team"))
    assert (other[:-9], ours[:-9]) == ("openchoreo-secrets-team-dev", "openchoreo-secrets-team-dev")
    assert other != ours
    assert name(None) == "openchoreo-secrets"


def test_policies_are_left_out_where_they_are_not_supported() -> None:
    plan = replace(plan_strict(), without_policies=frozenset({"build"}))
    assert plan.policies == {}
    assert "ValidatingAdmissionPolicy" not in {planned.kind for planned in plan.objects}


def test_a_quota() -> None:
    quota: Manifest = {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {
            "name": "openchoreo-secrets",
            "namespace": "workflows-acme",
            "labels": {
                "app.kubernetes.io/managed-by": "openchoreo-secrets",
                "openchoreo.dev/organization": "acme",
            },
        },
        "spec": {"hard": {"count/externalsecrets.external-secrets.io": "7"}},
    }
    limits = {"administrators": ["pulumi"], "maximumExternalSecrets": 7}
    plan = plan_strict(admission=limits, namespaces=[{"name": "acme", "pullSecret": PULL, "git": {"remoteKey": "a"}}])
    assert [organization.quota for organization in plan.organizations] == [quota]


def test_objects_and_rights() -> None:
    plan = plan_strict()
    here = {(planned.kind, planned.name, planned.user) for planned in plan.objects if planned.kind.startswith("Valid")}
    name = plan.admission["build"].name
    parts = ("external-secrets", "push-secrets", "stores", "generators", "identities", "namespaces", "quotas", "agents")
    assert here == {
        (f"ValidatingAdmissionPolicy{kind}", f"{name}-{part}", "isolation: strict")
        for part in parts
        for kind in ("", "Binding")
    }


def test_the_documented_role_allows_what_strict_adds() -> None:
    def list_needed(plan: Plan) -> set[tuple[str, str, str]]:
        return {(right.group, right.resource, right.verb) for right in list_rights(plan)}

    without = list_needed(plan_strict(isolation="store", admission=None))
    assert list_needed(plan_strict()) - without == list_allowed(documented_roles()["openchoreo-secrets-strict"])
