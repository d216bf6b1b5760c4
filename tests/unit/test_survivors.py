"""Why an object that a removal had to delete still exists."""

from __future__ import annotations

from typing import Any, Final

import pytest

from components.cluster.survivors import describe_survivor
from components.offboarding.holdings import Holding
from components.plan.orphans import ObjectKey
from tests.unit.api import Api
from tests.unit.preflight_samples import STACK

SECRET: Final = Holding("dev", "Secret", "openchoreo-ci-acme", "git", api="v1", uid="1")
KEY: Final = ObjectKey("v1", "Secret", "openchoreo-ci-acme", "git")
LABELED: Final = {"labels": {"openchoreo-secrets/credential": "git"}}


@pytest.mark.parametrize(
    ("metadata", "recorded", "reason"),
    [
        pytest.param({"uid": "2"}, False, None, id="another-object"),
        pytest.param(
            LABELED,
            False,
            "still there; ESO keeps it on purpose (creationPolicy Orphan or Merge); delete it, or its keys",
            id="kept-by-the-operator",
        ),
        pytest.param(
            {},
            False,
            "still there; the stack's annotations on it were removed, so nothing deletes it; delete it unless others "
            "need it",
            id="without-marks",
        ),
        pytest.param(
            LABELED,
            True,
            "still there; no update has removed it from the state; run pulumi up without the organization",
            id="in-the-state",
        ),
        pytest.param(
            {"ownerReferences": [{"kind": "ExternalSecret", "name": "git"}]},
            True,
            "still there; Kubernetes deletes it after its owner: ExternalSecret git",
            id="owned",
        ),
    ],
)
def test_reasons(metadata: dict[str, Any], recorded: bool, reason: str | None) -> None:
    api = Api({SECRET.path: {"metadata": {"name": "git", "uid": "1", **metadata}}})
    objects = frozenset({KEY} if recorded else ())
    assert describe_survivor(api.cluster, SECRET, STACK, objects) == reason


def test_what_openchoreo_has_created() -> None:
    """From an entry of the stack, for a component or a build run: the stack applies no object of its own."""
    holding = Holding("dev", "ExternalSecret", "dp-acme-web", "app-pull", api="external-secrets.io/v1", uid="1")
    live = {"metadata": {"name": "app-pull", "uid": "1", "annotations": {"openchoreo-secrets/stack": STACK}}}
    assert describe_survivor(Api({holding.path: live}).cluster, holding, STACK, frozenset()) == (
        "still there; OpenChoreo has created it, and deletes it when the component is deployed again or the build run "
        "deleted"
    )


def test_an_object_that_is_gone() -> None:
    assert describe_survivor(Api({}).cluster, SECRET, STACK, frozenset()) is None
