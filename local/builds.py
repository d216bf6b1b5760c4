"""Builds of programs with Go: one is linked while the next one compiles, and modules of later ones are downloaded."""

from __future__ import annotations

import os
import queue
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import groupby
from pathlib import Path
from typing import Final

import psutil

from .locks import lock_folder
from .programs import Program
from .sources import ObtainError, prepare_source

Say = Callable[[str], None]

_PARALLEL: Final = 2
"""Builds at a time: one alone leaves cores idle while it links."""
_FETCHES: Final = 2
"""Downloads of modules at a time: each asks for one after the other, and waits for the answers most of its time."""
_PROGRESS_INTERVAL: Final = 20.0
"""Seconds between two lines about running builds."""
_FLAGS: Final = ("-trimpath", "-buildvcs=false", "-gcflags=all=-dwarf=false -l", "-gcflags=std=-dwarf=false")
"""Without debug information, and without inlining outside the standard library: it takes a fifth of the time."""
_GARBAGE: Final = "800"
"""Heap that a compiler allocates before it collects garbage, in percent of what it uses; Go's default is 100."""
_SHARE: Final = 4
"""Part of the memory up to which it does: on 2 cores, two compilers run at a time, beside a linker."""
_POLL: Final = 0.2
"""Seconds between two attempts to lock a program that another run builds."""


class _StoppedError(Exception):
    """The build was not started, because another one has failed or the user has stopped all."""


def count_cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def estimate_minutes(programs: Sequence[Program], cores: int) -> float:
    """Duration of builds with an empty Go cache, from their durations on 2 cores.

    More cores shorten a build up to its longest chain of packages and its link step, about a fifth of the whole.
    """
    total, longest = (measure(program.minutes for program in programs) for measure in (sum, max))
    return max(total * 2 / cores, longest / 5)


def find_go(programs: Iterable[Program]) -> str:
    """Path of Go.

    Args:
        programs: what it has to build.

    Raises:
        ObtainError: there is no Go.
    """
    go = shutil.which("go")
    if go is None:
        names = ", ".join(program.name for program in programs)
        msg = f"{names}: not on PATH, and not downloaded; install Go 1.26 or later to build what is missing"
        raise ObtainError(msg)
    return go


def build_programs(targets: Mapping[Program, Path], say: Say) -> None:
    """Build programs, the fastest first, so that the modules of the large ones arrive meanwhile.

    Programs of one module are built one after the other, because the second one then uses the packages of the first.

    Args:
        targets: program -> its file, which is complete when it exists.
        say: receives each line of progress, in the thread of the caller.

    Raises:
        ObtainError: a build has failed; the others are stopped.
    """
    ordered = sorted(targets, key=lambda program: program.module)
    groups = [tuple(members) for _, members in groupby(ordered, key=lambda program: program.module)]
    groups.sort(key=lambda members: sum(program.minutes for program in members))
    builds = _Builds(find_go(targets), targets)
    with ThreadPoolExecutor(_FETCHES) as fetcher, ThreadPoolExecutor(_PARALLEL) as builder:
        try:
            for members in groups:
                fetched = fetcher.submit(builds.fetch_modules, members)
                future = builder.submit(builds.build_all, members, fetched)
                future.add_done_callback(builds.events.put)
            builds.report(len(groups), say)
        except BaseException:
            builds.stop()
            raise


class _Builds:
    """Builds in several threads, which one thread reports and may stop."""

    def __init__(self, go: str, targets: Mapping[Program, Path]) -> None:
        self.events: queue.SimpleQueue[str | Future[None]] = queue.SimpleQueue()
        """Lines of progress, and each build that has ended."""
        self._go, self._targets = go, targets
        self._started = time.monotonic()
        self._lock = threading.Lock()
        self._compiling = threading.Lock()
        self._processes: set[subprocess.Popen[bytes]] = set()
        self._active: list[str] = []
        self._stopped = threading.Event()

    def report(self, count: int, say: Say) -> None:
        """Pass on the progress until `count` builds have ended.

        Raises:
            ObtainError: one has failed.
        """
        while count:
            try:
                event = self.events.get(timeout=_PROGRESS_INTERVAL)
            except queue.Empty:
                work = f"building {', '.join(self._active)}" if self._active else "downloading Go modules"
                say(f"  {work}: {time.monotonic() - self._started:.0f} s so far")
                continue
            if isinstance(event, str):
                say(event)
            else:
                event.result()
                count -= 1

    def stop(self) -> None:
        """Stop running builds, and start no other."""
        with self._lock:
            self._stopped.set()
            for process in self._processes:
                process.terminate()

    def fetch_modules(self, programs: Sequence[Program]) -> None:
        """Download the modules that programs of one module need; the build repeats, and shows, an error."""
        packages = [program.package for program in programs]
        with tempfile.TemporaryDirectory() as folder:
            work = prepare_source(programs[0], Path(folder) / "source")
            self._run(["list", "-deps", "-e", *packages], work, Path(os.devnull))

    def build_all(self, programs: Sequence[Program], fetched: Future[None]) -> None:
        """Build the programs of one module."""
        fetched.result()
        for program in programs:
            with lock_folder(self._targets[program].parent, self._pause):
                if not self._targets[program].exists():
                    self._build(program, self._targets[program])

    def _build(self, program: Program, target: Path) -> None:
        work, log = target.parent / "source", target.parent / "build.log"
        shutil.rmtree(work, ignore_errors=True)
        prepare_source(program, work)
        partial = target.with_suffix(".partial")
        started = time.monotonic()
        self.events.put(f"  {program.name} {program.version}: building")
        self._active.append(program.name)
        # Two builds that compile at a time would both compile the packages that they share. `go build` only links
        # then, or repeats and shows an error.
        with self._compiling:
            self._run(["list", "-export", "-deps", "-f", "", *_FLAGS, program.package], work, Path(os.devnull))
        link = ("-ldflags", f"-s -w {program.flags}", "-o", str(partial))
        code = self._run(["build", *_FLAGS, *link, program.package], work, log)
        self._active.remove(program.name)
        if code != 0:
            tail = "\n".join(log.read_text(errors="replace").splitlines()[-10:])
            msg = f"building {program.name} failed (full log: {log}):\n{tail}"
            raise ObtainError(msg)
        shutil.rmtree(work)
        partial.replace(target)
        self.events.put(f"  {program.name} {program.version}: built in {time.monotonic() - started:.0f} s")

    def _run(self, arguments: Sequence[str], folder: Path, log: Path) -> int:
        """Run Go and return its exit code."""
        limit = {"GOGC": _GARBAGE, "GOMEMLIMIT": str(psutil.virtual_memory().total // _SHARE)}
        environment = limit | os.environ | {"CGO_ENABLED": "0"}
        with log.open("w") as output:
            with self._lock:
                if self._stopped.is_set():
                    raise _StoppedError
                process = subprocess.Popen(
                    [self._go, *arguments],
                    cwd=folder,
                    env=environment,
                    stdout=output if arguments[0] == "build" else subprocess.DEVNULL,
                    stderr=output,
                )
                self._processes.add(process)
            code = process.wait()
            with self._lock:
                self._processes.discard(process)
        return code

    def _pause(self) -> None:
        """Wait for another run that builds the same program."""
        if self._stopped.wait(_POLL):
            raise _StoppedError
