"""A cluster of the user in the tests of ``make local CONTEXT=...``: ESO runs in it, and OpenChoreo does not."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import yaml
from kubernetes import client, config

from components.cluster.connection import Cluster
from components.settings.clusters import ClusterSettings
from local.hosts.proxy import Proxy
from local.platform import Platform, find_free_ports
from local.seed import Seeder
from tests.platform.harness import Kubernetes, eventually
from tests.platform.operators import list_operator_crds

CONTEXT: Final = "kind-own"

_PASSING: Final = frozenset({"componentstatuses", "events", "leases"})


@dataclass(frozen=True)
class UserCluster:
    """A platform without OpenChoreo, and the kubeconfig of its user."""

    platform: Platform
    kubeconfig: Path

    @property
    def objects(self) -> Kubernetes:
        return Kubernetes(self.platform.kubeconfig)

    def snapshot(self) -> dict[str, str]:
        """Path of every object -> its UID and resource version; without those that come and go."""
        cluster = Cluster("test", ClusterSettings(context=CONTEXT, kubeconfig=str(self.kubeconfig)))
        paths = [
            f"{'/apis/' + group['metadata']['name'] if group['metadata'].get('name') else '/api'}/{version['version']}/"
            f"{resource['resource']}"
            for group in cluster.discover()
            for version in group["versions"]
            for resource in version["resources"]
            if "list" in resource["verbs"] and resource["resource"] not in _PASSING
        ]
        return {
            f"{path} {item['metadata'].get('namespace', '')} {item['metadata']['name']}": (
                f"{item['metadata'].get('uid')} {item['metadata'].get('resourceVersion')}"
            )
            for path in paths
            for item in cluster.items(path, metadata_only=True)
        }

    @contextmanager
    def operator(self) -> Iterator[None]:
        """ESO in the cluster: its CRDs, a Deployment that is available, and a process that runs outside.

        The process reaches ``kubernetes.default``, as pods do, through a proxy.
        """
        Seeder(self.platform.kubeconfig).apply_definitions(
            list_operator_crds(), self.platform.process("kube-apiserver")
        )
        self.objects.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "external-secrets"}})
        self.objects.create(build_deployment())
        self.set_available(1)
        port = find_free_ports("proxy")["proxy"]
        proxy = Proxy(port, self.platform.ports["apiserver"], {})
        threading.Thread(target=proxy.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{port}"
        self.platform.start_operator({"HTTPS_PROXY": address, "https_proxy": address, "NO_PROXY": "", "no_proxy": ""})
        self.settle()
        try:
            yield
        finally:
            self.platform.process("external-secrets").stop()
            proxy.shutdown()
            proxy.server_close()

    def settle(self) -> None:
        """Wait until the controllers have filled every namespace."""
        for name in self.objects.names("v1", "Namespace"):
            for kind, part in (("ConfigMap", "kube-root-ca.crt"), ("ServiceAccount", "default")):
                eventually(partial(self.objects.get, "v1", kind, part, name), f"{kind} {part} in {name}")

    def set_available(self, replicas: int) -> None:
        """Write the status of ESO's Deployment, as its controller does."""
        status = {"replicas": replicas, "readyReplicas": replicas, "availableReplicas": replicas}
        api = config.new_client_from_config(str(self.platform.kubeconfig), client_configuration=client.Configuration())
        apps = client.AppsV1Api(api)
        apps.patch_namespaced_deployment_status("external-secrets", "external-secrets", {"status": status})


def build_deployment() -> dict[str, Any]:
    """ESO's Deployment with the label that its Helm chart sets."""
    labels = {"app.kubernetes.io/name": "external-secrets"}
    containers = [{"name": "external-secrets", "image": "external-secrets"}]
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "external-secrets", "namespace": "external-secrets", "labels": labels},
        "spec": {
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": containers}},
        },
    }


def write_kubeconfig(platform: Platform, file: Path) -> Path:
    """The kubeconfig of a cluster of one's own: another name, and no current context."""
    content = yaml.safe_load(platform.kubeconfig.read_text())
    content["contexts"][0]["name"] = CONTEXT
    del content["current-context"]
    file.write_text(yaml.safe_dump(content))
    return file
