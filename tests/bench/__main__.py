"""``python -m tests.bench [ORGANIZATIONS]``: this program against a flat one, by hand, that registers the same objects.

Both run on one local platform, in turn. What counts is the ratio: how much components, checks and readiness add.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

import yaml

from components.table import table
from local.engine import Engine
from local.obtain import operator_crds, programs
from local.platform import CONTEXT, Platform
from local.seed import Seeder, openchoreo_crds
from tests.platform.harness import Kubernetes, Stack, kubernetes_store, make_project

_ORGANIZATIONS: Final = 50
_RUNS: Final = 5
_MANAGER: Final = "secret-manager"
_FLAT: Final = Path(__file__).parent / "flat"


def main() -> None:
    """Start a platform, deploy both, time both, print the table."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else _ORGANIZATIONS
    with tempfile.TemporaryDirectory() as folder:
        platform = Platform(Path(folder) / "platform", programs(say))
        try:
            platform.start_control_plane()
            seeder = Seeder(platform.kubeconfig)
            seeder.definitions([*operator_crds(), openchoreo_crds()], platform.process("kube-apiserver"))
            platform.start_operator()
            say(measure(platform, count))
        finally:
            platform.stop()


def measure(platform: Platform, count: int) -> str:
    """Times of both programs as a table."""
    cluster = Kubernetes(platform.kubeconfig)
    cluster.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": _MANAGER}})
    for number in range(count):
        cluster.put_secret(_MANAGER, f"org{number}", {"token": "value", "docker": '{"auths": {"ghcr.io": {}}}'})
    ours, flat = our_stack(platform, count), flat_stack(platform, count)
    rows = [("up", [seconds(ours.up)], [seconds(flat.up)])]
    say(f"{count} organizations are up; timing {_RUNS} previews of each")
    previews: tuple[list[float], list[float]] = ([], [])
    for _ in range(_RUNS):
        for stack, times in zip((ours, flat), previews, strict=True):
            times.append(seconds(partial(stack.ok, "preview", "--expect-no-changes")))
    rows.append(("preview, no change", *previews))
    return table(
        ("COMMAND", "RESOURCES", "OURS", "FLAT", "RATIO"),
        [
            (
                command,
                f"{resources(ours)} / {resources(flat)}",
                f"{statistics.median(one):.1f} s",
                f"{statistics.median(other):.1f} s",
                f"{statistics.median(a / b for a, b in zip(one, other, strict=True)):.2f}",
            )
            for command, one, other in rows
        ],
    )


def our_stack(platform: Platform, count: int) -> Stack:
    """This program, an organization-scoped store and two credentials for each organization."""
    engine = Engine(platform.folder, platform.programs, make_project(platform.folder / "project"))
    engine.prepare()
    stack = Stack(engine, "bench", platform.kubeconfig)
    stack.init()
    stack.configure(
        readyTimeout="10m",
        secretStores={"org": kubernetes_store(_MANAGER)},
        organizations=[
            {
                "name": f"org{number}",
                "secretStore": "org",
                "git": {"remoteKey": f"org{number}", "property": "token"},
                "external": [{"name": "sonar", "keys": {"token": {"remoteKey": f"org{number}", "property": "token"}}}],
            }
            for number in range(count)
        ],
    )
    return stack


def flat_stack(platform: Platform, count: int) -> Stack:
    """The flat program."""
    project = platform.folder / "flat"
    project.mkdir()
    (project / "__main__.py").symlink_to(_FLAT / "__main__.py")
    (project / "stacks").mkdir()
    runtime = {"name": "python", "options": {"virtualenv": sys.prefix}}
    declared = {"name": "flat", "runtime": runtime, "stackConfigDir": "stacks"}
    (project / "Pulumi.yaml").write_text(yaml.safe_dump(declared))
    engine = Engine(platform.folder, platform.programs, project)
    stack = Stack(engine, "flat", platform.kubeconfig)
    stack.init()
    values = {"count": count, "kubeconfig": str(platform.kubeconfig), "context": CONTEXT, "manager": _MANAGER}
    for name, value in values.items():
        stack.ok("config", "set", name, str(value))
    return stack


def resources(stack: Stack) -> int:
    """How many resources a stack has."""
    return len(yaml.safe_load(stack.ok("stack", "export"))["deployment"]["resources"])


def seconds(run: Callable[[], object]) -> float:
    """How long it takes."""
    started = time.monotonic()
    run()
    return time.monotonic() - started


def say(text: str) -> None:
    """A line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
