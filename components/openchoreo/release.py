"""What differs between OpenChoreo releases, behind one small interface."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

Variables = Mapping[str, frozenset[str] | None]
"""Variable of template expressions -> its fields; None: its fields depend on the object."""


@dataclass(frozen=True)
class Release:
    """Names, kinds and limits of one OpenChoreo release."""

    name: str
    """As configured: ``v0.9``."""
    build_namespace: Callable[[str], str]
    """Organization -> namespace of its builds on the build plane."""
    build_namespace_template: str
    """The same, as an expression in a resource of a ComponentWorkflow."""
    run_name: str
    """Expression for the name of a build run, in a resource of a ComponentWorkflow."""
    data_plane_labels: Callable[[str], dict[str, str]]
    """Organization -> labels that exactly the namespaces of its workloads on the data plane carry."""
    data_plane_store: str
    """Expression for the ClusterSecretStore of the data plane, in a resource of a ComponentType."""
    reserved: frozenset[str]
    """Organization names that would take over a namespace of the platform."""
    reserved_prefixes: tuple[str, ...]
    """Beginnings of such names."""
    control_plane_kinds: frozenset[str]
    """Plural names under ``openchoreo.dev/v1alpha1`` that the control plane must serve."""
    control_plane_chart: str
    """Helm chart that installs them."""
    unconditional: frozenset[str]
    """Kinds whose resources have no ``includeWhen``; the API server would drop it, and say nothing."""
    variables: Mapping[str, Variables]
    """Kind -> what the expressions of its resources may name; another name is refused at admission, or fails a run."""

    def is_reserved(self, organization: str) -> bool:
        """Whether an organization of this name would take over a namespace of the platform."""
        return organization in self.reserved or organization.startswith(self.reserved_prefixes)
