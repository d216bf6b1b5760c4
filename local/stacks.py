"""The stacks of the local platform, one for each shape of OpenChoreo, and which of them a folder runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from components.commands.stack import read_yaml
from components.settings.parsing import MANUAL_KEY, parse, read_value
from components.settings.stack import StackSettings

PREFIX: Final = "openchoreo-secrets:"
"""Prefix of the keys of a stack file."""

_FILE: Final = "release"


class ReleaseError(Exception):
    """The folder is for another release of OpenChoreo; the message contains the next step."""


@dataclass(frozen=True)
class LocalStack:
    """A stack that the platform can run."""

    release: str
    """OpenChoreo release that it is for."""
    name: str
    """Name in Pulumi."""


_DEFAULT: Final = LocalStack("v0.9", "local")
STACKS: Final[Mapping[str, LocalStack]] = {item.release: item for item in (_DEFAULT, LocalStack("v1", "local-v1"))}
"""OpenChoreo release -> its stack."""


def select_stack(folder: Path, release: str | None = None) -> LocalStack:
    """The stack of a release, or the one that a folder runs; the one of v0.9 if there is neither.

    Both releases define the same kinds, so a folder runs one of them until the platform is removed.

    Args:
        folder: folder of the platform.
        release: one of `STACKS`, or None.

    Raises:
        ReleaseError: the folder is for another release.
    """
    current = _read_release(folder)
    if current is None:
        return STACKS[release] if release is not None else _DEFAULT
    if release is not None and release != current:
        msg = f"RELEASE={release}: the local platform is for OpenChoreo {current}; remove it first: make down"
        raise ReleaseError(msg)
    return STACKS[current]


def record_stack(folder: Path, stack: LocalStack) -> None:
    """Write which release a folder is for."""
    folder.mkdir(parents=True, mode=0o700, exist_ok=True)
    (folder / _FILE).write_text(f"{stack.release}\n")


def read_settings(file: Path) -> StackSettings:
    """Settings in a stack file, read without Pulumi, because the platform is seeded before the engine runs."""
    config = read_yaml(file).get("config") or {}
    own = {str(key).removeprefix(PREFIX): value for key, value in config.items() if str(key).startswith(PREFIX)}
    raw = {key: read_value(key, value) for key, value in own.items()}
    manual = raw.pop(MANUAL_KEY, None)
    return parse(raw, source=str(file), manual_names=frozenset(manual) if isinstance(manual, dict) else frozenset())


def _read_release(folder: Path) -> str | None:
    """Release that a folder is for. None: it has no platform."""
    file = folder / _FILE
    if not file.exists():
        # A platform of a version that had one release only.
        return _DEFAULT.release if (folder / "ports.json").exists() else None
    release = file.read_text(encoding="utf-8", errors="replace").strip()
    if release not in STACKS:
        msg = f"{file}: does not name a release of the local platform; remove the platform: make down"
        raise ReleaseError(msg)
    return release
