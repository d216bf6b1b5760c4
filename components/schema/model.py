"""The base of every model, and the field types that they share."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from . import durations, names

ObjectName = Annotated[str, AfterValidator(names.check_subdomain)]
Label = Annotated[str, AfterValidator(names.check_label)]
DataKey = Annotated[str, AfterValidator(names.check_data_key)]
Duration = Annotated[str, AfterValidator(durations.checked)]
Interval = Annotated[str, AfterValidator(durations.canonical)]
RemoteKey = Annotated[str, Field(min_length=1, max_length=2048)]
ManualName = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]{0,62}$")]


class Model(BaseModel):
    """Base: immutable, strict about types, and without room for a misspelt key.

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
