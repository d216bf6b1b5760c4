"""Property-based tests try the same examples in every run, so that a failure belongs to the change that it follows.

``HYPOTHESIS_PROFILE=random`` tries others each time; a counterexample that it finds becomes an ``@example``.
No example has a deadline: other programs on the machine decide how long it takes.
"""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.register_profile("random", deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Coverage is that of the tests with fixed examples: measuring hundreds of generated ones doubles their time."""
    for item in items:
        if item.get_closest_marker("hypothesis"):
            item.add_marker("no_cover")
