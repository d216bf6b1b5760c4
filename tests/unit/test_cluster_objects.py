"""Edits of objects that others write to at the same time."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from components.cluster.objects import ATTEMPTS, Location, describe_missing, edit, read
from components.errors import ConflictError, PatchError
from components.manifests import Manifest
from components.openchoreo import DEFAULT_RELEASE
from tests.unit.api import Api, Object

SERVICE = Location(DEFAULT_RELEASE.kinds["ComponentType"], "service", "acme")
PATH = "/apis/openchoreo.dev/v1alpha1/namespaces/acme/componenttypes/service"
LIST = "/apis/openchoreo.dev/v1alpha1/namespaces/acme/componenttypes"
WHERE = 'build plane (context "dev")'


def _live(*resources: str) -> Object:
    return {
        "kind": "ComponentType",
        "metadata": {"name": "service", "namespace": "acme", "resourceVersion": "7"},
        "spec": {"resources": list(resources)},
    }


def _add(live: Manifest) -> tuple[Manifest, int]:
    """Append once; the result names the version that it was computed from."""
    resources = live["spec"]["resources"]
    wanted = [*resources, *([] if "ours" in resources else ["ours"])]
    return {**live, "spec": {**live["spec"], "resources": wanted}}, len(resources)


def _never(seconds: float) -> bool:
    return False


def _operations(version: str, *resources: str) -> list[Any]:
    return [
        {"op": "replace", "path": "/metadata/resourceVersion", "value": version},
        {"op": "add", "path": "/spec", "value": {"resources": list(resources)}},
    ]


def test_location() -> None:
    assert (str(SERVICE), SERVICE.path) == ("ComponentType acme/service", PATH)
    everywhere = Location(DEFAULT_RELEASE.kinds["ClusterComponentType"], "service")
    assert str(everywhere) == "ClusterComponentType service"
    assert everywhere.path == "/apis/openchoreo.dev/v1alpha1/clustercomponenttypes/service"


def test_one_write_names_the_version_it_was_computed_for() -> None:
    api = Api({PATH: _live("a")})
    assert edit(api.cluster, SERVICE, _add, _never) == 1
    assert api.patches == [(PATH, _operations("7", "a", "ours"), "openchoreo-secrets")]
    assert api.objects[PATH]["spec"] == {"resources": ["a", "ours"]}


@pytest.mark.parametrize(
    ("before", "after", "operations"),
    [
        pytest.param(
            None, {"a": "1"}, [{"op": "add", "path": "/metadata/annotations", "value": {"a": "1"}}], id="first"
        ),
        pytest.param(
            {"a": "1"}, {"b": "2"}, [{"op": "add", "path": "/metadata/annotations", "value": {"b": "2"}}], id="others"
        ),
        pytest.param({"a": "1"}, None, [{"op": "remove", "path": "/metadata/annotations"}], id="last"),
    ],
)
def test_annotations_are_part_of_the_write(before: Any, after: Any, operations: list[Any]) -> None:
    live = _live("a")
    changed = copy.deepcopy(live)
    live["metadata"] |= {} if before is None else {"annotations": before}
    changed["metadata"] |= {} if after is None else {"annotations": after}
    api = Api({PATH: live})

    edit(api.cluster, SERVICE, lambda _: (changed, None), _never)

    version = {"op": "replace", "path": "/metadata/resourceVersion", "value": "7"}
    assert api.patches == [(PATH, [version, *operations], "openchoreo-secrets")]
    assert api.objects[PATH] == {**changed, "metadata": {**changed["metadata"], "resourceVersion": "8"}}


def test_spec_and_annotations_are_one_write() -> None:
    api, live = Api({PATH: _live("a")}), _live("a", "ours")
    live["metadata"]["annotations"] = {"a": "1"}

    edit(api.cluster, SERVICE, lambda _: (live, None), _never)

    ((_, operations, _),) = api.patches
    assert operations == [
        *_operations("7", "a", "ours"),
        {"op": "add", "path": "/metadata/annotations", "value": {"a": "1"}},
    ]


def test_nothing_is_written_when_all_is_as_it_should_be() -> None:
    api = Api({PATH: _live("a", "ours")})
    assert edit(api.cluster, SERVICE, _add, _never) == 2
    assert api.patches == []


def test_a_change_is_computed_again_after_a_conflict() -> None:
    api = Api({PATH: _live("a")})
    api.meanwhile = [
        lambda: api.write(PATH, {"spec": {"resources": ["a", "b"]}}),
        lambda: api.write(PATH, {"spec": {"resources": ["a", "b", "c"]}}),
    ]
    waited: list[float] = []

    def cancelled(seconds: float) -> bool:
        waited.append(seconds)
        return False

    assert edit(api.cluster, SERVICE, _add, cancelled) == 3
    assert api.objects[PATH]["spec"] == {"resources": ["a", "b", "c", "ours"]}
    assert [operations for _, operations, _ in api.patches] == [
        _operations("7", "a", "ours"),
        _operations("8", "a", "b", "ours"),
        _operations("9", "a", "b", "c", "ours"),
    ]
    assert 0.005 <= waited[0] <= 0.01 <= waited[1] <= 0.02
    assert len(waited) == 2


def test_a_concurrent_writer_did_the_same() -> None:
    api = Api({PATH: _live("a")})
    api.meanwhile = [lambda: api.write(PATH, {"spec": {"resources": ["a", "ours"]}})]
    assert edit(api.cluster, SERVICE, _add, _never) == 2
    assert len(api.patches) == 1


def test_deleted_meanwhile() -> None:
    api = Api({PATH: _live("a")})
    api.meanwhile = [api.objects.clear]
    with pytest.raises(PatchError) as caught:
        edit(api.cluster, SERVICE, _add, _never)
    said = "there is no ComponentType service in the namespace acme; there are: none"
    assert str(caught.value) == f"{WHERE}: {said}"


def _busy() -> Api:
    """Others write as often as we do."""
    api = Api({PATH: _live("a")})
    api.meanwhile = [lambda: api.write(PATH, {})] * (ATTEMPTS + 1)
    return api


def test_cancelled() -> None:
    api = _busy()
    answers = iter([False, True])
    with pytest.raises(ConflictError) as caught:
        edit(api.cluster, SERVICE, _add, lambda _: next(answers))
    assert str(caught.value) == (
        f"{WHERE}: ComponentType acme/service: the update was cancelled while others wrote to the object; "
        "nothing was written"
    )
    assert len(api.patches) == 2
    assert api.objects[PATH]["spec"] == {"resources": ["a"]}


def test_gives_up() -> None:
    api, waited = _busy(), list[float]()

    def cancelled(seconds: float) -> bool:
        waited.append(seconds)
        return False

    with pytest.raises(ConflictError) as caught:
        edit(api.cluster, SERVICE, _add, cancelled)
    assert str(caught.value) == (
        f"{WHERE}: ComponentType acme/service: others wrote to it {ATTEMPTS} times in a row; nothing was written. "
        "Run the update again"
    )
    assert len(api.patches) == ATTEMPTS
    assert max(waited) <= 0.15
    assert sum(waited) < 15.0


def test_a_change_that_is_refused_writes_nothing() -> None:
    api = Api({PATH: _live("a")})

    def refuse(live: Manifest) -> tuple[Manifest, None]:
        msg = f"{live['kind']}: no"
        raise PatchError(msg)

    with pytest.raises(PatchError, match=r"^ComponentType: no$"):
        edit(api.cluster, SERVICE, refuse, _never)
    assert api.patches == []


def test_read() -> None:
    assert read(Api({PATH: _live("a")}).cluster, SERVICE) == _live("a")


@pytest.mark.parametrize(
    ("location", "names", "said"),
    [
        (SERVICE, [], "there is no ComponentType service in the namespace acme; there are: none"),
        (SERVICE, ["web", "api"], "there is no ComponentType service in the namespace acme; there are: api, web"),
        (
            Location(DEFAULT_RELEASE.kinds["ClusterWorkflow"], "docker"),
            [],
            "there is no ClusterWorkflow docker; there are: none",
        ),
    ],
)
def test_missing(location: Location, names: list[str], said: str) -> None:
    api = Api(componenttypes=[{"metadata": {"name": name}} for name in names])
    assert describe_missing(api.cluster, location) == said
    with pytest.raises(PatchError) as caught:
        read(api.cluster, location)
    assert str(caught.value) == f"{WHERE}: {said}"
    assert {query.get("metadata_only") for _, query in api.queries} == {"true"}


def test_missing_without_the_right_to_list() -> None:
    api = Api()
    api.forbidden = {LIST}
    assert describe_missing(api.cluster, SERVICE) == "there is no ComponentType service in the namespace acme"
