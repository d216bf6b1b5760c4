"""Refuse an update whose state might not fit on the disk.

With Pulumi's file backend, a full disk can leave the state and its backup truncated. Other backends are not checked.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pulumi
import yaml

from ..errors import OpenChoreoSecretsError
from ..schema import go_yaml

_SCHEME: Final = "file://"
_MEGABYTE: Final = 1_000_000
_LEAST: Final = 64 * _MEGABYTE
"""Bytes that an update needs at least."""
_COPIES: Final = 10
"""State files that an update needs space for: temporary file, backups, history, and the growth of each."""


def check_state_disk() -> None:
    """Return if the state of the running stack fits on its disk, or if that cannot be determined.

    Raises:
        OpenChoreoSecretsError: an update might truncate the state.
    """
    try:
        folder = find_state_folder(os.environ, Path.home(), Path("Pulumi.yaml"))
        if folder is None:
            return
        # The state and its backup, compressed or not.
        files = (folder / "stacks" / pulumi.get_project()).glob(f"{pulumi.get_stack()}.json*")
        size = max((file.stat().st_size for file in files), default=0)
        disk = shutil.disk_usage(folder)
    except (OSError, RuntimeError):
        return
    # Some network file systems report a size of 0.
    if disk.total and (problem := describe_shortage(folder, disk.free, size)):
        raise OpenChoreoSecretsError(problem)


def describe_shortage(folder: Path, free: int, size: int) -> str | None:
    """The message for too little space; None if it suffices.

    Args:
        folder: where the state is.
        free: bytes that the user may still write there.
        size: bytes of the present state.
    """
    needed = max(_LEAST, _COPIES * size)
    if free >= needed:
        return None
    return (
        f"{folder}: {free // _MEGABYTE} MB of free disk space, expected at least {-(-needed // _MEGABYTE)} MB; "
        "free some space, because a full disk can truncate the state and its backup"
    )


def find_state_folder(environment: Mapping[str, str], home: Path, project: Path) -> Path | None:
    """The folder ``.pulumi`` of the file backend in use; None for another backend, or if it cannot be determined.

    As in Pulumi, the environment comes before the project's file, and that before the stored sign-in.

    Args:
        environment: variables of the process.
        home: the user's home directory.
        project: path of ``Pulumi.yaml``.
    """
    credentials = Path(
        environment.get("PULUMI_CREDENTIALS_PATH") or environment.get("PULUMI_HOME") or home / ".pulumi",
        "credentials.json",
    )
    url = (
        environment.get("PULUMI_BACKEND_URL")
        or _read_text(_read_mapping(project).get("backend"), "url")
        or _read_text(_read_mapping(credentials), "current")
    )
    if not url.startswith(_SCHEME):
        return None
    path = url.removeprefix(_SCHEME).partition("?")[0]
    if path == "~" or path.startswith("~/"):
        path = f"{home}{path[1:]}"
    return Path(path).absolute() / ".pulumi"


def _read_mapping(file: Path) -> dict[str, Any]:
    """Content of a YAML or JSON file; empty if it is none."""
    try:
        text = file.read_text(encoding="utf-8")
        content = json.loads(text) if file.suffix == ".json" else go_yaml.load(text)
    except (OSError, ValueError, RecursionError, yaml.YAMLError):
        return {}
    return content if isinstance(content, dict) else {}


def _read_text(content: object, key: str) -> str:
    value = content.get(key) if isinstance(content, dict) else None
    return value if isinstance(value, str) else ""
