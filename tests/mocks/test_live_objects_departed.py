"""ExternalSecrets of removed organizations: deleted before the stores that organizations share are changed."""

from __future__ import annotations

from typing import Any, Final

import pytest

from components import ClusterError
from components.cluster import departures
from tests.mocks.api_server import ApiServer, Object, path_of
from tests.mocks.comparing import ESO, EXTERNAL, NAMESPACE, OURS, STORE, inputs, manifest, run
from tests.mocks.engine import Engine

LABELS: Final = {"openchoreo.dev/organization": "acme"}
LABELLED: Final[Object] = {**EXTERNAL, "metadata": {**EXTERNAL["metadata"], "labels": LABELS}}
BEFORE: Final = {**inputs(NAMESPACE, STORE, LABELLED), "organizations": ["acme", "globex"]}
AFTER: Final = {**inputs(STORE), "organizations": ["globex"]}
DELETION: Final = f"DELETE {path_of(EXTERNAL)}"


@pytest.fixture
def deployed(engine: Engine, server: ApiServer) -> dict[str, Any]:
    """Inputs in the state of a stack with both organizations."""
    server.put(LABELLED, OURS)
    return run(engine, BEFORE, None, preview=False).inputs


@pytest.mark.parametrize(
    ("program", "preview", "deleted"),
    [
        pytest.param(AFTER, False, True, id="removed"),
        pytest.param(AFTER, True, False, id="in a preview"),
        pytest.param({**AFTER, "organizations": ["acme", "globex"]}, False, False, id="still configured"),
        pytest.param(inputs(STORE), False, False, id="no store is shared"),
        pytest.param({**BEFORE, "organizations": ["globex"]}, False, False, id="nothing is removed"),
    ],
)
def test_only_what_a_removed_organization_has_read_with(
    engine: Engine, server: ApiServer, deployed: dict[str, Any], program: dict[str, Any], preview: bool, deleted: bool
) -> None:
    outcome = run(engine, program, deployed, preview=preview)
    assert (DELETION in server.calls) == deleted
    assert (path_of(EXTERNAL) in server.objects) != deleted
    assert outcome.said == []


def test_what_takes_long_is_a_warning(
    engine: Engine, server: ApiServer, deployed: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(departures, "_SECONDS", 0.0)
    copy = manifest(ESO, "ExternalSecret", "copy", "dp")
    uid = server.objects[path_of(EXTERNAL)]["metadata"]["uid"]
    copy["metadata"]["ownerReferences"] = [{"uid": uid}]
    server.put(copy, "others")
    text = "ExternalSecret dp/copy: its deletion takes long; the stores of its organization are changed meanwhile"
    assert run(engine, AFTER, deployed, preview=False).said == [("warning", text)]


def test_a_refusal_is_a_warning(engine: Engine, server: ApiServer, deployed: dict[str, Any]) -> None:
    server.refused[DELETION] = ClusterError("refused")
    assert run(engine, AFTER, deployed, preview=False).said == [("warning", "refused")]
