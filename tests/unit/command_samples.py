"""A project with a fake Pulumi, for tests of the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml

from components.commands import main
from tests.unit.api import Object
from tests.unit.writers import applied

OWNER = "organization/openchoreo-secrets/dev"
EMPTY: Object = {"deployment": {}}
CLUSTERS: dict[str, Any] = {
    "buildPlane": {"context": "kind-build", "kubeconfig": "build.yaml"},
    "controlPlane": {"context": "kind-build", "kubeconfig": "build.yaml"},
}


def store(owner: str = OWNER) -> Object:
    return applied({"metadata": {"name": "org-acme", "uid": "2"}}, owner)


def configure(project: Path, config: object) -> None:
    (project / "stacks" / "Pulumi.dev.yaml").write_text(yaml.safe_dump({"config": config}))


def record(project: Path, state: Object) -> None:
    (project / "state").write_text(json.dumps(state))


def run_orphans(*arguments: str) -> int:
    return main(["orphans", "--stack", "dev", *arguments])


def lock(project: Path) -> None:
    folder = project / ".pulumi" / "locks" / OWNER
    folder.mkdir(parents=True)
    (folder / "1.json").touch()
