"""What a wrong value is, in words: ``a string``, ``an output``, ``a GitCredential``. No value itself is shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set as AbstractSet
from typing import Any, Final

from ..errors import Problem
from .text import clip

OUTPUT: Final = (
    "known before the update, not an output: names and checks of a preview need it; use the plain value, such as one "
    "from pulumi.Config"
)
"""End of a message about an output where a plain value is required."""

_PACKAGE: Final = __name__.partition(".")[0]
_NAMES: Final[tuple[tuple[type | tuple[type, ...], str], ...]] = (
    (bool, "true or false"),
    (str, "a string"),
    ((int, float, complex), "a number"),
    ((bytes, bytearray), "bytes"),
    (Mapping, "a mapping"),
    ((list, tuple, AbstractSet), "a list"),
)
_VOWELS: Final = "AEIOU"


def is_output(value: object) -> bool:
    """Whether a value is an output of a resource. Every attribute of an output exists, so this is asked first."""
    return not isinstance(value, type) and hasattr(value, "apply")


def is_object(value: object) -> bool:
    """Whether a value is an object of Python that YAML does not have."""
    return value is not None and not any(isinstance(value, types) for types, name in _NAMES if name != "bytes")


def describe_type(value: object) -> str:
    """What a value is, with an article."""
    if value is None:
        return "nothing"
    if is_output(value):
        return "an output"
    name = next((name for types, name in _NAMES if isinstance(value, types)), None)
    return name or _describe_object(value)


def find_other_data(tree: object, path: str) -> Iterator[Problem]:
    """Problems of values that JSON does not have, in a manifest that is read as a file.

    Args:
        tree: JSON data.
        path: of the tree.
    """
    if isinstance(tree, Mapping):
        for key, value in tree.items():
            if isinstance(key, str):
                yield from find_other_data(value, f"{path}.{clip(key)}")
            else:
                yield Problem(path, f"has a key that is {describe_type(key)}; every key must be a string")
    elif isinstance(tree, (list, tuple)):
        for index, value in enumerate(tree):
            yield from find_other_data(value, f"{path}[{index}]")
    elif tree is not None and not isinstance(tree, (str, int, float)):
        yield Problem(path, f"must be JSON data, not {describe_type(tree)}")


def name_class(cls: Any) -> str:
    """The name of a class with an article: ``an Organization``."""
    return f"{'an' if cls.__name__[0] in _VOWELS else 'a'} {cls.__name__}"


def _describe_object(value: object) -> str:
    if isinstance(value, type):
        return f"the class {value.__name__}" if _is_own(value) else "a class"
    if _is_own(type(value)):
        return name_class(type(value))
    if hasattr(type(value), "urn"):
        return "a resource; use one of its outputs"
    return "a function" if callable(value) else "an object of another kind"


def _is_own(cls: type) -> bool:
    return cls.__module__.partition(".")[0] == _PACKAGE
