"""How the running stack signs what it makes, so that it and other stacks can tell."""

from __future__ import annotations

import pulumi


def stack_id() -> str:
    """``<pulumi organization>/<project>/<stack>``."""
    return f"{pulumi.get_organization()}/{pulumi.get_project()}/{pulumi.get_stack()}"
