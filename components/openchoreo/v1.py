"""OpenChoreo v1.0, v1.1 and v1.2.

Source: the CRDs, webhooks, pipelines and controllers of openchoreo/openchoreo v1.2.3. The place of an organization is
taken by a namespace of the control plane; hence the reserved names. ``internal/pipeline/workflow/pipeline.go`` decides
the namespace of builds, and creates it at the first build without labels. Its webhook refuses a workflow one of whose
objects is elsewhere. ``internal/pipeline/component/context/types.go`` has the variables of component types.

Namespaces of workloads that v0.9 created have the label of v0.9. Since v1.0 new ones have another label; v1.2 adds it
to the old ones when it renders them again, v1.0 and v1.1 never do.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from .builds import Builds
from .kinds import Kind, Path, Variables, Workload
from .release import (
    Charts,
    Defaults,
    Environments,
    Expressions,
    Release,
    RunLabels,
    RunSecret,
    RunSecrets,
    SecretApi,
    Snapshots,
)
from .v0_9 import WORKLOAD_NAMESPACES

_API: Final = "openchoreo.dev/v1alpha1"
_STEPS: Final = "argoproj.io/v1alpha1"
"""Argo Workflows, whose templates are the steps of builds."""
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
    only=True,
)
"""Source: ``internal/validation/component/resource_template.go``."""
_NAMESPACE: Final = "${metadata.namespace}"
_OF_BUILDS: Final = "metadata.namespaceName"
_PLANE_OF_RESOURCES: Final = {"targetPlane": "dataplane"}
_OWN_CHOICE: Final = 'has(parameters.repository.secretRef) && parameters.repository.secretRef != ""'
"""Whether the developer of a component names a SecretReference for cloning."""


def _schema(field: str) -> Path:
    return ("spec", field, "openAPIV3Schema", "properties")


_DEFAULT_CHOICE: Final = (*_schema("parameters"), "repository", "properties", "secretRef", "default")


_OF_COMPONENTS: Final[Variables] = {
    "metadata": frozenset(
        {"name", "namespace", "labels", "annotations", "podSelectors", "componentName", "componentUID"}
        | {"componentNamespace", "projectName", "projectUID", "environmentName", "environmentUID"}
        | {"dataPlaneName", "dataPlaneUID"}
    ),
    "dataplane": frozenset({"secretStore", "gateway", "observabilityPlaneRef"}),
    "environment": frozenset({"gateway", "defaultNotificationChannel"}),
    "gateway": frozenset({"ingress", "egress"}),
    "parameters": None,
    "environmentConfigs": None,
    "workload": frozenset({"container", "endpoints"}),
    "configurations": None,
    "dependencies": None,
}
_OF_WORKFLOWS: Final[Variables] = {
    "metadata": frozenset({"namespaceName", "workflowRunName", "namespace", "labels"}),
    "parameters": None,
    "workflowplane": frozenset({"secretStore"}),
    "externalRefs": None,
}


def _component_type(name: str, *, namespaced: bool) -> Kind:
    return Kind(
        _API,
        name,
        f"{name.lower()}s",
        namespaced=namespaced,
        resources=True,
        entry_defaults=_PLANE_OF_RESOURCES,
        organization="metadata.componentNamespace",
        variables=_OF_COMPONENTS,
        schemas={field: _schema(field) for field in ("parameters", "environmentConfigs")},
        namespace=_NAMESPACE,
        workload=_WORKLOAD,
        restarts=frozenset({"deployment", "statefulset"}),
    )


def _workflow(name: str, *, namespaced: bool) -> Kind:
    return Kind(
        _API,
        name,
        f"{name.lower()}s",
        namespaced=namespaced,
        resources=True,
        retypes=True,
        organization=_OF_BUILDS,
        variables=_OF_WORKFLOWS,
        schemas={"parameters": _schema("parameters")},
        namespace=_NAMESPACE,
        needs_namespace=True,
    )


def _plane(name: str, *, namespaced: bool) -> Kind:
    return Kind(_API, name, f"{name.lower()}s", namespaced=namespaced, secret_store_ref=True)


def _project_type(name: str, *, namespaced: bool) -> Kind:
    plural = f"{name.lower()}s"
    return Kind(
        _API,
        name,
        plural,
        namespaced=namespaced,
        resources=True,
        entry_defaults=_PLANE_OF_RESOURCES,
        organization="metadata.projectNamespace",
        namespace=_NAMESPACE,
    )


def _run_secret(name: str, own_choice: str = "", default_choice: Path = ()) -> RunSecret:
    argument = ("spec", "runTemplate", "spec", "arguments", "parameters", ("name", name), "value")
    return RunSecret(name, argument, f"${{metadata.workflowRunName}}-{name}", own_choice, default_choice)


_BUILDS: Final = Builds(
    kinds=(_workflow("Workflow", namespaced=True), _workflow("ClusterWorkflow", namespaced=False)),
    plane_kind=("spec", "workflowPlaneRef", "kind"),
    plane_name=("spec", "workflowPlaneRef", "name"),
    default_plane=("ClusterWorkflowPlane", "default"),
    store="workflowplane.secretStore",
    templates=Kind(_STEPS, "ClusterWorkflowTemplate", "clusterworkflowtemplates", namespaced=False),
    local_templates=Kind(_STEPS, "WorkflowTemplate", "workflowtemplates"),
    push_template="publish-image",
    push_volume="{{workflow.parameters.registry-push-secret}}",
    public_registries=frozenset({"ttl.sh"}),
    run=("spec", "runTemplate"),
    schema=_schema("parameters"),
    references=("spec", "externalRefs"),
    reference=r"externalRefs(\.{id}\b|\[['\"]{id}['\"]\])",
    shipped_store="default",
)
"""Source: ``samples/getting-started/workflow-templates/publish-image.yaml``,
``install/prerequisites/openbao/setup.sh`` and ``internal/controller/workflowrun/externalref.go``."""


_WORKLOAD_NAMESPACES: Final = (
    replace(WORKLOAD_NAMESPACES, label="openchoreo.dev/rendered-release-namespace"),
    WORKLOAD_NAMESPACES,
)


def _control_plane_namespace(organization: str) -> str:
    return organization


def _build_namespace(organization: str) -> str:
    return f"workflows-{organization}"


_COMPONENT_RELEASES: Final = Snapshots(
    types=frozenset({"ComponentType", "ClusterComponentType"}),
    binding=Kind(_API, "ReleaseBinding", "releasebindings"),
    snapshot=Kind(_API, "ComponentRelease", "componentreleases"),
    snapshot_name=("spec", "releaseName"),
    environment=("spec", "environment"),
    project=("spec", "owner", "projectName"),
    component=("spec", "owner", "componentName"),
    resources=("spec", "componentType", "spec", "resources"),
    type_kind=("spec", "componentType", "kind"),
    type_name=("spec", "componentType", "name"),
    undeployed=(("spec", "state"), "Undeploy"),
)
_PROJECT_RELEASES: Final = Snapshots(
    types=frozenset({"ProjectType", "ClusterProjectType"}),
    binding=Kind(_API, "ProjectReleaseBinding", "projectreleasebindings"),
    snapshot=Kind(_API, "ProjectRelease", "projectreleases"),
    snapshot_name=("spec", "projectRelease"),
    environment=("spec", "environment"),
    project=("spec", "owner", "projectName"),
    component=None,
    resources=("spec", "projectType", "spec", "resources"),
    type_kind=("spec", "projectType", "kind"),
    type_name=("spec", "projectType", "name"),
)


def _release(name: str, *, has_project_types: bool) -> Release:
    """One of the releases, which differ in the kinds that they have."""
    return Release(
        name=name,
        api=_API,
        control_plane_namespace=_control_plane_namespace,
        build_namespace=_build_namespace,
        workload_namespaces=_WORKLOAD_NAMESPACES,
        reserved=frozenset({"argo", "cert-manager", "external-secrets", "kgateway-system", "openbao"}),
        reserved_prefixes=("kube-", "openchoreo-", _build_namespace("")),
        served_kinds=frozenset(
            {"workflowplanes", "clusterworkflowplanes", "dataplanes", "clusterdataplanes", "workflows"}
            | {"clusterworkflows", "componenttypes", "clustercomponenttypes"}
        ),
        component_type=_component_type("ComponentType", namespaced=True),
        component_workflow=_workflow("Workflow", namespaced=True),
        build_plane=_plane("WorkflowPlane", namespaced=True),
        data_plane=_plane("DataPlane", namespaced=True),
        shared_build_plane=_plane("ClusterWorkflowPlane", namespaced=False),
        shared_data_plane=_plane("ClusterDataPlane", namespaced=False),
        environments=Environments(
            kind=Kind(_API, "Environment", "environments"),
            plane_kind=("spec", "dataPlaneRef", "kind"),
            plane_name=("spec", "dataPlaneRef", "name"),
            default="default",
        ),
        shared_component_type=_component_type("ClusterComponentType", namespaced=False),
        shared_component_workflow=_workflow("ClusterWorkflow", namespaced=False),
        project_type=_project_type("ProjectType", namespaced=True) if has_project_types else None,
        shared_project_type=_project_type("ClusterProjectType", namespaced=False) if has_project_types else None,
        ssh_hosts=("github.com", "gitlab.com", "bitbucket.org", "git-codecommit.*.amazonaws.com"),
        run_secrets=RunSecrets(
            git=_run_secret("git-secret", _OWN_CHOICE, _DEFAULT_CHOICE), push=_run_secret("registry-push-secret")
        ),
        resource_prefix="v1/",
        words={
            "organizations": "namespaces",
            "clusters.buildPlane": "workflowPlane",
            "organizations.*.buildPlane": "workflowPlane",
            "organizations.*.componentWorkflows": "workflows",
        },
        expressions=Expressions(
            build_namespace=_NAMESPACE,
            run_name="${metadata.workflowRunName}",
            component_namespace=_NAMESPACE,
            data_plane_store="${dataplane.secretStore}",
            secret_name_parts=tuple(
                f"${{metadata.{field}}}" for field in ("name", "componentName", "environmentName", "projectName")
            ),
        ),
        defaults=Defaults(
            git_secret="git-secret",
            git_key=None,
            push_secret="registry-push-secret",
            pull_secret="registry-pull-secret",
            component_pull_secret="${metadata.name}-registry-pull-secret",
            git_resource="git-secret",
            push_resource="registry-push-secret",
            pull_resource="registry-pull-secret",
        ),
        builds=_BUILDS,
        secret_reference=Kind(_API, "SecretReference", "secretreferences"),
        # services/secret/service.go and services/gitsecret/service.go, since v1.1.
        secret_api=None if name == "v1.0" else SecretApi(prefix="openchoreo-kv-", keys="secret/"),
        charts=Charts(control_plane="openchoreo-control-plane", operator=None),
        agents=(
            "system:serviceaccount:openchoreo-data-plane:cluster-agent-dataplane",
            "system:serviceaccount:openchoreo-workflow-plane:cluster-agent-workflowplane",
        ),
        run_labels=RunLabels(
            kind="workflowrun",
            name="openchoreo.dev/workflowrun",
            namespace="openchoreo.dev/workflowrun-namespace",
        ),
        snapshots=(_COMPONENT_RELEASES, _PROJECT_RELEASES) if has_project_types else (_COMPONENT_RELEASES,),
    )


V1_0: Final = _release("v1.0", has_project_types=False)
V1_1: Final = _release("v1.1", has_project_types=False)
V1_2: Final = _release("v1.2", has_project_types=True)
