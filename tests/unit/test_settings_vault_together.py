"""Managed stores of Vault that contradict each other or the clusters: every message in full."""

from __future__ import annotations

import pytest

from tests.unit.samples import Raw, acme, assert_rejected, on_every_plane, settings
from tests.unit.vault_managed import GIT, managed

HERE = "secretStores.default.vault.managed"


def test_two_stores_of_one_organization_share_its_path() -> None:
    """They read the same secrets of the same organization."""
    stores = {"default": managed(), "other": managed()}
    external = [{"name": "sonar", "secretStore": "other", "keys": {"token": {"remoteKey": "org/acme/sonar"}}}]
    edits = {"secretStores": stores, **acme(git=GIT, external=external)}
    assert len(settings(edits).organizations) == 1


@pytest.mark.parametrize(
    ("stores", "organizations", "problem"),
    [
        pytest.param(
            {"default": managed(path="{organization}/"), "other": managed(path="org/{organization}/")},
            [
                {"name": "org", "git": {"remoteKey": "org/git"}},
                {"name": "acme", "secretStore": "other", "git": {"remoteKey": "org/acme/git"}},
            ],
            f'{HERE}.path: "secret/data/org/" of the organization "org" contains "secret/data/org/acme/" of the '
            'organization "acme" in the store "other", whose secrets it could read; use separate paths',
            id="path-in-a-path",
        ),
        pytest.param(
            {
                "default": managed({"path": "builds/secret"}, path="{organization}/"),
                "other": managed({"namespace": "builds"}, path="acme/{organization}/"),
            },
            [
                {"name": "acme", "git": {"remoteKey": "acme/git"}},
                {"name": "globex", "secretStore": "other", "git": {"remoteKey": "acme/globex/git"}},
            ],
            f'{HERE}.path: "builds/secret/data/acme/" of the organization "acme" contains '
            '"builds/secret/data/acme/globex/" of the organization "globex" in the store "other", whose secrets it '
            "could read; use separate paths",
            id="namespace-below",
        ),
        pytest.param(
            {"default": managed(roleName="x-{organization}"), "other": managed(roleName="x-a-{organization}")},
            [
                {"name": "a-b", "git": {"remoteKey": "org/a-b/git"}},
                {"name": "b", "secretStore": "other", "git": {"remoteKey": "org/b/git"}},
            ],
            'secretStores.other.vault.managed.roleName: "x-a-b" of the organization "b" is also the role of the '
            'organization "a-b" in the store "default"; use another name',
            id="role",
        ),
        pytest.param(
            {"default": managed(createMount=True), "other": managed(createMount=True)},
            [
                {"name": "acme", "git": {"remoteKey": "org/acme/git"}},
                {"name": "globex", "secretStore": "other", "git": {"remoteKey": "org/globex/git"}},
            ],
            'secretStores.other.vault.managed.createMount: creates the mount "secret", as the store "default" does; '
            "leave it out in one of them",
            id="mount",
        ),
    ],
)
def test_two_stores(stores: Raw, organizations: list[Raw], problem: str) -> None:
    assert_rejected({"secretStores": stores, "organizations": organizations}, problem)


def test_a_data_plane_needs_an_auth_method_of_its_own() -> None:
    pull = {"componentTypes": ["service"], "delivery": "namespace", "dockerConfig": {"remoteKey": "org/acme/pull"}}
    edits = {**on_every_plane(git=GIT, pullSecret=pull), "secretStores.default": managed()}
    assert_rejected(
        edits,
        'organizations[0] ("acme").pullSecret: reads through the managed store "default" on the data plane, whose '
        "cluster needs its own auth method in Vault; set secretStores.default.vault.managed.dataPlaneAuthMount",
    )
    edits["secretStores.default"] = managed(dataPlaneAuthMount="kubernetes-data")
    assert len(settings(edits).organizations) == 1
