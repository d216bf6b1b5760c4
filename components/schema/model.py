"""The base class of every model, and the field types that several models share."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from inspect import Parameter, Signature
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    RootModel,
    ValidationError,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    field_validator,
)
from pydantic.alias_generators import to_camel

from ..errors import Problem, SettingsError
from . import durations, names
from .deferred import check_when_known, name_model
from .form import must_match
from .immutable import Immutable
from .partial import Doubtful
from .paths import name_suffix
from .plain_secrets import PUBLIC_FIELDS, refuse_plain_secret
from .problems import WRONG_TYPES, list_problems, list_yaml_keys
from .signatures import show_type

Example = Mapping[str, Any]
"""An example of a model, with the keys of YAML."""

ObjectName = Annotated[str, AfterValidator(names.check_subdomain)]
Label = Annotated[str, AfterValidator(names.check_label)]
DataKey = Annotated[str, AfterValidator(names.check_data_key)]
Duration = Annotated[str, AfterValidator(durations.check_duration)]
Interval = Annotated[str, AfterValidator(durations.format_canonical)]
PositiveInterval = Annotated[Interval, AfterValidator(durations.check_above_zero)]
RemoteKey = Annotated[str, Field(min_length=1, max_length=2048)]
ManualName = Annotated[
    str,
    must_match(
        r"[A-Za-z][A-Za-z0-9_-]{0,62}",
        'a name of an entry of manualSecrets; expected a letter, then letters, digits, "-" and "_", 63 at most',
    ),
]


_KEYS: Final = {
    "access_key_id": "accessKeyIDSecretRef",
    "cluster_project_id": "clusterProjectID",
    "external_id": "externalID",
    "project_id": "projectID",
    "secret_access_key": "secretAccessKeySecretRef",
    "session_token": "sessionTokenSecretRef",
}
"""Fields whose key ESO does not write in camelCase. With ``Field(alias=...)`` type checkers would expect the key of
YAML as the keyword argument."""

if TYPE_CHECKING:
    T = TypeVar("T")
    Several = Sequence[T]
    """``Several[DataKey]``: a field that takes a list or a tuple, and holds a tuple."""
else:

    class Several:
        """``Several[DataKey]``: a field that takes a list or a tuple, and holds a tuple."""

        def __class_getitem__(cls, entry: Any) -> Any:
            return Annotated[tuple[entry, ...], Field(strict=False)]


def get_yaml_key(name: str) -> str:
    """The key of a field in YAML."""
    return _KEYS.get(name) or to_camel(name)


class Model(Immutable, BaseModel):
    """Base class: immutable, strict about types, and refuses unknown keys.

    YAML uses camelCase keys, Python programs snake_case keyword arguments.
    """

    example: ClassVar[Example] = {}
    """A small valid block with the keys of YAML. Messages about a wrong shape show it, so every model that a key of the
    configuration can hold has one of its own."""

    refused_keys: ClassVar[Mapping[str, str]] = {}
    """Keys that people look for and that the model does not have on purpose -> why, and what to do."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        alias_generator=get_yaml_key,
        populate_by_name=True,
        hide_input_in_errors=True,
    )

    def __init__(self, /, *positional: Any, **arguments: Any) -> None:
        """Validate keyword arguments in snake_case.

        Raises:
            SettingsError: with every problem, in the words that YAML would get.
        """
        model = type(self)
        if positional:
            first = next(iter(model.model_fields))
            text = f"takes no argument without a keyword; write {model.__name__}({first}=...)"
            raise SettingsError(model.__name__, [Problem(model.__name__, text)])
        try:
            with name_model(model):
                super().__init__(**arguments)
        except ValidationError as error:
            problems = list_problems(error, list_yaml_keys(model, arguments), model)
            source = model.__name__ + name_suffix(arguments.get("name"))
            raise SettingsError(source, problems) from None

    @field_validator("*", mode="wrap")
    @classmethod
    def _refuse_plain_secrets(cls, value: Any, validate: ValidatorFunctionWrapHandler, info: ValidationInfo) -> Any:
        """Refuse texts, and those of a list or a mapping, that seem to be secrets; models inside check their own.

        A text where a mapping must be gets the right form instead.
        """
        random = info.field_name not in PUBLIC_FIELDS
        try:
            result = validate(value)
        except ValidationError as error:
            if isinstance(value, str) and not any(detail["type"] in WRONG_TYPES for detail in error.errors()):
                refuse_plain_secret(value, random=random)
            raise
        if isinstance(result, (str, tuple, Mapping)):
            refuse_plain_secret(result, random=random, written=value)
        return result

    def _check_when_known(self, name: str, check: Callable[[str], None]) -> None:
        """Check a field together with others: see `check_when_known`. None needs no check."""
        value, model = getattr(self, name), type(self)
        if value is not None:
            path = str(model.model_fields[name].alias)
            self.__dict__[name] = check_when_known(value, check, model, path)

    # A model inside another one is validated with it, so that an error has the whole path.
    __init__.__pydantic_base_init__ = True  # type: ignore[attr-defined]

    if TYPE_CHECKING:
        pass
    else:

        def __getattr__(self, name: str) -> Any:
            """Only a doubtful field is not in the instance; see `partial`."""
            if name in type(self).model_fields:
                raise Doubtful(name)
            return super().__getattr__(name)

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        """The fields that were set, so that a default in a signature is short."""
        return ((name, value) for name, value in super().__repr_args__() if name in self.model_fields_set)

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        """Show the arguments that a Python program writes; pydantic would show the keys of YAML."""
        cls.__signature__ = _Signature()  # type: ignore[assignment]

    @classmethod
    def rebuild(cls) -> None:
        """Validate with the present fields of this model and of those that it contains: pydantic copies schemas."""
        cls.model_rebuild(force=True)
        cls.__signature__ = _Signature()  # type: ignore[assignment]


class _Signature:
    """Signature of a model, computed on first use."""

    def __get__(self, _: object, model: type[BaseModel]) -> Signature:
        return Signature(
            [
                Parameter(
                    name,
                    Parameter.KEYWORD_ONLY,
                    default=Parameter.empty if field.is_required() else field.get_default(call_default_factory=True),
                    annotation=show_type(
                        Annotated[(field.annotation, *field.metadata)] if field.metadata else field.annotation
                    ),
                )
                for name, field in model.model_fields.items()
            ]
        )


def to_json_data(value: Any) -> Any:
    """JSON data of a model, under the keys of YAML and without unset fields. Outputs stay, unlike in ``model_dump``."""
    if isinstance(value, RootModel):
        return to_json_data(value.root)
    if isinstance(value, BaseModel):
        fields = {field.alias or name: getattr(value, name) for name, field in type(value).model_fields.items()}
        return {key: to_json_data(field) for key, field in fields.items() if field is not None}
    if isinstance(value, Mapping):
        return {key: to_json_data(entry) for key, entry in value.items()}
    return [to_json_data(entry) for entry in value] if isinstance(value, (list, tuple)) else value
