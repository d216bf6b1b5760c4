"""Runs the proof for all organizations at once, and prints it as a table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Final

from components.table import format_table

from .clients import OK, REFUSED, SHARED, Clients
from .deliveries import Delivery

CLONE: Final = "CLONE"
PUSH: Final = "PUSH"
PULL: Final = "PULL"
REPOSITORY: Final = "ANOTHER'S REPOSITORY"
IMAGE: Final = "ANOTHER'S IMAGE"
VALUE: Final = "ANOTHER'S VALUE"
COLUMNS: Final = (CLONE, PUSH, PULL, REPOSITORY, IMAGE, VALUE)

_ABSENT: Final = "-"
_FAILED: Final = "FAILED"
_AT_ONCE: Final = 4

ReadValue = Callable[[str, str], str | None]
"""Outcome of reading a value of the second organization as the first one; None if one of them has no value."""


@dataclass(frozen=True)
class Attempt:
    """One use of a delivered credential."""

    column: str
    summary: str
    """What it does, for a message: ``clone https://github.com/acme/app.git``."""
    expected: str
    run: Callable[[], str | None]
    accepted: tuple[str, ...] = ()
    """Further outcomes that the configuration leads to."""


@dataclass(frozen=True)
class Result:
    """An attempt of an organization, and its outcome."""

    organization: str
    attempt: Attempt
    outcome: str

    @property
    def holds(self) -> bool:
        """Whether the outcome is the expected one, or one that the configuration leads to."""
        return self.outcome in {self.attempt.expected, *self.attempt.accepted}


def prove(deliveries: Sequence[Delivery], clients: Clients, read_value: ReadValue) -> list[Result]:
    """Use every delivered credential; each organization also tries to reach every other one."""
    with ThreadPoolExecutor(min(_AT_ONCE, len(deliveries)) or 1) as pool:
        runs = [pool.submit(_prove_one, item, deliveries, clients, read_value) for item in deliveries]
        return [result for run in runs for result in run.result()]


def format_proof(organizations: Sequence[str], results: Sequence[Result]) -> str:
    """A row for each organization, and a line for each outcome that is not the expected one."""
    rows = [(name, *(_cell(results, name, column) for column in COLUMNS)) for name in organizations]
    lines = [
        f"{item.organization}: {item.attempt.summary}: {item.outcome}, expected {item.attempt.expected}"
        for item in results
        if not item.holds
    ]
    return "\n".join([format_table(("ORGANIZATION", *COLUMNS), rows), *lines])


def list_attempts(
    delivery: Delivery, others: Sequence[Delivery], clients: Clients, read_value: ReadValue
) -> Iterator[Attempt]:
    """Everything that an organization tries, in this order: a push comes before the pull of the same image."""
    yield from _use_own(delivery, clients)
    for other in others:
        yield from _reach_repository(delivery, other, clients)
        yield from _reach_image(delivery, other.organization, clients)
        names = (delivery.organization, other.organization)
        yield Attempt(VALUE, f"read a value of {names[1]}", REFUSED, partial(read_value, *names), (SHARED,))


def _use_own(delivery: Delivery, clients: Clients) -> Iterator[Attempt]:
    name = delivery.organization
    for git in delivery.git:
        yield Attempt(CLONE, f"clone https://{git.host}/{name}", OK, partial(clients.clone, git, git.host, name))
    for login in delivery.push:
        for host in login.hosts:
            yield Attempt(PUSH, f"push {host}/{name}", OK, partial(clients.push, login, host, name))
    # Without a push there is no image to pull.
    for login in delivery.pull if delivery.push else ():
        for host in login.hosts:
            yield Attempt(PULL, f"pull {host}/{name}", OK, partial(clients.pull, login, host, name))


def _reach_repository(delivery: Delivery, other: Delivery, clients: Clients) -> Iterator[Attempt]:
    name = other.organization
    for git in delivery.git:
        # The other organization's own hosts too: a token must not be valid there either.
        for host in dict.fromkeys((git.host, *(login.host for login in other.git))):
            attempt = partial(clients.clone, git, host, name)
            yield Attempt(REPOSITORY, f"clone https://{host}/{name}", REFUSED, attempt)


def _reach_image(delivery: Delivery, name: str, clients: Clients) -> Iterator[Attempt]:
    for login in delivery.push:
        for host in login.hosts[:1]:
            yield Attempt(IMAGE, f"push {host}/{name}", REFUSED, partial(clients.push, login, host, name))
    for login in (*delivery.push, *delivery.pull):
        for host in login.hosts[:1]:
            yield Attempt(IMAGE, f"pull {host}/{name}", REFUSED, partial(clients.pull, login, host, name))


def _prove_one(
    delivery: Delivery, deliveries: Sequence[Delivery], clients: Clients, read_value: ReadValue
) -> list[Result]:
    others = [item for item in deliveries if item is not delivery]
    results = []
    for attempt in list_attempts(delivery, others, clients, read_value):
        outcome = attempt.run()
        if outcome is not None:
            results.append(Result(delivery.organization, attempt, outcome))
    return results


def _cell(results: Sequence[Result], organization: str, column: str) -> str:
    cell = [item for item in results if item.organization == organization and item.attempt.column == column]
    if not cell:
        return _ABSENT
    if not all(item.holds for item in cell):
        return _FAILED
    # What the configuration leads to is shown, even if it is so for one other organization only.
    return next((item.outcome for item in cell if item.outcome != item.attempt.expected), cell[0].attempt.expected)
