"""The Go modules of the programs."""

from __future__ import annotations

import re
from collections import defaultdict

from local.programs import PROGRAMS

_REQUIREMENT = re.compile(r"^\s*(?:require )?(?P<module>[\w.-]+\.[\w.-]+/\S+) (?P<version>v\S+)", re.MULTILINE)
OWN = "github.com/pulumi/"
"""Modules of one release of Pulumi, which are made for each other."""


def test_modules_that_several_programs_use_have_one_version() -> None:
    """So Go compiles each of their packages once; with other versions, a build of all takes half as long again."""
    versions: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for program in PROGRAMS:
        for match in _REQUIREMENT.finditer((program.source / "go.mod").read_text()):
            versions[match["module"]][match["version"]].add(program.module)
    assert versions["google.golang.org/grpc"]
    assert {module: users for module, users in versions.items() if len(users) > 1 and not module.startswith(OWN)} == {}
