"""The programs that the benchmark compares: this one, a flat one with the same kinds of objects, and an empty one."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final

import yaml

from local.engine import Engine
from local.platform import CONTEXT, Platform
from tests.bench.measure import Cost, run
from tests.platform.harness import Kubernetes, Stack, kubernetes_store, make_project

_MANAGER: Final = "secret-manager"
_FOLDER: Final = Path(__file__).parent
# Without it the file backend writes the whole state at each step, and that is what an update would measure.
_NO_CHECKPOINTS: Final = {"PULUMI_SKIP_CHECKPOINTS": "true"}


def seed(platform: Platform, count: int) -> None:
    """Put a credential for each organization into the secret manager."""
    cluster = Kubernetes(platform.kubeconfig)
    cluster.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": _MANAGER}})
    for number in range(count):
        cluster.put_secret(_MANAGER, f"org{number}", {"token": "value", "docker": '{"auths": {"ghcr.io": {}}}'})


def our_stack(platform: Platform, count: int, name: str = "bench", first: int = 0) -> Stack:
    """This program, an organization-scoped store and two credentials for each organization.

    Args:
        platform: the running platform.
        count: how many organizations.
        name: of the stack.
        first: number of the first organization, so that two stacks share none.
    """
    project = platform.folder / "project"
    stack = _stack(platform, project if project.exists() else make_project(project), name)
    stack.configure(
        readyTimeout="10m",
        secretStores={name: kubernetes_store(_MANAGER)},
        organizations=[
            {
                "name": f"org{number}",
                "secretStore": name,
                "git": {"remoteKey": f"org{number}", "property": "token"},
                "external": [{"name": "sonar", "keys": {"token": {"remoteKey": f"org{number}", "property": "token"}}}],
            }
            for number in range(first, first + count)
        ],
    )
    return stack


def flat_stack(platform: Platform, count: int) -> Stack:
    """The flat program: the same kinds of objects, no components, no checks, no waiting."""
    (cluster,) = yaml.safe_load(platform.kubeconfig.read_text())["clusters"]
    values = {
        "count": count,
        "kubeconfig": platform.kubeconfig,
        "context": CONTEXT,
        "manager": _MANAGER,
        "server": cluster["cluster"]["server"],
        "caBundle": cluster["cluster"]["certificate-authority-data"],
    }
    return _other(platform, "flat", values)


def empty_stack(platform: Platform) -> Stack:
    """The empty program."""
    return _other(platform, "empty", {})


def update(stack: Stack) -> Cost:
    """An update that must succeed."""
    return _cost(stack, "up", "--yes", "--skip-preview", "--suppress-progress")


def preview(stack: Stack) -> Cost:
    """A preview that must find nothing to do."""
    return _cost(stack, "preview", "--expect-no-changes")


def state_bytes(stack: Stack) -> int:
    """Size of a stack's state file."""
    pattern = f".pulumi/stacks/*/{stack.name}.json"
    (file,) = (stack.engine.folder / "state").glob(pattern)
    return file.stat().st_size


def _cost(stack: Stack, *arguments: str) -> Cost:
    environment = os.environ | stack.engine.variables() | _NO_CHECKPOINTS
    return run(stack.engine.command(*arguments, stack=stack.name), stack.engine.project, environment)


def _other(platform: Platform, name: str, values: dict[str, object]) -> Stack:
    """A stack of a program in this folder."""
    project = platform.folder / name
    project.mkdir()
    (project / "__main__.py").symlink_to(_FOLDER / name / "__main__.py")
    (project / "stacks").mkdir()
    runtime = {"name": "python", "options": {"virtualenv": sys.prefix}}
    declared = {"name": name, "runtime": runtime, "stackConfigDir": "stacks"}
    (project / "Pulumi.yaml").write_text(yaml.safe_dump(declared))
    stack = _stack(platform, project, name)
    for key, value in values.items():
        stack.ok("config", "set", key, str(value))
    return stack


def _stack(platform: Platform, project: Path, name: str) -> Stack:
    engine = Engine(platform.folder, platform.programs, project)
    engine.prepare()
    stack = Stack(engine, name, platform.kubeconfig)
    stack.init()
    return stack
