"""Which entries of a record can be asked for: their names become parts of paths, so each must be a name."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Iterator
from typing import Final

from ..schema.names import check_label, check_subdomain
from ..schema.text import quote
from .holdings import Holding

_API: Final = re.compile(r"([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?/)?v[1-9][0-9]{0,2}((alpha|beta)[1-9][0-9]{0,2})?")
_KIND: Final = re.compile(r"[A-Z][A-Za-z0-9]{0,62}")
_TYPE: Final = re.compile(r"[a-z][a-z0-9-]*:[A-Za-z0-9/_-]+:[A-Za-z0-9]+")
_UNSAFE: Final = re.compile(r"[\s%?#\\]|(^|/)\.\.?(/|$)")
"""What would lead a path somewhere else."""


def find_problem(items: Iterable[Holding], clusters: Container[str]) -> str | None:
    """Why an entry of a record cannot be asked for: its place, its value and what is wrong. None: all can be.

    Args:
        items: the entries.
        clusters: names of the clusters in the record.
    """
    for index, item in enumerate(items):
        for field, value, problem in _check(item, clusters):
            return f"items[{index}].{field}: {quote(value)} {problem}"
    return None


def _check(item: Holding, clusters: Container[str]) -> Iterator[tuple[str, str, str]]:
    """Fields with their values, and what is wrong with them."""
    if item.is_in_state:
        if not _TYPE.fullmatch(item.kind):
            yield "kind", item.kind, "is not a type of a resource"
        for field, value in (("name", item.name), ("namespace", item.namespace)):
            if _UNSAFE.search(value):
                yield field, value, "is not an id of a resource"
        if not item.name:
            yield "name", item.name, "is missing"
    else:
        if item.where not in clusters:
            yield "where", item.where, "is not a context in clusters"
        if not _API.fullmatch(item.api):
            yield "api", item.api, "is not a group and a version of Kubernetes"
        if not _KIND.fullmatch(item.kind):
            yield "kind", item.kind, "is not a kind of Kubernetes"
        yield from _check_name("namespace", item.namespace, check_label, is_needed=False)
        yield from _check_name("name", item.name, check_subdomain, is_needed=True)
    if not item.uid:
        yield "uid", item.uid, "is missing"


def _check_name(
    field: str, value: str, check: Callable[[str], str], *, is_needed: bool
) -> Iterator[tuple[str, str, str]]:
    if value or is_needed:
        try:
            check(value)
        except ValueError as error:
            yield field, value, str(error)
