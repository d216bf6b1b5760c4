"""Keys of the configuration under the words of a release: ``namespaces`` in v1.x, ``organizations`` in v0.9.

The settings have one name for each key. `Words.read` replaces the words of the release by these names, and
`Words.restore` replaces the names in messages by the words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final

from ..errors import Problem
from ..openchoreo import DEFAULT_RELEASE, RELEASES
from ..openchoreo.release import Release
from .other_kinds import drop_other_kinds
from .paths import Location, path_of

_INDEX: Final = "*"
_DEFAULTS: Final[tuple[object, ...]] = ([], {}, None)
"""Values that ``Pulumi.yaml`` gives to the word of another release."""
_OF_ONE_RELEASE: Final = f"organizations.{_INDEX}."
"""Beginning of the paths of keys with words that name objects of one release: each of two releases has its own."""
_ENTRY: Final = r"\[\d+\](?: \(\"[^\"]*\"\))?"
_BEFORE: Final = r"(?<![\w.\"-])"
_AFTER: Final = r"(?![\w-])"
_Patterns = tuple[tuple[re.Pattern[str], str], ...]


@dataclass(frozen=True)
class Words:
    """The words of one release."""

    release: Release
    """OpenChoreo release of the platform."""
    certain: bool = True
    """Whether the configuration names the release. If not, a word of another one is no problem."""
    other: Release | None = None
    """The other one of two releases; what only its objects need is left out. None: there is one release."""
    written: Mapping[str, str] = field(default_factory=dict)
    """Path of a key that two releases share -> the word that the configuration has for it."""

    @cached_property
    def words(self) -> Mapping[str, str]:
        """Path of a key of the settings -> its word."""
        return {**self.release.words, **self.written}

    def get_word(self, around: Location, key: str) -> str:
        """What the release calls a key of the settings.

        Args:
            around: location of the mapping with the key, under the names of the settings.
            key: name of the key in the settings.
        """
        return self.words.get(_format_path(around, key), key)

    def list_words(self, around: Location, key: str) -> tuple[str, ...]:
        """Every word that a configuration may have for a key: that of each of two releases."""
        word = self.get_word(around, key)
        if self.other is None:
            return (word,)
        path = _format_path(around, key)
        return tuple(dict.fromkeys((word, *(release.words.get(path, key) for release in (self.release, self.other)))))

    def get_name(self, word: str) -> str:
        """Name in the settings of a key of the whole configuration."""
        return next((key for key, other in self.words.items() if other == word and "." not in key), word)

    def read(self, raw: Mapping[str, Any]) -> tuple[dict[str, Any], list[Problem]]:
        """A configuration under the names of the settings, and the words of other releases in it.

        Args:
            raw: as it was written; it is not changed.
        """
        renaming = _Renaming(self, dict(raw), [])
        paths = {path for release in RELEASES.values() for path in release.words}
        for path in sorted(paths, key=lambda path: (path.count("."), path)):
            *parents, key = path.split(".")
            renaming.root = renaming.rename(renaming.root, parents, key, ())
        if self.other is not None:
            renaming.root = drop_other_kinds(renaming.root, self.release, self.other)
        return renaming.root, renaming.problems

    def restore(self, problem: Problem) -> Problem:
        """A problem of the settings in the words of the release."""
        return replace(problem, path=self.restore_path(problem.path), message=self.restore_text(problem.message))

    def restore_path(self, path: str) -> str:
        """A path of the settings in the words of the release."""
        return _replace(self._in_paths, path)

    def restore_text(self, text: str) -> str:
        """A message with paths and keys of the settings in the words of the release. Quoted texts stay."""
        return _replace(self._in_texts, text)

    @cached_property
    def _in_paths(self) -> _Patterns:
        return self._list_patterns(_AFTER)

    @cached_property
    def _in_texts(self) -> _Patterns:
        # A list in prose, such as "several organizations", is no path.
        words = {path.rpartition(".")[2]: word for path, word in self.words.items()}
        alone = ((re.compile(f"{_BEFORE}{key}{_AFTER}"), word) for key, word in words.items() if key != key.lower())
        return (*self._list_patterns(r"(?=\[\d)"), *alone)

    def _list_patterns(self, end: str) -> _Patterns:
        """Pattern of a path -> the path with a word as its last key; the deepest first.

        Args:
            end: what follows a key of the whole configuration.
        """
        patterns = []
        for path, word in sorted(self.words.items(), key=lambda item: -item[0].count(".")):
            *parents, key = path.split(".")
            before = r"\.".join(map(re.escape, parents)).replace(rf"\.{re.escape(_INDEX)}", _ENTRY)
            before = rf"({before}\.)" if before else "()"
            patterns.append((re.compile(f"{_BEFORE}{before}{key}{_AFTER if parents else end}"), rf"\g<1>{word}"))
        return tuple(patterns)


@dataclass
class _Renaming:
    """A configuration of which one key after the other gets its name in the settings."""

    words: Words
    root: dict[str, Any]
    problems: list[Problem]

    def rename(self, value: Any, parents: list[str], key: str, location: Location) -> Any:
        """A value below which, at the parents, the key has its name; the same object if it has it already."""
        if parents and parents[0] == _INDEX:
            if not isinstance(value, (list, tuple)):
                return value
            items = [self.rename(item, parents[1:], key, (*location, index)) for index, item in enumerate(value)]
            return value if all(map(_is_same, items, value)) else items
        if not isinstance(value, Mapping):
            return value
        if not parents:
            return self._rename_key(value, key, location)
        step = parents[0]
        if step not in value:
            return value
        inside = self.rename(value[step], parents[1:], key, (*location, step))
        return value if inside is value[step] else {**value, step: inside}

    def _rename_key(self, value: Mapping[str, Any], key: str, location: Location) -> Mapping[str, Any]:
        word, path = self.words.get_word(location, key), _format_path(location, key)
        names = {key, *(release.words.get(path, key) for release in RELEASES.values())}
        if not names.intersection(value) or (word == key and names.intersection(value) == {key}):
            return value
        result: dict[str, Any] = {}
        for name, item in value.items():
            if name == word:
                result[key] = item
            elif name not in names:
                result[name] = item
            elif self.words.other is not None and path.startswith(_OF_ONE_RELEASE):
                continue
            elif item not in _DEFAULTS:
                result.setdefault(key, item)
                self._report(name, word, location)
        return result

    def _report(self, name: str, word: str, location: Location) -> None:
        if self.words.certain:
            around = self.words.restore_path(path_of(location, self.root))
            path = f"{around}.{name}" if around else name
            text = f"in {self.words.release.name} this is called {word}"
            if self.words.other is not None:
                text = f"is another word for {word}, which is configured too; use one of both"
            self.problems.append(Problem(path, text))


def _replace(patterns: _Patterns, text: str) -> str:
    for pattern, word in patterns:
        text = pattern.sub(word, text)
    return text


def choose_words(raw: Mapping[str, Any]) -> Words:
    """The words of the release that a configuration names; if it names none that exists, of one whose words it has."""
    name = raw.get("release", DEFAULT_RELEASE.name)
    if isinstance(name, str) and name in RELEASES:
        return Words(RELEASES[name])
    configured = {key for key, value in raw.items() if value not in _DEFAULTS}
    others = (release for release in RELEASES.values() if configured.intersection(release.words.values()))
    return Words(next(others, DEFAULT_RELEASE), certain=False)


def choose_words_of_both(raw: Mapping[str, Any], release: Release) -> tuple[Words, Words]:
    """The words of each of two releases, the older one first. What both share may have the word of either.

    Args:
        raw: the configuration as it was written.
        release: the combination of both.
    """
    older, newer = release.parts
    written = {}
    for path in (path for path in newer.words if not path.startswith(_OF_ONE_RELEASE)):
        *parents, key = path.split(".")
        around: Any = raw
        for step in parents:
            around = around.get(step) if isinstance(around, Mapping) else None
        values = around if isinstance(around, Mapping) else {}
        names = (older.words.get(path, key), newer.words[path])
        written[path] = next((name for name in names if values.get(name) not in _DEFAULTS), names[0])
    return Words(older, other=newer, written=written), Words(newer, other=older, written=written)


def _format_path(around: Location, key: str) -> str:
    return ".".join((*(_INDEX if isinstance(step, int) else step for step in around), key))


def _is_same(left: object, right: object) -> bool:
    return left is right
