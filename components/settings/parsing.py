"""Stack configuration -> settings, or one error that names every problem."""

from __future__ import annotations

from collections.abc import Mapping, Set as AbstractSet
from typing import Final

from pydantic import ValidationError

from ..errors import Problem, SettingsError
from ..openchoreo import RELEASES
from ..schema.problems import list_problems
from ..schema.text import quote
from .rules.settings import validate_settings
from .stack import StackSettings

MANUAL_KEY: Final = "manualSecrets"
"""The only configuration key that holds values; it must be encrypted."""


def parse(raw: Mapping[str, object], *, source: str, manual_names: AbstractSet[str] = frozenset()) -> StackSettings:
    """Settings of a stack, validated.

    Args:
        raw: configuration keys without the project's prefix, each a plain JSON value; without ``manualSecrets``.
        source: where the configuration comes from, for messages: ``stacks/Pulumi.dev.yaml``.
        manual_names: names of the entries of ``manualSecrets``.

    Raises:
        SettingsError: with every problem. No other exception leaves this function.
    """
    try:
        settings = StackSettings.model_validate(dict(raw), by_alias=True, by_name=False)
    except ValidationError as error:
        raise SettingsError(source, list_problems(error, raw, StackSettings, (MANUAL_KEY,))) from None
    release = RELEASES.get(settings.release)
    if release is None:
        releases = ", ".join(RELEASES)
        problem = Problem(
            "release", f"{quote(settings.release)} is not a supported OpenChoreo release; expected {releases}"
        )
        raise SettingsError(source, [problem])
    problems = list(validate_settings(settings, release, manual_names))
    if problems:
        raise SettingsError(source, problems)
    return settings
