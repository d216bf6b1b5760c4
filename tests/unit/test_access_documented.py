"""The page about the access report: its pictures are up to date, and every field and every reason is on it."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, get_args

import pytest
import yaml

from components.access.documents import build_document
from components.access.model import Crossing, Difference, Edge, OrganizationAccess, Reacher, Reason
from components.access.picture import draw_picture
from components.access.reporting import report_access
from components.cluster.live_access import read_live_access
from components.commands.stack import Project
from components.openchoreo import find_release
from components.plan.stack import plan_stack
from components.settings.stack import StackSettings
from tests.unit.access_samples import organization, plan, report
from tests.unit.api import Api
from tests.unit.documented import PREFIX, ROOT, configurations, settings_of

PAGE = ROOT / "docs" / "access.md"


def _draw(settings: StackSettings, stack: str) -> str:
    return draw_picture(report_access(plan_stack(settings, find_release(settings.release)), stack))


def _read_block(*, of_kubernetes: bool) -> dict[str, Any]:
    """The only block of the page that is an object for kubectl, or the only other one."""
    parsed = (yaml.safe_load(text.partition("```")[0]) for text in PAGE.read_text().split("```yaml\n")[1:])
    (block,) = (block for block in parsed if ("kind" in block) is of_kubernetes)
    assert isinstance(block, dict)
    return block


def test_the_role_has_the_rights_that_the_command_needs() -> None:
    api = Api()
    read_live_access(api.cluster, ["build"], with_policies=True)
    rules = _read_block(of_kubernetes=True)["rules"]
    allowed = {
        (group, resource)
        for rule in rules
        for group in rule["apiGroups"]
        for resource in rule["resources"]
        if "list" in rule["verbs"]
    }
    assert allowed == {
        ("" if path.startswith("/api/") else path.split("/")[2], path.rpartition("/")[2]) for path, _ in api.queries
    }
    # The identity of a cluster is the UID of a namespace.
    assert rules[0] == {"apiGroups": [""], "resources": ["namespaces", "serviceaccounts"], "verbs": ["get", "list"]}


def test_the_picture_of_a_stack_is_up_to_date() -> None:
    settings = Project(ROOT, PREFIX.removesuffix(":"), ROOT / "stacks").read_settings("local")
    command = "venv/bin/python -m components access --stack local --offline --svg docs/access.svg"
    assert (ROOT / "docs" / "access.svg").read_text(encoding="utf-8") == _draw(settings, "local"), f"run: {command}"


def test_the_picture_of_the_example_is_up_to_date() -> None:
    (config,) = configurations(_read_block(of_kubernetes=False))
    picture = _draw(settings_of(config), "dev")
    file = ROOT / "docs" / "access-edges.svg"
    problem = "put the block into a stack file dev, and run the command with --offline --svg docs/access-edges.svg"
    assert file.read_text(encoding="utf-8") == picture, problem


@pytest.mark.parametrize("model", [Crossing, Difference, Edge, OrganizationAccess, Reacher])
def test_every_field_is_documented(model: Any) -> None:
    text = PAGE.read_text()
    assert [item.name for item in fields(model) if f"`{item.name}`" not in text] == []


def test_every_part_and_every_reason_is_documented() -> None:
    text = PAGE.read_text()
    document = build_document(report(plan(organization("acme"))))
    assert [key for key in (*document, *get_args(Reason), "reachedBy") if f"`{key}`" not in text] == []
