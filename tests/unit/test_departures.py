"""ExternalSecrets of removed organizations, which are deleted before the stores that they share are narrowed."""

from __future__ import annotations

from typing import Any, Final

import pytest

from components.cluster import departures
from components.cluster.departures import delete_departed
from tests.unit.api import Api, Object
from tests.unit.preflight_samples import STACK
from tests.unit.writers import applied

ESO: Final = "/apis/external-secrets.io/v1"
GIT: Final = f"{ESO}/namespaces/ci-acme/externalsecrets/git"
PULL: Final = f"{ESO}/clusterexternalsecrets/pull-acme"
NAMES: Final = (
    "ExternalSecret ci-acme/git",
    "ClusterExternalSecret pull-acme",
    "ClusterSecretStore org",
    "Namespace a",
)


def _object(name: str, uid: str, namespace: str | None = "ci-acme", organization: str = "acme") -> Object:
    place = {} if namespace is None else {"namespace": namespace}
    labels = {"openchoreo.dev/organization": organization}
    return applied({"metadata": {"name": name, "uid": uid, "labels": labels, **place}}, STACK)


class Live(Api):
    """An API server whose lists follow its deletions after some waits."""

    waits = 0

    def wait(self, seconds: float) -> bool:
        assert seconds == 0.2
        self.waits += 1
        gone = {uid for _, uid in self.deletions} if self.waits > 1 else set()
        for kind, items in self.lists.items():
            self.lists[kind] = [item for item in items if not gone & {item["metadata"]["uid"], _owner(item)}]
        return False


def _owner(item: Object) -> str:
    owners: list[dict[str, Any]] = item["metadata"].get("ownerReferences") or [{"uid": ""}]
    return str(owners[0]["uid"])


@pytest.fixture
def api() -> Live:
    copy = {"metadata": {"name": "pull", "namespace": "dp-acme", "uid": "3", "ownerReferences": [{"uid": "2"}]}}
    other = _object("git", "9", "ci-acme2", "acme2")
    return Live(
        externalsecrets=[_object("git", "1"), copy, other], clusterexternalsecrets=[_object("pull-acme", "2", None)]
    )


def test_they_are_deleted_with_their_copies(api: Live) -> None:
    assert delete_departed(api.cluster, NAMES, ["acme2"], STACK, api.wait) == []
    assert sorted(api.deletions) == [(PULL, "2"), (GIT, "1")]
    assert api.waits == 2


@pytest.mark.parametrize(
    ("names", "organizations", "live"),
    [
        pytest.param(NAMES, ["acme"], _object("git", "1"), id="configured"),
        pytest.param((), [], _object("git", "1"), id="nothing is leaving"),
        pytest.param(("ClusterSecretStore org",), [], _object("git", "1"), id="another kind is leaving"),
        pytest.param(
            NAMES, [], applied({"metadata": {"name": "git", "namespace": "ci-acme", "uid": "1"}}, STACK), id="no label"
        ),
        pytest.param(
            NAMES,
            [],
            {"metadata": {**_object("git", "1")["metadata"], "annotations": {}}},
            id="of others",
        ),
    ],
)
def test_what_stays(names: tuple[str, ...], organizations: list[str], live: Object) -> None:
    api = Live(externalsecrets=[live])
    assert delete_departed(api.cluster, names, organizations, STACK, api.wait) == []
    assert (api.deletions, api.waits) == ([], 0)


def test_what_takes_long_is_named(api: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(departures, "_SECONDS", 0.0)
    left = ["ClusterExternalSecret pull-acme", "ExternalSecret ci-acme/git", "ExternalSecret dp-acme/pull"]
    assert delete_departed(api.cluster, NAMES, [], STACK, api.wait) == left
    assert api.waits == 0


def test_a_cancelled_update_does_not_wait(api: Live) -> None:
    assert len(delete_departed(api.cluster, NAMES, [], STACK, lambda _: True)) == 3
