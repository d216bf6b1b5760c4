"""Arguments of the functions and components that programs call, checked against their annotations before anything runs.

Python itself would report a missing argument as a TypeError, and an argument of a wrong type wherever it is used first:
often after the first resource is registered.
"""

from __future__ import annotations

import re
import types
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence, Set as AbstractSet
from functools import cached_property, wraps
from inspect import Parameter, Signature, isawaitable, signature
from typing import Any, Final, Literal, NoReturn, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from ..errors import Problem, SettingsError
from .signatures import make_readable
from .suggestions import suggest_key
from .text import clip, quote
from .values import OUTPUT, describe_type, is_output, name_class

T = TypeVar("T")

_NAMES: Final = {
    "Collection": "a list",
    "bool": "true or false",
    "int": "a whole number",
    "float": "a number",
    "CustomResource": "a resource",
    "ProviderResource": "a provider",
    "Resource": "a resource",
    "ResourceOptions": "pulumi.ResourceOptions",
}
"""Class -> what it is called in a message, if that is not its name."""
_OUTPUTS: Final = frozenset({"Deferred", "Output", "_Output"})


def check_arguments(*, unless: str = "", deferred: str = "") -> Callable[[T], T]:
    """A decorator of a function, or of a frozen dataclass, that refuses wrong arguments with a `SettingsError`.

    Args:
        unless: an argument; if it is passed, the others are not checked. Empty: all are checked.
        deferred: an argument that may be an output, though its type is that of the known value. Empty: none.
    """

    def decorate(target: T) -> T:
        if isinstance(target, type):
            cls: Any = target
            call = _Call(cls.__init__, cls, unless, deferred)
            cls.__init__ = call.wrap()
            cls.__setattr__ = cls.__delattr__ = _refuse_change
            cls.__signature__ = call.readable()
            return target
        function: Any = target
        return cast("T", _Call(function, function, unless, deferred).wrap())

    return decorate


def _refuse_change(arguments: object, name: str, *_: object) -> NoReturn:
    """Frozen dataclasses would raise an error of their own."""
    source = type(arguments).__name__
    text = f"cannot be changed; create new {source}, such as dataclasses.replace(arguments, {clip(name)}=...)"
    raise SettingsError(source, [Problem(clip(name), text)])


class _Output:
    """An output in ``pulumi.Input``, which names it in text."""

    def __class_getitem__(cls, _: object) -> type[_Output]:
        return cls


