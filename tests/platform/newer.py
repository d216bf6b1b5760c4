"""A platform of OpenChoreo v1.x: its own definitions, and the cluster-scoped objects that it ships."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import yaml

from local.engine import Engine
from local.platform import Platform
from local.proof.components import build_variables, render_external_secrets
from local.seed import Seeder
from tests.platform.harness import Kubernetes, Stack, eventually, make_project
from tests.platform.openchoreo import API, SHARED, Object, comparable
from tests.platform.operators import list_operator_crds
from tests.platform.releases import V1_DEFINITIONS
from tests.platform.warm import Warm
from tests.platform.watchdog import stopped_at_the_end

SHIPPED: Final = SHARED / "samples" / "openchoreo-v1.2.3"
WORKFLOW: Final = ("ClusterWorkflow", "dockerfile-builder")
COMPONENTS: Final = ("ClusterComponentType", "service")
PROJECTS: Final = ("ClusterProjectType", "default")
OBJECTS: Final = (WORKFLOW, COMPONENTS, PROJECTS)


class Newer:
    """One cluster as every plane, and an engine with stacks of its own."""

    def __init__(self, platform: Platform, warm: Warm) -> None:
        self.platform = platform
        self.cluster = Kubernetes(platform.kubeconfig)
        engine = Engine(platform.folder, platform.programs, make_project(platform.folder / "project"))
        engine.prepare()
        self._engine = warm.use(engine)

    def start_stack(self, name: str, *, release: str = "v1", **keys: Any) -> Stack:
        """A stack of a release on the cluster."""
        stack = Stack(self._engine, name, self.platform.kubeconfig)
        stack.init()
        clusters = dict.fromkeys(("workflowPlane", "controlPlane", "dataPlane"), stack.here)
        stack.configure(release=release, clusters=clusters, **keys)
        return stack

    def create_namespace(self, name: str, **labels: str) -> None:
        """Create a namespace."""
        self.cluster.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}})

    def get(self, *place: str) -> Object:
        """An object, without the metadata that changes at every write.

        Args:
            place: its kind and name, and its namespace if it has one.
        """
        return comparable(self.cluster.get(API, *place))

    def render(self, place: tuple[str, ...], namespace: str, target: str, **parameters: Any) -> Iterator[Object]:
        """The ExternalSecrets that OpenChoreo renders out of an object for a namespace of the control plane.

        Args:
            place: kind and name of the object, and its namespace if it has one.
            namespace: the namespace.
            target: ``${metadata.namespace}``.
            parameters: of the repository.
        """
        variables = build_variables(namespace, target, build_store="default", data_store="default")
        variables["metadata"] |= {"name": "api", "workflowRunName": "run-1"}
        variables["parameters"]["repository"] |= parameters
        return render_external_secrets(self.get(*place), variables)

    def promote(self, place: tuple[str, str], namespace: str) -> None:
        """Deploy production with a type as it is now, as OpenChoreo's controllers do.

        Args:
            place: kind and name of the type.
            namespace: the namespace on the control plane.
        """
        kind, name = place
        owner = {"projectName": "shop"}
        copied = {"kind": kind, "name": name, "spec": self.get(*place)["spec"]}
        snapshot, binding = "ProjectRelease", "ProjectReleaseBinding"
        content: Object = {"owner": owner, "projectType": copied}
        bound: Object = {"owner": owner, "environment": "production", "projectRelease": "api-1"}
        if kind == COMPONENTS[0]:
            owner["componentName"] = "api"
            snapshot, binding = "ComponentRelease", "ReleaseBinding"
            workload = {"container": {"image": "app"}}
            content = {"owner": owner, "componentType": copied, "workload": workload}
            bound = {"owner": owner, "environment": "production", "releaseName": "api-1"}
        for kind_of, spec in ((snapshot, content), (binding, bound)):
            metadata = {"name": "api-1", "namespace": namespace}
            self.cluster.create({"apiVersion": API, "kind": kind_of, "metadata": metadata, "spec": spec})

    def deliver(self, external_secret: Object) -> tuple[str, dict[str, str]]:
        """Create what OpenChoreo has rendered, and return the type and the data of its Secret."""
        self.cluster.create(external_secret)
        name, namespace = external_secret["metadata"]["name"], external_secret["metadata"]["namespace"]
        return eventually(lambda: self.cluster.secret(namespace, name), f"the Secret {namespace}/{name}")


@contextmanager
def start_newer(folder: Path, programs: Any, warm: Warm, without: frozenset[str] = frozenset()) -> Iterator[Newer]:
    """A platform of its own, because its definitions replace those of v0.9.

    Args:
        folder: of the platform.
        programs: name -> executable.
        warm: processes for the engine.
        without: plural names of kinds that it does not serve.
    """
    definitions = [file for file in V1_DEFINITIONS if file.stem.rpartition("_")[2] not in without]
    with stopped_at_the_end(Platform(folder, programs)) as platform:
        platform.start_control_plane()
        seeder = Seeder(platform.kubeconfig)
        seeder.apply_definitions([*list_operator_crds(), *definitions], platform.process("kube-apiserver"))
        platform.start_operator()
        newer = Newer(platform, warm)
        for kind, name in OBJECTS:
            if f"{kind.lower()}s" in without:
                continue
            newer.cluster.create(_load(f"{kind.lower()}-{name}"))
        newer.cluster.create(
            {
                "apiVersion": API,
                "kind": "ClusterWorkflowPlane",
                "metadata": {"name": "default"},
                "spec": {
                    "planeID": "builds",
                    "clusterAgent": {"clientCA": {"value": "none"}},
                    "secretStoreRef": {"name": "default"},
                },
            }
        )
        yield newer


def _load(name: str) -> Object:
    text = (SHIPPED / f"{name}.yaml").read_text()
    return dict(next(document for document in yaml.safe_load_all(text) if document))
