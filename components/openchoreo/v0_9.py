"""OpenChoreo v0.9: Organization, BuildPlane, ComponentWorkflow; builds run in ``openchoreo-ci-<org>``.

Source: the CRDs and controllers of openchoreo/openchoreo v0.9.0. The controller of Organization makes a namespace of
the organization's name and deletes it with the organization, whoever made it; hence the reserved names. The controller
of Release makes the namespaces of workloads and labels them with the namespace that the Release comes from, which is
the organization's.
"""

from __future__ import annotations

from typing import Final

from .release import Release

_COMPONENT_TYPE: Final = {
    "metadata": None,
    "dataplane": frozenset({"secretStore", "publicVirtualHost", "observabilityPlaneRef"}),
    "parameters": None,
    "envOverrides": None,
    "workload": None,
    "configurations": None,
}
_COMPONENT_WORKFLOW: Final = {
    "metadata": frozenset({"orgName", "projectName", "componentName", "workflowRunName"}),
    "systemParameters": frozenset({"repository"}),
    "parameters": None,
}


def _build_namespace(organization: str) -> str:
    return f"openchoreo-ci-{organization}"


def _data_plane_labels(organization: str) -> dict[str, str]:
    return {"openchoreo.dev/release-namespace": organization}


V0_9: Final = Release(
    name="v0.9",
    build_namespace=_build_namespace,
    build_namespace_template=_build_namespace("${metadata.orgName}"),
    run_name="${metadata.workflowRunName}",
    data_plane_labels=_data_plane_labels,
    data_plane_store="${dataplane.secretStore}",
    reserved=frozenset({"argo", "cert-manager", "external-secrets", "kgateway-system"}),
    reserved_prefixes=("kube-", "openchoreo-"),
    control_plane_kinds=frozenset(
        {"organizations", "buildplanes", "dataplanes", "componenttypes", "componentworkflows"},
    ),
    control_plane_chart="openchoreo-control-plane",
    unconditional=frozenset({"ComponentWorkflow"}),
    variables={"ComponentType": _COMPONENT_TYPE, "ComponentWorkflow": _COMPONENT_WORKFLOW},
)
