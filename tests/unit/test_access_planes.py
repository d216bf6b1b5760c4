"""Planes in OpenChoreo that name the store of another organization."""

from __future__ import annotations

from typing import Any

import pytest

from components.access.model import Crossing
from components.access.picture import draw_picture
from components.plan.stack import Plan
from tests.unit.access_samples import (
    SHARED,
    deployed,
    organization,
    plan,
    planned_crossings,
    pull_store,
    pulling,
    report,
    summarize,
)

V1_CLUSTERS = {plane: {"context": "dev"} for plane in ("workflowPlane", "controlPlane", "dataPlane")}
FOREIGN = [("plane-store", "acme", "acme2")]


def _v1(**acme: Any) -> Plan:
    return plan(release="v1", clusters=V1_CLUSTERS, namespaces=[organization("acme", **acme), organization("acme2")])


@pytest.mark.parametrize("key", ["dataPlane", "buildPlane"])
def test_a_plane_with_the_store_of_another_organization(key: str) -> None:
    planned = plan(organization("acme", **{key: {"secretStoreRef": "org-acme2"}}), organization("acme2"))
    text = f"{key[0].upper()}{key[1:]} acme/default"
    crossing = Crossing(
        "plane-store",
        "configuration",
        ("acme",),
        ("acme2",),
        object=text,
        store="ClusterSecretStore org-acme2",
        identity="ServiceAccount secret-manager/eso-org-acme2, Role secret-manager/eso-org-acme2",
        keys=("kubernetes secret-manager: acme2-git",),
        why="its plane names a store of acme2 in secretStoreRef",
        remedy=f"name a store of acme in secretStoreRef of {text}",
    )
    assert planned_crossings(planned) == (crossing,)
    result = report(planned, deployed(planned))
    assert (result.crossings, result.pairs, result.exposed) == ((crossing,), 1, {"acme2": 1})
    assert "acme reaches acme2" in draw_picture(result)


@pytest.mark.parametrize(
    ("planned", "crossings"),
    [
        pytest.param(
            plan(organization("acme", dataPlane={"secretStoreRef": "org-acme"}), organization("acme2")),
            [],
            id="its-own",
        ),
        pytest.param(
            plan(organization("acme", dataPlane={"secretStoreRef": "platform"}), organization("acme2")),
            [],
            id="a-store-of-nobody",
        ),
        pytest.param(
            plan(
                organization("acme", dataPlane={"secretStoreRef": pull_store(plan(pulling("acme2")))}), pulling("acme2")
            ),
            FOREIGN,
            id="a-store-of-workloads",
        ),
        pytest.param(
            plan(
                organization("acme", dataPlane={"secretStoreRef": "team"}),
                organization("acme2", secretStore="team"),
                organization("acme3", secretStore="team"),
                stores={"org": {"kubernetes": {"remoteNamespace": "elsewhere"}}, "team": SHARED},
            ),
            [("plane-store", "acme", "acme2 acme3"), ("shared-store", "acme2 acme3", "acme2 acme3")],
            id="a-shared-store-of-others",
        ),
        pytest.param(
            plan(
                organization("acme", dataPlane={"secretStoreRef": "org"}), organization("acme2"), stores={"org": SHARED}
            ),
            [("shared-store", "acme acme2", "acme acme2")],
            id="a-store-that-it-shares",
        ),
        pytest.param(
            plan(
                organization("acme", dataPlane={"secretStoreRef": "org-acme2"}),
                organization("acme2"),
                clusters={
                    "buildPlane": {"context": "a"},
                    "controlPlane": {"context": "a"},
                    "dataPlane": {"context": "b"},
                },
            ),
            [],
            id="a-name-that-is-no-store-of-that-cluster",
        ),
        pytest.param(_v1(workflowPlane={"secretStoreRef": "org-acme2"}), FOREIGN, id="a-workflow-plane"),
        pytest.param(
            _v1(dataPlane={"kind": "ClusterDataPlane", "secretStoreRef": "org-acme2"}), FOREIGN, id="a-shared-plane"
        ),
    ],
)
def test_stores_of_planes(planned: Plan, crossings: list[tuple[str, str, str]]) -> None:
    assert summarize(planned_crossings(planned)) == crossings
