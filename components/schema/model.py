"""The base class of every model, and the field types that several models share."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from . import durations, names
from .form import matching

ObjectName = Annotated[str, AfterValidator(names.check_subdomain)]
Label = Annotated[str, AfterValidator(names.check_label)]
DataKey = Annotated[str, AfterValidator(names.check_data_key)]
Duration = Annotated[str, AfterValidator(durations.check_duration)]
Interval = Annotated[str, AfterValidator(durations.canonical)]
RemoteKey = Annotated[str, Field(min_length=1, max_length=2048)]
ManualName = Annotated[
    str,
    matching(
        r"[A-Za-z][A-Za-z0-9_-]{0,62}",
        'a name of an entry of manualSecrets; expected a letter, then letters, digits, "-" and "_", 63 at most',
    ),
]


class Model(BaseModel):
    """Base class: immutable, strict about types, and refuses unknown keys.

    YAML uses camelCase keys, Python programs snake_case keyword arguments.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        alias_generator=to_camel,
        populate_by_name=True,
        hide_input_in_errors=True,
    )
