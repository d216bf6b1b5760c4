"""The identity of a store in a cloud's secret manager, and the organization's name in its block."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, strategies as st

from components.errors import SettingsError
from components.managers.cluster_secret_store import render_store
from components.schema.names import check_label
from tests.unit.managers import (
    ACCOUNT,
    AWS_OWN,
    AZURE_OWN,
    ESO,
    GCP_OWN,
    GUID,
    KEY,
    ONEPASSWORD,
    OWN,
    ROLE,
    TENANT,
    VAULT_OWN,
    aws,
    azure,
    custom,
    gcp,
    vault,
)
from tests.unit.samples import Raw, planned

LABELS = {"app.kubernetes.io/managed-by": "openchoreo-secrets"}
SECRETS_MANAGER = {"service": "SecretsManager", "region": "eu-central-1"}


def _account(annotations: Raw | None = None) -> Raw:
    extra = {"annotations": annotations} if annotations else {}
    return {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": {"name": "eso-org-acme", "namespace": ESO, "labels": LABELS, **extra},
    }


CLIENT = {"azure.workload.identity/client-id": GUID}


@pytest.mark.parametrize(
    ("store", "annotations"),
    [
        pytest.param(AWS_OWN, {"eks.amazonaws.com/role-arn": "arn:aws:iam::123456789012:role/eso-acme"}, id="aws-irsa"),
        pytest.param(VAULT_OWN, None, id="vault-kubernetes"),
        pytest.param(vault({"jwt": {"role": "{organization}", "serviceAccount": OWN}}), None, id="vault-jwt"),
        pytest.param(AZURE_OWN, CLIENT, id="azure"),
        pytest.param(
            azure(serviceAccount={**OWN, "clientId": GUID}, tenantId=TENANT),
            {**CLIENT, "azure.workload.identity/tenant-id": TENANT},
            id="azure-tenant-is-on-the-account-only",
        ),
        pytest.param(GCP_OWN, None, id="gcp-as-itself"),
        pytest.param(
            gcp(
                {
                    "workloadIdentity": {
                        "serviceAccount": {
                            **OWN,
                            "gcpServiceAccount": "eso-{organization}@secrets-prod.iam.gserviceaccount.com",
                        }
                    }
                }
            ),
            {"iam.gke.io/gcp-service-account": "eso-acme@secrets-prod.iam.gserviceaccount.com"},
            id="gcp-as-a-google-account",
        ),
    ],
)
def test_account_of_its_own(store: Raw, annotations: Raw | None) -> None:
    assert [*planned(store).identity] == [_account(annotations)]
    assert "tenantId" not in str(render_store(planned(store), {}, None))


@pytest.mark.parametrize(
    "store",
    [
        pytest.param(aws(role=ROLE), id="aws-operator's-own"),
        pytest.param(aws(auth={"serviceAccountRef": ACCOUNT}), id="aws-existing"),
        pytest.param(vault({"tokenSecretRef": KEY}), id="vault-token"),
        pytest.param(azure(), id="azure-operator's-own"),
        pytest.param(gcp(projectID="{organization}-secrets"), id="gcp-operator's-own"),
        pytest.param(gcp({"secretRef": {"secretAccessKeySecretRef": KEY}}), id="gcp-key"),
        pytest.param(ONEPASSWORD, id="custom"),
    ],
)
def test_no_service_account_is_created(store: Raw) -> None:
    assert [*planned(store).identity] == []


SHARED = ("acme", "globex")


@pytest.mark.parametrize("store", [AWS_OWN, VAULT_OWN, AZURE_OWN, gcp(projectID="{organization}-secrets"), ONEPASSWORD])
def test_placeholder_in_a_store_of_several_organizations_is_a_mistake_of_the_program(store: Raw) -> None:
    both = planned(store, organizations=SHARED)
    with pytest.raises(SettingsError) as raised:
        (both.identity, render_store(both, {}, None))
    key = both.manager.settings_key
    assert str(raised.value) == (
        "store org-acme: 1 problem\n"
        f"  - {key}: has {{organization}}, but 2 organizations use the store; expected exactly one"
    )


def test_a_shared_store_without_placeholder() -> None:
    store = {"scope": "shared", **aws(role="arn:aws:iam::122222222222:role/eso")}
    block = render_store(planned(store, organizations=SHARED), {}, None)["spec"]["provider"]
    assert block == {"aws": {**SECRETS_MANAGER, "role": "arn:aws:iam::122222222222:role/eso"}}


NAMES = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?", fullmatch=True).map(check_label)
TEMPLATED = [
    AWS_OWN["aws"],
    VAULT_OWN["vault"],
    ONEPASSWORD["custom"],
    {"x": ["{organization}", {"{organization}-y": "a{organization}{organization}"}, 1, True]},
]
TEXT = st.text(max_size=5) | st.sampled_from(["{organization}", "{{organization}}", "{", "}", "organization"])
TREES = st.recursive(
    TEXT | st.integers() | st.booleans(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)


def _strings(tree: Any) -> list[str]:
    if isinstance(tree, str):
        return [tree]
    if isinstance(tree, dict):
        return [text for pair in tree.items() for part in pair for text in _strings(part)]
    return [text for part in tree for text in _strings(part)] if isinstance(tree, list) else []


@given(tree=TREES | st.sampled_from(TEMPLATED), one=NAMES, other=NAMES)
def test_each_organization_gets_its_own_block(tree: Any, one: str, other: str) -> None:
    """No placeholder is left, nothing else changes, and no two organizations get one text out of a template."""
    before = deepcopy(tree)
    store = custom("webhook", {"tree": tree})

    def block(name: str) -> Any:
        made = planned(store, organizations=(name,))
        return render_store(made, {}, None)["spec"]["provider"]["webhook"]["tree"]

    first, second = _strings(block(one)), _strings(block(other))
    assert not any("{organization}" in text for text in first)
    assert tree == before
    templates = _strings(tree)
    if len(first) == len(templates) == len(second):
        for template, mine, theirs in zip(templates, first, second, strict=True):
            assert mine == template.replace("{organization}", one)
            assert (mine == theirs) == (one == other or "{organization}" not in template)
