"""Whole ClusterSecretStores for AWS, Vault and OpenBao, which ESO's own definition allows, field by field."""

from __future__ import annotations

import pytest

from tests.unit.managers import (
    assert_store,
)
from tests.unit.samples import Raw
from tests.unit.stores_aws_vault import STORES


@pytest.mark.parametrize(("store", "provider", "block"), STORES)
def test_store(store: Raw, provider: str, block: Raw) -> None:
    assert_store(store, provider, block)
