"""Every kind of registry token has a snapshot of its manifests."""

from __future__ import annotations

import pytest

from components.registries.tokens import TOKENS, RegistryToken
from tests.golden import snapshots
from tests.unit.built import OPERATOR
from tests.unit.managers import operator


def test_no_other_snapshot() -> None:
    files = {snapshots.get_token_file(token) for token in TOKENS}
    assert set((snapshots.FOLDER / "tokens").iterdir()) - files == set(), "remove the snapshots of no kind of token"


@pytest.mark.parametrize("token", list(TOKENS), ids=lambda token: token.settings_key)
def test_snapshot(token: type[RegistryToken]) -> None:
    """An entry of ``registries`` becomes exactly these manifests, which ESO accepts as they are."""
    built = snapshots.build_token_documents(token)
    file = snapshots.get_token_file(token)
    assert snapshots.read_documents(file) == built, f"run `python -m tests.golden` and review {file.name}"
    manifests = [
        manifest for document in built for manifest in document["manifests"] if manifest["apiVersion"] in OPERATOR
    ]
    assert {"generators.external-secrets.io/v1alpha1"} <= {manifest["apiVersion"] for manifest in manifests}
    assert [problem for manifest in manifests for problem in operator().problems(manifest)] == []
    assert [addition for manifest in manifests for addition in operator().additions(manifest)] == []
