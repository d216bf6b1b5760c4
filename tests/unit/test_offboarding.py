"""Build namespaces without an organization: what lives in them, and what happens to them."""

from __future__ import annotations

from typing import Any

import pytest

from components.cluster.offboarding import Departure, list_departures, name_command
from components.openchoreo.v0_9 import V0_9
from components.plan.stack import plan_stack
from tests.unit.api import Api, Object
from tests.unit.preflight_samples import STACK
from tests.unit.samples import raw, settings


def _object(name: str, owner: str | None = None, **more: Any) -> Object:
    annotations = {} if owner is None else {"annotations": {"openchoreo-secrets/stack": owner}}
    return {"metadata": {"name": name, **annotations, **more}}


def _departures(*namespaces: Object, planned: frozenset[str] = frozenset()) -> list[Departure]:
    api = Api(namespaces=[*namespaces])
    departures = list(list_departures(api.cluster, planned, V0_9, STACK))
    metadata: Object = {"labelSelector": "app.kubernetes.io/managed-by=openchoreo-secrets", "metadata_only": "true"}
    assert api.queries == [("/api/v1/namespaces", metadata)]
    assert api.discoveries == bool(departures)
    return departures


@pytest.mark.parametrize(
    ("namespace", "departures"),
    [
        pytest.param(_object("ci-a", STACK), [Departure("ci-a", goes=False, contents="")], id="stays-by-default"),
        pytest.param(
            {
                "metadata": {
                    "name": "ci-a",
                    "annotations": {"openchoreo-secrets/stack": STACK, "openchoreo-secrets/offboarding": "delete"},
                }
            },
            [Departure("ci-a", goes=True, contents="")],
            id="goes-because-an-update-has-recorded-it",
        ),
        pytest.param(_object("ci-planned", STACK), [], id="planned"),
        pytest.param(_object("ci-a", f"{STACK}-2"), [], id="of-another-stack"),
        pytest.param(_object("ci-a"), [], id="of-something-else"),
        pytest.param(_object("ci-a", STACK, deletionTimestamp="2026-01-01T00:00:00Z"), [], id="going-already"),
    ],
)
def test_departures(namespace: Object, departures: list[Departure]) -> None:
    assert _departures(namespace, planned=frozenset({"ci-planned"})) == departures


def test_contents_of_many_namespaces_are_not_listed() -> None:
    found = _departures(*(_object(f"ci-{number:02}", STACK) for number in range(22)))
    assert [departure.contents for departure in found] == [""] * 20 + ["not listed"] * 2


@pytest.mark.parametrize(
    ("departure", "message"),
    [
        pytest.param(
            Departure("ci-a", goes=False, contents="1 Pod (1 Running: run-1)"),
            "namespace ci-a stays without its organization; in it: 1 Pod (1 Running: run-1). Delete it with: kubectl "
            "delete namespace ci-a, or venv/bin/python -m components orphans --stack dev --delete --namespaces",
            id="stays-with-contents",
        ),
        pytest.param(
            Departure("ci-a", goes=False, contents=""),
            "namespace ci-a stays without its organization; nothing of others is in it. Delete it with: kubectl "
            "delete namespace ci-a, or venv/bin/python -m components orphans --stack dev --delete",
            id="stays-empty",
        ),
        pytest.param(
            Departure("ci-a", goes=True, contents=""),
            "namespace ci-a is deleted with its organization; nothing of others is in it. To keep it, add the "
            "organization again, set offboarding: keep, and update before you remove it",
            id="goes",
        ),
    ],
)
def test_messages(departure: Departure, message: str) -> None:
    assert departure.describe("dev") == message


def test_an_installed_package_has_a_command() -> None:
    assert name_command("openchoreo_secrets.cluster.offboarding") == "openchoreo-secrets"


@pytest.mark.parametrize(
    ("configured", "annotations"),
    [
        pytest.param({}, {}, id="kept-by-default"),
        pytest.param({"offboarding": "keep"}, {}, id="kept"),
        pytest.param(
            {"offboarding": "delete"}, {"annotations": {"openchoreo-secrets/offboarding": "delete"}}, id="deleted"
        ),
    ],
)
def test_an_update_records_the_word_on_the_namespace(configured: Object, annotations: Object) -> None:
    (planned,) = plan_stack(settings(raw(configured)), V0_9, stack=STACK).organizations
    assert planned.namespace_manifest["metadata"] == {
        "name": "openchoreo-ci-acme",
        "labels": {"app.kubernetes.io/managed-by": "openchoreo-secrets", "openchoreo.dev/organization": "acme"},
        **annotations,
    }
