"""Texts that OpenChoreo renders: it evaluates expressions in them, and gives some of them another type."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ...errors import Problem
from ...openchoreo.template_engine import START, becomes_list
from ...registries.credential import RegistryCredential
from ...schema.sources import RemoteRef
from ...schema.text import clip, quote


def list_users(registries: Sequence[RegistryCredential] | None) -> tuple[str, ...]:
    """User names in plain text, which OpenChoreo renders."""
    return tuple(registry.username for registry in registries or () if isinstance(registry.username, str))


def find_expressions(references: Iterable[RemoteRef | str], path: str) -> Iterator[Problem]:
    """OpenChoreo evaluates expressions in everything that it renders, including names of keys."""
    for text in _texts(references):
        if START in text:
            yield Problem(path, f"{quote(text)} has a ${{, which OpenChoreo would evaluate as an expression")


def find_lists(references: Iterable[RemoteRef | str], path: str) -> Iterator[Problem]:
    """OpenChoreo renders each text that is a JSON array as a list, which the operator refuses."""
    for text in _texts(references):
        if becomes_list(text):
            yield Problem(path, f"{quote(text)} is a JSON array, which OpenChoreo renders as a list; use another text")


def _texts(references: Iterable[RemoteRef | str]) -> Iterator[str]:
    for ref in references:
        for text in (ref,) if isinstance(ref, str) else (ref.remote_key, ref.property, ref.version):
            if isinstance(text, str):
                yield text


def find_repeated(values: Sequence[str], path: str) -> Iterator[Problem]:
    """Values that are listed twice."""
    for index, value in enumerate(values):
        if value in values[:index]:
            yield Problem(f"{path}[{index}]", f'"{clip(value)}" is listed twice')
