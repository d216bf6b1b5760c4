"""The life of a resource ``LiveObjects``, as the engine leads it: Check, Diff, and Update if there is a difference."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import grpc
import pytest
from pulumi.runtime.proto import provider_pb2 as messages

from components.object_names import name_object
from tests.mocks.engine import Engine, Terminal, Values, plain, secret, serving, struct

STACK = "acme-corp/openchoreo-secrets/test"
OURS = STACK
"""Field manager of the stack."""
URN = "urn:pulumi:test::openchoreo-secrets::openchoreo:index:LiveObjects::build-plane"


def manifest(api: str, kind: str, name: str, namespace: str | None = None, **body: Any) -> dict[str, Any]:
    """An object of the stack."""
    place = {} if namespace is None else {"namespace": namespace}
    labels = {"app.kubernetes.io/managed-by": "openchoreo-secrets"}
    creator = {"openchoreo-secrets/stack": STACK} if kind == "Namespace" else {}
    annotations = {**creator, "pulumi.com/patchFieldManager": STACK}
    metadata = {"name": name, **place, "labels": labels, "annotations": annotations}
    return {"apiVersion": api, "kind": kind, "metadata": metadata, **body}


def inputs(*objects: dict[str, Any], secrets: Sequence[Values] = (), deferred: Values | None = None) -> Values:
    """Inputs as the program sends them.

    Args:
        objects: manifests without outputs.
        secrets: manifests with secret values.
        deferred: name of another object with outputs -> its manifest as JSON, or the mark of an unknown value.
    """
    user = 'organization "acme"'
    entries = [{"name": name_object(each), "user": user, "manifest": secret(json.dumps(each))} for each in secrets]
    entries += [{"name": name, "user": user, "manifest": text} for name, text in (deferred or {}).items()]
    return {"stack": STACK, "manifests": json.dumps([[user, each] for each in objects]), "deferred": entries}


def refusing(program: Values, *objects: str) -> Values:
    """Inputs of a run that refuses the organization acme.

    Args:
        program: inputs without the refused organization.
        objects: names of its configured objects.
    """
    return {**program, "refused": {"organizations": ["acme"], "objects": list(objects)}}


ESO = "external-secrets.io/v1"
NAMESPACE = manifest("v1", "Namespace", "ns")
STORE = manifest(ESO, "ClusterSecretStore", "org", spec={"conditions": [{"namespaces": ["ns"]}]})
EXTERNAL = manifest(ESO, "ExternalSecret", "git", "ns", spec={"data": [{"remoteRef": {"key": "git"}}]})
SECRET = manifest("v1", "Secret", "scanner", "ns", type="Opaque", data={"key": base64.b64encode(b"canary").decode()})
PLAIN = inputs(NAMESPACE, STORE, EXTERNAL, secrets=[SECRET])
WHO = '(organization "acme")'


@dataclass
class Outcome:
    """What one preview or update returned."""

    inputs: Values
    """Inputs in the state."""
    changes: Mapping[str, str] = field(default_factory=dict)
    """Path -> kind of the difference."""
    said: list[tuple[str, str]] = field(default_factory=list)
    """How, and the text."""
    failure: str = ""
    """Error of `ExternalSecretsReady` at the end of the update."""


async def _end(stub: Any) -> str:
    """The error of `ExternalSecretsReady`, which waits for nothing here; empty if there is no error."""
    urn = URN.replace("LiveObjects", "ExternalSecretsReady")
    state = struct({"externalSecrets": {}, "timeoutSeconds": 1.0})
    diff = await stub.Diff(messages.DiffRequest(urn=urn, id="x", olds=state, news=state))
    if not diff.detailedDiff:
        return ""
    with pytest.raises(grpc.aio.AioRpcError) as raised:
        await stub.Update(messages.UpdateRequest(urn=urn, id="x", olds=state, news=state))
    assert plain(diff)["detailedDiff"] == {"externalSecrets": {"kind": "UPDATE"}}
    return str(raised.value.details())


def run(engine: Engine, program: Values, before: Values | None, *, preview: bool) -> Outcome:
    """Compare with the inputs in the state; update if there is a difference. None: there is no state."""
    terminal = Terminal()

    async def once() -> Outcome:
        async with serving(terminal) as stub:
            olds = None if before is None else struct(before)
            checked = await stub.Check(messages.CheckRequest(urn=URN, olds=olds, news=struct(program)))
            assert not checked.failures
            news, state = checked.inputs, struct({"total": 1})
            if before is None:
                request = messages.CreateRequest(urn=URN, properties=news, preview=preview)
                created = await stub.Create(request)
                assert created.id == "live-objects"
                return Outcome(plain(news))
            diff = plain(await stub.Diff(messages.DiffRequest(urn=URN, id="x", olds=state, news=news)))
            changes = {path: entry.get("kind", "ADD") for path, entry in diff.get("detailedDiff", {}).items()}
            assert diff["changes"] == ("DIFF_SOME" if changes else "DIFF_NONE")
            if changes:
                request = messages.UpdateRequest(urn=URN, id="x", olds=state, news=news, preview=preview)
                updated = plain((await stub.Update(request)).properties)
                leaving = [entry for entry in plain(news)["objects"].values() if entry.startswith("-")]
                assert updated == {"total": len(plain(news)["objects"]) - len(leaving)}
            failure = "" if preview else await _end(stub)
            return Outcome(plain(news), changes, [(how, text) for _, how, text in terminal.said], failure)

    outcome: Outcome = engine.run(once())
    return outcome
