"""Official releases of the programs: where the file for this machine is, and what its checksum is.

A pinned checksum also protects against a changed file at the same address. A published one, from the same server over
https, protects against a damaged download only.
"""

from __future__ import annotations

import platform
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from .programs import Program


@dataclass(frozen=True)
class Asset:
    """One downloadable file."""

    url: str
    """Its address."""
    sha256: str = ""
    """Pinned checksum of the file, in hex. Empty: `checksums` contains it."""
    checksums: str = ""
    """Address of the published checksum: the digits alone, or a line with them and the file's name."""
    members: tuple[str, ...] = ()
    """Paths in the tar archive: the program, then files that belong beside it. Empty: the file is the program."""


@dataclass(frozen=True)
class Machine:
    """An operating system and a processor, in the words of the projects that publish releases."""

    system: str
    """As in Go: ``linux``."""
    processor: str
    """As in Go: ``amd64``."""
    pulumi: str
    """As in Pulumi's releases: ``x64``."""
    kernel: str
    """As ``uname -m`` on Linux: ``x86_64``, but ``arm64`` everywhere."""


_MACHINES: Final[Mapping[str, Machine]] = {
    "Linux-x86_64": Machine("linux", "amd64", "x64", "x86_64"),
    "Linux-aarch64": Machine("linux", "arm64", "arm64", "arm64"),
    "Darwin-x86_64": Machine("darwin", "amd64", "x64", "x86_64"),
    "Darwin-arm64": Machine("darwin", "arm64", "arm64", "arm64"),
}
LANGUAGE_HOST: Final = ("pulumi-language-python", "pulumi-language-python-exec")
"""Files of Pulumi's release with which it runs Python programs."""
_GITHUB: Final = "https://github.com"
_PROVIDER_SHA256: Final[Mapping[tuple[str, str], str]] = {
    ("4.25.0", "linux-amd64"): "6ea3d53c16a00c4d1017c4d109928d8f4801fd7cd978965cd43917561f3774b0",
    ("4.25.0", "linux-arm64"): "e4260240ed14bff6ed1a5a25a362311380ea1c072544fc262532b8197ea0725c",
    ("4.25.0", "darwin-amd64"): "e5dffbef3525bb6f41c2b328afb471149c7396c263d2acd2ef2fab51d63d47f3",
    ("4.25.0", "darwin-arm64"): "566425b7767be7184d59c7ea151812c98426d7dab85f93c9c676c1dc9d488d91",
}


def find_asset(program: Program) -> Asset | None:
    """The release of a program for this machine. None: there is none, so the program must be built."""
    machine = _MACHINES.get(f"{platform.system()}-{platform.machine()}")
    describe = _RELEASES.get(program.name)
    return describe(program, machine) if machine is not None and describe is not None else None


def _etcd(program: Program, machine: Machine) -> Asset | None:
    if machine.system != "linux":
        return None  # a zip archive
    folder = f"{_GITHUB}/etcd-io/etcd/releases/download/v{program.version}"
    name = f"etcd-v{program.version}-{machine.system}-{machine.processor}"
    return Asset(f"{folder}/{name}.tar.gz", checksums=f"{folder}/SHA256SUMS", members=(f"{name}/etcd",))


def _kubernetes(program: Program, machine: Machine) -> Asset | None:
    if machine.system != "linux":
        return None  # Kubernetes publishes servers for Linux only
    url = f"https://dl.k8s.io/v{program.version}/bin/{machine.system}/{machine.processor}/{program.name}"
    return Asset(url, checksums=f"{url}.sha256")


def _pulumi(program: Program, machine: Machine) -> Asset:
    folder = f"{_GITHUB}/pulumi/pulumi/releases/download/v{program.version}"
    url = f"{folder}/pulumi-v{program.version}-{machine.system}-{machine.pulumi}.tar.gz"
    members = tuple(f"pulumi/{name}" for name in ("pulumi", *LANGUAGE_HOST))
    return Asset(url, checksums=f"{folder}/pulumi-{program.version}-checksums.txt", members=members)


def _provider(program: Program, machine: Machine) -> Asset | None:
    name = f"{machine.system}-{machine.processor}"
    sha256 = _PROVIDER_SHA256.get((program.version, name))
    if sha256 is None:
        return None
    folder = "https://api.pulumi.com/releases/plugins"
    url = f"{folder}/{program.name}-v{program.version}-{name}.tar.gz"
    return Asset(url, sha256=sha256, members=(program.name,))


def _registry(program: Program, machine: Machine) -> Asset:
    folder = f"{_GITHUB}/distribution/distribution/releases/download/v{program.version}"
    url = f"{folder}/registry_{program.version}_{machine.system}_{machine.processor}.tar.gz"
    return Asset(url, checksums=f"{url}.sha256", members=("registry",))


def _crane(program: Program, machine: Machine) -> Asset:
    folder = f"{_GITHUB}/google/go-containerregistry/releases/download/v{program.version}"
    url = f"{folder}/go-containerregistry_{machine.system.capitalize()}_{machine.kernel}.tar.gz"
    return Asset(url, checksums=f"{folder}/checksums.txt", members=("crane",))


_RELEASES: Final[Mapping[str, Callable[[Program, Machine], Asset | None]]] = {
    "etcd": _etcd,
    "kube-apiserver": _kubernetes,
    "kube-controller-manager": _kubernetes,
    "pulumi": _pulumi,
    "pulumi-resource-kubernetes": _provider,
    "registry": _registry,
    "crane": _crane,
}
"""Name of a program -> its release. ESO publishes container images only."""
