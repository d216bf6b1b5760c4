"""Stores that the planes of an organization name: never those of another one, and no pull store for builds."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.samples import KUBERNETES, Edits, Raw, assert_rejected, settings

CONTROL = {"clusters.controlPlane": {"context": "control"}, "clusters.dataPlane": {"context": "dev"}}
PULL = {"delivery": "namespace", "componentTypes": ["service"], "dockerConfig": {"remoteKey": "acme-pull"}}
OTHER_PULL = {**PULL, "dockerConfig": {"remoteKey": "globex-pull"}}
ACME: Raw = {"name": "acme", "git": {"remoteKey": "acme-git"}}
GLOBEX: Raw = {"name": "globex", "git": {"remoteKey": "globex-git"}, "pullSecret": OTHER_PULL}


def _config(**acme: Any) -> Edits:
    return {**CONTROL, "organizations": [{**ACME, **acme}, GLOBEX]}


def _plane(plane: str, store: str, **more: Any) -> Edits:
    return _config(**{plane: {"secretStoreRef": store}}, **more)


@pytest.mark.parametrize("isolation", ["store", "strict"])
@pytest.mark.parametrize(
    ("edits", "plane", "problem"),
    [
        pytest.param(
            _plane("dataPlane", "default-pull-globex", pullSecret=PULL),
            "dataPlane",
            '"default-pull-globex" is a store of the organization "globex"; use "default-pull-acme", or remove this',
            id="pull-store",
        ),
        pytest.param(
            _plane("dataPlane", "default-globex"),
            "dataPlane",
            '"default-globex" is a store of the organization "globex"; use a store of this organization, '
            "or remove this",
            id="build-store-without-a-pull-secret",
        ),
        pytest.param(
            _plane("buildPlane", "default-globex"),
            "buildPlane",
            '"default-globex" is a store of the organization "globex"; use "default-acme", or remove this',
            id="build-store",
        ),
        pytest.param(
            _plane("buildPlane", "default-pull-acme", pullSecret=PULL),
            "buildPlane",
            '"default-pull-acme" may be used by workloads only; use "default-acme", or remove this',
            id="own-pull-store-for-builds",
        ),
    ],
)
def test_a_plane_that_names_a_store_of_others(edits: Edits, plane: str, problem: str, isolation: str) -> None:
    where = f'organizations[0] ("acme").{plane}.secretStoreRef'
    assert_rejected({**edits, "isolation": isolation}, f"{where}: {problem}")


def test_a_plane_that_names_a_shared_store_of_others() -> None:
    stores = {"default": KUBERNETES, "common": {**KUBERNETES, "scope": "shared"}}
    others = [{**GLOBEX, "name": name, "secretStore": "common"} for name in ("globex", "initech")]
    edits = {
        **CONTROL,
        "secretStores": stores,
        "organizations": [{**ACME, "buildPlane": {"secretStoreRef": "common"}}, *others],
    }
    assert_rejected(
        edits,
        'organizations[0] ("acme").buildPlane.secretStoreRef: "common" is a store of the organizations "globex", '
        '"initech"; use "default-acme", or remove this',
    )


@pytest.mark.parametrize(
    "edits",
    [
        pytest.param(_plane("buildPlane", "default-acme"), id="own-build-store"),
        pytest.param(_plane("dataPlane", "default-pull-acme", pullSecret=PULL), id="own-pull-store"),
        pytest.param(_plane("dataPlane", "platform"), id="a-store-of-the-platform"),
        pytest.param(
            {
                **_plane("buildPlane", "default-acme", pullSecret=PULL),
                "clusters.dataPlane": {"context": "data"},
            },
            id="one-name-on-two-clusters",
        ),
    ],
)
def test_a_plane_that_names_its_own_store(edits: Edits) -> None:
    assert settings(edits)
