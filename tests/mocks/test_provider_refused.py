"""ExternalSecretsReady and refused organizations: neither waited for nor forgotten."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi.runtime.proto import provider_pb2 as messages

from components.provider import connection
from tests.mocks.engine import Engine, Terminal, Values, plain, serving, struct
from tests.mocks.readiness_samples import URN
from tests.mocks.stubs import EXTERNAL_SECRETS, stub, synced

ACME = {"openchoreo-ci-acme": ["git-clone-secret", "registry-push-secret"]}
GLOBEX = {"openchoreo-ci-globex": ["git-clone-secret"]}
LIVE = [
    synced("openchoreo-ci-acme", "git-clone-secret", status="False"),
    synced("openchoreo-ci-globex", "git-clone-secret"),
]
BEFORE: Values = {
    "externalSecrets": {"acme": ACME, "globex": GLOBEX},
    "clusterExternalSecrets": {"acme": ["registry-pull-secret-acme"]},
    "timeoutSeconds": 0.0,
    "hints": {"acme": "set the value of org/acme/git", "globex": "an old hint"},
}
NOW: Values = {"externalSecrets": {"globex": GLOBEX}, "timeoutSeconds": 0.0, "refused": ["acme"]}


@pytest.fixture(autouse=True)
def _cluster(monkeypatch: pytest.MonkeyPatch) -> None:
    """A credential of acme is not synced, and another one does not exist."""
    monkeypatch.setattr(connection, "Cluster", stub(collections={EXTERNAL_SECRETS: LIVE}))


def _check(engine: Engine, olds: Values, news: Values) -> Values:
    request = messages.CheckRequest(urn=URN, olds=struct(olds), news=struct(news))
    return plain(engine.call("Check", request).inputs)


def test_what_the_last_update_recorded_is_kept(engine: Engine) -> None:
    hints = {"globex": "a new hint"}
    assert _check(engine, BEFORE, {**NOW, "hints": hints}) == {**BEFORE, "hints": {**BEFORE["hints"], **hints}}


def test_nothing_was_recorded(engine: Engine) -> None:
    assert _check(engine, {}, NOW) == {"externalSecrets": {"globex": GLOBEX}, "timeoutSeconds": 0.0}


def test_nothing_is_recorded_of_others_that_are_removed(engine: Engine) -> None:
    nothing = {"externalSecrets": {}, "timeoutSeconds": 0.0, "refused": ["acme"]}
    assert _check(engine, BEFORE, nothing) == {
        **BEFORE,
        "externalSecrets": {"acme": ACME},
        "hints": {"acme": "set the value of org/acme/git"},
    }


@pytest.mark.parametrize("preview", [True, False])
def test_only_the_others_are_read(engine: Engine, preview: bool) -> None:
    terminal = Terminal()

    async def update() -> Any:
        async with serving(terminal) as stub:
            request = messages.CheckRequest(urn=URN, olds=struct(BEFORE), news=struct(NOW))
            news = (await stub.Check(request)).inputs
            diff = await stub.Diff(messages.DiffRequest(urn=URN, id="x", olds=struct(BEFORE), news=news))
            request = messages.UpdateRequest(urn=URN, id="x", olds=struct(BEFORE), news=news, preview=preview)
            return plain(diff), plain((await stub.Update(request)).properties)

    diff, state = engine.run(update())

    kept = {**BEFORE, "hints": {"acme": BEFORE["hints"]["acme"]}}
    assert diff["detailedDiff"] == {"hints": {"kind": "UPDATE", "inputDiff": True}}
    assert (state, terminal.said) == (kept, [])


def test_none_of_them_is_waited_for(engine: Engine) -> None:
    async def create() -> Any:
        async with serving(Terminal()) as stub:
            request = messages.CheckRequest(urn=URN, news=struct(NOW))
            inputs = (await stub.Check(request)).inputs
            return plain((await stub.Create(messages.CreateRequest(urn=URN, properties=inputs))).properties)

    assert engine.run(create()) == {"externalSecrets": {"globex": GLOBEX}, "timeoutSeconds": 0.0}
