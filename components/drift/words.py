"""Differences in words."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Final

from .differences import Difference, Path
from .planned import PlannedManifest

_LONGEST: Final = 100


def describe_differences(planned: PlannedManifest, differences: Iterable[Difference]) -> str:
    """``spec.data[0].remoteRef.key is "x", configured "y"``; values that may be secret are left out."""
    return "; ".join(_describe(planned, difference) for difference in differences)


def format_path(path: Path) -> str:
    """``metadata.labels["openchoreo.dev/organization"]``."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        elif step.replace("-", "_").isidentifier():
            text += f".{step}" if text else step
        else:
            text += f"[{json.dumps(step)}]"
    return text


def _describe(planned: PlannedManifest, difference: Difference) -> str:
    path = format_path(difference.path)
    hidden = planned.hides(difference.path, extra=difference.kind == "extra") or _has_template(difference.live)
    live, configured = _value(difference.live), _value(difference.configured)
    if difference.kind == "missing":
        return f"{path} is missing" if hidden else f"{path} is missing, configured {configured}"
    if difference.kind == "extra":
        return f"{path} is not configured" if hidden else f"{path} is {live}, not configured"
    return f"{path} has another value" if hidden else f"{path} is {live}, configured {configured}"


def _has_template(value: Any) -> bool:
    if isinstance(value, dict):
        return any("template" in key.lower() or _has_template(item) for key, item in value.items())
    return isinstance(value, list) and any(_has_template(item) for item in value)


def _value(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
