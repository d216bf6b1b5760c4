"""What a Pulumi command costs: seconds, CPU seconds and peak memory of the engine and of everything that it starts.

Wall times say little on a machine that does other work; CPU seconds say more. Both come from ``/proc`` (Linux), which
is sampled while the command runs, because the engine ends its plugins without waiting for them.
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_PROC: Final = Path("/proc")
_TICKS: Final = os.sysconf("SC_CLK_TCK")
_INTERVAL: Final = 0.05
_PROGRAM: Final = "pulumi-language-python-exec"


@dataclass
class Process:
    """One process while it lived."""

    command: str
    """Its command line."""
    cpu: float = 0.0
    """Seconds, user and system."""
    peak: int = 0
    """Largest resident set, in bytes."""


@dataclass(frozen=True)
class Cost:
    """What one command cost."""

    wall: float
    """Seconds."""
    processes: tuple[Process, ...]
    """The command and all its descendants."""

    @property
    def cpu(self) -> float:
        """CPU seconds of all processes."""
        return sum(process.cpu for process in self.processes)

    @property
    def program_cpu(self) -> float:
        """CPU seconds of the Pulumi program alone."""
        return sum(process.cpu for process in self.processes if _PROGRAM in process.command)

    @property
    def program_peak(self) -> int:
        """Peak resident memory of the Pulumi program, in bytes."""
        return max((process.peak for process in self.processes if _PROGRAM in process.command), default=0)


def run(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> Cost:
    """Run a command to its end, and say what it cost.

    Args:
        command: program and arguments.
        folder: where it runs.
        environment: its variables.

    Raises:
        RuntimeError: the command failed; the message is its output.
    """
    started = time.monotonic()
    processes: dict[int, Process] = {}
    output = folder / ".bench-output"
    with (
        output.open("w") as file,
        subprocess.Popen(command, cwd=folder, env=dict(environment), stdout=file, stderr=subprocess.STDOUT) as child,
    ):
        while child.poll() is None:
            _sample(child.pid, processes)
            time.sleep(_INTERVAL)
    if child.returncode:
        raise RuntimeError(output.read_text())
    return Cost(time.monotonic() - started, tuple(processes.values()))


def _sample(root: int, processes: dict[int, Process]) -> None:
    """Note the CPU time and the peak memory of a process and of all its descendants."""
    parents = dict(_parents())
    tree = {root}
    # A child has a higher number than its parent, except where numbers have wrapped: repeat until nothing is new.
    while new := {pid for pid, parent in parents.items() if parent in tree} - tree:
        tree |= new
    for pid in tree:
        try:
            fields = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
            status = (_PROC / str(pid) / "status").read_text()
            command = (_PROC / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        process = processes.setdefault(pid, Process(command))
        process.command = command or process.command
        process.cpu = (int(fields[11]) + int(fields[12])) / _TICKS
        peak = next((line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:")), "0")
        process.peak = max(process.peak, int(peak) * 1024)


def _parents() -> Iterator[tuple[int, int]]:
    """Each process of the machine and its parent."""
    for folder in _PROC.iterdir():
        if folder.name.isdigit():
            try:
                yield int(folder.name), int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
