"""Which stack a folder of the local platform runs."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml

from components.openchoreo import RELEASES
from local.stacks import STACKS, LocalStack, ReleaseError, read_settings, record_stack, select_stack

ROOT = Path(__file__).resolve().parents[2]
V0_9, V1 = LocalStack("v0.9", "local"), LocalStack("v1", "local-v1")


@pytest.mark.parametrize(
    ("release", "stack"),
    [
        pytest.param(None, V0_9, id="none named"),
        pytest.param("v0.9", V0_9, id="v0.9"),
        pytest.param("v1", V1, id="v1"),
    ],
)
def test_a_folder_without_a_platform(tmp_path: Path, release: str | None, stack: LocalStack) -> None:
    assert select_stack(tmp_path / ".local", release) == stack


@pytest.mark.parametrize("stack", [V0_9, V1], ids=lambda stack: stack.release)
def test_a_platform_keeps_its_release(tmp_path: Path, stack: LocalStack) -> None:
    folder = tmp_path / ".local"
    record_stack(folder, stack)

    assert select_stack(folder) == stack
    assert select_stack(folder, stack.release) == stack
    assert folder.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(("current", "other"), [(V0_9, V1), (V1, V0_9)], ids=["v1 beside v0.9", "v0.9 beside v1"])
def test_another_release_is_refused(tmp_path: Path, current: LocalStack, other: LocalStack) -> None:
    record_stack(tmp_path, current)
    message = (
        f"RELEASE={other.release}: the local platform is for OpenChoreo {current.release}; remove it first: make down"
    )

    with pytest.raises(ReleaseError, match=f"^{re.escape(message)}$"):
        select_stack(tmp_path, other.release)
    assert select_stack(tmp_path) == current


def test_a_platform_of_a_version_with_one_release(tmp_path: Path) -> None:
    (tmp_path / "ports.json").write_text("{}")

    assert select_stack(tmp_path) == V0_9
    with pytest.raises(ReleaseError, match=r"for OpenChoreo v0\.9"):
        select_stack(tmp_path, "v1")


@pytest.mark.parametrize("content", [b"", b"v2\n", b"\xff"], ids=["empty", "unknown", "no text"])
def test_a_damaged_file(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "release").write_bytes(content)
    message = f"{tmp_path / 'release'}: does not name a release of the local platform; remove the platform: make down"

    with pytest.raises(ReleaseError, match=f"^{re.escape(message)}$"):
        select_stack(tmp_path)


@pytest.mark.parametrize("file", sorted((ROOT / "stacks").glob("*.yaml")), ids=lambda file: file.stem)
def test_every_stack_names_its_release(file: Path) -> None:
    release = yaml.safe_load(file.read_text())["config"]["openchoreo-secrets:release"]

    assert release in RELEASES
    local = {f"Pulumi.{stack.name}": stack.release for stack in STACKS.values()}
    assert local.get(file.stem, release) == release


def test_settings_in_both_forms(tmp_path: Path) -> None:
    """As mappings, and as the JSON text that ``pulumi config set`` writes."""
    content = yaml.safe_load((ROOT / "stacks" / "Pulumi.local.yaml").read_text())
    config = content["config"]
    texts = {key: value if isinstance(value, str) else json.dumps(value) for key, value in config.items()}
    files = [tmp_path / "mappings.yaml", tmp_path / "texts.yaml"]
    for file, entries in zip(files, (config, texts), strict=True):
        file.write_text(yaml.safe_dump({**content, "config": entries}))
    assert read_settings(files[0]) == read_settings(files[1])
