"""Fields of a ClusterSecretStore that do not depend on its secret manager.

Source: ``SecretStoreSpec`` of ``external-secrets.io/v1``; the providers of ESO 0.16.2, 0.20.4 and 1.3.2 that
read ``retrySettings``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Final, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from ..schema.durations import parse_seconds
from ..schema.form import must_match
from ..schema.model import Duration, Example, Interval, Model

_MOST_RETRIES: Final = 2**31 - 1

REFUSED: Final[Mapping[str, str]] = {
    "conditions": (
        "would let other namespaces use the store: ESO combines conditions with OR, and the stack sets those of the "
        "organizations that use it; leave it out"
    ),
}
"""Fields that the stack sets itself -> why a configuration cannot."""


def _seconds(value: object) -> object:
    """ESO's own form of the interval is a number of seconds."""
    return f"{value}s" if isinstance(value, int) and not isinstance(value, bool) else value


def _check_above_zero(value: str) -> str:
    if not parse_seconds(value):
        msg = "must be greater than zero"
        raise ValueError(msg)
    return value


StoreInterval = Annotated[Interval, BeforeValidator(_seconds), AfterValidator(_check_above_zero)]
ControllerClass = Annotated[
    str,
    must_match(
        r"[A-Za-z0-9]([-A-Za-z0-9._]{0,61}[A-Za-z0-9])?",
        'a controller class of ESO; expected letters, digits, "-", "_" and ".", such as default',
    ),
]


class RetrySettings(Model):
    """How often ESO repeats a call to the secret manager that failed."""

    example: ClassVar[Example] = {"maxRetries": 5, "retryInterval": "10s"}

    max_retries: Annotated[int, Field(ge=0, le=_MOST_RETRIES)] | None = None
    """Number of repetitions. None: ESO's default for the secret manager."""
    retry_interval: Duration | None = None
    """Time between two of them. None: ESO's default for the secret manager."""

    @model_validator(mode="after")
    def _not_empty(self) -> Self:
        if self.max_retries is None and self.retry_interval is None:
            msg = "is empty; expected at least one of maxRetries, retryInterval"
            raise ValueError(msg)
        return self


class StoreOptions(Model):
    """Fields of a ClusterSecretStore beside its provider and its conditions."""

    example: ClassVar[Example] = {"retrySettings": RetrySettings.example}
    refused_keys: ClassVar[Mapping[str, str]] = REFUSED

    retry_settings: RetrySettings | None = None
    """How often ESO repeats a failed call. None: as ESO does for the secret manager."""
    refresh_interval: StoreInterval | None = None
    """Interval between two checks whether ESO can sign in to the secret manager; a duration or a number of seconds. It
    does not change how often values are read. None: as the operator is configured."""
    controller: ControllerClass | None = None
    """Controller class of the operator that processes the store. None: every operator does."""

    def spec(self) -> dict[str, Any]:
        """The fields that are set, in the form of the CRD."""
        spec: dict[str, Any] = {}
        if self.controller is not None:
            spec["controller"] = self.controller
        if self.refresh_interval is not None:
            spec["refreshInterval"] = int(parse_seconds(self.refresh_interval))
        if self.retry_settings is not None:
            retry = {"maxRetries": self.retry_settings.max_retries, "retryInterval": self.retry_settings.retry_interval}
            spec["retrySettings"] = {key: value for key, value in retry.items() if value is not None}
        return spec


def describe_idle_retries(options: StoreOptions, settings_key: str, *, retries: bool) -> str | None:
    """What is wrong with ``retrySettings`` for a secret manager, to follow the key. None: nothing is.

    Args:
        options: of the store.
        settings_key: of the manager.
        retries: whether ESO reads the settings for this manager.
    """
    if options.retry_settings is None or retries:
        return None
    return f"has no effect with {settings_key}, for which ESO does not read it; leave it out"
