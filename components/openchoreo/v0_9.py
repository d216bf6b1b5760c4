"""OpenChoreo v0.9.

Source: the CRDs, controllers and documentation of openchoreo/openchoreo v0.9.0, and the CRDs of v1.2.3 for the kinds
that v0.9 does not have. The objects of an organization are in the namespace with its name; hence the reserved names.
The Organization controller runs only if OpenChoreo is started with ``--enable-legacy-crds``, which its chart does not
set. It creates that namespace, and deletes it with the organization, even if it existed before. The Release controller
creates the namespaces of workloads and labels them with the namespace of the Release, which has the organization's
name.
"""

from __future__ import annotations

from typing import Final

from .kinds import Kind, Workload
from .release import Charts, Defaults, Expressions, Release, RunLabels, Snapshots, WorkloadNamespaces

_API: Final = "openchoreo.dev/v1alpha1"
_POD_TEMPLATE: Final = ("spec", "template", "spec")
_WORKLOAD: Final = Workload(
    type_path=("spec", "workloadType"),
    pod_specs={
        "deployment": _POD_TEMPLATE,
        "statefulset": _POD_TEMPLATE,
        "job": _POD_TEMPLATE,
        "cronjob": ("spec", "jobTemplate", *_POD_TEMPLATE),
    },
    without_pods=frozenset({"proxy"}),
)
_NAMESPACE: Final = "${metadata.namespace}"
_PLANE_OF_RESOURCES: Final = {"targetPlane": "dataplane"}

_COMPONENT_TYPE: Final = Kind(
    _API,
    "ComponentType",
    "componenttypes",
    resources=True,
    entry_defaults=_PLANE_OF_RESOURCES,
    variables={
        "metadata": frozenset(
            {"name", "namespace", "labels", "annotations", "podSelectors", "componentName", "componentUID"}
            | {"projectName", "projectUID", "environmentName", "environmentUID", "dataPlaneName", "dataPlaneUID"}
        ),
        "dataplane": frozenset({"secretStore", "publicVirtualHost", "observabilityPlaneRef"}),
        "parameters": None,
        "envOverrides": None,
        "workload": frozenset({"containers"}),
        "configurations": None,
    },
    schemas={"parameters": ("spec", "schema", "parameters"), "envOverrides": ("spec", "schema", "envOverrides")},
    workload=_WORKLOAD,
)
_COMPONENT_WORKFLOW: Final = Kind(
    _API,
    "ComponentWorkflow",
    "componentworkflows",
    resources=True,
    include_when=False,
    retypes=True,
    variables={
        "metadata": frozenset({"orgName", "projectName", "componentName", "workflowRunName"}),
        "systemParameters": frozenset({"repository"}),
        "parameters": None,
    },
)
_DATA_PLANE: Final = Kind(_API, "DataPlane", "dataplanes", secret_store_ref=True)
_BUILD_PLANE: Final = Kind(_API, "BuildPlane", "buildplanes", secret_store_ref=True)
_LATER_KINDS: Final = (
    Kind(
        _API,
        "ClusterComponentType",
        "clustercomponenttypes",
        namespaced=False,
        resources=True,
        entry_defaults=_PLANE_OF_RESOURCES,
        namespace=_NAMESPACE,
        workload=_WORKLOAD,
    ),
    Kind(_API, "Workflow", "workflows", resources=True, retypes=True, namespace=_NAMESPACE, needs_namespace=True),
    Kind(
        _API,
        "ClusterWorkflow",
        "clusterworkflows",
        namespaced=False,
        resources=True,
        retypes=True,
        namespace=_NAMESPACE,
        needs_namespace=True,
    ),
)
"""Kinds of v0.16 and v1.x, so that programs can patch them before this package has a `Release` for those versions."""


WORKLOAD_NAMESPACES: Final = WorkloadNamespaces("openchoreo.dev/release-namespace", prefix="dp-", longest_part=13)
"""Source: ``internal/dataplane/kubernetes/name.go``: of 63 characters, 8 are a hash and 4 hyphens; "dp", the
organization and the project have 13 each, the environment has 12."""


def _control_plane_namespace(organization: str) -> str:
    return organization


def _build_namespace(organization: str) -> str:
    return f"openchoreo-ci-{organization}"


V0_9: Final = Release(
    name="v0.9",
    api=_API,
    control_plane_namespace=_control_plane_namespace,
    build_namespace=_build_namespace,
    workload_namespaces=(WORKLOAD_NAMESPACES,),
    reserved=frozenset({"argo", "cert-manager", "external-secrets", "kgateway-system"}),
    reserved_prefixes=("kube-", "openchoreo-"),
    served_kinds=frozenset({"organizations", "buildplanes", "dataplanes", "componenttypes", "componentworkflows"}),
    component_type=_COMPONENT_TYPE,
    component_workflow=_COMPONENT_WORKFLOW,
    build_plane=_BUILD_PLANE,
    data_plane=_DATA_PLANE,
    other_kinds=_LATER_KINDS,
    expressions=Expressions(
        build_namespace=_build_namespace("${metadata.orgName}"),
        run_name="${metadata.workflowRunName}",
        component_namespace="${metadata.namespace}",
        data_plane_store="${dataplane.secretStore}",
        secret_name_parts=tuple(
            f"${{metadata.{field}}}" for field in ("name", "componentName", "environmentName", "projectName")
        ),
    ),
    defaults=Defaults(
        git_secret="git-clone-secret",
        git_key="clone-secret",
        push_secret="registry-push-secret",
        pull_secret="registry-pull-secret",
        component_pull_secret="${metadata.name}-registry-pull-secret",
        git_resource="git-credentials",
        push_resource="registry-credentials",
        pull_resource="registry-pull-secret",
    ),
    charts=Charts(
        control_plane="openchoreo-control-plane",
        operator="openchoreo-build-plane (external-secrets.enabled=true)",
    ),
    agents=(
        "system:serviceaccount:openchoreo-build-plane:cluster-agent-buildplane",
        "system:serviceaccount:openchoreo-control-plane:controller-manager",
        "system:serviceaccount:openchoreo-data-plane:cluster-agent-dataplane",
    ),
    run_labels=RunLabels(
        kind="componentworkflowrun",
        name="openchoreo.dev/componentworkflowrun",
        namespace="openchoreo.dev/componentworkflowrun-namespace",
    ),
    snapshots=(
        Snapshots(
            types=frozenset({"ComponentType"}),
            binding=Kind(_API, "ReleaseBinding", "releasebindings"),
            snapshot=Kind(_API, "ComponentRelease", "componentreleases"),
            snapshot_name=("spec", "releaseName"),
            environment=("spec", "environment"),
            project=("spec", "owner", "projectName"),
            component=("spec", "owner", "componentName"),
            resources=("spec", "componentType", "resources"),
        ),
    ),
)
