"""``{organization}`` in the settings of a store: what makes one entry of ``secretStores`` a store for each of many.

A template is checked twice: its form when it is read, and its whole value, with every organization's name in it, by
`store_rules`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any, Final

from pydantic import AfterValidator

from . import names

ORGANIZATION: Final = "{organization}"
"""Stands for the name of the organization that a ClusterSecretStore is made for."""

_SOME_NAME: Final = "o"


def fill(tree: Any, organization: str) -> Any:
    """JSON data with the organization's name in place of every ``{organization}``, in mappings' keys as well.

    Two different organizations never get the same text out of one template that has the placeholder.
    """
    if isinstance(tree, str):
        return tree.replace(ORGANIZATION, organization)
    if isinstance(tree, Mapping):
        return {fill(key, organization): fill(value, organization) for key, value in tree.items()}
    if isinstance(tree, (list, tuple)):
        return [fill(value, organization) for value in tree]
    return tree


def places(tree: Any, path: str = "") -> Iterator[str]:
    """Paths below ``path`` of all strings of JSON data that have the placeholder: ``.auth.roles[0]``."""
    if isinstance(tree, str):
        if ORGANIZATION in tree:
            yield path
    elif isinstance(tree, Mapping):
        for key, value in tree.items():
            inner = f"{path}.{key}"
            if ORGANIZATION in key:
                yield inner
            yield from places(value, inner)
    elif isinstance(tree, (list, tuple)):
        for index, value in enumerate(tree):
            yield from places(value, f"{path}[{index}]")


def template(form: str, what: str, whole: Callable[[str], str | None] = lambda _: None) -> AfterValidator:
    """Validator of a text that may have the placeholder.

    Args:
        form: regular expression of the full text, with one letter for each placeholder.
        what: what the text must be, for the message.
        whole: what is wrong with a text that has no placeholder (any more), such as its length; None if nothing is.
    """
    pattern = re.compile(form, re.ASCII)

    def check(value: str) -> str:
        if not pattern.fullmatch(value.replace(ORGANIZATION, _SOME_NAME)):
            msg = f"is not {what}"
            raise ValueError(msg)
        problem = None if ORGANIZATION in value else whole(value)
        if problem is not None:
            raise ValueError(problem)
        return value

    return AfterValidator(check)


def _check_name(value: str) -> str:
    names.check_subdomain(value.replace(ORGANIZATION, _SOME_NAME))
    return value


ObjectNameTemplate = Annotated[str, AfterValidator(_check_name)]
"""Name of a Kubernetes object, in which ``{organization}`` may stand."""
