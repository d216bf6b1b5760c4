"""The picture in the README is the one that its source draws."""

from __future__ import annotations

import runpy
from pathlib import Path
from xml.etree import ElementTree as ET

ROOT = Path(__file__).resolve().parents[2]
SVG = ROOT / "docs" / "architecture.svg"


def test_the_picture_is_up_to_date() -> None:
    source = runpy.run_path(str(ROOT / "docs" / "diagram" / "__main__.py"), run_name="diagram")
    assert SVG.read_text(encoding="utf-8") == source["draw"](), "run: venv/bin/python docs/diagram"


def test_every_text_lies_inside() -> None:
    # The file is ours.
    picture = ET.parse(SVG).getroot()  # noqa: S314
    words = [element for element in picture.iter() if element.tag.endswith("}text")]
    assert words
    assert all(0 < int(element.attrib["x"]) < int(picture.attrib["width"]) for element in words)
    assert all(0 < int(element.attrib["y"]) < int(picture.attrib["height"]) for element in words)
