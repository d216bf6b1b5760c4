"""Commands of Pulumi that are killed at a chosen moment, and the objects that a stack has on the cluster."""

from __future__ import annotations

import copy
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from random import Random
from typing import Any, Final

import psutil

from tests.platform.harness import Kubernetes, Stack

Object = dict[str, Any]

ESO: Final = "external-secrets.io/v1"
RBAC: Final = "rbac.authorization.k8s.io/v1"
KINDS: Final = (
    ("v1", "Namespace"),
    ("v1", "Secret"),
    ("v1", "ServiceAccount"),
    (RBAC, "Role"),
    (RBAC, "RoleBinding"),
    (ESO, "ClusterSecretStore"),
    (ESO, "ExternalSecret"),
)
UP: Final = ("up", "--yes", "--skip-preview")
DESTROY: Final = ("destroy", "--yes", "--skip-preview")
_MARKS: Final = {"Namespace": "openchoreo-secrets/stack"}
_SYNCED: Final = "reconcile.external-secrets.io/managed"
"""Label of the Secrets that ESO creates."""
_CHANGING: Final = frozenset({"uid", "resourceVersion", "generation", "creationTimestamp", "managedFields"})
_READINESS: Final = "openchoreo-secrets-readiness"
"""Writes an annotation by which the operator syncs an ExternalSecret at once, if an update has to wait for it."""


@dataclass(frozen=True)
class Kill:
    """How a command is killed."""

    lines: int
    """Number of lines about resources that Pulumi prints before."""
    seconds: float
    """Time that the command has afterwards."""
    everything: bool
    """Whether the program and the providers are killed at the same moment, as in a container that is stopped."""
    checkpoints: bool
    """Whether Pulumi writes its state during the command."""


def draw_kill(random: Random, lines: int) -> Kill:
    """A random moment up to a number of lines, and a random way."""
    return Kill(random.randint(1, lines), random.uniform(0, 0.4), random.random() < 0.5, random.random() < 0.5)


@contextmanager
def killed(stack: Stack, command: tuple[str, ...], kill: Kill) -> Iterator[bool]:
    """Kill a command; yields False if it ended before. What the kill leaves running ends with the context."""
    variables = stack.engine.variables() | {"PULUMI_SKIP_CHECKPOINTS": str(not kill.checkpoints).lower()}
    with subprocess.Popen(
        stack.engine.command(*command, stack=stack.name),
        cwd=stack.engine.project,
        env=os.environ | variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        lines = (line for line in process.stdout if line.startswith((" +", " -", " ~", " @")))
        for _, line in zip(range(kill.lines), lines, strict=False):
            stack.outputs.append(line)
        with suppress(subprocess.TimeoutExpired):
            process.wait(kill.seconds)
        children: list[psutil.Process] = []
        with suppress(psutil.NoSuchProcess):
            engine = psutil.Process(process.pid)
            engine.suspend()
            children = engine.children(recursive=True)
        process.kill()
        if kill.everything:
            _kill(children)
        # Children may keep the pipe open.
        process.stdout.close()
    try:
        yield process.returncode < 0
    finally:
        _kill(children)


def _kill(processes: list[psutil.Process]) -> None:
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.kill()


def owned(cluster: Kubernetes, stack: Stack) -> dict[str, Object]:
    """Name -> whole object of a stack, without what differs after every creation.

    Secrets that ESO creates may have the annotation too; their names end with ``(synced)``.
    """
    owner = f"organization/openchoreo-secrets/{stack.name}"
    objects = {}
    for api, kind in KINDS:
        for live in cluster.list(api, kind):
            metadata = live["metadata"]
            if (metadata.get("annotations") or {}).get(_MARKS.get(kind, "pulumi.com/patchFieldManager")) == owner:
                synced = " (synced)" if _SYNCED in (metadata.get("labels") or {}) else ""
                name = f"{metadata.get('namespace') or ''}/{metadata['name']}".lstrip("/")
                objects[f"{kind} {name}{synced}"] = stable(live)
    return objects


def stable(live: Object | None) -> Object:
    """An object without status and identity; of its field managers, the names and the operations."""
    assert live is not None
    kept = {key: value for key, value in copy.deepcopy(live).items() if key != "status"}
    managers = {
        f"{entry['manager']} {entry['operation']}"
        for entry in live["metadata"].get("managedFields") or ()
        if not entry.get("subresource") and entry["manager"] != _READINESS
    }
    metadata = {key: value for key, value in kept["metadata"].items() if key not in _CHANGING}
    (metadata.get("annotations") or {}).pop("force-sync", None)
    for owner in metadata.get("ownerReferences") or ():
        del owner["uid"]
    return {**kept, "metadata": {**metadata, "managers": sorted(managers)}}
