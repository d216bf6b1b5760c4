"""Every ExternalSecret of a documented configuration is counted, on whichever plane."""

from __future__ import annotations

from typing import Any

import pytest

from components.openchoreo import find_release
from components.plan.stack import plan_stack
from components.polling.estimate import estimate_polling
from tests.unit.built import operators
from tests.unit.documented import blocks, configurations, settings_of

POLLING = {"ExternalSecret", "ClusterExternalSecret"}


@pytest.mark.parametrize("block", list(blocks()))
def test_every_external_secret_is_counted(block: dict[str, Any]) -> None:
    for config in configurations(block):
        found = settings_of(config)
        made = [each for each in operators(found) if each["kind"] in POLLING]
        assert len(estimate_polling(plan_stack(found, find_release(found.release))).polls) == len(made)
