"""ExternalSecrets that components and build runs create."""

from __future__ import annotations

import pytest

from components.access.model import Difference
from tests.unit.access_samples import (
    BUILDS,
    compare_with,
    deployed,
    external_secret,
    list_unplanned,
    named,
    organization,
    plan,
)


def test_what_another_object_creates_is_not_listed() -> None:
    item = external_secret("registry-pull-secret", BUILDS, "org-acme", "acme-git")
    item["metadata"]["ownerReferences"] = [{"uid": "1"}]
    assert list_unplanned(item) == ()


@pytest.mark.parametrize(("kind", "own"), [("GithubAccessToken", True), ("Webhook", False)])
def test_runs_use_generators_of_the_kinds_that_the_stack_creates(kind: str, own: bool) -> None:
    app = {"appId": 1, "installationId": 2, "privateKey": {"remoteKey": "app"}}
    planned = plan(organization("acme", git={"githubApp": app}))
    run = named(
        "ExternalSecret",
        "run",
        BUILDS,
        spec={"dataFrom": [{"sourceRef": {"generatorRef": {"kind": kind, "name": "g"}}}]},
    )
    assert compare_with(planned, deployed(planned, run)).unplanned == (
        Difference("dev", f"ExternalSecret {BUILDS}/run", f"{kind} g", "of acme, 0 keys", own=own),
    )
