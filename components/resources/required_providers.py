"""Refuse resources without an explicit provider, before anything is registered.

Without one, Pulumi starts a default provider: that of Kubernetes changes the cluster of the shell's kubeconfig, and
that of OpenChoreo has no cluster at all.
"""

from __future__ import annotations

from collections.abc import Mapping

import pulumi

from ..errors import Problem
from ..schema.arguments import raise_problems


def require_kubernetes_provider(component: str, name: str, opts: pulumi.ResourceOptions | None) -> None:
    """Check that a component has the Kubernetes provider of a cluster.

    Args:
        component: its class.
        name: its name.
        opts: its options.

    Raises:
        SettingsError: it has none.
    """
    if not has_provider(opts, "kubernetes"):
        text = (
            "has no Kubernetes provider, and the cluster of the shell is never used by accident; pass "
            "ResourceOptions(provider=kubernetes.Provider(...))"
        )
        raise_problems(component, name, [Problem("opts", text)])


def require_openchoreo_provider(component: str, name: str, opts: pulumi.ResourceOptions | None) -> None:
    """Check that a component or resource has an `OpenChoreoProvider`; arguments as above.

    Raises:
        SettingsError: it has none.
    """
    if not has_provider(opts, "openchoreo"):
        text = "has no openchoreo provider; pass ResourceOptions(provider=OpenChoreoProvider(...))"
        raise_problems(component, name, [Problem("opts", text)])


def has_provider(opts: pulumi.ResourceOptions | None, package: str) -> bool:
    """Whether Pulumi will find an explicit provider of a package: in ``provider``, ``providers`` or the parent.

    Args:
        opts: options of a resource that is not registered yet.
        package: package of the provider, which is the key in a mapping of ``providers``.
    """
    if opts is None:
        return False
    providers = opts.providers or ()
    packages = [*providers] if isinstance(providers, Mapping) else [provider.package for provider in providers]
    if opts.provider is not None:
        packages.append(opts.provider.package)
    return package in packages or (
        opts.parent is not None and opts.parent.get_provider(f"{package}:index:Any") is not None
    )