class _Call:
    """A function and what its arguments must be. Its annotations are evaluated at the first call."""

    def __init__(self, function: Callable[..., Any], annotated: Any, unless: str, deferred: str) -> None:
        self._function = function
        self._annotated = annotated
        self._unless = unless
        self._deferred = deferred
        self._signature = signature(function)
        parameters = self._signature.parameters
        self._is_method = "self" in parameters
        # Whatever has options of resources begins with the name of one.
        self._name = next((name for name in parameters if name != "self"), "") if "opts" in parameters else ""

    @cached_property
    def _hints(self) -> dict[str, Any]:
        return get_type_hints(self._annotated, localns={"Output": _Output, "T": Any})

    def wrap(self) -> Callable[..., Any]:
        """The function, with its arguments checked."""

        @wraps(self._function)
        def checked(*args: Any, **kwargs: Any) -> Any:
            problems = list(self._problems(args, kwargs))
            if problems:
                raise SettingsError(self._source(args, kwargs), problems)
            return self._function(*args, **kwargs)

        checked.__signature__ = make_readable(self._signature)  # type: ignore[attr-defined]
        return checked

    def readable(self) -> Signature:
        """The signature of a class."""
        return Signature(list(make_readable(self._signature).parameters.values())[1:])

    def _source(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> str:
        """Class or function, with the name of the resource."""
        source = type(args[0]).__name__ if self._is_method else self._function.__name__
        position = list(self._signature.parameters).index(self._name) if self._name else len(args)
        name = args[position] if position < len(args) else kwargs.get(self._name)
        return f"{source} {quote(name)}" if isinstance(name, str) and name else source

    def _problems(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Iterator[Problem]:
        try:
            passed = self._signature.bind(*args, **kwargs).arguments
        except TypeError:
            yield from self._misplaced(args, kwargs)
            return
        if self._unless and passed.get(self._unless) is not None:
            passed = {self._unless: passed[self._unless]}
        for name, value in passed.items():
            if name == "self" or (name == self._deferred and is_output(value)):
                continue
            if name == self._name and value == "":
                yield Problem(name, "is empty; expected the name of the resource")
            else:
                yield from find_problems(value, self._hints.get(name, Any), name)

    def _misplaced(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Iterator[Problem]:
        """Arguments that are missing, unknown, passed twice or too many."""
        parameters = [entry for entry in self._signature.parameters.values() if entry.name != "self"]
        names = [entry.name for entry in parameters]
        by_position = [entry.name for entry in parameters if entry.kind is Parameter.POSITIONAL_OR_KEYWORD]
        values = args[1:] if self._is_method else args
        taken = by_position[: len(values)]
        if len(values) > len(by_position):
            count = f"{len(by_position)} argument{'' if len(by_position) == 1 else 's'}"
            text = f"takes at most {count} without a keyword, not {len(values)}; expected: {', '.join(names)}"
            yield Problem(self._source(args, kwargs).partition(" ")[0], text)
        for key in kwargs:
            if key in taken:
                yield Problem(key, "is passed twice; pass it once")
            elif key not in names:
                yield Problem(clip(key), f"unknown argument{suggest_key(key, names)}")
        for entry in parameters:
            if entry.default is Parameter.empty and entry.name not in {*taken, *kwargs}:
                yield Problem(entry.name, f"is missing; expected {_expected(self._hints.get(entry.name, Any))}")


def raise_problems(component: str, name: str, problems: Iterable[Problem]) -> None:
    """Return if there is no problem.

    Args:
        component: class of the resource that is not registered.
        name: its name.
        problems: with its arguments.

    Raises:
        SettingsError: with all problems.
    """
    if collected := tuple(problems):
        source = f"{component} {quote(name)}"
        raise SettingsError(source, collected)


def check_name(path: str, name: str, check: Callable[[str], object]) -> Iterator[Problem]:
    """The problem of a name, in the words of the same name in YAML.

    Args:
        path: name of the argument.
        name: the name.
        check: raises a `ValueError` if it is no such name.
    """
    try:
        check(name)
    except ValueError as error:
        yield Problem(path, f"{quote(name)} {error}")


def find_problems(value: object, annotation: Any, path: str) -> Iterator[Problem]:
    """What is wrong with the type of a value, and of every value inside it. No value is shown, unless it is a choice.

    Args:
        value: the argument.
        annotation: its type, as ``typing.get_type_hints`` returns it.
        path: name of the argument.
    """
    kinds = [kind for kind in _alternatives(annotation) if kind is not Any]
    if len(kinds) < len(_alternatives(annotation)) or any(_is_instance(value, kind) for kind in kinds):
        inner = [list(_inside(value, kind, path)) for kind in kinds if _is_instance(value, kind)]
        yield from min(inner, key=len, default=[])
        return
    if is_output(value):
        yield Problem(path, f"must be {_expected(annotation)}, {OUTPUT}")
    elif len(kinds) == 1 and get_origin(kinds[0]) is Literal:
        shown = f"{quote(value)} " if isinstance(value, str) else ""
        yield Problem(path, f"{shown}must be {_expected(annotation)}")
    else:
        yield Problem(path, f"must be {_expected(annotation)}, not {describe_type(value)}{_advice(value, kinds, path)}")


def _advice(value: Any, kinds: list[Any], path: str) -> str:
    """What to do about a value that belongs near the argument. Empty: nothing is near."""
    classes = [kind for kind in kinds if isinstance(kind, type)]
    if isinstance(value, type):
        return f"; create it: {value.__name__}(...)" if issubclass(value, tuple(classes)) else ""
    if isinstance(value, str) and any(_is_deferred(get_origin(kind) or kind) for kind in kinds):
        return "; use pulumi.Output.secret(...)"
    if any(_is_instance(getattr(value, "__dict__", {}).get(path), kind) for kind in kinds if kind is not type(None)):
        owner = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", type(value).__name__).lower()
        return f"; pass {owner}.{path}" if hasattr(type(value), "urn") else ""
    name = next((kind.__name__ for kind in classes if kind.__name__.endswith("Args")), None)
    return f"; use {name}({next(iter(signature(classes[0]).parameters))}, ...)" if name else ""


def _alternatives(annotation: Any) -> list[Any]:
    if get_origin(annotation) in {Union, types.UnionType}:
        return [kind for alternative in get_args(annotation) for kind in _alternatives(alternative)]
    return [annotation]


def _is_instance(value: object, kind: Any) -> bool:
    origin = get_origin(kind) or kind
    if origin is Literal:
        return isinstance(value, str) and value in get_args(kind)
    if origin is Awaitable:
        return isawaitable(value)
    if origin in {Sequence, list, tuple}:
        return isinstance(value, Sequence) and not isinstance(value, (str, bytes, bytearray))
    if origin in {int, float}:
        return isinstance(value, (int, float) if origin is float else int) and not isinstance(value, bool)
    if _is_deferred(origin):
        return is_output(value)
    return not isinstance(origin, type) or isinstance(value, origin)


def _inside(value: Any, kind: Any, path: str) -> Iterator[Problem]:
    origin, parts = get_origin(kind), get_args(kind)
    if origin in {Sequence, list, tuple}:
        for index, entry in enumerate(value):
            yield from find_problems(entry, parts[0], f"{path}[{index}]")
    elif isinstance(origin, type) and issubclass(origin, Mapping):
        for key, entry in value.items():
            if isinstance(key, str):
                yield from find_problems(entry, parts[1], f"{path}.{clip(key)}")
            else:
                yield Problem(path, f"has a key that is {describe_type(key)}; every key must be a string")


def _is_deferred(origin: Any) -> bool:
    """Whether a type is that of outputs. By name, because this package does not import Pulumi's SDK."""
    return getattr(origin, "__name__", "") in _OUTPUTS


def _expected(annotation: Any) -> str:
    kinds = _alternatives(annotation)
    # Whoever has something to await may pass it where an output is accepted; the usual way is to say so of outputs.
    names = dict.fromkeys(_name(kind) for kind in kinds if get_origin(kind) is not Awaitable and kind is not type(None))
    *others, last = names
    return f"{', '.join(others)} or {last}" if others else last


def _name(kind: Any) -> str:
    origin = get_origin(kind) or kind
    if origin is Literal:
        return f"one of {', '.join(map(str, get_args(kind)))}"
    if origin in {Any, object} or not isinstance(origin, type):
        return "a value"
    if _is_deferred(origin):
        return "an output"
    bases = ((str, "a string"), (Sequence, "a list"), (Mapping, "a mapping"), (AbstractSet, "a set"))
    name = _NAMES.get(origin.__name__) or next((text for base, text in bases if issubclass(origin, base)), None)
    return name or name_class(origin)
