"""``{organization}`` in settings: one entry of ``secretStores`` becomes a store for each organization.

A template is checked twice: its form when the settings are read, and its full value for every organization by
`settings.rules.stores`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any, Final, cast

from pydantic import AfterValidator

from . import names
from .deferred import Deferred, InputStr, lift

ORGANIZATION: Final = "{organization}"
"""Placeholder for the name of the organization that a ClusterSecretStore serves."""

_SOME_NAME: Final = "o"


def fill(tree: Any, organization: str) -> Any:
    """JSON data with every ``{organization}`` replaced by the name, in keys of mappings as well.

    A template that has the placeholder gives different texts for different organizations. A deferred text stays
    deferred.
    """
    if isinstance(tree, str):
        return tree.replace(ORGANIZATION, organization)
    if isinstance(tree, Deferred):
        return lift(lambda text: fill(text, organization), tree)
    if isinstance(tree, Mapping):
        return {fill(key, organization): fill(value, organization) for key, value in tree.items()}
    if isinstance(tree, (list, tuple)):
        return [fill(value, organization) for value in tree]
    return tree


def fill_text(text: InputStr, organization: str) -> InputStr:
    """A text with every ``{organization}`` replaced by the name."""
    return cast("InputStr", fill(text, organization))


def find_places(tree: Any, path: str = "") -> Iterator[str]:
    """Paths of all strings of JSON data that contain the placeholder, after ``path``: ``.auth.roles[0]``.

    A deferred string counts as one without the placeholder.
    """
    if isinstance(tree, str):
        if ORGANIZATION in tree:
            yield path
    elif isinstance(tree, Mapping):
        for key, value in tree.items():
            inner = f"{path}.{key}"
            if ORGANIZATION in key:
                yield inner
            yield from find_places(value, inner)
    elif isinstance(tree, (list, tuple)):
        for index, value in enumerate(tree):
            yield from find_places(value, f"{path}[{index}]")


def must_match_template(form: str, what: str, whole: Callable[[str], str | None] = lambda _: None) -> AfterValidator:
    """A validator of a text that may contain the placeholder.

    Args:
        form: regular expression of the full text, with the letter ``o`` for each placeholder; never part of a message.
        what: the end of "is not ...", with an example.
        whole: what is wrong with a text without a placeholder, such as its length; None if nothing is.
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
"""Name of a Kubernetes object; may contain ``{organization}``."""
