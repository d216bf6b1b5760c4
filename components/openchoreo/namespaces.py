"""Whose namespace it is, by its name: nothing of an organization may be there for others to read.

Names decide only what they can. A namespace of workloads has the form ``dp-<organization>-<project>-...``, so
``dp-acme-corp-...`` may be one of ``acme`` or of ``acme-corp``; its label decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Set as AbstractSet
from typing import Final

from . import RELEASES
from .release import Release

_OF_KUBERNETES: Final = frozenset({"default", "kube-node-lease", "kube-public", "kube-system"})
_OF_OPENCHOREO: Final = "openchoreo-"
IS_BUILD: Final = "is the build namespace of an organization"
"""What a message says of such a namespace, after its name."""
IS_CONTROL: Final = "is the namespace of an organization on the control plane"
"""The same for a namespace of `list_control_namespaces`."""


def list_control_namespaces(organizations: Iterable[str], release: Release) -> frozenset[str]:
    """The namespaces of organizations on the control plane."""
    return frozenset(part.control_plane_namespace(name) for part in release.parts for name in organizations)


def describe_build_namespace(namespace: str, release: Release) -> str | None:
    """Why it is a build namespace of any organization, of whatever release, to follow the name in a message."""
    prefixes = {part.build_namespace("") for part in (*RELEASES.values(), *release.parts)}
    return IS_BUILD if namespace.startswith(tuple(prefixes)) else None


def describe_platform_namespace(namespace: str, control: AbstractSet[str]) -> str | None:
    """Why it is a namespace of the control plane, of Kubernetes or of OpenChoreo itself. None: it is none of them.

    Args:
        namespace: its name.
        control: `list_control_namespaces` of the organizations of the platform.
    """
    if namespace in control:
        return IS_CONTROL
    if namespace in _OF_KUBERNETES:
        return "belongs to Kubernetes"
    return "belongs to OpenChoreo" if namespace.startswith(_OF_OPENCHOREO) else None


def describe_data_plane_namespace(namespace: str, release: Release) -> str | None:
    """Why it is a namespace of workloads, of any organization. None: its name has another form."""
    has_form = any(namespace.startswith(form.prefix) for form in release.workload_namespaces)
    return "has the name of a namespace of workloads" if has_form else None


def describe_secret_namespace(namespace: str, release: Release) -> str | None:
    """Why it is a namespace in which OpenChoreo's API keeps the secrets of an organization. None: it is none."""
    apis = [part.secret_api for part in release.parts]
    has_form = any(api is not None and namespace.startswith(api.prefix) for api in apis)
    return "is a namespace of OpenChoreo's API for secrets" if has_form else None


def guess_organization(namespace: str, organizations: Iterable[str], release: Release) -> str | None:
    """The organization whose workloads a namespace has, as far as its name shows: the longest name that fits.

    None: the name fits none of these organizations.
    """
    fitting = (
        name
        for name in organizations
        for form in release.workload_namespaces
        # OpenChoreo cuts off the end of a long name.
        if f"{namespace}-".startswith((f"{form.prefix}{name}-", f"{form.prefix}{name[: form.longest_part]}-"))
    )
    return max(fitting, key=len, default=None)
