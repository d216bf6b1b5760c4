"""ESO's reasons: the clause that names the cause, and the line that is shown during a wait."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from components.cluster.readiness import wait_until_synced
from components.cluster.reasons import unwrap
from components.errors import NotReadyError
from components.plan.expected import Expected
from tests.unit.api import Api, Object

GIT = Expected("umbrella", "openchoreo-ci-umbrella", "git-clone-secret")
PUSH = Expected("umbrella", "openchoreo-ci-umbrella", "registry-push-secret")
EVENTS = "/api/v1/namespaces/openchoreo-ci-umbrella/events"
STORE_EVENTS = "/api/v1/namespaces/default/events"
WRAPPED = 'error processing spec.data[0] (key: umbrella-github), err: secrets "umbrella-github" not found'


@pytest.mark.parametrize(
    ("message", "clause"),
    [
        pytest.param(WRAPPED, 'secrets "umbrella-github" not found', id="kubernetes"),
        pytest.param(
            "error processing spec.data[12] (key: a), err: cannot read secret data from Vault: Error making API "
            "request.\n\nURL: GET https://vault:8200/v1/kv/data/a\nCode: 403. Errors:\n\n* permission denied\n\n",
            "permission denied (403, GET https://vault:8200/v1/kv/data/a)",
            id="vault",
        ),
        pytest.param(
            "error processing spec.data[0] (key: acme/git), err: operation error Secrets Manager: GetSecretValue, "
            "https response error StatusCode: 400, RequestID: 1-a, api error AccessDeniedException: not authorized",
            'key "acme/git": AccessDeniedException: not authorized',
            id="aws",
        ),
        pytest.param(
            "error processing spec.data[0] (key: acme-git), err: unable to access Secret from SecretManager Client: "
            "rpc error: code = NotFound desc = Secret [projects/p/secrets/acme-git] not found",
            "Secret [projects/p/secrets/acme-git] not found",
            id="google",
        ),
        pytest.param(
            "error processing spec.dataFrom[0].extract, err: unable to unmarshal secret", "unable to unmarshal secret",
            id="a-whole-object",
        ),
        pytest.param(
            "error processing spec.dataFrom[0].sourceRef.generatorRef, err: unable to sign in", "unable to sign in",
            id="a-generator",
        ),
        pytest.param("could not  update\nsecret", "could not update secret", id="without-a-wrapper"),
    ],
)  # fmt: skip
def test_the_clause_that_names_the_cause(message: str, clause: str) -> None:
    assert unwrap(message) == clause


@given(st.text())
def test_every_text_becomes_one_line(message: str) -> None:
    assert "\n" not in unwrap(f"error processing spec.data[0] (key: k), err: {message}")


def _failed(of: Expected) -> Object:
    message = "could not get secret data from provider"
    condition = {"type": "Ready", "status": "False", "reason": "SecretSyncedError", "message": message}
    metadata = {"namespace": of.namespace, "name": of.name, "generation": 1}
    return {"metadata": metadata, "status": {"conditions": [condition]}}


def _reports(api: Api, *after_pauses: list[Object], expected: tuple[Expected, ...] = (GIT, PUSH)) -> list[str]:
    """What a wait reports; each pause brings the next events, and the last one the end."""
    reports: list[str] = []
    events = list(after_pauses)

    def pause(_: float) -> bool:
        if not events:
            return True
        api.lists[EVENTS] = events.pop(0)
        return False

    with pytest.raises(NotReadyError):
        wait_until_synced(api.cluster, expected, seconds=60, report=reports.append, cancelled=pause)
    return reports


def test_a_wait_shows_the_reason_at_once_and_each_reason_once() -> None:
    """What has failed comes before what has not been processed."""
    api = Api(externalsecrets=[_failed(PUSH)], **{EVENTS: [{"message": WRAPPED}]})
    later = [{"message": "error processing spec.data[0] (key: umbrella-github), err: connection refused"}]
    assert _reports(api, [{"message": WRAPPED}], later, later) == [
        '2 of 2 waiting: umbrella/registry-push-secret: secrets "umbrella-github" not found',
        '2 of 2 waiting: umbrella/registry-push-secret: key "umbrella-github": connection refused',
    ]


def test_a_store_that_is_not_ready_is_the_reason() -> None:
    path = f"/apis/external-secrets.io/v1/namespaces/{GIT.namespace}/externalsecrets/{GIT.name}"
    store = {"status": {"conditions": [{"type": "Ready", "status": "False", "message": "unable to create client"}]}}
    objects: dict[str, Object] = {
        path: {"spec": {"secretStoreRef": {"name": "org"}}},
        "/apis/external-secrets.io/v1/clustersecretstores/org": store,
    }
    api = Api(objects, externalsecrets=[_failed(GIT)], **{STORE_EVENTS: [{"message": "permission denied"}]})
    assert _reports(api, expected=(GIT,)) == [
        '1 of 1 waiting: umbrella/git-clone-secret: ClusterSecretStore "org" is not ready: permission denied'
    ]


@given(st.text(min_size=1, max_size=300))
def test_every_line_of_a_wait_fits(reason: str) -> None:
    api = Api(externalsecrets=[_failed(GIT)], **{EVENTS: [{"message": reason}]})
    (line,) = _reports(api, expected=(GIT,))
    assert line.startswith("1 of 1 waiting: umbrella/git-clone-secret: ")
    assert len(line) <= 100


def test_every_line_of_the_error_fits_under_the_indent_of_pulumi() -> None:
    reason = " ".join(["the secret manager refused the request"] * 6)
    api = Api(externalsecrets=[_failed(GIT)], **{EVENTS: [{"message": reason}]})
    with pytest.raises(NotReadyError) as caught:
        wait_until_synced(api.cluster, [GIT], seconds=0, report=lambda _: None, cancelled=lambda _: False)
    first, subject, *lines, _ = str(caught.value).splitlines()
    assert first == '1 of 1 credentials are not ready after 0 s on build plane (context "dev"):'
    assert subject == '  - organization "umbrella", Secret openchoreo-ci-umbrella/git-clone-secret:'
    assert " ".join(line.strip() for line in lines) == reason
    assert [len(line) <= 96 and line.startswith("      ") for line in lines] == [True] * 3
