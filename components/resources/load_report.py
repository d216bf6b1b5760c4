"""The load of a stack, told where its changes are previewed."""

from __future__ import annotations

from typing import Any

import pulumi

from ..polling.budget import warnings
from ..polling.estimate import estimate
from ..polling.report import describe_load, outputs
from .configuration import Configuration


def report_load(configuration: Configuration) -> dict[str, Any]:
    """Tell what the stack's credentials ask of secret managers, and warn of each limit of the budget that is exceeded.

    Returns:
        The figures as plain numbers, for a stack output; they change with the configuration only.
    """
    load = estimate(configuration.plan)
    told = describe_load(load)
    if told:
        pulumi.log.info(told)
    for warning in warnings(load, configuration.settings.budget):
        pulumi.log.warn(warning)
    return outputs(load)
