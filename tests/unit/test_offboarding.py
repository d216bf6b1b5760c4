"""Build namespaces without an organization: what lives in them, and what happens to them."""

from __future__ import annotations

from typing import Any

import pytest

from components.cluster.offboarding import (
    Departure,
    describe_arrivals,
    describe_moves,
    list_departures,
    name_command,
)
from components.openchoreo import V0_9, find_release
from components.plan.stack import plan_stack
from tests.unit.api import Api, Object
from tests.unit.preflight_samples import STACK
from tests.unit.samples import GIT, raw, settings


def _object(name: str, owner: str | None = None, **more: Any) -> Object:
    annotations = {} if owner is None else {"annotations": {"openchoreo-secrets/stack": owner}}
    return {"metadata": {"name": name, **annotations, **more}}


def _departures(*namespaces: Object, planned: dict[str, str] | None = None) -> list[Departure]:
    api = Api(namespaces=[*namespaces])
    departures = list(list_departures(api.cluster, planned or {}, V0_9, STACK))
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
        pytest.param(
            _object("ci-a", STACK, labels={"openchoreo.dev/organization": "acme"}),
            [Departure("ci-a", goes=False, contents="", moves=True)],
            id="its-organization-has-another-one",
        ),
        pytest.param(
            _object("ci-a", STACK, labels={"openchoreo.dev/organization": "globex"}),
            [Departure("ci-a", goes=False, contents="")],
            id="its-organization-goes-too",
        ),
        pytest.param(_object("ci-planned", STACK), [], id="planned"),
        pytest.param(_object("ci-a", f"{STACK}-2"), [], id="of-another-stack"),
        pytest.param(_object("ci-a"), [], id="of-something-else"),
        pytest.param(_object("ci-a", STACK, deletionTimestamp="2026-01-01T00:00:00Z"), [], id="going-already"),
    ],
)
def test_departures(namespace: Object, departures: list[Departure]) -> None:
    assert _departures(namespace, planned={"ci-planned": "acme"}) == departures


def test_contents_of_many_namespaces_are_not_listed() -> None:
    found = _departures(*(_object(f"ci-{number:02}", STACK) for number in range(22)))
    assert [departure.contents for departure in found] == [""] * 20 + ["not listed"] * 2


@pytest.mark.parametrize(
    ("departure", "message"),
    [
        pytest.param(
            Departure("ci-a", goes=False, contents="1 Pod (1 Running: run-1)"),
            "namespace ci-a stays without its organization; in it: 1 Pod (1 Running: run-1). To delete it as well: "
            "kubectl delete namespace ci-a, or venv/bin/python -m components orphans --stack dev --delete --namespaces",
            id="stays-with-contents",
        ),
        pytest.param(
            Departure("ci-a", goes=False, contents=""),
            "namespace ci-a stays without its organization; nothing of others is in it. To delete it as well: kubectl "
            "delete namespace ci-a, or venv/bin/python -m components orphans --stack dev --delete",
            id="stays-empty",
        ),
        pytest.param(
            Departure("ci-a", goes=True, contents=""),
            "namespace ci-a is deleted with its organization; nothing of others is in it. To keep it, add the "
            "organization again, set offboarding: keep, and update before you remove it",
            id="goes",
        ),
        pytest.param(
            Departure("ci-a", goes=False, contents="", moves=True),
            "namespace ci-a stays without its credentials, as builds of an older release ran in it; nothing of others "
            "is in it. To delete it as well: kubectl delete namespace ci-a, or venv/bin/python -m components orphans "
            "--stack dev --delete",
            id="stays-after-a-move",
        ),
        pytest.param(
            Departure("ci-a", goes=True, contents="", moves=True),
            "namespace ci-a of an older release is deleted with the credentials of builds in it; nothing of others is "
            "in it. To keep it, go back to both releases, set offboarding: keep, and update before you go on",
            id="goes-with-a-move",
        ),
    ],
)
def test_messages(departure: Departure, message: str) -> None:
    assert departure.describe("dev") == message


def test_an_installed_package_has_a_command() -> None:
    assert name_command("openchoreo_secrets.cluster.offboarding") == "venv/bin/openchoreo-secrets"


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


@pytest.mark.parametrize(
    ("count", "names"),
    [
        pytest.param(1, "workflows-org-0", id="one"),
        pytest.param(
            22, ", ".join(sorted(f"workflows-org-{number}" for number in range(22))[:20]) + " and 2 more", id="many"
        ),
    ],
)
def test_arrivals(count: int, names: str) -> None:
    organizations = [{"name": f"org-{number}", "git": {"remoteKey": f"git-{number}"}} for number in range(count)]
    found = settings({"release": ["v0.9", "v1"], "organizations": organizations})
    plans = plan_stack(found, find_release(found.release), stack=STACK).organizations
    assert describe_arrivals(Api(namespaces=[]).cluster, plans, STACK) == (
        f"builds of OpenChoreo v1 get credentials in {names}; those of the release before stay as they are"
    )


def test_no_arrivals() -> None:
    adopted = {"name": "acme", "namespace": "adopt", "git": GIT}
    for edit, live in (
        ({}, []),
        ({"release": ["v0.9", "v1"], "organizations": [adopted]}, []),
        ({"release": ["v0.9", "v1"]}, [_object("workflows-acme", STACK)]),
    ):
        found = settings(edit)
        plans = plan_stack(found, find_release(found.release), stack=STACK).organizations
        assert describe_arrivals(Api(namespaces=live).cluster, plans, STACK) is None


@pytest.mark.parametrize(
    ("moving", "message"),
    [
        pytest.param([], None, id="none"),
        pytest.param(
            ["ci-a"],
            "builds in ci-a lose their credentials, and their stores do not serve these namespaces any more; builds of "
            "the release that stays keep theirs",
            id="one",
        ),
        pytest.param(
            [f"ci-{number:02}" for number in range(21)],
            f"builds in {', '.join(f'ci-{number:02}' for number in range(20))} and 1 more lose their credentials, and "
            "their stores do not serve these namespaces any more; builds of the release that stays keep theirs",
            id="many",
        ),
    ],
)
def test_moves(moving: list[str], message: str | None) -> None:
    annotations = {"pulumi.com/patchFieldManager": STACK}
    credentials = [{"metadata": {"name": "git", "namespace": name, "annotations": annotations}} for name in moving]
    api = Api(externalsecrets=credentials)
    empty = Departure("ci-empty", goes=False, contents="", moves=True)
    departures = [Departure(name, goes=False, contents="", moves=True) for name in moving]
    assert describe_moves(api.cluster, [*departures, empty], STACK) == message
    assert describe_moves(api.cluster, [Departure("ci-a", goes=False, contents="")], STACK) is None
