"""A stack as the project's files and the Pulumi CLI describe it, without running the program."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlparse

import yaml
from pydantic import ValidationError

from ..errors import OpenChoreoSecretsError, Problem, SettingsError
from ..plan.orphans import RecordedState, read_state
from ..schema import go_yaml
from ..schema.paths import ORGANIZATIONS
from ..schema.problems import list_problems
from ..schema.shapes import flow
from ..schema.words import choose_words
from ..settings.clusters import Clusters, ClusterSettings
from ..settings.parsing import MANUAL_KEY, check, choose_words_of_any, read_value
from ..settings.stack import StackSettings

_CLUSTERS: Final = "clusters"
_LOCAL_ORGANIZATION: Final = "organization"
"""Pulumi organization of every stack in a backend without organizations."""


@dataclass(frozen=True)
class Project:
    """The folder of a Pulumi project."""

    folder: Path
    name: str
    """Name of the project in ``Pulumi.yaml``, and prefix of its configuration keys."""
    stacks: Path
    """Folder of the stack files."""

    def read_clusters(self, stack: str) -> dict[str, ClusterSettings]:
        """Plane (``build``, ``control``, ``data``) -> its cluster, from the file of a stack.

        Raises:
            OpenChoreoSecretsError: there is no such file, or its ``clusters`` are not valid.
        """
        file = self._locate(stack)
        key = f"{self.name}:{_CLUSTERS}"
        own = self._read_own(file, "use the name of a stack of this project, or --context")
        values = {name: read_value(name, value) for name, value in own.items()}
        if not values.get(_CLUSTERS):
            msg = f"{file}: {key}: is missing; set it, or use --context"
            raise OpenChoreoSecretsError(msg)
        words = choose_words_of_any(values)
        raw = words.read({_CLUSTERS: values[_CLUSTERS]})[0][_CLUSTERS]
        if not isinstance(raw, dict):
            msg = f"{file}: {key}: must be a mapping, such as {words.restore_text(flow(Clusters.example))}"
            raise OpenChoreoSecretsError(msg)
        try:
            clusters = Clusters.model_validate(raw, by_alias=True, by_name=False)
        except ValidationError as error:
            problems = list_problems(error, raw, Clusters)
            lines = "; ".join(words.restore_text(str(problem)) for problem in problems)
            msg = f"{file}: {key}: {lines}"
            raise OpenChoreoSecretsError(msg) from None
        planes = {"build": clusters.build_plane, "control": clusters.control_plane, "data": clusters.data_plane}
        return {plane: self._resolve(cluster) for plane, cluster in planes.items() if cluster is not None}

    def list_organizations(self, stack: str) -> tuple[str, ...]:
        """Names of the organizations in the file of a stack, also if other parts of the configuration are not valid.

        Raises:
            OpenChoreoSecretsError: there is no such file, or it is no YAML mapping.
        """
        own = self._read_own(self._locate(stack), "use the name of a stack of this project")
        values = {key: read_value(key, value) for key, value in own.items()}
        entries = choose_words(values).read(values)[0].get(ORGANIZATIONS)
        names = (entry.get("name") for entry in entries if isinstance(entry, dict)) if isinstance(entries, list) else ()
        return tuple(name for name in names if isinstance(name, str))

    def read_settings(self, stack: str) -> StackSettings:
        """The whole configuration in the file of a stack, validated; encrypted values are neither read nor needed.

        Raises:
            OpenChoreoSecretsError: there is no such file, or its configuration is not valid; with every problem.
        """
        file = self._locate(stack)
        own = self._read_own(file, "use the name of a stack of this project")
        manual = own.pop(MANUAL_KEY, None) or {}
        raw = {key: value for key, value in own.items() if not _is_encrypted(value)}
        hidden = frozenset(own) - raw.keys()
        # Names are plain text, unless someone has encrypted the whole mapping.
        entries = None if _is_encrypted(manual) else read_value(MANUAL_KEY, manual)
        names = frozenset(map(str, entries)) if isinstance(entries, dict) else None
        settings, problems = check({key: read_value(key, value) for key, value in raw.items()}, names, hidden)
        encrypted = [
            Problem(key, f"is encrypted; only {MANUAL_KEY} holds secrets, every other key must be readable in a review")
            for key in sorted(hidden)
        ]
        if encrypted or problems:
            raise SettingsError(str(file), [*encrypted, *problems])
        return settings

    def _locate(self, stack: str) -> Path:
        return self.stacks / f"Pulumi.{stack.rpartition('/')[2]}.yaml"

    def _read_own(self, file: Path, advice: str) -> dict[str, Any]:
        """The project's configuration in the file of a stack, without its prefix; as mappings, or as JSON text.

        Raises:
            OpenChoreoSecretsError: there is no such file, or it cannot be read.
        """
        if not file.is_file():
            msg = f"{file}: no such file; {advice}"
            raise OpenChoreoSecretsError(msg)
        config, prefix = read_yaml(file).get("config") or {}, f"{self.name}:"
        return {str(key).removeprefix(prefix): value for key, value in config.items() if str(key).startswith(prefix)}

    def _resolve(self, cluster: ClusterSettings) -> ClusterSettings:
        """A cluster whose relative kubeconfig is found from any folder."""
        if cluster.kubeconfig is None:
            return cluster
        file = self.folder / Path(cluster.kubeconfig).expanduser()
        return cluster.model_copy(update={"kubeconfig": str(file)})


def _is_encrypted(value: object) -> bool:
    return isinstance(value, dict) and set(value) == {"secure"}


def read_project(folder: Path) -> Project:
    """The project of a folder.

    Raises:
        OpenChoreoSecretsError: the folder has no ``Pulumi.yaml``.
    """
    file = folder / "Pulumi.yaml"
    if not file.is_file():
        msg = f"{file}: no such file; run the command in the folder of the Pulumi project"
        raise OpenChoreoSecretsError(msg)
    content = read_yaml(file)
    if not content.get("name"):
        msg = f"{file}: name: is missing; set it to the name of the Pulumi project"
        raise OpenChoreoSecretsError(msg)
    return Project(folder, str(content["name"]), folder / str(content.get("stackConfigDir", "")))


def read_yaml(file: Path) -> dict[str, Any]:
    """The mapping in a YAML file; its values may be secrets, so errors do not quote it.

    Raises:
        OpenChoreoSecretsError: the file cannot be read, or is not a mapping.
    """
    try:
        content = go_yaml.load(file.read_text(encoding="utf-8")) or {}
    except (OSError, UnicodeError, yaml.YAMLError) as error:
        msg = f"{file}: cannot be read: {go_yaml.describe_error(error)}; correct the file"
        raise OpenChoreoSecretsError(msg) from None
    if not isinstance(content, dict) or not isinstance(content.get("config") or {}, dict):
        msg = f"{file}: must be a mapping of keys and values; correct the file"
        raise OpenChoreoSecretsError(msg)
    return content


@dataclass(frozen=True)
class PulumiStack:
    """A stack in Pulumi's backend."""

    project: Project
    name: str
    """As on the command line: ``dev``, or ``<pulumi organization>/dev``."""
    backend: str
    """URL of the backend."""

    @property
    def identifier(self) -> str:
        """``<pulumi organization>/<project>/<stack>``, the owner that its objects carry.

        Raises:
            OpenChoreoSecretsError: the backend has organizations, and the name has none.
        """
        organization, _, rest = self.name.rpartition("/")[0].partition("/")
        if not organization and urlparse(self.backend).scheme in {"http", "https"}:
            msg = f"--stack: {self.name} has no organization; use --stack <organization>/{self.name}"
            raise OpenChoreoSecretsError(msg)
        return f"{organization or _LOCAL_ORGANIZATION}/{rest or self.project.name}/{self.name.rpartition('/')[2]}"

    def export(self) -> RecordedState:
        """The objects in its state; secrets stay encrypted.

        Raises:
            OpenChoreoSecretsError: Pulumi cannot export the state.
        """
        return read_state(self.export_all())

    def export_all(self) -> dict[str, Any]:
        """Its whole state; secrets stay encrypted.

        Raises:
            OpenChoreoSecretsError: Pulumi cannot export the state.
        """
        return _run_json(self.project.folder, "stack", "export", "--stack", self.name)

    def list_locks(self) -> list[Path]:
        """Lock files of the stack in a ``file://`` backend; other backends do not show whether an update is running."""
        url = urlparse(self.backend)
        if url.scheme != "file":
            return []
        folder = Path(unquote(url.path)).expanduser() / ".pulumi" / "locks" / Path(self.identifier)
        return sorted(folder.glob("*.json"))


