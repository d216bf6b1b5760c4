"""The access graph of a configuration: who can read which key, and what leads from one organization to another."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from components.access.model import Crossing, Edge, OrganizationAccess
from components.plan.stack import Plan
from tests.unit.access_samples import (
    AT,
    SELECTOR,
    SHARED,
    configured,
    manual,
    organization,
    plan,
    planned_crossings,
    pull_store,
    pulling,
    report,
    summarize,
)
from tests.unit.samples import KUBERNETES, Raw

IDENTITY = "ServiceAccount secret-manager/eso-org-acme, Role secret-manager/eso-org-acme"
AWS: Raw = {"service": "SecretsManager", "region": "eu-central-1"}
ROLE = "arn:aws:iam::123456789012:role/"
VAULT: Raw = {"server": "https://vault.example:8200", "path": "secret"}


def test_the_edges_of_an_organization() -> None:
    planned = plan(pulling("acme"))
    pull = pull_store(planned)
    pull_identity = f"ServiceAccount secret-manager/eso-{pull}, Role secret-manager/eso-{pull}"
    workloads = f"workloads with {SELECTOR}=acme"
    builds = "builds in openchoreo-ci-acme"
    assert report(planned).edges == (
        Edge(
            "acme",
            "build",
            builds,
            "ExternalSecret openchoreo-ci-acme/git-clone-secret",
            "ClusterSecretStore org-acme",
            IDENTITY,
            f"{AT}: acme-git",
        ),
        Edge(
            "acme",
            "build",
            workloads,
            "ClusterExternalSecret registry-pull-secret-acme",
            f"ClusterSecretStore {pull}",
            pull_identity,
            f"{AT}: acme-pull",
        ),
    )
    assert report(planned).organizations == (
        OrganizationAccess(
            "acme",
            (builds, workloads),
            ("ClusterSecretStore org-acme", f"ClusterSecretStore {pull}"),
            (IDENTITY, pull_identity),
            (f"{AT}: acme-git", f"{AT}: acme-pull"),
        ),
    )
    assert report(planned).crossings == ()


def test_runs_create_their_own_objects() -> None:
    raw = organization("acme", componentWorkflows={"names": ["docker"]})
    edges = report(plan(raw)).edges
    assert [(edge.subject, edge.object, edge.key) for edge in edges] == [
        (
            "builds in openchoreo-ci-acme",
            "ExternalSecret of each build run, for git-clone-secret",
            f"{AT}: acme-git",
        ),
    ]


def test_a_pull_secret_through_the_store_of_the_data_plane() -> None:
    pull = {"componentTypes": ["service"], "dockerConfig": {"remoteKey": "pull"}}
    planned = plan(organization("acme", pullSecret=pull), organization("globex", pullSecret=pull))
    edge = report(planned).edges[-1]
    assert (edge.store, edge.identity, edge.key) == (
        "the store that the data plane names",
        "",
        "the store that the data plane names: pull",
    )
    assert summarize(planned_crossings(planned)) == [("shared-key", "acme globex", "acme globex")]


def test_values_of_the_configuration() -> None:
    planned = plan(manual("acme", "one", "dp-acme-1"))
    assert [(edge.subject, edge.object, edge.store, edge.key) for edge in report(planned).edges] == [
        ("builds in openchoreo-ci-acme", "Secret openchoreo-ci-acme/git-clone-secret", "", "manualSecrets.one"),
        ("workloads in dp-acme-1", "Secret dp-acme-1/registry-pull-secret", "", "manualSecrets.one"),
    ]
    assert report(planned).crossings == ()


def test_a_secret_reference_reads_a_key() -> None:
    git = {"basicAuth": {"username": "u", "password": {"remoteKey": "k"}}, "secretReference": "ref"}
    planes = {"workflowPlane": {"context": "dev"}, "controlPlane": {"context": "dev"}, "dataPlane": {"context": "dev"}}
    namespace = organization("acme", git=git)
    planned = plan(release="v1", clusters=planes, namespaces=[namespace])
    objects = [(edge.object, edge.store, edge.key) for edge in report(planned).edges]
    assert objects == [
        ("ExternalSecret workflows-acme/git-secret", "ClusterSecretStore org-acme", f"{AT}: k"),
        ("SecretReference acme/ref", "ClusterSecretStore org-acme", f"{AT}: k"),
    ]


def _aws(**keys: Any) -> Raw:
    return {"aws": {**AWS, **keys}}


def _vault(role: str, **more: Any) -> Raw:
    login = {"role": role, "serviceAccount": {"identityNamespace": "eso"}}
    return {"vault": {**VAULT, "auth": {"kubernetes": login}}, **more}


@pytest.mark.parametrize(
    ("planned", "crossings"),
    [
        pytest.param(plan(organization("acme"), organization("acme2")), [], id="store"),
        pytest.param(
            plan(organization("acme"), organization("acme2"), stores={"org": SHARED}),
            [("shared-store", "acme acme2", "acme acme2")],
            id="shared-scope",
        ),
        pytest.param(
            plan(organization("acme"), organization("acme2"), isolation="shared"),
            [("shared-store", "acme acme2", "acme acme2")],
            id="isolation-shared",
        ),
        pytest.param(
            plan(
                organization("acme"),
                organization("acme2"),
                stores={"org": {**_vault("one"), "sharedAccess": True}},
            ),
            [("shared-identity", "acme acme2", "acme acme2")],
            id="shared-access",
        ),
        pytest.param(
            plan(
                organization("acme", secretStore="first"),
                organization("acme2", secretStore="second"),
                stores={"first": _vault("eso-{organization}2"), "second": _vault("eso-{organization}")},
            ),
            [("shared-identity", "acme acme2", "acme acme2")],
            id="two-templates-with-one-result",
        ),
        pytest.param(
            plan(
                organization("acme", git={"remoteKey": "pat"}),
                organization("acme2", git={"remoteKey": "pat"}),
                organization("globex"),
            ),
            [("shared-key", "acme acme2", "acme acme2")],
            id="one-key",
        ),
        pytest.param(
            plan(
                organization("acme", git={"remoteKey": "globex-git"}),
                organization("acme2"),
                organization("globex", secretStore="own"),
                stores={"org": SHARED, "own": KUBERNETES},
            ),
            [("shared-key", "acme globex", "acme globex"), ("shared-store", "acme acme2", "acme acme2 globex")],
            id="a-shared-store-reads-a-key-of-a-third",
        ),
        pytest.param(
            plan(organization("acme"), organization("acme2"), stores={"org": _aws(role=f"{ROLE}{{organization}}")}),
            [],
            id="aws-roles",
        ),
        pytest.param(
            plan(
                organization("acme", git={"remoteKey": "git"}),
                organization("acme2", git={"remoteKey": "git"}),
                stores={"org": _aws(role=f"{ROLE}{{organization}}", prefix="org/{organization}/")},
            ),
            [],
            id="one-key-below-two-prefixes",
        ),
        pytest.param(
            plan(
                organization("acme", git={"remoteKey": "org/acme2/git"}),
                organization("acme2", git={"remoteKey": "secret/data/org/acme2/git"}),
                stores={"org": _vault("eso-{organization}")},
            ),
            [("shared-key", "acme acme2", "acme acme2")],
            id="one-key-in-two-spellings",
        ),
        pytest.param(plan(manual("acme", "one"), manual("acme2", "two")), [], id="two-values"),
        pytest.param(
            plan(manual("acme", "one"), manual("acme2", "one")),
            [("shared-value", "acme acme2", "acme acme2")],
            id="one-value",
        ),
        pytest.param(
            plan(manual("acme", "one", "dp-acme2-1"), manual("acme2", "two", "dp-acme2-1")),
            [("namespace", "acme", "acme2"), ("namespace", "acme2", "acme")],
            id="one-namespace",
        ),
    ],
)
def test_what_a_configuration_lets_organizations_reach(planned: Plan, crossings: list[tuple[str, str, str]]) -> None:
    assert summarize(planned_crossings(planned)) == crossings


def test_a_crossing_says_why_and_what_removes_it() -> None:
    (crossing,) = planned_crossings(plan(organization("acme"), organization("acme2"), stores={"org": SHARED}))
    assert crossing == Crossing(
        "shared-store",
        "configuration",
        ("acme", "acme2"),
        ("acme", "acme2"),
        store="ClusterSecretStore org",
        identity="ServiceAccount secret-manager/eso-org, Role secret-manager/eso-org",
        keys=(f"{AT}: acme-git", f"{AT}: acme2-git"),
        why="the store serves all of them, so an ExternalSecret of one can name every key of the others",
        remedy=(
            'give each organization its own store: remove "scope: shared" from the entry of secretStores, or use '
            '"isolation: store"'
        ),
    )
    assert crossing.pairs == 2


def test_a_key_that_the_configuration_accepts_is_an_edge_all_the_same() -> None:
    git = {"git": {"remoteKey": "pat"}}
    stores = {"org": {**KUBERNETES, "sharedKeys": ["pat"]}}
    (crossing,) = planned_crossings(plan(organization("acme", **git), organization("acme2", **git), stores=stores))
    assert crossing.reason == "shared-key"
    assert crossing.why == "they read one key, which sharedKeys accepts, so they have one credential"


def test_source_secrets_in_a_namespace_of_an_organization() -> None:
    stores = {"org": {"kubernetes": {"remoteNamespace": "globex"}}}
    planned = plan(organization("acme"), organization("globex"), stores=stores)
    crossings = planned_crossings(planned)
    assert summarize(crossings) == [("source-namespace", "globex", "acme")]
    assert crossings[0].subject == "namespace globex"


def test_a_planned_store_that_lets_in_rooms_of_others() -> None:
    planned = plan(organization("acme"), organization("acme2"))
    stores = [replace(item, namespaces=("openchoreo-ci-acme", "openchoreo-ci-acme2")) for item in planned.stores[:1]]
    (crossing,) = planned_crossings(replace(planned, stores=(*stores, planned.stores[1])))
    assert summarize([crossing]) == [("store-conditions", "acme2", "acme")]
    assert crossing.subject == "openchoreo-ci-acme2"


def test_keys_that_a_store_delivers_though_nothing_planned_reads_them_there() -> None:
    """As a store of builds and of workloads would do."""
    planned = plan(organization("acme"), organization("acme2"))
    both = replace(planned.stores[0], selectors=({SELECTOR: "acme"}, {SELECTOR: "acme2"}))
    edges = report(replace(planned, stores=(both, planned.stores[1]))).edges
    assert [(edge.subject, edge.key) for edge in edges if not edge.object] == [
        (f"workloads with {SELECTOR}=acme", f"{AT}: acme-git")
    ]


def test_the_rooms_of_two_releases() -> None:
    planned = plan(organization("acme"), release=["v0.9", "v1"], clusters={"buildPlane": {"context": "dev"}})
    assert [(room.name, room.subject) for room in configured(planned).rooms] == [
        ("openchoreo-ci-acme", "builds in openchoreo-ci-acme"),
        ("workflows-acme", "builds in workflows-acme"),
        ("", "workloads with openchoreo.dev/rendered-release-namespace=acme"),
        ("", f"workloads with {SELECTOR}=acme"),
    ]
