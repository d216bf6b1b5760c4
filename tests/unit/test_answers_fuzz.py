"""Anything in the place of any answer: only errors of this package, and nothing of what came back in their text."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Final

import pytest
from hypothesis import HealthCheck, given, settings as hypothesis_settings, strategies as st

from components.cluster.connection import Cluster
from components.cluster.contents import describe_contents
from components.cluster.drift import Inspector
from components.cluster.handover import find_removed
from components.cluster.identity import check_identity
from components.cluster.objects import edit
from components.cluster.orphans import list_owned
from components.cluster.planes import check_control_plane, check_data_plane
from components.cluster.preflight import check_build_plane
from components.cluster.readiness import wait_until_synced
from components.cluster.reviews import list_missing_rights
from components.cluster.store_users import describe_users, list_store_users
from components.drift.planned import PlannedManifest
from components.errors import NotReadyError, OpenChoreoSecretsError
from components.manifests import Manifest, sign
from components.openchoreo.v0_9 import V0_9
from components.patches.model import History
from components.patches.patch import apply_patch
from components.plan.expected import Expected, FanOut
from components.plan.rights import list_rights
from tests.unit.healthy_server import ACME, CANARY, NAMESPACE, PLAN, SERVICE, STACK, STRANGE, answering, replace_part
from tests.unit.loopback import connect, http

RIGHTS: Final = [right for right in list_rights(PLAN) if right.plane == "build"][:4]


def never(_seconds: float) -> bool:
    return False


def wait(cluster: Cluster) -> None:
    expected = [Expected("acme", NAMESPACE, manifest["metadata"]["name"]) for manifest in ACME.external_secrets]
    fan_outs = [FanOut("acme", manifest["metadata"]["name"]) for manifest in [ACME.fan_out] if manifest]
    wait_until_synced(cluster, expected, fan_outs, seconds=0, report=print, cancelled=never)


def change(live_object: Manifest) -> tuple[Manifest, None]:
    patch = ACME.patches[0]
    return apply_patch(live_object, patch.patch, History(), release=V0_9, identity=patch.identity).object, None


def compare(cluster: Cluster) -> None:
    inspector = Inspector(cluster, STACK)
    planned = [PlannedManifest("acme", sign(manifest, STACK)) for manifest in ACME.external_secrets]
    for drift in list(inspector.find(planned, lambda _: False)):
        inspector.repair(drift, lambda _: True)


CALLS: Final[dict[str, Callable[[Cluster], object]]] = {
    "build-plane": lambda cluster: check_build_plane(cluster, PLAN, stack=STACK),
    "control-plane": lambda cluster: check_control_plane(cluster, V0_9, PLAN.organizations),
    "data-plane": lambda cluster: check_data_plane(cluster, PLAN, stack=STACK, build_plane=cluster, warn=print),
    "rights": lambda cluster: list_missing_rights({"build": cluster}, RIGHTS),
    "identity": lambda cluster: check_identity(cluster, "1"),
    "wait": wait,
    "patch": lambda cluster: edit(cluster, SERVICE, change, never),
    "drift": compare,
    "orphans": lambda cluster: list_owned(cluster, STACK),
    "removal": lambda cluster: find_removed(cluster, {f"Namespace {NAMESPACE}": "-1"}, STACK).refuse(cluster),
    "store-users": lambda cluster: describe_users(list_store_users(cluster)),
    "contents": lambda cluster: describe_contents(cluster, [NAMESPACE], V0_9, STACK),
}


@pytest.mark.parametrize("name", CALLS)
def test_a_healthy_server(name: str, tmp_path: Path) -> None:
    """Otherwise the tests below would break off before the answers that they replace."""
    # The server ignores label selectors, so the wait has more namespaces than are ready.
    with answering(lambda _number, _usual: None) as (address, requests), suppress(NotReadyError):
        CALLS[name](connect(tmp_path, address))
    assert requests


@pytest.mark.parametrize("name", CALLS)
@hypothesis_settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_another_server_answers(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: st.DataObject
) -> None:
    monkeypatch.setattr("components.cluster.readiness._PATIENCE", 0.0)
    first = data.draw(st.integers(0, 6), "first strange answer")
    last = data.draw(st.sampled_from([first, 1000]), "last strange answer")
    strange = data.draw(st.sampled_from(STRANGE), "answer")
    try:
        with answering(lambda number, _: strange if first <= number <= last else None) as (address, _):
            CALLS[name](connect(tmp_path, address))
    except OpenChoreoSecretsError as error:
        assert CANARY not in str(error)  # noqa: PT017 -- most examples raise, some need no answer so late


@pytest.mark.parametrize("name", CALLS)
@hypothesis_settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(number=st.integers(0, 6), seed=st.integers(0, 2**32))
def test_any_part_of_an_answer_is_something_else(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, seed: int
) -> None:
    monkeypatch.setattr("components.cluster.readiness._PATIENCE", 0.0)
    monkeypatch.setattr("components.cluster.objects.ATTEMPTS", 2)

    def respond(count: int, usual: bytes | None) -> bytes | None:
        source = Random(seed)  # noqa: S311 -- hypothesis chooses the seed
        return http(json.dumps(replace_part(json.loads(usual), source))) if count == number and usual else None

    try:
        with answering(respond) as (address, _):
            CALLS[name](connect(tmp_path, address))
    except OpenChoreoSecretsError as error:
        assert str(error)  # noqa: PT017 -- many a part is not read at all
