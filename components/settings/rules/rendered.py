"""Texts that OpenChoreo renders: it evaluates expressions in them, and gives some of them another type."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from ...errors import Problem
from ...git.credential import GitCredential
from ...openchoreo.template_engine import START, becomes_list
from ...registries.credential import RegistryCredential
from ...schema.plain_secrets import HIDDEN
from ...schema.sources import RemoteRef
from ...schema.text import clip, quote

_EVALUATED: Final = "has a ${, which OpenChoreo would evaluate as an expression"
_RETYPED: Final = "is a JSON array, which OpenChoreo renders as a list; use another text"


def find_expressions(references: Iterable[RemoteRef], path: str) -> Iterator[Problem]:
    """OpenChoreo evaluates expressions in everything that it renders, including names of keys."""
    for text in _texts(references):
        if START in text:
            yield Problem(path, f"{quote(text)} {_EVALUATED}")


def find_user_expressions(registries: Sequence[RegistryCredential] | None, path: str) -> Iterator[Problem]:
    """The same in the user names of registries. A user name may be a pasted password, so it is not shown."""
    for index, registry in enumerate(registries or ()):
        if isinstance(registry.username, str) and START in registry.username:
            yield Problem(f"{path}[{index}].username", f"{HIDDEN} {_EVALUATED}")


def find_lists(references: Iterable[RemoteRef], path: str) -> Iterator[Problem]:
    """OpenChoreo renders each text that is a JSON array as a list, which the operator refuses."""
    for text in _texts(references):
        if becomes_list(text):
            yield Problem(path, f"{quote(text)} {_RETYPED}")


def find_user_lists(gits: Iterable[tuple[str, GitCredential]], path: str) -> Iterator[Problem]:
    """The same in user names for git, which are not shown either."""
    for place, git in gits:
        if isinstance(git.username, str) and becomes_list(git.username):
            yield Problem(path, f"the user name of {place} {HIDDEN} {_RETYPED}")


def _texts(references: Iterable[RemoteRef]) -> Iterator[str]:
    for ref in references:
        for text in (ref.remote_key, ref.property, ref.version):
            if isinstance(text, str):
                yield text


def find_repeated(values: Sequence[str], path: str) -> Iterator[Problem]:
    """Values that are listed twice."""
    for index, value in enumerate(values):
        if value in values[:index]:
            yield Problem(f"{path}[{index}]", f'"{clip(value)}" is listed twice')
