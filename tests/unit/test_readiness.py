"""Which credentials count as ready, what is retried, and the message about the others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from components.cluster.pending import Pending, Readiness
from components.cluster.readiness import read_readiness
from components.errors import NotReadyError
from components.plan.expected import Expected
from tests.unit.api import Api, Object
from tests.unit.clock import Clock

GIT = Expected("acme", "openchoreo-ci-acme", "git-clone-secret")
PUSH = Expected("acme", "openchoreo-ci-acme", "registry-push-secret")
OTHER = Expected("globex", "openchoreo-ci-globex", "git-clone-secret")
PATH = "/apis/external-secrets.io/v1/namespaces/openchoreo-ci-acme/externalsecrets/git-clone-secret"
PLANE = 'build plane (context "dev")'
ADVICE = "Fix the cause (most often a missing key in the secret manager) and run the update again"

NEVER_LOOKED = "ESO has not processed it; is it running?"
NOT_YET = "ESO has not processed it yet"
FAILED = "could not get secret data from provider"
OLD = "the last change has not been synced yet"
ABSENT = "the ExternalSecret does not exist"


def _item(of: Expected, status: Object | None, generation: int = 2) -> Object:
    item: Object = {"metadata": {"namespace": of.namespace, "name": of.name, "generation": generation}}
    return item if status is None else {**item, "status": status}


def _ready(value: str = "True", synced: str | None = "2-abc", **condition: str) -> Object:
    conditions = [{"type": "Deleted", "status": "False"}, {"type": "Ready", "status": value, **condition}]
    return {"conditions": conditions, **({} if synced is None else {"syncedResourceVersion": synced})}


def _failed(of: Expected) -> Object:
    return _item(of, _ready("False", reason="SecretSyncedError", message="could not get secret data from provider"))


def _synced(of: Expected) -> Object:
    return _item(of, _ready())


def _changed(**spec: str) -> Object:
    """Synced, and changed since."""
    return {**_item(GIT, _ready(), generation=3), "spec": spec}


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        pytest.param(_synced(GIT), (), id="synced"),
        pytest.param(_item(GIT, _ready(synced="2")), (), id="generation-without-a-hash"),
        pytest.param(None, (Pending(GIT, ABSENT),), id="absent"),
        pytest.param(_item(GIT, None), (Pending(GIT, NEVER_LOOKED),), id="no-status"),
        pytest.param(_item(GIT, {}), (Pending(GIT, NEVER_LOOKED),), id="empty-status"),
        pytest.param(_item(GIT, {"conditions": None}), (Pending(GIT, NEVER_LOOKED),), id="null-conditions"),
        pytest.param(
            _item(GIT, {"conditions": [{"type": "Deleted", "status": "True"}]}),
            (Pending(GIT, NEVER_LOOKED),),
            id="another-condition-is-not-ready",
        ),
        pytest.param(_failed(GIT), (Pending(GIT, FAILED, failed=True),), id="failed"),
        pytest.param(_item(GIT, _ready(), generation=3), (Pending(GIT, OLD),), id="synced-before-the-last-change"),
        pytest.param(_item(GIT, _ready(synced="12-a"), generation=1), (Pending(GIT, OLD),), id="12-is-not-1"),
        pytest.param(_item(GIT, _ready(synced=None)), (Pending(GIT, OLD),), id="ready-but-never-synced"),
        pytest.param(
            _item(GIT, _ready(reason="SecretMissing", message="no Secret")),
            (Pending(GIT, "SecretMissing: no Secret", failed=True),),
            id="nothing-to-merge-into",
        ),
        pytest.param(
            _item(GIT, _ready(reason="SecretDeleted", message="gone")),
            (Pending(GIT, "SecretDeleted: gone", failed=True),),
            id="deleted-with-its-values",
        ),
        pytest.param(_changed(refreshPolicy="CreatedOnce", refreshInterval="1h0m0s"), (), id="created-once"),
        pytest.param(_changed(refreshPolicy="Periodic", refreshInterval="0s"), (), id="never-again-and-changed"),
        pytest.param(
            _changed(refreshPolicy="OnChange", refreshInterval="0s"), (Pending(GIT, OLD),), id="on-change-and-changed"
        ),
        pytest.param(
            _changed(refreshPolicy="Periodic", refreshInterval="10s"), (Pending(GIT, OLD),), id="periodic-and-changed"
        ),
        pytest.param(_synced(OTHER), (Pending(GIT, ABSENT),), id="same-name-in-another-namespace"),
    ],
)
def test_judgement(item: Object | None, expected: tuple[Pending, ...]) -> None:
    assert read_readiness(Api(externalsecrets=[] if item is None else [item]).cluster, [GIT]) == Readiness(1, expected)


def _lines(reason: str) -> list[str]:
    """Of a message: the Secret, and the reason on the same line if both fit."""
    subject = '  - organization "acme", Secret openchoreo-ci-acme/git-clone-secret:'
    return [f"{subject} {reason}"] if len(f"{subject} {reason}") <= 96 else [subject, f"      {reason}"]


def _error(waiting: Callable[[], None]) -> str:
    with pytest.raises(NotReadyError) as caught:
        waiting()
    return str(caught.value)


def test_nothing_to_wait_for() -> None:
    clock = Clock(Api(externalsecrets=[_synced(GIT)]))
    clock.wait(GIT)
    clock.wait()
    assert (clock.pauses, clock.reports, clock.api.patches) == ([], [], [])


def test_progress() -> None:
    api = Api(externalsecrets=[])
    one, two = [_synced(GIT)], [_synced(GIT), _synced(PUSH)]
    clock = Clock(api, [_item(GIT, None)], one, one, two, [*two, _synced(OTHER)])
    clock.wait(GIT, PUSH, OTHER)
    assert clock.reports == [
        f"3 of 3 waiting: acme/git-clone-secret: {NOT_YET}",
        f"2 of 3 waiting: acme/registry-push-secret: {ABSENT}",
        f"1 of 3 waiting: globex/git-clone-secret: {ABSENT}",
    ]
    assert clock.pauses == [0.25, 1.0, 1.0, 1.0, 1.0]
    assert api.patches == []


def test_an_operator_that_does_not_run_is_suspected_after_ten_seconds() -> None:
    unprocessed = [_item(GIT, None)]
    clock = Clock(Api(externalsecrets=unprocessed), *[unprocessed] * 11)
    _error(lambda: clock.wait(GIT))
    assert clock.reports == [
        f"1 of 1 waiting: acme/git-clone-secret: {NOT_YET}",
        f"1 of 1 waiting: acme/git-clone-secret: {NEVER_LOOKED}",
    ]
    early = Clock(Api(externalsecrets=unprocessed), *[unprocessed] * 10)
    _error(lambda: early.wait(GIT))
    assert early.reports == clock.reports[:1]


def test_only_what_failed_before_is_tried_again_and_once() -> None:
    api = Api(externalsecrets=[_failed(GIT), _item(PUSH, None), _synced(OTHER)])
    later = [_failed(GIT), _failed(PUSH), _synced(OTHER)]
    Clock(api, later, later, [_synced(GIT), _synced(PUSH), _synced(OTHER)]).wait(GIT, PUSH, OTHER)
    ((path, body, manager),) = api.patches
    stamp = body["metadata"]["annotations"]["force-sync"]
    assert (path, manager) == (PATH, "openchoreo-secrets-readiness")
    assert body == {"metadata": {"annotations": {"force-sync": stamp}}}
    assert stamp.isdigit()


def test_each_retry_differs_so_that_the_operator_sees_it() -> None:
    api = Api(externalsecrets=[_failed(GIT)])
    for _ in range(2):
        Clock(api, [_synced(GIT)]).wait(GIT)
        api.lists["externalsecrets"] = [_failed(GIT)]
    first, second = (body["metadata"]["annotations"]["force-sync"] for _, body, _ in api.patches)
    assert first != second


OF_PARAMS: Object = {"sourceRef": {"storeRef": {"kind": "ClusterSecretStore", "name": "params-acme"}}}
EVENTS: list[Object] = [
    {"lastTimestamp": "2025-01-01T00:00:00Z", "message": "older"},
    {"lastTimestamp": "2025-01-02T00:00:00Z", "message": 'secrets "acme-git" not found'},
    {"lastTimestamp": None, "eventTime": "2025-01-01T12:00:00.0Z", "message": "between"},
]


@pytest.mark.parametrize(
    ("objects", "lists", "detail"),
    [
        pytest.param({}, {}, FAILED, id="nothing-more-is-known"),
        pytest.param({}, {"events": EVENTS}, 'secrets "acme-git" not found', id="latest-event"),
        pytest.param(
            {PATH: {"spec": {"secretStoreRef": {"name": "org-acme"}}}},
            {"clustersecretstores": [{"metadata": {"name": "org-globex"}}]},
            'ClusterSecretStore "org-acme" does not exist',
            id="no-such-store",
        ),
        pytest.param(
            {PATH: {"spec": {"secretStoreRef": {"name": "org-acme"}}}},
            {"clustersecretstores": [{"metadata": {"name": "org-acme"}}]},
            FAILED,
            id="the-store-is-there",
        ),
        pytest.param(
            {PATH: {"spec": {"secretStoreRef": {"name": "org-acme"}, "data": [{}, OF_PARAMS, OF_PARAMS]}}},
            {"clustersecretstores": [{"metadata": {"name": "org-acme"}}]},
            'ClusterSecretStore "params-acme" does not exist',
            id="the-store-of-one-value-is-not-there",
        ),
    ],
)
def test_timeout(objects: dict[str, Object], lists: dict[str, list[Object]], detail: str) -> None:
    api = Api(objects, externalsecrets=[_failed(GIT), _synced(PUSH)], **lists)
    clock = Clock(api)
    assert _error(lambda: clock.wait(GIT, PUSH, seconds=0)) == "\n".join(
        [
            f"1 of 2 credentials are not ready after 0 s on {PLANE}:",
            *_lines(detail),
            ADVICE,
        ]
    )
    assert clock.pauses == []


def _store(status: str) -> Object:
    condition = {"type": "Ready", "status": status, "message": "unable to create client"}
    return {"metadata": {"name": "org-acme"}, "status": {"conditions": [{"type": "Old", "status": "False"}, condition]}}


STORE_EVENTS = "/api/v1/namespaces/default/events"
VAULT = "Error making API request.\n\nURL: PUT https://vault/v1/auth\nCode: 403. Errors:"
SECRET_EVENTS = "/api/v1/namespaces/openchoreo-ci-acme/events"
NOT_READY = [{"lastTimestamp": "2025-01-01T00:00:00Z", "message": 'ClusterSecretStore "org-acme" is not ready'}]


@pytest.mark.parametrize(
    ("store", "lists", "forbidden", "detail"),
    [
        pytest.param(
            _store("False"),
            {SECRET_EVENTS: NOT_READY, STORE_EVENTS: [{"message": f"{VAULT}\n\n* permission denied\n"}]},
            [],
            'ClusterSecretStore "org-acme" is not ready: permission denied (403, PUT https://vault/v1/auth)',
            id="its-event",
        ),
        pytest.param(
            _store("False"),
            {SECRET_EVENTS: NOT_READY},
            [],
            'ClusterSecretStore "org-acme" is not ready: unable to create client',
            id="its-condition",
        ),
        pytest.param(
            _store("False"),
            {},
            [SECRET_EVENTS, STORE_EVENTS],
            'ClusterSecretStore "org-acme" is not ready: unable to create client',
            id="events-that-may-not-be-read",
        ),
        pytest.param(
            _store("True"), {SECRET_EVENTS: EVENTS}, [], 'secrets "acme-git" not found', id="a-store-that-is-ready"
        ),
        pytest.param(
            _store("False"),
            {SECRET_EVENTS: EVENTS[:1]},
            [],
            'older; ClusterSecretStore "org-acme" is not ready: unable to create client',
            id="another-event-of-the-secret",
        ),
        pytest.param(
            {"metadata": {"name": "org-acme"}, "status": None},
            {SECRET_EVENTS: NOT_READY},
            [],
            'ClusterSecretStore "org-acme" is not ready',
            id="a-store-without-a-status",
        ),
    ],
)
def test_a_store_that_is_not_ready_says_why(
    store: Object, lists: dict[str, list[Object]], forbidden: list[str], detail: str
) -> None:
    found = {PATH: {"spec": {"secretStoreRef": {"name": "org-acme"}}}}
    api = Api(found, externalsecrets=[_failed(GIT)], clustersecretstores=[store])
    api.lists |= lists
    api.forbidden |= set(forbidden)
    message = _error(lambda: Clock(api).wait(GIT, seconds=0))
    assert " ".join(message.split()).endswith(f"Secret openchoreo-ci-acme/git-clone-secret: {detail} {ADVICE}")


def test_events_are_asked_for_the_one_secret() -> None:
    api = Api(externalsecrets=[_failed(GIT)])
    _error(lambda: Clock(api).wait(GIT, seconds=0))
    selector = "involvedObject.kind=ExternalSecret,involvedObject.name=git-clone-secret,type=Warning"
    assert api.queries[-1] == ("/api/v1/namespaces/openchoreo-ci-acme/events", {"fieldSelector": selector})


def test_cancelled_names_every_secret() -> None:
    api = Api(externalsecrets=[_item(GIT, None)])
    clock = Clock(api, [_item(GIT, _ready(), generation=9)])
    assert _error(lambda: clock.wait(OTHER, GIT)) == "\n".join(
        [
            f"2 of 2 credentials are not ready when the update was cancelled on {PLANE}:",
            *_lines(OLD),
            '  - organization "globex", Secret openchoreo-ci-globex/git-clone-secret:',
            f"      {ABSENT}",
            ADVICE,
        ]
    )
    assert clock.pauses == [0.25, 1.0]


def test_the_last_pause_ends_with_the_time() -> None:
    clock: Any = Clock(Api(externalsecrets=[]), [])
    _error(lambda: clock.wait(GIT, seconds=0.1))
    assert 0 < clock.pauses[0] <= 0.1
