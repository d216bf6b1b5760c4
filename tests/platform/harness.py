"""Stacks of the real program on the real engine, and the objects of the cluster, for the platform tests."""

from __future__ import annotations

import base64
import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import yaml
from kubernetes import client, config, dynamic

from components.openchoreo import V0_9, Release
from local.engine import Engine
from local.platform import CONTEXT
from tests.platform.releases import in_words_of

T = TypeVar("T")

ROOT = Path(__file__).resolve().parents[2]
PREFIX = "openchoreo-secrets:"
_DEADLINE = 60.0


def make_project(folder: Path) -> Path:
    """A copy of this project with the same program and components, and without stacks."""
    for name in ("stacks", "plugin"):
        (folder / name).mkdir(parents=True)
    for name in ("Pulumi.yaml", "__main__.py", "components", "plugin/PulumiPlugin.yaml", "plugin/__main__.py", "venv"):
        (folder / name).symlink_to(ROOT / name)
    return folder


def unwrap(output: str) -> str:
    """The output with each problem on one line; Pulumi indents the lines of a message by four columns more."""
    return re.sub(r"\n {8,}(?=\S)", " ", output)


def eventually(probe: Callable[[], T | None], what: str) -> T:
    """Poll until the probe returns a true value, and return it."""
    deadline = time.monotonic() + _DEADLINE
    while not (answer := probe()):
        assert time.monotonic() < deadline, f"not within {_DEADLINE:g} s: {what}"
        time.sleep(0.1)
    return answer


