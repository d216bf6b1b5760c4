"""Blocks of the secret managers in the cloud: the smallest and the fullest of each way to sign in."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from components.managers.cluster_secret_store import render_store
from components.settings.parsing import parse
from local.obtain import list_operator_crds
from tests.unit.crd_schema import Definitions
from tests.unit.samples import MANUAL, SOURCE, Raw, planned, raw

LABELS: Final = {"app.kubernetes.io/managed-by": "openchoreo-secrets", "openchoreo.dev/organization": "acme"}

GUID: Final = "11111111-2222-3333-4444-555555555555"
TENANT: Final = "99999999-2222-3333-4444-555555555555"
ROLE: Final = "arn:aws:iam::123456789012:role/eso-{organization}"
ESO: Final = "external-secrets"
KEY: Final = {"name": "keys-{organization}", "namespace": ESO, "key": "id"}
ACCOUNT: Final = {"name": "reader-{organization}", "namespace": ESO, "audiences": ["other"]}
OWN: Final = {"identityNamespace": ESO}
CA: Final = {"type": "Secret", "name": "ca", "key": "ca.crt", "namespace": ESO}


def aws(**keys: Any) -> Raw:
    return {"aws": {"service": "SecretsManager", "region": "eu-central-1", **keys}}


def vault(auth: Raw, **keys: Any) -> Raw:
    return {"vault": {"server": "https://vault.example:8200", "auth": auth, **keys}}


def azure(auth_type: str = "WorkloadIdentity", **keys: Any) -> Raw:
    return {"azure": {"vaultUrl": "https://kv-{organization}.vault.azure.net", "authType": auth_type, **keys}}


def gcp(auth: Raw | None = None, **keys: Any) -> Raw:
    return {"gcp": {"projectID": "secrets-prod", **({"auth": auth} if auth else {}), **keys}}


def custom(provider: str, block: Any) -> Raw:
    return {"custom": {provider: block}}


AWS_OWN: Final = aws(auth={"serviceAccount": {**OWN, "roleArn": ROLE}})
VAULT_OWN: Final = vault({"kubernetes": {"role": "{organization}", "serviceAccount": OWN}})
AZURE_OWN: Final = azure(serviceAccount={**OWN, "clientId": GUID})
GCP_OWN: Final = gcp({"workloadIdentity": {"serviceAccount": OWN}})
ONEPASSWORD: Final = custom(
    "onepassword",
    {
        "connectHost": "https://onepassword.example",
        "vaults": {"{organization}": 1},
        "auth": {"secretRef": {"connectTokenSecretRef": {"name": "token", "namespace": ESO, "key": "token"}}},
    },
)


@cache
def operator(pinned_by: str = "external-secrets") -> Definitions:
    """ESO's own definitions, of the version that a folder in ``local/programs`` pins."""
    return Definitions.read(list_operator_crds(pinned_by))


def list_additions(manifest: Mapping[str, Any]) -> list[str]:
    """Fields that the API server would add, and that a manifest can contain: the oldest supported version has them."""
    oldest = operator("external-secrets-oldest")
    return [path for path in operator().additions(manifest) if oldest.has_field(manifest, path)]


def assert_store(store: Raw, provider: str, block: Raw) -> None:
    """An entry of ``secretStores`` is accepted, and becomes this ClusterSecretStore, which ESO takes as it is."""
    parse(raw({"secretStores.default": store}), source=SOURCE, manual_names=MANUAL)
    made = render_store(planned(store), {}, None)
    assert made == {
        "apiVersion": "external-secrets.io/v1",
        "kind": "ClusterSecretStore",
        "metadata": {"name": "org-acme", "labels": LABELS},
        "spec": {"provider": {provider: block}, "conditions": [{"namespaces": ["openchoreo-ci-acme"]}]},
    }
    assert list(operator().problems(made)) == []
    assert list_additions(made) == []
