"""A release of OpenChoreo that exists in tests only, and shares no name with a real one."""

from __future__ import annotations

from typing import Any, Final

from components.managers.manager import Endpoint
from components.openchoreo import Charts, Defaults, Expressions, Kind, Release, RunLabels, Snapshots, Workload
from components.openchoreo.release import WorkloadNamespaces
from tests.mocks.stubs import HEALTHY, Object, StubCluster

API: Final = "platform.example/v2"
BLUEPRINT: Final = Kind(
    API,
    "Blueprint",
    "blueprints",
    resources=True,
    entry_defaults={"cluster": "runtime"},
    variables={"component": frozenset({"id", "namespace"}), "cluster": frozenset({"store"})},
    workload=Workload(
        type_path=("spec", "runtime"), pod_specs={"service": ("pods",)}, without_pods=frozenset({"function"})
    ),
)
PIPELINE: Final = Kind(
    API,
    "Pipeline",
    "pipelines",
    resources=True,
    variables={"run": frozenset({"id"}), "owner": frozenset({"tenant"})},
)


def _control_plane_namespace(organization: str) -> str:
    return f"tenant-{organization}"


def _build_namespace(organization: str) -> str:
    return f"{organization}-builds"


OTHER: Final = Release(
    name="other",
    api=API,
    control_plane_namespace=_control_plane_namespace,
    build_namespace=_build_namespace,
    workload_namespaces=(WorkloadNamespaces("platform.example/tenant", prefix="run-", longest_part=20),),
    reserved=frozenset({"platform"}),
    reserved_prefixes=("system-",),
    served_kinds=frozenset({"blueprints", "pipelines"}),
    component_type=BLUEPRINT,
    component_workflow=PIPELINE,
    build_plane=Kind(API, "BuilderCluster", "builderclusters", secret_store_ref=True),
    data_plane=Kind(API, "RuntimeCluster", "runtimeclusters", secret_store_ref=True),
    shared_data_plane=Kind(API, "SharedRuntime", "sharedruntimes", namespaced=False, secret_store_ref=True),
    words={
        "organizations": "tenants",
        "clusters.buildPlane": "builders",
        "organizations.*.buildPlane": "builders",
        "organizations.*.componentWorkflows": "pipelines",
    },
    expressions=Expressions(
        build_namespace="${owner.tenant}-builds",
        run_name="${run.id}",
        component_namespace="${component.namespace}",
        data_plane_store="${cluster.store}",
        secret_name_parts=("${component.id}",),
    ),
    defaults=Defaults(
        git_secret="source-access",
        git_key="source-token",
        push_secret="image-upload",
        pull_secret="image-download",
        component_pull_secret="${component.id}-image-download",
        git_resource="source",
        push_resource="images",
        pull_resource="download",
    ),
    charts=Charts(control_plane="platform-core", operator="platform-builders (eso=on)"),
    run_labels=RunLabels("pipelinerun", "platform.example/run", "platform.example/run-tenant"),
    snapshots=(
        Snapshots(
            types=frozenset({"Blueprint"}),
            binding=Kind(API, "Rollout", "rollouts"),
            snapshot=Kind(API, "Edition", "editions"),
            snapshot_name=("edition",),
            environment=("stage",),
            project=("group",),
            component=("unit",),
            resources=("blueprint", "resources"),
        ),
    ),
)

BUILD: Final = {"context": "build"}
RAW: Final[dict[str, Any]] = {
    "release": "other",
    "clusters": {"builders": BUILD, "controlPlane": {"context": "control"}, "dataPlane": {"context": "data"}},
    "secretStores": {
        "org": {"scope": "shared", "kubernetes": {"remoteNamespace": "vault", "server": {"fromKubeconfig": True}}}
    },
    "tenants": [
        {
            "name": "acme",
            "secretStore": "org",
            "git": {"remoteKey": "acme-git"},
            "registries": [{"server": "quay.io", "remoteKey": "acme-quay"}],
            "pipelines": {"names": ["docker"]},
            "pullSecret": {"componentTypes": ["web"], "dockerConfig": {"remoteKey": "acme-pull"}},
            "builders": {"secretStoreRef": "org"},
            "dataPlane": {"secretStoreRef": "platform"},
        },
        {
            "name": "globex",
            "secretStore": "org",
            "git": {"remoteKey": "globex-git"},
            "registries": [{"server": "quay.io", "remoteKey": "globex-quay"}],
            "pullSecret": {
                "componentTypes": ["web"],
                "delivery": "namespace",
                "dockerConfig": {"remoteKey": "globex-pull"},
            },
            "dataPlane": {"kind": "SharedRuntime", "name": "edge", "secretStoreRef": "platform"},
        },
    ],
}
"""Every credential that has a default name, with each run, ahead of builds, in components and in namespaces."""


class Platform(StubCluster):
    """Clusters on which everything exists that `RAW` needs."""

    def endpoint(self) -> Endpoint:
        return Endpoint(url=f"https://{self.plane.replace(' ', '-')}:6443", ca_bundle="Q0E=")

    def get(self, path: str) -> Object | None:
        if path == f"/apis/{API}":
            return {"resources": [{"name": name} for name in sorted(OTHER.served_kinds)]}
        if path == "/api/v1/namespaces/kube-system":
            return {"metadata": {"uid": self.settings.context}}
        if path.startswith((f"/apis/{API}/namespaces/tenant-", f"/apis/{API}/sharedruntimes/")):
            return {"metadata": {}, "spec": {}}
        return HEALTHY.get(path)
