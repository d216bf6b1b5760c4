"""A stack's configuration as a program meets it: plain settings, and values that stay secret all the way."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import pulumi
import yaml

from ..errors import Problem, SettingsError
from ..openchoreo import RELEASES
from ..openchoreo.release import Release
from ..plan.stack import Plan, plan
from ..settings.parse import MANUAL_KEY, parse
from ..settings.stack import StackSettings
from .stack_id import stack_id

_STACK_DIRECTORY: Final = "stacks"


@dataclass(frozen=True)
class Configuration:
    """Everything that a stack configures."""

    settings: StackSettings
    """The plain part."""
    release: Release
    """OpenChoreo release of the platform."""
    manual: Mapping[str, pulumi.Output[str]]
    """Entries of ``manualSecrets``, each a secret output."""

    @cached_property
    def plan(self) -> Plan:
        """What the stack gets; computed once, when it is first read."""
        return plan(self.settings, self.release, stack=stack_id())


def load_configuration() -> Configuration:
    """Read and check the configuration of the running stack.

    Raises:
        SettingsError: with every problem found; nothing has been registered then.
    """
    project = pulumi.get_project()
    file = Path(_STACK_DIRECTORY, f"Pulumi.{pulumi.get_stack()}.yaml")
    prefix = f"{project}:"
    entries = json.loads(os.environ.get("PULUMI_CONFIG") or "{}")
    found = {key.removeprefix(prefix): value for key, value in entries.items() if key.startswith(prefix)}
    manual = found.pop(MANUAL_KEY, None)
    problems = [
        Problem(key, f"is encrypted; only {MANUAL_KEY} holds secrets, every other key must be readable in a review")
        for key in sorted(found)
        if pulumi.runtime.is_config_secret(prefix + key)
    ]
    problems += _plain_text(manual, file, prefix)
    if problems:
        raise SettingsError(str(file), problems)
    values = _manual_values(manual, file)
    raw = {key: _structured(value) for key, value in found.items()}
    settings = parse(raw, source=str(file), manual_names=values.keys())
    secrets = {name: pulumi.Output.secret(value) for name, value in values.items()}
    return Configuration(settings, RELEASES[settings.release], secrets)


def _structured(value: object) -> object:
    """Pulumi hands structured values on as JSON text, and scalars as text."""
    if not isinstance(value, str):
        return value
    try:
        parsed = json.loads(value)
    except ValueError:
        return value
    return parsed if isinstance(parsed, (dict, list)) else value


def _plain_text(manual: object, file: Path, prefix: str) -> list[Problem]:
    """Entries that are not encrypted; one that is makes Pulumi treat all as secret, so the file is looked at."""
    if manual in (None, "{}"):
        return []
    advice = "is plain text; set it with: pulumi config set --secret --path"
    if not pulumi.runtime.is_config_secret(prefix + MANUAL_KEY):
        return [Problem(MANUAL_KEY, f"{advice} '{MANUAL_KEY}.<name>'")]
    if not file.is_file():
        return []
    config = (yaml.safe_load(file.read_text()) or {}).get("config") or {}
    stored: Any = config.get(prefix + MANUAL_KEY, {})
    if not isinstance(stored, dict) or set(stored) == {"secure"}:
        return []
    return [
        Problem(f"{MANUAL_KEY}.{name}", f"{advice} '{MANUAL_KEY}.{name}'")
        for name, value in stored.items()
        if not (isinstance(value, dict) and set(value) == {"secure"})
    ]


def _manual_values(manual: object, file: Path) -> dict[str, str]:
    if manual is None:
        return {}
    entries = _structured(manual)
    if not isinstance(entries, dict):
        raise SettingsError(str(file), [Problem(MANUAL_KEY, "must be a mapping of names to encrypted values")])
    wrong = [name for name, value in entries.items() if not isinstance(value, str) or not value]
    if wrong:
        problems = [
            Problem(f"{MANUAL_KEY}.{name}", "must be a text that is not empty (value not shown)") for name in wrong
        ]
        raise SettingsError(str(file), problems)
    return entries
