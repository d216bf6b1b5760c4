"""Readiness of a pull secret in every namespace of an organization."""

from __future__ import annotations

from typing import Any

import pytest

from components.cluster.pending import Pending, Readiness
from components.cluster.readiness import read_readiness, wait_until_synced
from components.errors import NotReadyError
from components.plan.expected import Expected, FanOut
from tests.unit.api import Api, Object

ACME = FanOut("acme", "registry-pull-secret-acme")
PATH = "/apis/external-secrets.io/v1/clusterexternalsecrets/registry-pull-secret-acme"
SPEC: Object = {"refreshInterval": "1h0m0s"}
LABELS = {"openchoreo.dev/release-namespace": "acme", "tier": "x"}
MADE: dict[str, Object] = {
    PATH: {
        "spec": {
            "externalSecretName": "pull",
            "externalSecretSpec": SPEC,
            "namespaceSelectors": [{"matchLabels": LABELS}],
        }
    }
}
BUILD = Expected("acme", "openchoreo-ci-acme", "git-clone-secret")
ONE, TWO = (Expected("acme", name, "pull") for name in ("dp-one", "dp-two"))
NOT_REACHED = "the ClusterExternalSecret registry-pull-secret-acme has not reached the namespace yet"
FAILED = "no such key"


def _namespace(name: str, **metadata: Any) -> Object:
    return {"metadata": {"name": name, **metadata}}


def _item(of: Expected, spec: Object = SPEC, ready: str = "True") -> Object:
    condition = {"type": "Ready", "status": ready, "reason": "SecretSyncedError", "message": "no such key"}
    return {
        "metadata": {"namespace": of.namespace, "name": of.name, "generation": 1},
        "spec": spec,
        "status": {"conditions": [condition], "syncedResourceVersion": "1-a"},
    }


def _api(items: list[Object], *namespaces: Object, objects: dict[str, Object] | None = None) -> Api:
    return Api(MADE if objects is None else objects, externalsecrets=items, namespaces=list(namespaces))


@pytest.mark.parametrize(
    ("items", "pending"),
    [
        pytest.param([_item(ONE), _item(TWO)], (), id="everywhere"),
        pytest.param([_item(ONE)], (Pending(TWO, NOT_REACHED),), id="not-in-one"),
        pytest.param([], (Pending(ONE, NOT_REACHED), Pending(TWO, NOT_REACHED)), id="nowhere"),
        pytest.param(
            [_item(ONE, {"refreshInterval": "5m0s"}), _item(TWO)], (Pending(ONE, NOT_REACHED),), id="an-older-spec"
        ),
        pytest.param([_item(ONE), _item(TWO, ready="False")], (Pending(TWO, FAILED, failed=True),), id="failed-in-one"),
        pytest.param(
            [_item(ONE), _item(Expected("acme", "dp-two", "other"))], (Pending(TWO, NOT_REACHED),), id="another-secret"
        ),
    ],
)
def test_namespaces(items: list[Object], pending: tuple[Pending, ...]) -> None:
    api = _api(items, _namespace("dp-one"), _namespace("dp-two"))
    assert read_readiness(api.cluster, [], [ACME]) == Readiness(2, pending)
    selector = "openchoreo.dev/release-namespace=acme,tier=x"
    assert api.queries[1:] == [("/api/v1/namespaces", {"labelSelector": selector, "metadata_only": "true"})]


def test_a_release_that_has_changed_its_label_has_two_selectors() -> None:
    """The API answers every selector with the same namespaces here; each is counted once."""
    older = {"openchoreo.dev/older": "acme"}
    spec = {**MADE[PATH]["spec"], "namespaceSelectors": [{"matchLabels": LABELS}, {"matchLabels": older}]}
    api = _api([_item(ONE)], _namespace("dp-one"), _namespace("dp-two"), objects={PATH: {"spec": spec}})

    assert read_readiness(api.cluster, [], [ACME]) == Readiness(2, (Pending(TWO, NOT_REACHED),))
    selectors = [query["labelSelector"] for path, query in api.queries if path == "/api/v1/namespaces"]
    assert selectors == ["openchoreo.dev/release-namespace=acme,tier=x", "openchoreo.dev/older=acme"]


def test_a_namespace_that_goes_needs_no_secret() -> None:
    api = _api([_item(ONE)], _namespace("dp-one"), _namespace("dp-two", deletionTimestamp="2025-01-01T00:00:00Z"))
    assert read_readiness(api.cluster, [], [ACME]) == Readiness(1, ())


def test_no_namespace_yet() -> None:
    assert read_readiness(_api([]).cluster, [], [ACME]) == Readiness(0, ())


def test_the_fan_out_itself_is_missing() -> None:
    api = _api([_item(ONE)], _namespace("dp-one"), objects={})
    everywhere = Expected("acme", "(every namespace)", "registry-pull-secret-acme")
    assert read_readiness(api.cluster, [], [ACME]) == Readiness(
        1, (Pending(everywhere, "the ClusterExternalSecret does not exist"),)
    )


@pytest.mark.parametrize(
    "selectors",
    [
        pytest.param(None, id="none"),
        pytest.param([], id="empty"),
        pytest.param([{}], id="everything"),
        pytest.param([{"matchLabels": {}}], id="no-labels"),
        pytest.param([{"matchExpressions": [{"key": "a", "operator": "Exists"}]}], id="an-expression"),
        pytest.param([{"matchLabels": LABELS, "matchExpressions": []}], id="labels-and-an-expression"),
        pytest.param([{"matchLabels": LABELS}, {"matchLabels": {}}], id="a-second-one-for-everything"),
    ],
)
def test_edited_selectors(selectors: list[Object] | None) -> None:
    spec = {**MADE[PATH]["spec"], "namespaceSelectors": selectors}
    if selectors is None:
        del spec["namespaceSelectors"]
    api = _api([_item(ONE)], _namespace("dp-one"), objects={PATH: {"spec": spec}})
    everywhere = Expected("acme", "(every namespace)", "registry-pull-secret-acme")
    text = "the namespaceSelectors of the ClusterExternalSecret were edited"
    assert read_readiness(api.cluster, [], [ACME]) == Readiness(1, (Pending(everywhere, text),))


def test_without_a_name_eso_takes_that_of_the_fan_out() -> None:
    spec = {key: value for key, value in MADE[PATH]["spec"].items() if key != "externalSecretName"}
    api = _api([_item(ONE)], _namespace("dp-one"), objects={PATH: {"spec": spec}})
    named = Expected("acme", "dp-one", "registry-pull-secret-acme")
    assert read_readiness(api.cluster, [], [ACME]) == Readiness(1, (Pending(named, NOT_REACHED),))


def test_builds_and_workloads_are_counted_together() -> None:
    api = _api([_item(BUILD), _item(ONE)], _namespace("dp-one"), _namespace("dp-two"))
    reports: list[str] = []
    with pytest.raises(NotReadyError) as caught:
        wait_until_synced(api.cluster, [BUILD], [ACME], seconds=0, report=reports.append, cancelled=lambda _: False)
    two = 'organization "acme", Secret dp-two/pull'
    assert reports == []
    assert str(caught.value).splitlines() == [
        '1 of 3 credentials are not ready after 0 s on build plane (context "dev"):',
        f"  - {two}:",
        f"      {NOT_REACHED}",
        "Fix the cause (most often a missing key in the secret manager) and run the update again",
    ]
    assert api.patches == []
