"""Every stack registers what its golden file lists, and no URN disappears without an alias."""

from __future__ import annotations

from pathlib import Path

import pulumi
import pytest

from tests import golden
from tests.mocks.recorder import Recorder, Registered

REWRITE = "run `python -m tests.golden` and review the difference"


@pytest.fixture(scope="module", params=golden.STACKS + golden.EXAMPLES)
def stack(request: pytest.FixtureRequest) -> tuple[str, list[Registered]]:
    """A stack, and what it registers."""
    return request.param, golden.registrations(request.param)


def test_there_is_a_golden_file_for_every_stack() -> None:
    stacks = Path(__file__).parents[2] / "stacks"
    assert sorted(file.stem.removeprefix("Pulumi.") for file in stacks.glob("*.yaml")) == list(golden.STACKS)


def test_no_urn_disappears_without_an_alias(stack: tuple[str, list[Registered]]) -> None:
    name, registered = stack
    lost = golden.lost_urns(golden.read(golden.FOLDER / f"{name}.json"), registered)
    assert not lost, golden.advice(name, lost)


def test_resources(stack: tuple[str, list[Registered]]) -> None:
    name, registered = stack
    assert golden.resources(registered) == golden.read(golden.FOLDER / f"{name}.json"), REWRITE


def test_schema_of_the_configuration() -> None:
    assert golden.schema() == golden.read(golden.SCHEMA), REWRITE


@pytest.mark.parametrize(
    ("parent", "child", "aliases", "lost"),
    [
        pytest.param("acme", "acme/git", {}, [], id="unchanged"),
        pytest.param("acme", "acme/push", {}, ["acme/git"], id="child renamed"),
        pytest.param("acme", "acme/push", {"child": "acme/git"}, [], id="child renamed with an alias"),
        pytest.param("globex", "globex/git", {"parent": "acme"}, [], id="parent renamed: a child inherits its alias"),
        pytest.param("globex", "globex/git", {}, ["acme/git", "acme"], id="parent renamed"),
    ],
)
def test_lost_urns(recorder: Recorder, parent: str, child: str, aliases: dict[str, str], lost: list[str]) -> None:
    prefix = "urn:pulumi:test::openchoreo-secrets::example:index:Parent"
    urns = {"acme": f"{prefix}::acme", "acme/git": f"{prefix}$example:index:Child::acme/git"}

    def options(kind: str, of: pulumi.Resource | None = None) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(
            parent=of, aliases=[pulumi.Alias(name=aliases[kind])] if kind in aliases else None
        )

    def program() -> None:
        above = pulumi.ComponentResource("example:index:Parent", parent, {}, options("parent"))
        pulumi.ComponentResource("example:index:Child", child, {}, options("child", above))

    found = golden.lost_urns([{"urn": urn} for urn in urns.values()], recorder.run(program))

    assert found == [urns[name] for name in lost]


def test_the_message_says_what_to_do() -> None:
    assert golden.advice("dev", ["urn:one"]) == (
        "stack dev: these URNs are no longer registered, so an update would delete the resources and create others:\n"
        "  - urn:one\n"
        "Give each renamed or moved resource an alias, "
        'pulumi.ResourceOptions(aliases=[pulumi.Alias(name="old-name")]). '
        "If the resource must go, remove it from tests/golden/dev.json by hand."
    )
    assert golden.advice("dev", []) == ""
