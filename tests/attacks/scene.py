"""One attack in one phase: the objects that it creates, what it looks at, and how it is undone."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from local.grants import MOUNT
from tests.attacks.api import Api, Object
from tests.attacks.attack import REACHED, SHARED, STOCK, STOPPED, Attack, Attempt, Verdict, find_layer
from tests.attacks.names import LABEL
from tests.attacks.world import World

ESO: Final = "external-secrets.io/v1"
PUSH: Final = "external-secrets.io/v1alpha1"
GENERATORS: Final = "generators.external-secrets.io/v1alpha1"
_EXISTS: Final = 200


@dataclass
class Scene:
    """An attack under way."""

    world: World
    attack: Attack
    phase: str
    number: int
    """Of the phase; no two phases have objects with the same name."""
    undo: list[Callable[[], object]] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Name of its objects."""
        return f"{self.attack.slug}-{self.number}"

    @property
    def written(self) -> str:
        """What it writes over the value of another organization."""
        return f"written-by-{self.name}"

    @property
    def tenant(self) -> Api:
        """The attacker."""
        return self.world.tenants[self.attack.attacker]

    @property
    def own_builds(self) -> str:
        """Namespace of the attacker's builds."""
        return self.world.build_namespace(self.attack.attacker)

    @property
    def own_workloads(self) -> str:
        """Namespace of the attacker's workloads."""
        return self.world.workloads(self.attack.attacker)

    def store(self, organization: str, entry: str = "bao") -> str:
        """ClusterSecretStore of an organization's builds, or the one that all share."""
        return {STOCK: "default", SHARED: entry}.get(self.phase, f"{entry}-{organization}")

    def pull_store(self, organization: str) -> str:
        """ClusterSecretStore of an organization's workloads, or the one that OpenChoreo ships."""
        if self.phase == STOCK:
            return "default"
        live = self.world.admin.get(ESO, "ClusterExternalSecret", f"registry-pull-secret-{organization}") or {}
        return str(live["spec"]["externalSecretSpec"]["secretStoreRef"]["name"])

    def canary(self, key: str) -> str:
        """The value of a remote key."""
        return self.world.canaries[key]

    def create(self, subject: Api, manifest: Mapping[str, Any]) -> None:
        """Create an object as a subject; it is deleted at the end.

        Raises:
            RefusedError: a layer has refused it.
        """
        metadata = manifest["metadata"]
        place = (manifest["apiVersion"], manifest["kind"], metadata["name"], metadata.get("namespace"))
        self.undo.append(lambda: self.world.admin.delete(*place))
        subject.create(manifest)

    def relabel(self, subject: Api, namespace: str, label: str = LABEL) -> None:
        """Set a label of a namespace to the victim; it is changed back at the end."""
        admin = self.world.admin
        before = (admin.get("v1", "Namespace", namespace) or {})["metadata"]["labels"].get(label)
        self.undo.append(lambda: admin.patch("v1", "Namespace", namespace, {"metadata": {"labels": {label: before}}}))
        subject.patch("v1", "Namespace", namespace, {"metadata": {"labels": {label: self.attack.victim}}})

    def touch(self, namespace: str) -> None:
        """Write another label of a namespace, which makes the operator look at it again."""
        patch = {"metadata": {"labels": {"touched": str(time.monotonic_ns())}}}
        self.world.admin.patch("v1", "Namespace", namespace, patch)

    def read(self, subject: Api, namespace: str, name: str) -> str:
        """Everything in a Secret, decoded; empty if it does not exist."""
        secret = subject.get("v1", "Secret", name, namespace)
        return "" if secret is None else decode((secret.get("data") or {}).values())

    def obtain(self, name: str, namespace: str, canary: str) -> Attempt:
        """Wait until the attacker can read a value in a Secret of its own, or the operator has refused it."""
        self.undo.append(lambda: self.world.admin.delete("v1", "Secret", name, namespace))
        while True:
            if canary in self.read(self.tenant, namespace, name):
                return Verdict(REACHED, reason=f"Secret {namespace}/{name}")
            refusal = self.find_refusal("ExternalSecret", name, namespace)
            if refusal is not None:
                return refusal
            yield

    def external_secret(self, subject: Api, namespace: str, canary: str, **spec: Any) -> Attempt:
        """Create an ExternalSecret, and wait for a value."""
        self.create(subject, build_external_secret(self.name, namespace, **spec))
        return (yield from self.obtain(self.name, namespace, canary))

    def find_refusal(self, kind: str, name: str, namespace: str) -> Verdict | None:
        """The layer that has refused what an object asks for. None: undecided."""
        api = PUSH if kind == "PushSecret" else ESO
        live = self.world.admin.get(api, kind, name, namespace) or {}
        conditions = (live.get("status") or {}).get("conditions") or ()
        if not any(entry["type"] == "Ready" and entry["status"] == "False" for entry in conditions):
            return None
        words = [str(entry.get("message")) for entry in conditions]
        words += self.list_warnings(name, namespace)
        for text in reversed(words):
            layer = find_layer(text)
            if layer is not None:
                return Verdict(STOPPED, layer, text)
        return None

    def list_warnings(self, name: str, namespace: str) -> list[str]:
        """Messages of the operator about an object."""
        query = f"?fieldSelector=involvedObject.name={name}"
        return [event["message"] for event in self.world.admin.list("v1", "Event", namespace, query)]

    def read_remote(self, key: str) -> str:
        """A value in OpenBao, as an administrator; empty if there is none."""
        status, answer = self.world.openbao.ask("GET", f"{MOUNT}/data/{key}")
        return str(answer["data"]["data"]) if status == _EXISTS else ""

    def close(self) -> None:
        """Delete what the attack has created, the last object first."""
        while self.undo:
            self.undo.pop()()


def build_external_secret(name: str, namespace: str, **spec: Any) -> Object:
    """An ExternalSecret that is read once."""
    return {
        "apiVersion": ESO,
        "kind": "ExternalSecret",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"refreshInterval": "1h0m0s", "target": {"name": name}, **spec},
    }


def from_store(store: str, key: str, kind: str = "ClusterSecretStore") -> dict[str, Any]:
    """Fields of an ExternalSecret with one key of one store."""
    return {
        "secretStoreRef": {"kind": kind, "name": store},
        "data": [{"secretKey": "token", "remoteRef": {"key": key, "property": "token"}}],
    }


def decode(values: Iterable[str]) -> str:
    """Values of a Secret as one text."""
    return "\n".join(base64.b64decode(value).decode(errors="replace") for value in values)
