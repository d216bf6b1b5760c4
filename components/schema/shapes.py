"""The right form of a value that has the wrong shape, as YAML: ``{remoteKey: acme-ghcr, property: password}``.

Every model has an example. The example of the model around a key comes first, because it fits the key better than that
of the key's own model: a ``password`` differs from a ``username``, though both are references.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import UnionType
from typing import Annotated, Any, Final, Union, get_args, get_origin

from pydantic import BaseModel

_PLAIN: Final = re.compile(r"[A-Za-z][\w./:-]*", re.ASCII)


def example_at(location: Iterable[str | int], root: type[BaseModel]) -> Any:
    """An example of what belongs at a location of the input; None if there is none.

    Args:
        location: the location, with the keys of YAML.
        root: model of the whole input.
    """
    annotation: Any = root
    example: Any = _own(root)
    for step in location:
        outer, annotation = annotation, inside(annotation, step)
        example = _entry(example, step, by_name=_is_model(outer))
        example = _own(annotation) if example is None else example
    return example


def flow(value: Any) -> str:
    """JSON data as YAML on one line."""
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{flow(key)}: {flow(entry)}' for key, entry in value.items())}}}"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(flow, value))}]"
    if isinstance(value, str):
        return value if _PLAIN.fullmatch(value) else f'"{value}"'
    return str(value).lower()


def inside(annotation: Any, step: str | int) -> Any:
    """The type one step further: of a field, of a mapping's values, or of a list's entries.

    Raises:
        StopIteration: a model has no such field.
        IndexError: the type has no parts.
    """
    if _is_model(annotation):
        if isinstance(step, int):
            # `OneOrSeveral`: an entry of the list is such a model too.
            return annotation
        fields = annotation.model_fields.items()
        inner = next(field.annotation for name, field in fields if step in {name, field.alias})
    else:
        inner = get_args(annotation)[-1 if get_origin(annotation) is dict else 0]
    while get_origin(inner) in {Annotated, Union, UnionType}:
        inner = get_args(inner)[0]
    return inner


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _entry(example: Any, step: str | int, *, by_name: bool) -> Any:
    """The part of an example at a key; any entry where users choose the keys, or count the entries."""
    if isinstance(example, Mapping):
        return example.get(step) if by_name else next(iter(example.values()), None)
    return example[0] if isinstance(example, (list, tuple)) else None


def _own(annotation: Any) -> Any:
    """The example of a model, or of a list of models."""
    if _is_model(annotation):
        return getattr(annotation, "example", None) or None
    if get_origin(annotation) is tuple:
        entry = _own(inside(annotation, 0))
        return None if entry is None else [entry]
    return None
