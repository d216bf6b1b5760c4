"""Environments that still render what a patch replaces."""

from __future__ import annotations

from typing import Any

import pytest

from components.manifests import Manifest
from components.openchoreo.v0_9 import V0_9
from components.patches.snapshots import CopiedType, Replacement
from tests.unit.objects import ID, STACK, entry

DEFAULTS = V0_9.component_type.entry_defaults
OLD = entry(stack=STACK)
OLDER = entry(stack=STACK, refreshInterval="5m0s")
NEW = entry(stack=STACK, refreshInterval="15m0s")
STORED = {**OLD, "targetPlane": "dataplane"}


def _binding(environment: str, snapshot: str | None, component: str = "api") -> Manifest:
    spec = {"environment": environment, "owner": {"projectName": "shop", "componentName": component}}
    return {"spec": spec if snapshot is None else {**spec, "releaseName": snapshot}}


def _snapshot(name: str, resources: Any) -> Manifest:
    return {"metadata": {"name": name}, "spec": {"componentType": {"resources": resources}}}


def _line(environment: str, snapshot: str, component: str = "api") -> str:
    where = f"the environment {environment} of the component shop/{component}"
    return f"{where} still renders {ID} (ComponentRelease {snapshot})"


def _outdated(replacement: Replacement, *bindings: Manifest) -> list[str]:
    outdated = replacement.find_outdated(
        bindings, SNAPSHOTS, V0_9.snapshots[0], CopiedType("ComponentType", "service", "acme")
    )
    return [f"{promoted} ({promoted.snapshot})" for promoted in outdated]


SNAPSHOTS = [
    _snapshot("api-1", [{"id": "deployment"}, STORED]),
    _snapshot("api-0", [OLDER]),
    _snapshot("api-2", [NEW]),
    _snapshot("other-stack", [entry(stack="organization/other/prod")]),
    _snapshot("without", [{"id": "deployment"}, "text"]),
    _snapshot("unreadable", "${x}"),
]


@pytest.mark.parametrize(
    ("snapshot", "outdated"),
    [
        ("api-1", True),
        ("api-0", True),
        ("api-2", False),
        ("other-stack", False),
        ("without", False),
        ("unreadable", False),
        ("absent", False),
        (None, False),
    ],
)
def test_an_environment(snapshot: str | None, outdated: bool) -> None:
    replacement = Replacement([OLD], [NEW], DEFAULTS)
    assert _outdated(replacement, _binding("production", snapshot)) == (
        [_line("production", str(snapshot))] if outdated else []
    )


def test_a_removed_patch_leaves_no_version_up_to_date() -> None:
    bindings = [_binding("staging", "api-2"), _binding("production", "api-1"), _binding("production", "api-0", "a")]
    assert _outdated(Replacement([NEW], [], DEFAULTS), *bindings) == [
        _line("production", "api-0", "a"),
        _line("production", "api-1"),
        _line("staging", "api-2"),
    ]


def test_what_is_replaced() -> None:
    other = entry("other")
    assert Replacement([STORED, other], [OLD], DEFAULTS).entries == [other]
    assert Replacement([OLD], [OLD, other], DEFAULTS).entries == []
