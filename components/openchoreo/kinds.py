"""Kinds of ``openchoreo.dev/v1alpha1`` that carry a list of resources, or name the store that those read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

API: Final = "openchoreo.dev/v1alpha1"


@dataclass(frozen=True)
class Kind:
    """One kind, as far as a patch has to know it."""

    name: str
    """``ComponentType``."""
    plural: str
    """As in paths of the API: ``componenttypes``."""
    namespaced: bool = True
    """Whether its objects live in the namespace of an organization."""
    resources: bool = False
    """Whether it has ``spec.resources``, a list of templates with an ``id`` each."""
    workload: bool = False
    """Whether one of those is a workload with pods, chosen by ``spec.workloadType``."""
    secret_store_ref: bool = False
    """Whether it has ``spec.secretStoreRef``."""

    def path(self, namespace: str | None, name: str = "") -> str:
        """Path of one object in the API, or without a name of all, or without a namespace of those in any."""
        place = f"namespaces/{namespace}/" if namespace else ""
        return f"/apis/{API}/{place}{self.plural}" + (f"/{name}" if name else "")


KINDS: Final = {
    kind.name: kind
    for kind in (
        Kind("ComponentType", "componenttypes", resources=True, workload=True),
        Kind("ClusterComponentType", "clustercomponenttypes", namespaced=False, resources=True, workload=True),
        Kind("ComponentWorkflow", "componentworkflows", resources=True),
        Kind("Workflow", "workflows", resources=True),
        Kind("ClusterWorkflow", "clusterworkflows", namespaced=False, resources=True),
        Kind("DataPlane", "dataplanes", secret_store_ref=True),
        Kind("BuildPlane", "buildplanes", secret_store_ref=True),
    )
}
"""Every kind that can be patched, of any release; a `Release` says which of them it serves."""
