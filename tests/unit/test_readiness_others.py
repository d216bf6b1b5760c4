"""A message about the credentials of one organization says which others are ready, and how to go on with them."""

from __future__ import annotations

import pytest

from components.cluster.readiness import describe_pending, wait_until_synced
from components.errors import NotReadyError
from components.plan.expected import Expected
from tests.unit.api import Api, Object

PLANE = 'build plane (context "dev")'
MISSING = (
    '  - organization "acme", Secret openchoreo-ci-acme/git-clone-secret:',
    "      the ExternalSecret does not exist",
)
FIX = "Fix the cause (most often a missing key in the secret manager) and run the update again"
ADVICE = (
    "An error of one organization holds back removals of all;",
    "with PULUMI_CONTINUE_ON_ERROR=true, an update continues with the others",
)


def _expected(organization: str) -> Expected:
    return Expected(organization, f"openchoreo-ci-{organization}", "git-clone-secret")


def _synced(organization: str) -> Object:
    expected = _expected(organization)
    metadata = {"namespace": expected.namespace, "name": expected.name, "generation": 1}
    ready = {"type": "Ready", "status": "True"}
    return {"metadata": metadata, "status": {"conditions": [ready], "syncedResourceVersion": "1-a"}}


def _message(*organizations: str, ready: tuple[str, ...] = ()) -> list[str]:
    api = Api(externalsecrets=[_synced(organization) for organization in ready])
    expected = [_expected(organization) for organization in organizations]
    with pytest.raises(NotReadyError) as caught:
        wait_until_synced(api.cluster, expected, seconds=0, report=lambda _: None, cancelled=lambda _: False)
    return str(caught.value).splitlines()


@pytest.mark.parametrize(
    ("variable", "last"),
    [
        pytest.param("", [*ADVICE], id="the-engine-stops"),
        pytest.param("false", [*ADVICE], id="the-engine-stops-too"),
        pytest.param("true", [], id="the-engine-continues"),
        pytest.param("True", [], id="as-pulumi-reads-it"),
        pytest.param("1", [], id="the-engine-continues-too"),
    ],
)
def test_a_timeout_names_who_is_ready(monkeypatch: pytest.MonkeyPatch, variable: str, last: list[str]) -> None:
    monkeypatch.setenv("PULUMI_CONTINUE_ON_ERROR", variable)

    assert _message("acme", "initech", "globex", ready=("globex", "initech")) == [
        f"1 of 3 credentials are not ready after 0 s on {PLANE}:",
        *MISSING,
        "Ready: globex, initech",
        FIX,
        *last,
    ]


def test_one_organization_needs_no_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PULUMI_CONTINUE_ON_ERROR", raising=False)
    assert _message("acme") == [f"1 of 1 credentials are not ready after 0 s on {PLANE}:", *MISSING, FIX]


def test_only_some_of_many_ready_organizations_are_named() -> None:
    many = [f"org-{number}" for number in range(7)]
    api = Api(externalsecrets=[_synced(name) for name in many])

    message = describe_pending(api.cluster, [_expected(name) for name in ("acme", *many)])

    assert message is not None
    assert message.splitlines() == [
        f"1 of 8 credentials are not ready now on {PLANE}:",
        *MISSING,
        "Ready at the last sync: org-0, org-1, org-2, org-3, org-4 and 2 more",
        FIX,
    ]
