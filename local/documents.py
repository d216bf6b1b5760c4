"""Files of several YAML documents, such as those with CustomResourceDefinitions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import yaml

# The parser in C takes a tenth of the time, and definitions have up to 40,000 lines. A PyYAML that was built without
# libyaml lacks it.
_LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_documents(files: Iterable[Path]) -> Iterator[dict[str, Any]]:
    """The documents of some files in their order, without empty ones.

    Raises:
        yaml.YAMLError: a file is no YAML.
    """
    for file in files:
        yield from filter(None, yaml.load_all(file.read_bytes(), _LOADER))
