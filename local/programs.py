"""The programs of the local platform: their source, their build and their supported versions.

Each program is a Go module, pinned by ``go.mod`` and ``go.sum`` in ``local/programs/<module>``.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

MODULES: Final = Path(__file__).parent / "programs"
"""Folder of the pinned Go modules."""

_KUBERNETES: Final = "1.34.4"
_KUBERNETES_FLAGS: Final = " ".join(
    f"-X {package}={value}"
    for package, value in (
        ("k8s.io/component-base/version.gitVersion", f"v{_KUBERNETES}"),
        ("k8s.io/component-base/version.gitMajor", "1"),
        ("k8s.io/component-base/version.gitMinor", "34"),
        ("k8s.io/client-go/pkg/version.gitVersion", f"v{_KUBERNETES}"),
    )
)


@dataclass(frozen=True)
class Program:
    """One program of the platform."""

    name: str
    """Name of the executable."""
    module: str
    """Folder in ``local/programs`` that pins its Go module."""
    package: str
    """Go package with its main function."""
    version: str
    """Version that is built, such as ``3.6.16``."""
    minutes: float
    """Duration of a build on 2 cores with an empty Go cache."""
    flags: str = ""
    """Linker flags, which set the version in the program."""
    version_command: tuple[str, ...] = ()
    """Arguments that print its version. Empty: it has none, so a program on PATH is not used."""
    oldest: tuple[int, int] = (0, 0)
    """First (major, minor) that is used from PATH."""
    below: tuple[int, int] = (999, 0)
    """First later (major, minor) that is not used from PATH."""
    beside: tuple[str, ...] = field(default=())
    """Files, as ``<Go module>:<path in the module>``, that the main package embeds and that are copied beside it."""
    replaced: tuple[str, ...] = ()
    """Go modules whose packages give way to those below ``replaced/<module>``, beside ``go.mod``."""

    @property
    def source(self) -> Path:
        """Folder with its ``go.mod``."""
        return MODULES / self.module

    def digest(self) -> str:
        """16 hex digits that change whenever a build would result in a different program."""
        digest = hashlib.sha256(f"{self.name} {self.package} {self.flags}".encode())
        for path in sorted(self.source.rglob("*")):
            if path.suffix == ".go" or path.name in {"go.mod", "go.sum"}:
                digest.update(path.read_bytes())
        return digest.hexdigest()[:16]


_PROVIDER: Final = "github.com/pulumi/pulumi-kubernetes/provider/v4"

OPERATOR: Final = Program(
    name="external-secrets",
    module="external-secrets",
    package="github.com/external-secrets/external-secrets",
    version="0.20.4",
    minutes=3,
    replaced=("github.com/external-secrets/external-secrets",),
)
OLDEST_OPERATOR: Final = replace(OPERATOR, module="external-secrets-oldest", version="0.16.2", minutes=4, replaced=())
"""The oldest supported version, which only tests run; it is not one of `PROGRAMS`."""

PROGRAMS: Final = (
    Program(
        name="etcd",
        module="etcd",
        package="go.etcd.io/etcd/server/v3",
        version="3.6.16",
        minutes=0.8,
        version_command=("--version",),
        oldest=(3, 5),
        below=(4, 0),
    ),
    Program(
        name="kube-apiserver",
        module="kubernetes",
        package="k8s.io/kubernetes/cmd/kube-apiserver",
        version=_KUBERNETES,
        minutes=3.2,
        flags=_KUBERNETES_FLAGS,
        version_command=("--version",),
        oldest=(1, 34),
        below=(1, 35),
    ),
    Program(
        name="kube-controller-manager",
        module="kubernetes",
        package="k8s.io/kubernetes/cmd/kube-controller-manager",
        version=_KUBERNETES,
        minutes=1.2,
        flags=_KUBERNETES_FLAGS,
        version_command=("--version",),
        oldest=(1, 34),
        below=(1, 35),
    ),
    OPERATOR,
    Program(
        name="pulumi",
        module="pulumi",
        package="github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
        version="3.274.1",
        minutes=2.1,
        flags="-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v3.274.1",
        replaced=("github.com/pulumi/pulumi/pkg/v3", "gocloud.dev"),
        version_command=("version",),
        oldest=(3, 248),
        below=(4, 0),
    ),
    Program(
        name="pulumi-resource-kubernetes",
        module="pulumi-kubernetes",
        package=".",
        version="4.25.0",
        minutes=1.3,
        flags=f"-X {_PROVIDER}/pkg/version.Version=v4.25.0",
        beside=(
            f"{_PROVIDER}:cmd/pulumi-resource-kubernetes/schema.json",
            f"{_PROVIDER}:cmd/pulumi-resource-kubernetes/terraform-mapping.json",
        ),
    ),
    Program(
        name="registry",
        module="registry",
        package=".",
        version="3.1.2",
        minutes=0.6,
    ),
    Program(
        name="crane",
        module="crane",
        package="github.com/google/go-containerregistry/cmd/crane",
        version="0.22.1",
        minutes=0.4,
        version_command=("version",),
        oldest=(0, 20),
        below=(1, 0),
    ),
)


def list_programs(operator: Program = OPERATOR) -> tuple[Program, ...]:
    """All programs, with ESO in another version."""
    return tuple(operator if program is OPERATOR else program for program in PROGRAMS)


def get_program(name: str) -> Program:
    """The program with this name."""
    return next(program for program in PROGRAMS if program.name == name)
