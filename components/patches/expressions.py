"""Expressions and other texts in a patch, as OpenChoreo reads them in the patched kind.

Source: ``internal/validation/component`` of openchoreo/openchoreo v0.9.0, whose webhook checks the expressions of a
ComponentType against the variables and against the schema of the object.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from ..errors import PatchError, Problem
from ..manifests import Manifest
from ..openchoreo.cel import Token, find_references, find_syntax_problem, is_never_boolean, tokenize
from ..openchoreo.kinds import Kind, Variables
from ..openchoreo.template_engine import START, Expression, ExpressionError, becomes_list, find_expressions
from ..schema.text import clip, quote
from .containers import find
from .model import IMAGE_PULL_SECRETS, OVERRIDES, RESOURCES, Patch
from .override import Override, describe_path

_SPACE: Final = "\t\n\f\r "
"""What the CRD allows after a condition."""


def list_texts(value: Any, path: str) -> Iterator[tuple[str, str]]:
    """Path and text of every string in a value, including keys of mappings."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield f"{path} (key)", key
            yield from list_texts(item, f"{path}.{clip(key)}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from list_texts(item, f"{path}[{index}]")


def list_override_texts(override: Override, path: str) -> Iterator[tuple[str, str]]:
    """Path and text of every expression in an override, as a template would contain it."""
    for field in ("variable", "value", "otherwise", "unless"):
        code = getattr(override, field)
        if code:
            yield f"{path}.{field}", f"{START}{code}}}"


def find_expression_problems(text: str, path: str, kind: Kind) -> Iterator[Problem]:
    """Expressions that OpenChoreo cannot evaluate in any object of the kind."""
    try:
        expressions = list(find_expressions(text))
    except ExpressionError as error:
        yield Problem(path, f"{quote(text)} {error}")
        return
    for expression in expressions:
        tokens = tokenize(expression.code)
        problem = find_syntax_problem(tokens)
        if problem is not None:
            yield Problem(path, f"{quote(text)} has an invalid expression: {problem}")
        elif kind.variables is not None:
            yield from _variable_problems(tokens, path, kind.name, kind.variables)


def find_condition_problems(condition: str, path: str, kind: Kind) -> Iterator[Problem]:
    """Why a text is no condition of an entry."""
    problems = list(find_expression_problems(condition, path, kind))
    text = condition.rstrip(_SPACE)
    try:
        expressions = list(find_expressions(text))
    except ExpressionError:
        expressions = [Expression(0, len(text), text)]
    if [(expression.start, expression.end) for expression in expressions] != [(0, len(text))]:
        yield Problem(path, f"{quote(condition)} must be exactly one ${{...}} expression")
    elif not problems and is_never_boolean(tokenize(expressions[0].code), _list_others(kind)):
        yield Problem(path, f"{quote(condition)} is never true or false; compare it with a value")
    yield from problems


def find_retyped(value: Any, path: str) -> Iterator[Problem]:
    """Texts that a workflow renders as lists, and mappings that it renders as texts."""
    if isinstance(value, str) and becomes_list(value):
        yield Problem(path, f"{quote(value)} is a JSON array, which OpenChoreo renders as a list; use another text")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from find_retyped(item, f"{path}[{index}]")
    elif isinstance(value, dict):
        for key, item in value.items():
            where = f"{path}.{clip(key)}"
            if key == "value" and isinstance(item, dict):
                yield Problem(where, "is a mapping, which OpenChoreo renders as a text; use another key than value")
            elif key != "value" or not isinstance(item, list):
                yield from find_retyped(item, where)


def check_schema(target: Manifest, kind: Kind, patch: Patch, owner: str) -> None:
    """Check that expressions refer only to parameters in the schema of the object.

    Raises:
        PatchError: a parameter is not declared.
    """
    schemas = {variable: (path, _read_schema(target, path)) for variable, path in kind.schemas.items()}
    for where, text in _list_evaluated(patch):
        for variable, *fields in _list_references(text):
            path, declared = schemas.get(variable, ((), None))
            if declared is not None and fields and fields[0] not in declared:
                options = f", or use one of: {_list_names(declared)}" if declared else ""
                msg = (
                    f'{owner}: {where} refers to "{clip(variable)}.{clip(fields[0])}", which its schema lacks; '
                    f"add it to {'.'.join(path)}{options}"
                )
                raise PatchError(msg)


def _read_schema(target: Manifest, path: tuple[str, ...]) -> frozenset[str] | None:
    """Names in the schema. None: it cannot be read."""
    schema = find(target, path)
    if schema is None:
        return frozenset()
    return frozenset(schema) if isinstance(schema, Mapping) else None


def _list_evaluated(patch: Patch) -> Iterator[tuple[str, str]]:
    """What contains it, and every text that OpenChoreo evaluates."""
    for resource in patch.resources:
        for _, text in list_texts(resource.entry(), RESOURCES):
            yield f'the resource "{resource.id}"', text
    for name in patch.image_pull_secrets:
        yield IMAGE_PULL_SECRETS, name
    for override in patch.overrides:
        for _, text in list_override_texts(override, OVERRIDES):
            yield f"the override of {describe_path(override.path)}", text


def _list_references(text: str) -> Iterator[tuple[str, ...]]:
    try:
        for expression in find_expressions(text):
            yield from find_references(tokenize(expression.code))
    except ExpressionError:
        return


def _variable_problems(tokens: list[Token], path: str, kind: str, variables: Variables) -> Iterator[Problem]:
    for variable, *fields in dict.fromkeys(find_references(tokens)):
        if variable not in variables:
            text = f"{quote(variable)} is not a variable of a {kind}; expected {_list_names(variables)}"
            yield Problem(path, text)
            continue
        names = variables[variable]
        if names is not None and fields and fields[0] not in names:
            text = f"{quote(f'{variable}.{fields[0]}')} does not exist; expected {_list_names(names)}"
            yield Problem(path, text)


def _list_others(kind: Kind) -> frozenset[str]:
    """Variables whose fields are no booleans."""
    return frozenset(variable for variable, names in (kind.variables or {}).items() if names is not None)


def _list_names(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))
