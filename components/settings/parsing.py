"""Stack configuration -> settings, or one error that names every problem."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Set as AbstractSet
from dataclasses import dataclass, replace
from typing import Final, cast

from pydantic import ValidationError

from ..errors import NOTHING_CHANGED, OpenChoreoSecretsError, Problem, SettingsError
from ..openchoreo import RELEASES, find_release
from ..openchoreo.release import Release
from ..schema.arguments import check_arguments
from ..schema.nesting import TOO_DEEP, is_too_deep
from ..schema.partial import DoubtfulValue
from ..schema.paths import Location
from ..schema.plain_secrets import HIDDEN, mark_texts
from ..schema.problems import mistakes
from ..schema.text import quote
from ..schema.words import Words, choose_words, choose_words_of_both
from .partial import partial_settings
from .rules.releases import list_release_problems
from .rules.settings import validate_settings
from .stack import StackSettings

MANUAL_KEY: Final = "manualSecrets"
"""The only configuration key that holds values; it must be encrypted."""
_NOT_SECRETS: Final = "notSecrets"
_RELEASE: Final = "release"
_PRODUCT: Final = "OpenChoreo"
"""What messages have before the name of a release."""


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


def read_value(key: str, value: object) -> object:
    """The JSON value of a configuration value: Pulumi passes mappings and lists as JSON text, and scalars as text.

    Args:
        key: for messages.
        value: as Pulumi or its YAML has it.

    Raises:
        OpenChoreoSecretsError: it is JSON text that cannot be read.
    """
    if not isinstance(value, str) or not value.lstrip().startswith(("{", "[")):
        return value
    try:
        parsed = json.loads(value)
    except json.JSONDecodeError:
        return value
    except RecursionError:
        parsed = None
    except ValueError:
        # Of Python's limit for the digits of a number.
        msg = f"{key}: has a number of too many digits {HIDDEN}; correct the value"
        raise OpenChoreoSecretsError(msg) from None
    if parsed is None or is_too_deep(parsed):
        msg = f"{key}: {TOO_DEEP} {HIDDEN}; correct the value"
        raise OpenChoreoSecretsError(msg)
    return cast("object", parsed)


def choose_words_of_any(raw: Mapping[str, object]) -> Words:
    """The words of a configuration for one release or for two, to read a part that does not depend on the release.

    Args:
        raw: as for `parse`.
    """
    releases = raw.get(_RELEASE)
    if not isinstance(releases, (list, tuple)) or list_release_problems(releases):
        return choose_words(raw)
    return choose_words_of_both(raw, find_release(releases))[0]


@dataclass(frozen=True)
class _View:
    """A configuration as one release reads it."""

    release: str
    settings: StackSettings
    shape: list[Problem]
    """Problems that prevent that a part is read."""
    rules: list[Problem]
    """Contradictions in what was read."""


def check(
    raw: Mapping[str, object], manual_names: AbstractSet[str] | None, hidden: frozenset[str] = frozenset()
) -> tuple[StackSettings, list[Problem]]:
    """Settings of a stack, and every problem of its configuration; with a problem, some settings cannot be read.

    Args:
        raw: as for `parse`.
        manual_names: names of the entries of ``manualSecrets``. None: they are not known.
        hidden: keys that are configured and not in ``raw``, because a message must not repeat their values.
    """
    releases = raw.get(_RELEASE)
    if not isinstance(releases, (list, tuple)):
        view = _read(raw, manual_names, hidden, choose_words(raw))
        return view.settings, list(dict.fromkeys((*view.shape, *view.rules)))
    problems = list_release_problems(releases)
    if problems:
        raw = {key: value for key, value in raw.items() if key != _RELEASE}
        view = _read(raw, manual_names, hidden | {_RELEASE}, choose_words({**raw, _RELEASE: releases}))
        return view.settings, list(dict.fromkeys((*problems, *view.shape, *view.rules)))
    older, newer = (
        _read({**raw, _RELEASE: words.release.name}, manual_names, hidden, words)
        for words in choose_words_of_both(raw, find_release(releases))
    )
    reported = {problem.path for problem in older.shape}
    shape = [*older.shape, *(problem for problem in newer.shape if problem.path not in reported)]
    return older.settings.combine(newer.settings), list(dict.fromkeys((*shape, *_combine_rules(older, newer))))


def _combine_rules(older: _View, newer: _View) -> Iterator[Problem]:
    """Problems of two releases; one that both have, each with its own name in the message, has that of the newer."""
    old, new = (f"{_PRODUCT} {view.release}" for view in (older, newer))
    renamed = {problem: replace(problem, message=problem.message.replace(old, new)) for problem in older.rules}
    only_older = [problem for problem in older.rules if renamed[problem] not in newer.rules]
    only_newer = {*newer.rules} - {*renamed.values()}
    # Two answers to one question: a message says which release it is about.
    different = {problem.path for problem in only_older} & {problem.path for problem in only_newer}
    for view, problems in ((older, only_older), (newer, newer.rules)):
        for problem in problems:
            own = problem.path in different and (view is older or problem in only_newer)
            names = own and view.release not in problem.message
            yield replace(problem, message=f"{problem.message} (in {view.release})") if names else problem


def _read(
    raw: Mapping[str, object], manual_names: AbstractSet[str] | None, hidden: frozenset[str], words: Words
) -> _View:
    """A configuration under the words of a release, with all its problems in these words."""
    hidden = frozenset(words.get_name(key) for key in hidden)
    raw, foreign = words.read(raw)
    view = _check(raw, manual_names, hidden, words)
    shape, rules = ([*map(words.restore, problems)] for problems in (view.shape, view.rules))
    return replace(view, shape=[*foreign, *shape], rules=rules)


def _check(
    raw: Mapping[str, object], manual_names: AbstractSet[str] | None, hidden: frozenset[str], words: Words
) -> _View:
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
    releases = ", ".join(RELEASES)
    problems = [
        replace(problem, message=f"{problem.message}; expected {releases}") if problem.path == _RELEASE else problem
        for problem in problems
    ]
    name: str | None = vars(settings).get(_RELEASE)
    if name is not None and name not in RELEASES:
        problems.append(Problem(_RELEASE, f"{quote(name)} is not a supported OpenChoreo release; expected {releases}"))
    release = RELEASES.get(name or "") or cast("Release", DoubtfulValue())
    return _View(words.release.name, settings, problems, [*validate_settings(settings, release, manual_names)])


def _declare(raw: Mapping[str, object]) -> Mapping[str, object]:
    """The same configuration, whose texts in ``notSecrets`` are declared to be no secrets."""
    listed = raw.get(_NOT_SECRETS)
    texts = frozenset(text for text in listed if isinstance(text, str)) if isinstance(listed, (list, tuple)) else ()
    return cast("Mapping[str, object]", mark_texts(raw, texts)) if texts else raw
