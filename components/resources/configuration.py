"""Configuration of the running stack: plain settings, and manual values as secret outputs."""

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

from ..errors import NOTHING_CHANGED, Problem, SettingsError
from ..openchoreo import find_release
from ..openchoreo.release import Release
from ..plan.stack import Plan, plan_stack
from ..schema import go_yaml
from ..schema.arguments import check_arguments
from ..schema.text import clip
from ..settings.parsing import MANUAL_KEY, check, read_value
from ..settings.stack import StackSettings
from .stack_id import get_stack_id

_STACK_DIRECTORY: Final = "stacks"


@check_arguments()
@dataclass(frozen=True)
class Configuration:
    """Configuration of a stack."""

    settings: StackSettings
    """Settings without secret values."""
    release: Release
    """OpenChoreo release of the platform."""
    manual: Mapping[str, pulumi.Output[str]]
    """Entries of ``manualSecrets``, each a secret output."""

    @cached_property
    def plan(self) -> Plan:
        """Plan of the stack, computed on first use."""
        return plan_stack(self.settings, self.release, stack=get_stack_id())


def load_configuration() -> Configuration:
    """Read and validate the configuration of the running stack.

    Raises:
        SettingsError: with every problem; nothing is registered.
        OpenChoreoSecretsError: a value is JSON that cannot be read; the same.
    """
    project = pulumi.get_project()
    file = Path(_STACK_DIRECTORY, f"Pulumi.{pulumi.get_stack()}.yaml")
    prefix = f"{project}:"
    entries = json.loads(os.environ.get("PULUMI_CONFIG") or "{}")
    config = {key.removeprefix(prefix): value for key, value in entries.items() if key.startswith(prefix)}
    manual = config.pop(MANUAL_KEY, None)
    encrypted = frozenset(key for key in config if pulumi.runtime.is_config_secret(prefix + key))
    problems = [
        Problem(key, f"is encrypted; only {MANUAL_KEY} holds secrets, every other key must be readable in a review")
        for key in sorted(encrypted)
    ]
    entries = {} if manual is None else read_value(MANUAL_KEY, manual)
    problems += [*_plain_text(manual, file, prefix), *_wrong_values(entries)]
    values: dict[str, str] | None = entries if isinstance(entries, dict) else None
    raw = {key: read_value(key, value) for key, value in config.items() if key not in encrypted}
    settings, others = check(raw, None if values is None else values.keys(), encrypted)
    problems += others
    if problems:
        raise SettingsError(str(file), problems, consequence=NOTHING_CHANGED)
    secrets = {name: pulumi.Output.secret(value) for name, value in (values or {}).items()}
    return Configuration(settings, find_release(settings.release), secrets)


def _plain_text(manual: object, file: Path, prefix: str) -> list[Problem]:
    """Problems of plain entries, from the file: Pulumi reports all entries as secret if one of them is encrypted."""
    if manual in (None, "{}"):
        return []
    advice = "is plain text; set it with: pulumi config set --secret --path"
    if not pulumi.runtime.is_config_secret(prefix + MANUAL_KEY):
        return [Problem(MANUAL_KEY, f"{advice} '{MANUAL_KEY}.<name>'")]
    if not file.is_file():
        return []
    try:
        content = go_yaml.load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeError, yaml.YAMLError) as error:
        # Pulumi has read another file, or another version of it.
        return [Problem(MANUAL_KEY, f"{file} cannot be read: {go_yaml.describe_error(error)}; correct the file")]
    config = content.get("config") if isinstance(content, dict) else None
    stored: Any = config.get(prefix + MANUAL_KEY, {}) if isinstance(config, dict) else {}
    if not isinstance(stored, dict) or set(stored) == {"secure"}:
        return []
    return [
        Problem(f"{MANUAL_KEY}.{name}", f"{advice} '{MANUAL_KEY}.{name}'")
        for name, value in stored.items()
        if not (isinstance(value, dict) and set(value) == {"secure"})
    ]


def _wrong_values(entries: object) -> list[Problem]:
    """Entries that cannot become a Secret. No value is repeated."""
    if not isinstance(entries, dict):
        return [Problem(MANUAL_KEY, "must be a mapping of names to encrypted values")]
    return [
        Problem(f"{MANUAL_KEY}.{clip(name)}", "must be a text that is not empty (value not shown)")
        for name, value in entries.items()
        if not isinstance(value, str) or not value
    ]
