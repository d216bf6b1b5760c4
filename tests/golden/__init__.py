"""Golden files: what each stack in ``stacks/`` and each example here registers, and the schema of the configuration.

``<stack>.json`` lists every resource as the engine receives it: URN, parent, provider and inputs, with secrets as
``{"secret": value}``. ``settings-schema.json`` is the JSON Schema of `StackSettings`. After an intended change, rewrite
the files and review the difference::

    python -m tests.golden

A stack identifies a resource by its URN. A URN that disappears from a golden file means that every platform deletes the
resource and creates another one, so the resource needs the old URN as an alias:
``pulumi.ResourceOptions(aliases=[pulumi.Alias(name="old-name")])``. The golden test and the command above both fail
until it has one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final
from unittest import mock

import pulumi
import yaml

from components import Configuration, StackSettings, deploy, parse
from components.managers.manager import Endpoint
from components.openchoreo import find_release
from components.resources import deployment as deploy_module
from components.settings.parsing import MANUAL_KEY
from tests.mocks.recorder import Recorder, Registered, Secret, Unknown

FOLDER: Final = Path(__file__).parent
SCHEMA: Final = FOLDER / "settings-schema.json"
STACKS: Final = ("dev", "local", "local-v1", "prod", "staging")
EXAMPLES: Final = ("managed-vault",)
"""Stacks beside the golden files, for what no stack in ``stacks/`` uses."""

_ROOT: Final = FOLDER.parents[1]
_PREFIX: Final = "openchoreo-secrets:"
_ENDPOINT: Final = Endpoint("https://198.51.100.7:6443", "Q0E=")


def registrations(stack: str) -> list[Registered]:
    """Every resource of a stack, with a fixed address in place of the preflight checks."""
    file = (FOLDER if stack in EXAMPLES else _ROOT / "stacks") / f"Pulumi.{stack}.yaml"
    entries = yaml.safe_load(file.read_text())["config"]
    config = {key.removeprefix(_PREFIX): value for key, value in entries.items() if key.startswith(_PREFIX)}
    names = frozenset(config.pop(MANUAL_KEY, {}))
    settings = parse(config, source=file.name, manual_names=names)

    def program() -> None:
        manual = {name: pulumi.Output.secret(f"value of {name}") for name in sorted(names)}
        deploy(Configuration(settings, find_release(settings.release), manual))

    def preflight(configuration: Configuration) -> deploy_module.Preflight:
        return deploy_module.Preflight({"build": _ENDPOINT, "data": _ENDPOINT}, configuration.plan)

    with mock.patch.object(deploy_module, "preflight", preflight):
        return Recorder(stack=stack).run(program)


def resources(registered: Iterable[Registered]) -> list[dict[str, Any]]:
    """Registrations as a golden file has them, sorted by URN."""
    return sorted((_resource(entry) for entry in registered), key=lambda entry: str(entry["urn"]))


def lost_urns(golden: Iterable[dict[str, Any]], registered: Iterable[Registered]) -> list[str]:
    """URNs of a golden file that are neither registered nor an alias of a resource that is."""
    present: set[str] = set()
    for entry in registered:
        present |= {entry.urn, *entry.aliases}
    return sorted(str(entry["urn"]) for entry in golden if entry["urn"] not in present)


def advice(stack: str, lost: Iterable[str]) -> str:
    """What to do about URNs that are lost. Empty: none is."""
    listed = "".join(f"\n  - {urn}" for urn in lost)
    if not listed:
        return ""
    return (
        f"stack {stack}: these URNs are no longer registered, so an update would delete the resources and create "
        f"others:{listed}\nGive each renamed or moved resource an alias, "
        'pulumi.ResourceOptions(aliases=[pulumi.Alias(name="old-name")]). If the resource must go, remove it from '
        f"tests/golden/{stack}.json by hand."
    )


def schema() -> dict[str, Any]:
    """The JSON Schema of the configuration, with the keys of YAML."""
    return StackSettings.model_json_schema(by_alias=True)


def read(file: Path) -> Any:
    """The content of a golden file. Empty list: there is none yet."""
    return json.loads(file.read_text()) if file.exists() else []


def text(content: object) -> str:
    """A golden file as text, one value a line, so that a difference is easy to review."""
    return json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def _resource(entry: Registered) -> dict[str, Any]:
    return {
        "urn": entry.urn,
        "type": entry.type,
        "name": entry.name,
        "parent": entry.parent,
        "provider": entry.provider,
        "inputs": _plain(entry.inputs),
    }


def _plain(value: Any) -> Any:
    if isinstance(value, Secret):
        return {"secret": _plain(value.value)}
    if value is Unknown:
        return "<unknown>"
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return value
