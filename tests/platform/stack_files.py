"""The files of stacks in the file backend: an empty stack is copied, which takes no run of Pulumi."""

from __future__ import annotations

import json

from tests.platform.harness import Stack


def copy_empty_stack(source: Stack, target: Stack) -> None:
    """Create a stack as ``pulumi stack init`` created another one, with the same passphrase and salt."""
    checkpoint = json.loads(source.state.read_text())
    assert not _list_resources(checkpoint), f"{source.name} is not empty"
    stack = checkpoint["checkpoint"]["stack"]
    checkpoint["checkpoint"]["stack"] = stack.removesuffix(source.name) + target.name
    target.state.write_text(json.dumps(checkpoint))
    target.file.write_text(source.file.read_text())


def has_resources(stack: Stack) -> bool:
    """Whether a destroy has anything to delete."""
    return stack.state.exists() and bool(_list_resources(json.loads(stack.state.read_text())))


def _list_resources(checkpoint: dict[str, dict[str, dict[str, list[object]] | None]]) -> list[object]:
    latest = checkpoint["checkpoint"].get("latest") or {}
    return latest.get("resources") or []
