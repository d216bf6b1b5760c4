"""Providers of clouds and secret managers, replaced by stand-ins with the same resource types."""

from __future__ import annotations

from pathlib import Path

import yaml

from tests.platform.harness import ROOT


def add_providers(folder: Path, stand_in: Path, *names: str) -> Path:
    """Serve further providers from the folder of a stand-in, in a copy of this project."""
    stated = yaml.safe_load((ROOT / "Pulumi.yaml").read_text())
    stated["plugins"]["providers"] += [{"name": name, "path": str(stand_in)} for name in names]
    (folder / "Pulumi.yaml").unlink()
    (folder / "Pulumi.yaml").write_text(yaml.safe_dump(stated))
    return folder
