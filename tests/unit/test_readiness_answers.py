"""A wait while the API server does not answer for a moment, as during its restart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from components.cluster.readiness import wait_until_synced
from components.errors import ClusterError, ForbiddenError, NotReadyError, UnavailableError
from components.plan.expected import Expected
from tests.unit.api import Api, Object

GIT = Expected("acme", "openchoreo-ci-acme", "git-clone-secret")
GONE = 'build plane (context "dev"): the API server is gone'


class Restarting(Api):
    """Lists fail for a number of times, and then succeed."""

    failures = 0
    error: type[ClusterError] = UnavailableError
    in_patches = False
    in_stores = False

    def items(self, path: str, *, metadata_only: bool = False, **query: str) -> Iterator[Object]:
        if self.failures or (self.in_stores and path.endswith("clustersecretstores")):
            self.failures -= 1
            raise self.error(GONE)
        yield from super().items(path, metadata_only=metadata_only, **query)

    def merge_patch(self, path: str, body: Mapping[str, Any], *, field_manager: str) -> None:
        if self.in_patches:
            raise UnavailableError(GONE)
        super().merge_patch(path, body, field_manager=field_manager)


def _item(status: str) -> Object:
    condition = {"type": "Ready", "status": status, "reason": "SecretSyncedError", "message": "no such key"}
    metadata = {"namespace": GIT.namespace, "name": GIT.name, "generation": 1}
    return {"metadata": metadata, "status": {"conditions": [condition], "syncedResourceVersion": "1-a"}}


def _wait(api: Api, *, seconds: float = 30, cancelled: bool = False) -> list[float]:
    pauses: list[float] = []

    def pause(length: float) -> bool:
        pauses.append(length)
        return cancelled

    wait_until_synced(api.cluster, [GIT], seconds=seconds, report=print, cancelled=pause)
    return pauses


def test_a_moment_without_an_answer_does_not_end_the_wait() -> None:
    api = Restarting(externalsecrets=[_item("True")])
    api.failures = 3
    assert _wait(api) == [1.0, 1.0, 1.0]


@pytest.mark.parametrize("keys", [{"seconds": 0.0}, {"cancelled": True}], ids=["at-the-end", "cancelled"])
def test_no_answer_until_the_end(keys: dict[str, float]) -> None:
    api = Restarting(externalsecrets=[_item("True")])
    api.failures = 1000
    with pytest.raises(UnavailableError, match="the API server is gone"):
        _wait(api, **keys)  # type: ignore[arg-type]  # either of the two


def test_no_answer_for_longer_than_a_restart_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("components.cluster.readiness._PATIENCE", 0.0)
    api = Restarting(externalsecrets=[_item("True")])
    api.failures = 1
    with pytest.raises(UnavailableError, match="the API server is gone"):
        _wait(api)


def test_a_refusal_ends_the_wait() -> None:
    api = Restarting(externalsecrets=[_item("True")])
    api.failures, api.error = 1, ForbiddenError
    with pytest.raises(ForbiddenError, match="the API server is gone"):
        _wait(api)


def test_credentials_that_are_late_are_named_without_an_answer_about_their_stores() -> None:
    api = Restarting(externalsecrets=[_item("False")])
    api.in_patches = api.in_stores = True
    with pytest.raises(NotReadyError) as caught:
        _wait(api, seconds=0)
    assert str(caught.value) == (
        '1 of 1 credentials are not ready after 0 s on build plane (context "dev"):\n'
        '  - organization "acme", Secret openchoreo-ci-acme/git-clone-secret: no such key\n'
        "Fix the cause (most often a missing key in the secret manager) and run the update again"
    )
