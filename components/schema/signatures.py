"""Signatures as ``help()`` shows them: without quotation marks, validators and modules."""

from __future__ import annotations

import types
from inspect import Signature
from typing import Annotated, Any, Literal, Union, get_args, get_origin


class ShownType(str):
    """The text of a type; a signature shows it without quotation marks."""

    __slots__ = ()

    def __repr__(self) -> str:
        """The text."""
        return str(self)


def make_readable(signature: Signature) -> Signature:
    """The signature with the types as they are written in the source."""
    return signature.replace(
        parameters=[
            entry if entry.annotation is entry.empty else entry.replace(annotation=show_type(entry.annotation))
            for entry in signature.parameters.values()
        ],
        return_annotation=signature.empty
        if signature.return_annotation is signature.empty
        else show_type(signature.return_annotation),
    )


def show_type(annotation: Any) -> ShownType:
    """A type as text: ``str | None``, ``Sequence[RegistryCredential] | None``."""
    return ShownType(_show(annotation))


def _show(annotation: Any) -> str:
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is None:
        name = str(getattr(annotation, "__name__", annotation))
        return "None" if name == "NoneType" else name
    if origin in {Union, types.UnionType}:
        return " | ".join(dict.fromkeys(map(_show, parts)))
    if origin is Annotated:
        return _show_annotated(parts[0], parts[1:])
    if origin is Literal:
        return f"Literal[{', '.join(map(repr, parts))}]"
    # A field of a model takes any sequence and any mapping.
    name = {tuple: "Sequence", dict: "Mapping"}.get(origin, origin.__name__)
    return f"{name}[{', '.join(_show(part) for part in parts if part is not ...)}]"


def _show_annotated(inner: Any, marks: tuple[Any, ...]) -> str:
    text = _show(inner)
    return f"Input[{text}]" if any(getattr(mark, "takes_outputs", False) for mark in marks) else text
