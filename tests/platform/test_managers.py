"""Stores of managers without a stand-in: the API server accepts every block and adds only newer defaults."""

from __future__ import annotations

import pytest

from components.managers.cluster_secret_store import render_store
from tests.platform.harness import Kubernetes
from tests.platform.operators import OPERATOR
from tests.unit.samples import Raw, planned
from tests.unit.stores_aws_vault import STORES as AWS_VAULT
from tests.unit.stores_azure_gcp import STORES as AZURE_GCP


@pytest.mark.parametrize(("store", "provider", "block"), [*AWS_VAULT, *AZURE_GCP])
def test_the_server_adds_only_newer_defaults(cluster: Kubernetes, store: Raw, provider: str, block: Raw) -> None:
    made = render_store(planned(store), {}, None)
    kept = cluster.dry_run(made)
    assert made["spec"]["provider"] == {provider: block}
    defaults = OPERATOR.store_defaults.get(provider, {})
    assert kept["spec"] == {**made["spec"], "provider": {provider: {**defaults, **block}}}
    for account in planned(store).identity:
        account["metadata"]["namespace"] = "default"
        assert cluster.dry_run(account)["metadata"]["name"] == "eso-org-acme"
