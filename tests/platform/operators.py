"""The version of ESO that the platform tests run, and everything that differs between the versions.

``ESO=oldest`` in the environment selects the oldest supported version.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from local import obtain, programs
from local.programs import OLDEST_OPERATOR, Program, list_programs


@dataclass(frozen=True)
class Operator:
    """A version of ESO."""

    program: Program
    """What runs."""
    store_defaults: Mapping[str, Mapping[str, Any]]
    """Provider -> fields of its block that the API server adds, because this package cannot set them: older versions
    refuse them."""
    refused_app: str
    """What it says about a GitHub App that GitHub answers with 401, ``Bad credentials``."""


_OPERATORS: Final = {
    "": Operator(
        programs.OPERATOR,
        {"azurekv": {"useAzureSDK": False}, "gcpsm": {"secretVersionSelectionPolicy": "LatestOrFail"}},
        "error generating token: response code: 401, response: Bad credentials",
    ),
    "oldest": Operator(OLDEST_OPERATOR, {}, "token isn't a string or token key doesn't exist"),
}


def _select() -> Operator:
    name = os.environ.get("ESO", "")
    if name not in _OPERATORS:
        msg = f"ESO={name}: is not a version that the tests run; use ESO=oldest, or leave it out"
        raise pytest.UsageError(msg)
    return _OPERATORS[name]


OPERATOR: Final = _select()


def obtain_programs() -> dict[str, Path]:
    """Name -> executable of every program of the platform."""
    return obtain.obtain_programs(print, list_programs(OPERATOR.program))


def list_operator_crds() -> tuple[Path, ...]:
    """Files with the CRDs of the operator."""
    return obtain.list_operator_crds(OPERATOR.program.module)