@dataclass
class Stack:
    """One stack of the project, configured for the local platform."""

    engine: Engine
    name: str
    kubeconfig: Path
    release: Release = V0_9
    outputs: list[str] = field(default_factory=list)
    """Everything that Pulumi printed for this stack."""

    @property
    def file(self) -> Path:
        """Its configuration file."""
        return self.engine.project / "stacks" / f"Pulumi.{self.name}.yaml"

    @property
    def here(self) -> dict[str, str]:
        """The platform's cluster, as in the setting ``clusters``."""
        return {"kubeconfig": str(self.kubeconfig), "context": CONTEXT}

    @property
    def every_plane(self) -> dict[str, Any]:
        """The platform's cluster as every plane."""
        return {"buildPlane": self.here, "controlPlane": self.here, "dataPlane": self.here}

    @property
    def state(self) -> Path:
        """Its state file."""
        return self.engine.folder / "state" / ".pulumi" / "stacks" / "openchoreo-secrets" / f"{self.name}.json"

    def init(self) -> None:
        """Create it, with an encryption salt in its file."""
        self.ok("stack", "init", self.name, named=False)

    def configure(self, **keys: object) -> None:
        """Set configuration keys; other keys keep their values. By default, the platform is the build plane."""
        stored = yaml.safe_load(self.file.read_text()) if self.file.exists() else {}
        entries = stored.setdefault("config", {})
        entries.setdefault("pulumi:disable-default-providers", ["kubernetes", "openchoreo"])
        entries.setdefault(f"{PREFIX}clusters", in_words_of(self.release, {"buildPlane": self.here}))
        if self.release is not V0_9:
            entries.setdefault(f"{PREFIX}release", self.release.name)
        entries.setdefault(f"{PREFIX}readyTimeout", "30s")
        entries |= {f"{PREFIX}{key}": value for key, value in in_words_of(self.release, keys).items()}
        self.file.write_text(yaml.safe_dump(stored, allow_unicode=True))

    def set_secret(self, path: str, value: str) -> None:
        """``pulumi config set --secret --path``, the value on standard input."""
        command = self.engine.command("config", "set", "--secret", "--path", path, stack=self.name)
        subprocess.run(command, cwd=self.engine.project, env=self._environment(), input=value, text=True, check=True)

    def add_plain(self, name: str, value: str) -> None:
        """Add an entry in plain text to ``manualSecrets``."""
        stored = yaml.safe_load(self.file.read_text())
        stored["config"][f"{PREFIX}manualSecrets"][name] = value
        self.file.write_text(yaml.safe_dump(stored))

    def run(self, *arguments: str, named: bool = True) -> subprocess.CompletedProcess[str]:
        """Run Pulumi and keep its output."""
        done = self.engine.run(*arguments, stack=self.name if named else None)
        self.outputs.append(done.stdout)
        return done

    def ok(self, *arguments: str, named: bool = True) -> str:
        """Run Pulumi, which must succeed."""
        done = self.run(*arguments, named=named)
        assert done.returncode == 0, done.stdout
        return done.stdout

    def up(self) -> str:
        """An update that must succeed."""
        return self.ok("up", "--yes", "--skip-preview", "--suppress-progress")

    def up_fails(self) -> str:
        """An update that must fail; returns its output, with each problem on one line."""
        done = self.run("up", "--yes", "--skip-preview", "--suppress-progress")
        assert done.returncode != 0, done.stdout
        return unwrap(done.stdout)

    def preview_fails(self) -> str:
        """A preview that must fail; returns its output, with each problem on one line."""
        done = self.run("preview", "--suppress-progress")
        assert done.returncode != 0, done.stdout
        return unwrap(done.stdout)

    def unchanged(self, *, update: bool = False) -> None:
        """Check that a preview, and on request an update, changes nothing."""
        self.ok("preview", "--expect-no-changes")
        if update:
            self.ok("up", "--yes", "--skip-preview", "--expect-no-changes")

    def destroy(self) -> str:
        """Delete all resources of the stack."""
        return self.ok("destroy", "--yes", "--skip-preview", "--suppress-progress")

    def export_state(self, name: str) -> Path:
        """A backup of its state."""
        file = self.engine.folder / f"{self.name}-{name}.json"
        self.ok("stack", "export", "--file", str(file))
        return file

    def import_state(self, backup: Path) -> None:
        """Replace its state by a backup: everything since then is lost, as if the update had been killed."""
        self.ok("stack", "import", "--file", str(backup))

    def output(self) -> dict[str, Any]:
        """``pulumi stack output --json``, as CI reads it."""
        return dict(json.loads(self.ok("stack", "output", "--json")))

    def restore(self, exported: Mapping[str, Any]) -> None:
        """Replace the state, as ``pulumi stack import`` does."""
        command = self.engine.command("stack", "import", stack=self.name)
        text = json.dumps(exported)
        subprocess.run(command, cwd=self.engine.project, env=self._environment(), input=text, text=True, check=True)

    def start_up(self) -> subprocess.Popen[str]:
        """An update in a process group of its own, as a terminal starts one."""
        return subprocess.Popen(
            self.engine.command("up", "--yes", "--skip-preview", stack=self.name),
            cwd=self.engine.project,
            env=self._environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def _environment(self) -> dict[str, str]:
        return os.environ | self.engine.variables()


def interrupt(process: subprocess.Popen[str]) -> str:
    """Send SIGINT to the whole process group, as Ctrl-C does, and return the rest of the output."""
    os.killpg(process.pid, signal.SIGINT)
    rest, _ = process.communicate(timeout=_DEADLINE)
    return rest


class Kubernetes:
    """The cluster's objects, as plain dicts."""

    def __init__(self, kubeconfig: Path) -> None:
        configuration = client.Configuration()
        self._client = dynamic.DynamicClient(
            config.new_client_from_config(str(kubeconfig), client_configuration=configuration)
        )

    def create(self, manifest: Mapping[str, Any], **options: Any) -> None:
        """Create one object."""
        resource = self._resource(manifest["apiVersion"], manifest["kind"])
        resource.create(body=manifest, namespace=manifest["metadata"].get("namespace"), **options)

    def get(self, api: str, kind: str, name: str, namespace: str | None = None) -> dict[str, Any] | None:
        """One object, or None."""
        try:
            found: dict[str, Any] = self._resource(api, kind).get(name=name, namespace=namespace).to_dict()
        except dynamic.exceptions.NotFoundError:
            return None
        return found

    def delete(self, api: str, kind: str, name: str, namespace: str | None = None, **options: Any) -> None:
        """Delete one object, if it exists."""
        try:
            self._resource(api, kind).delete(name=name, namespace=namespace, **options)
        except dynamic.exceptions.NotFoundError:
            return

    def patch(self, api: str, kind: str, name: str, body: Mapping[str, Any], namespace: str | None = None) -> None:
        """Merge into one object."""
        content = "application/merge-patch+json"
        self._resource(api, kind).patch(name=name, namespace=namespace, body=body, content_type=content)

    def apply(self, manifest: Mapping[str, Any], field_manager: str) -> None:
        """Server-side apply with force, as a tool of others does."""
        self._resource(manifest["apiVersion"], manifest["kind"]).server_side_apply(
            body=manifest,
            namespace=manifest["metadata"]["namespace"],
            field_manager=field_manager,
            force_conflicts=True,
        )

    def edit(
        self, api: str, kind: str, name: str, change: Callable[[dict[str, Any]], object], namespace: str | None = None
    ) -> None:
        """Read one object, change it and write it back, as ``kubectl edit`` does."""
        live = self._resource(api, kind).get(name=name, namespace=namespace).to_dict()
        change(live)
        self._resource(api, kind).replace(body=live, namespace=namespace, field_manager="kubectl-edit")

    def names(self, api: str, kind: str, namespace: str | None = None) -> set[str]:
        """Names of all objects of a kind."""
        return {item.metadata.name for item in self._resource(api, kind).get(namespace=namespace).items}

    def list(self, api: str, kind: str, namespace: str | None = None) -> list[dict[str, Any]]:
        """All objects of a kind."""
        return [item.to_dict() for item in self._resource(api, kind).get(namespace=namespace).items]

    def dry_run(self, manifest: Mapping[str, Any]) -> dict[str, Any]:
        """The object as the API server would store it; an unknown field is an error."""
        resource = self._resource(manifest["apiVersion"], manifest["kind"])
        strict = [("dryRun", "All"), ("fieldValidation", "Strict")]
        found: dict[str, Any] = resource.create(
            body=manifest, namespace=manifest["metadata"].get("namespace"), query_params=strict
        ).to_dict()
        return found

    def token(self, account: str, namespace: str, *audiences: str) -> str:
        """A token of a ServiceAccount, valid for an hour; without audiences for the API server."""
        accounts = self._resource("v1", "ServiceAccount")
        spec = {"expirationSeconds": 3600, **({"audiences": [*audiences]} if audiences else {})}
        body = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": spec}
        made = accounts.subresources["token"].create(name=account, namespace=namespace, body=body)
        return str(made.status.token)

    def put_secret(self, namespace: str, name: str, data: Mapping[str, str]) -> None:
        """Create a Secret or replace its values."""
        encoded = {key: base64.b64encode(value.encode()).decode() for key, value in data.items()}
        if self.get("v1", "Secret", name, namespace) is None:
            self.create(
                {
                    "apiVersion": "v1",
                    "kind": "Secret",
                    "metadata": {"name": name, "namespace": namespace},
                    "data": encoded,
                }
            )
        else:
            self.patch("v1", "Secret", name, {"data": encoded}, namespace)

    def secret(self, namespace: str, name: str) -> tuple[str, dict[str, str]] | None:
        """Type and decoded data of a Secret, or None."""
        found = self.get("v1", "Secret", name, namespace)
        if found is None:
            return None
        data = {key: base64.b64decode(value).decode() for key, value in (found.get("data") or {}).items()}
        return found["type"], data

    def _resource(self, api: str, kind: str) -> Any:
        return self._client.resources.get(api_version=api, kind=kind)


def kubernetes_store(manager: str, scope: str = "organization") -> dict[str, Any]:
    """A store on the platform's own secret manager. Organizations of one test may read the same Secret ``git``."""
    shared = {"sharedKeys": ["git"]} if scope == "organization" else {}
    return {"scope": scope, **shared, "kubernetes": {"remoteNamespace": manager, "server": {"fromKubeconfig": True}}}
