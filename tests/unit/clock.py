"""A wait for credentials without a pause."""

from __future__ import annotations

from components.cluster.readiness import wait_until_synced
from components.plan.expected import Expected
from tests.unit.api import Api, Object


class Clock:
    """Stands for the pauses: at each the operator does the next piece of work, or the user gives up."""

    def __init__(self, api: Api, *work: list[Object]) -> None:
        self.api = api
        self.work = list(work)
        self.pauses: list[float] = []
        self.reports: list[str] = []

    def cancelled(self, seconds: float) -> bool:
        self.pauses.append(seconds)
        if not self.work:
            return True
        self.api.lists["externalsecrets"] = self.work.pop(0)
        return False

    def wait(self, *wanted: Expected, seconds: float = 60) -> None:
        wait_until_synced(
            self.api.cluster, wanted, seconds=seconds, report=self.reports.append, cancelled=self.cancelled
        )
