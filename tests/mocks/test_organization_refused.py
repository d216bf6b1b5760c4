"""An organization with problems on a cluster: its objects wait for a resource that fails, and no others do."""

from __future__ import annotations

from typing import Any

import grpc
import pulumi
import pytest
from pulumi.runtime.proto import provider_pb2 as messages

from components import ClusterError, Configuration, deploy, find_release, parse
from components.provider import connection
from components.resources import deployment
from tests.mocks.engine import Engine, Terminal, serving, struct
from tests.mocks.recorder import Recorder, Registered
from tests.mocks.stubs import NAMESPACES, stub

URN = "urn:pulumi:test::openchoreo-secrets::openchoreo:index:OrganizationRefused::acme"
PROBLEM = (
    'build plane (context "kind-build"): organization "acme": namespace openchoreo-ci-acme exists and was created by '
    "something else (OpenChoreo creates it at the first build); set namespace: adopt, so that destroy keeps it, or let "
    "the stack take it over: kubectl annotate --overwrite namespace openchoreo-ci-acme "
    "openchoreo-secrets/stack=acme-corp/openchoreo-secrets/test"
)
INPUTS = {"organization": "acme", "problems": [PROBLEM]}
REFUSED = "openchoreo:index:OrganizationRefused acme"
MESSAGE = (
    'nothing of the organization "acme" is changed, except credentials that its configuration no\n'
    "longer has, which are deleted:\n"
    '  - build plane (context "kind-build"): organization "acme": namespace openchoreo-ci-acme exists\n'
    "    and was created by something else (OpenChoreo creates it at the first build); set namespace:\n"
    "    adopt, so that destroy keeps it, or let the stack take it over:\n"
    "    kubectl annotate --overwrite namespace openchoreo-ci-acme "
    "openchoreo-secrets/stack=acme-corp/openchoreo-secrets/test"
)
STORE = {"kubernetes": {"remoteNamespace": "vault", "server": {"fromKubeconfig": True}}, "sharedKeys": ["a"]}


def _program(*organizations: str) -> None:
    raw: dict[str, Any] = {
        "clusters": {"buildPlane": {"context": "kind-build"}},
        "secretStores": {"org": STORE},
        "organizations": [{"name": name, "secretStore": "org", "git": {"remoteKey": "a"}} for name in organizations],
    }
    settings = parse(raw, source="stacks/Pulumi.test.yaml")
    deploy(Configuration(settings, find_release(settings.release), {}))


@pytest.fixture(autouse=True)
def cluster(monkeypatch: pytest.MonkeyPatch) -> None:
    """The namespace of acme belongs to something else."""
    live = {NAMESPACES: [{"metadata": {"name": "openchoreo-ci-acme"}}]}
    monkeypatch.setattr(deployment, "Cluster", stub(collections=live))
    monkeypatch.setattr(connection, "Cluster", stub())
    monkeypatch.setenv("PULUMI_CONTINUE_ON_ERROR", "true")


def _waits_for_refusal(registered: list[Registered]) -> set[str]:
    """Resources that depend on the refusal, or on a component that does."""
    waiting = {REFUSED}
    while more := {
        str(each) for each in registered if ({*each.depends_on, each.parent} & waiting) and str(each) not in waiting
    }:
        waiting |= more
    return waiting - {REFUSED}


def test_everything_of_the_organization_waits_and_nothing_else(recorder: Recorder) -> None:
    registered = recorder.run(lambda: _program("acme", "globex"))

    assert [each for each in registered if str(each) == REFUSED] == [
        Registered(
            "openchoreo:index:OrganizationRefused",
            "acme",
            INPUTS,
            provider="pulumi:providers:openchoreo build-plane",
        )
    ]
    assert _waits_for_refusal(registered) == {
        str(each) for each in registered if "acme" in each.name and str(each) != REFUSED
    }
    (ready,) = (each for each in registered if each.type.endswith(":ExternalSecretsReady"))
    assert list(ready.inputs["externalSecrets"]) == ["globex"]


def test_a_single_organization_ends_the_program(recorder: Recorder) -> None:
    def failing() -> None:
        with pytest.raises(ClusterError) as raised:
            _program("acme")
        pulumi.export("error", str(raised.value))

    assert recorder.run(failing) == []
    assert recorder.exported["error"].splitlines()[0] == 'build plane (context "kind-build"): nothing was changed'


def test_the_update_fails_with_the_problems(engine: Engine) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as raised:
        engine.call("Create", messages.CreateRequest(urn=URN, properties=struct(INPUTS)))

    assert (raised.value.code(), raised.value.details()) == (grpc.StatusCode.FAILED_PRECONDITION, MESSAGE)


def test_a_preview_warns_so_that_the_update_after_it_can_start(engine: Engine) -> None:
    request = messages.CreateRequest(urn=URN, properties=struct(INPUTS), preview=True)

    async def previewed() -> list[tuple[str, str, str]]:
        terminal = Terminal()
        async with serving(terminal) as provider:
            await provider.Create(request)
        return terminal.said

    assert engine.run(previewed()) == [(URN, "warning", MESSAGE)]
