"""Identifier of the running stack, written to the objects that it creates."""

from __future__ import annotations

import pulumi


def get_stack_id() -> str:
    """``<pulumi organization>/<project>/<stack>``."""
    return f"{pulumi.get_organization()}/{pulumi.get_project()}/{pulumi.get_stack()}"
