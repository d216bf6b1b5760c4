"""Stack configuration -> settings, or one error that names every problem."""

from __future__ import annotations

from collections.abc import Mapping, Set as AbstractSet
from typing import Final, cast

from pydantic import ValidationError

from ..errors import NOTHING_CHANGED, Problem, SettingsError
from ..openchoreo import RELEASES
from ..openchoreo.release import Release
from ..schema.arguments import check_arguments
from ..schema.partial import DoubtfulValue
from ..schema.paths import Location
from ..schema.plain_secrets import mark_texts
from ..schema.problems import mistakes
from ..schema.text import quote
from ..schema.words import Words, choose_words
from .partial import partial_settings
from .rules.settings import validate_settings
from .stack import StackSettings

MANUAL_KEY: Final = "manualSecrets"
"""The only configuration key that holds values; it must be encrypted."""
_NOT_SECRETS: Final = "notSecrets"


@check_arguments()
def parse(raw: Mapping[str, object], *, source: str, manual_names: AbstractSet[str] = frozenset()) -> StackSettings:
    """Settings of a stack, validated.

    Args:
        raw: configuration keys without the project's prefix, each a plain JSON value; without ``manualSecrets``.
        source: where the configuration comes from, for messages: ``stacks/Pulumi.dev.yaml``.
        manual_names: names of the entries of ``manualSecrets``.

    Raises:
        SettingsError: with every problem. No other exception leaves this function.
    """
    settings, problems = check(raw, manual_names)
    if problems:
        raise SettingsError(source, problems, consequence=NOTHING_CHANGED)
    return settings


def check(
    raw: Mapping[str, object], manual_names: AbstractSet[str] | None, hidden: frozenset[str] = frozenset()
) -> tuple[StackSettings, list[Problem]]:
    """Settings of a stack, and every problem of its configuration; with a problem, some settings cannot be read.

    Args:
        raw: as for `parse`.
        manual_names: names of the entries of ``manualSecrets``. None: they are not known.
        hidden: keys that are configured and not in ``raw``, because a message must not repeat their values.
    """
    words = choose_words(raw)
    hidden = frozenset(words.get_name(key) for key in hidden)
    raw, foreign = words.read(raw)
    settings, problems = _check(raw, manual_names, hidden, words)
    return settings, [*foreign, *dict.fromkeys(map(words.restore, problems))]


def _check(
    raw: Mapping[str, object], manual_names: AbstractSet[str] | None, hidden: frozenset[str], words: Words
) -> tuple[StackSettings, list[Problem]]:
    """The same for a configuration under the names of the settings."""
    problems: list[Problem] = []
    raw = _declare(raw)
    locations: list[Location] = [(key,) for key in hidden]
    try:
        settings = StackSettings.model_validate(dict(raw), by_alias=True, by_name=False)
    except ValidationError as error:
        all_mistakes = mistakes(error, raw, StackSettings, (MANUAL_KEY,), words)
        all_mistakes = [mistake for mistake in all_mistakes if not hidden.intersection(mistake.doubtful[0][:1])]
        problems = [mistake.problem for mistake in all_mistakes]
        locations += [location for mistake in all_mistakes for location in mistake.doubtful]
    if locations:
        settings = partial_settings(raw, locations)
    if (MANUAL_KEY,) in locations:
        manual_names = None
    name: str | None = vars(settings).get("release")
    if name is not None and name not in RELEASES:
        releases = ", ".join(RELEASES)
        problems.append(Problem("release", f"{quote(name)} is not a supported OpenChoreo release; expected {releases}"))
    release = RELEASES.get(name or "") or cast("Release", DoubtfulValue())
    problems += validate_settings(settings, release, manual_names)
    return settings, problems


def _declare(raw: Mapping[str, object]) -> Mapping[str, object]:
    """The same configuration, whose texts in ``notSecrets`` are declared to be no secrets."""
    listed = raw.get(_NOT_SECRETS)
    texts = frozenset(text for text in listed if isinstance(text, str)) if isinstance(listed, (list, tuple)) else ()
    return cast("Mapping[str, object]", mark_texts(raw, texts)) if texts else raw
