"""Reads Secrets all the time while something changes, and keeps what was missing."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.platform.harness import Kubernetes

_PAUSE = 0.1


@dataclass
class Reader:
    """Secrets that must have their values at every moment."""

    cluster: Kubernetes
    watched: Mapping[tuple[str, str], Mapping[str, str]]
    """Namespace and name of a Secret -> its values."""
    gaps: list[str] = field(default_factory=list)
    """What a round has missed."""
    rounds: int = 0

    def check(self) -> None:
        """One round."""
        for (namespace, name), values in self.watched.items():
            secret = self.cluster.secret(namespace, name)
            if secret is None or secret[1] != values:
                self.gaps.append(f"{namespace}/{name}: {'is gone' if secret is None else 'has other values'}")
        self.rounds += 1


@contextmanager
def reading(cluster: Kubernetes, watched: Mapping[tuple[str, str], Mapping[str, str]]) -> Iterator[Reader]:
    """A reader in a thread of its own."""
    reader = Reader(cluster, watched)
    with repeated(reader.check, _PAUSE):
        yield reader
    assert reader.rounds


@contextmanager
def repeated(check: Callable[[], None], pause: float) -> Iterator[None]:
    """Call a function again and again in a thread of its own; an exception of it ends the test."""
    done = threading.Event()

    def run() -> None:
        while not done.wait(pause):
            check()

    with ThreadPoolExecutor(1) as pool:
        thread = pool.submit(run)
        try:
            yield
        finally:
            done.set()
            thread.result()
