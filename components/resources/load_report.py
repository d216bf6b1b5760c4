"""The expected load of a stack, logged during preview and update."""

from __future__ import annotations

from typing import Any

import pulumi

from ..polling.budget import check_budget
from ..polling.estimate import estimate_polling
from ..polling.report import describe_load, export_load
from ..schema.arguments import check_arguments
from .configuration import Configuration


@check_arguments()
def report_load(configuration: Configuration) -> dict[str, Any]:
    """Log the expected load on secret managers, and a warning for each limit of the budget that it exceeds.

    Returns:
        The load as plain numbers, for a stack output; they change only with the configuration.
    """
    load = estimate_polling(configuration.plan)
    text = describe_load(load)
    if text:
        pulumi.log.info(text)
    for warning in check_budget(load, configuration.settings.budget):
        pulumi.log.warn(warning)
    return export_load(load)