def read_stack(project: Project, name: str) -> PulumiStack:
    """A stack of a project.

    Raises:
        OpenChoreoSecretsError: Pulumi is missing, or not signed in.
    """
    return PulumiStack(project, name, str(_run_json(project.folder, "whoami", "--json").get("url", "")))


def _run_json(folder: Path, *arguments: str) -> dict[str, Any]:
    """The JSON mapping that the Pulumi CLI prints.

    Raises:
        OpenChoreoSecretsError: it failed, or printed something else.
    """
    try:
        printed = json.loads(_run(folder, *arguments))
    except (ValueError, RecursionError):
        printed = None
    if isinstance(printed, dict):
        return printed
    msg = f"pulumi {' '.join(arguments)} did not print a JSON object; check the version of Pulumi and its backend"
    raise OpenChoreoSecretsError(msg)


def _run(folder: Path, *arguments: str) -> str:
    """Standard output of the Pulumi CLI.

    Raises:
        OpenChoreoSecretsError: it is not on PATH, or it failed; with its message.
    """
    try:
        done = subprocess.run(
            ["pulumi", *arguments, "--non-interactive"], cwd=folder, capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        msg = "pulumi: not found on PATH; install the Pulumi CLI, which reads the state"
        raise OpenChoreoSecretsError(msg) from None
    if done.returncode:
        msg = f"pulumi {' '.join(arguments)} failed: {done.stderr.strip() or done.stdout.strip()}"
        raise OpenChoreoSecretsError(msg)
    return done.stdout
