"""Which official release a program has on which machine; every address, as these projects publish them."""

from __future__ import annotations

import platform
from dataclasses import replace

import pytest

from local.programs import PROGRAMS, get_program
from local.releases import Asset, find_asset

GITHUB = "https://github.com"
ETCD = f"{GITHUB}/etcd-io/etcd/releases/download/v3.6.16"
PULUMI = f"{GITHUB}/pulumi/pulumi/releases/download/v3.274.1"
REGISTRY = f"{GITHUB}/distribution/distribution/releases/download/v3.1.2"
CRANE = f"{GITHUB}/google/go-containerregistry/releases/download/v0.22.1"
PLUGIN = "https://api.pulumi.com/releases/plugins/pulumi-resource-kubernetes-v4.25.0"
LANGUAGE_HOST = ("pulumi/pulumi", "pulumi/pulumi-language-python", "pulumi/pulumi-language-python-exec")


def on(monkeypatch: pytest.MonkeyPatch, system: str, machine: str) -> None:
    monkeypatch.setattr(platform, "system", lambda: system)
    monkeypatch.setattr(platform, "machine", lambda: machine)


def test_every_release_for_linux(monkeypatch: pytest.MonkeyPatch) -> None:
    on(monkeypatch, "Linux", "x86_64")
    servers = {
        name: Asset(f"https://dl.k8s.io/v1.34.4/bin/linux/amd64/{name}", checksums=f"{url}.sha256")
        for name in ("kube-apiserver", "kube-controller-manager")
        for url in [f"https://dl.k8s.io/v1.34.4/bin/linux/amd64/{name}"]
    }

    assert {program.name: find_asset(program) for program in PROGRAMS} == {
        "etcd": Asset(
            f"{ETCD}/etcd-v3.6.16-linux-amd64.tar.gz",
            checksums=f"{ETCD}/SHA256SUMS",
            members=("etcd-v3.6.16-linux-amd64/etcd",),
        ),
        **servers,
        "external-secrets": None,
        "pulumi": Asset(
            f"{PULUMI}/pulumi-v3.274.1-linux-x64.tar.gz",
            checksums=f"{PULUMI}/pulumi-3.274.1-checksums.txt",
            members=LANGUAGE_HOST,
        ),
        "pulumi-resource-kubernetes": Asset(
            f"{PLUGIN}-linux-amd64.tar.gz",
            sha256="6ea3d53c16a00c4d1017c4d109928d8f4801fd7cd978965cd43917561f3774b0",
            members=("pulumi-resource-kubernetes",),
        ),
        "registry": Asset(
            f"{REGISTRY}/registry_3.1.2_linux_amd64.tar.gz",
            checksums=f"{REGISTRY}/registry_3.1.2_linux_amd64.tar.gz.sha256",
            members=("registry",),
        ),
        "crane": Asset(
            f"{CRANE}/go-containerregistry_Linux_x86_64.tar.gz",
            checksums=f"{CRANE}/checksums.txt",
            members=("crane",),
        ),
    }


def test_releases_for_macos(monkeypatch: pytest.MonkeyPatch) -> None:
    """Kubernetes has no servers for it, and etcd's archive is not a tar archive: these are built."""
    on(monkeypatch, "Darwin", "arm64")

    assert {program.name: asset.url for program in PROGRAMS if (asset := find_asset(program)) is not None} == {
        "pulumi": f"{PULUMI}/pulumi-v3.274.1-darwin-arm64.tar.gz",
        "pulumi-resource-kubernetes": f"{PLUGIN}-darwin-arm64.tar.gz",
        "registry": f"{REGISTRY}/registry_3.1.2_darwin_arm64.tar.gz",
        "crane": f"{CRANE}/go-containerregistry_Darwin_arm64.tar.gz",
    }


@pytest.mark.parametrize(
    ("system", "machine", "name"),
    [
        pytest.param("Linux", "aarch64", "go-containerregistry_Linux_arm64.tar.gz", id="linux on arm"),
        pytest.param("Darwin", "x86_64", "go-containerregistry_Darwin_x86_64.tar.gz", id="macos on intel"),
    ],
)
def test_names_of_machines(monkeypatch: pytest.MonkeyPatch, system: str, machine: str, name: str) -> None:
    on(monkeypatch, system, machine)
    asset = find_asset(get_program("crane"))
    assert asset is not None
    assert asset.url == f"{CRANE}/{name}"


def test_no_release_for_another_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    on(monkeypatch, "FreeBSD", "amd64")
    assert [find_asset(program) for program in PROGRAMS] == [None] * len(PROGRAMS)


def test_no_release_of_a_provider_without_a_pinned_checksum(monkeypatch: pytest.MonkeyPatch) -> None:
    on(monkeypatch, "Linux", "x86_64")
    assert find_asset(replace(get_program("pulumi-resource-kubernetes"), version="4.26.0")) is None
