"""A stack with isolation: strict, and objects that its policies check."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from local.engine import Engine
from local.platform import Platform
from tests.platform.harness import Kubernetes, Stack, eventually, kubernetes_store
from tests.platform.openchoreo import ControlPlane, component_type, delete_namespaces_of
from tests.platform.quotas import wait_until_counting
from tests.platform.samples import git_organization
from tests.platform.subjects import ADMINISTRATOR, AGENT, OPERATOR, TENANT, Subject, dry_run

Object = dict[str, Any]

ESO: Final = "external-secrets.io/v1"
PUSH: Final = "external-secrets.io/v1alpha1"
GENERATORS: Final = "generators.external-secrets.io/v1alpha1"
RBAC: Final = "rbac.authorization.k8s.io/v1"
LABEL: Final = "openchoreo.dev/organization"
RELEASE: Final = "openchoreo.dev/release-namespace"
DATA: Final = [{"secretKey": "token", "remoteRef": {"key": "git"}}]
KINDS: Final = "ACRAccessToken, ECRAuthorizationToken, GCRAccessToken, GithubAccessToken, Password, UUID"
OTHERS: Final = "is the store of an organization, and this namespace is not one of that organization; use another store"
ASK: Final = "ask the platform's administrators"
AGENTS: Final = (
    f"is in a namespace with identities of stores or of the operator, where OpenChoreo's agents write nothing; {ASK}"
)


@dataclass(frozen=True)
class Protected:
    """A stack with isolation: strict, and its organizations, whose names begin alike."""

    stack: Stack
    cluster: Kubernetes
    tenant: Subject
    agent: Subject
    operator: Subject
    manager: str
    names: tuple[str, str, str]

    @property
    def own(self) -> str:
        return self.names[0]

    @property
    def builds(self) -> str:
        """Build namespace of the first organization."""
        return f"openchoreo-ci-{self.own}"

    @property
    def workloads(self) -> str:
        """A namespace of its workloads."""
        return f"dp-{self.own}-shop-dev-1a2b3c4d"

    @property
    def advice(self) -> str:
        return f'is not a store of organization "{self.own}"; use the ClusterSecretStore org-{self.own}'


def store_ref(name: str, **more: Any) -> Object:
    return {"kind": "ClusterSecretStore", "name": name, **more}


def external_secret(namespace: str, *, name: str = "attack", **spec: Any) -> Object:
    return {
        "apiVersion": ESO,
        "kind": "ExternalSecret",
        "metadata": {"name": name, "namespace": namespace},
        "spec": spec,
    }


def namespace(name: str, **labels: str) -> Object:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}


def generator(kind: str, where: str, **spec: Any) -> Object:
    return {"apiVersion": GENERATORS, "kind": kind, "metadata": {"name": "attack", "namespace": where}, "spec": spec}


def is_counted(cluster: Kubernetes, builds: str) -> bool:
    """Whether Kubernetes has counted the ExternalSecrets of a namespace; until then it refuses every new one."""
    quota = cluster.get("v1", "ResourceQuota", "openchoreo-secrets", builds)
    return quota is not None and bool(quota["status"].get("used"))


@contextmanager
def start_protected(platform: Platform, engine: Engine, cluster: Kubernetes, number: int) -> Iterator[Protected]:
    """Three organizations with a git credential and a pull secret, on one cluster."""
    own, manager = f"acme-{number}", f"manager-{number}"
    organizations = (own, f"{own}2", f"{own}-corp")
    cluster.create(namespace(manager))
    for name in organizations:
        cluster.put_secret(manager, f"git-{name}", {"token": "value"})
        cluster.put_secret(manager, f"registry-{name}", {"config": "{}"})
        ControlPlane(cluster, name).create(component_type("service", name))
    wait_until_counting(cluster, manager)
    pull = {"componentTypes": ["service"], "delivery": "namespace"}
    configs = {name: {"remoteKey": f"registry-{name}", "property": "config"} for name in organizations}
    stack = Stack(engine, f"strict{number}", platform.kubeconfig)
    stack.init()
    stack.configure(
        clusters=stack.every_plane,
        secretStores={"org": kubernetes_store(manager)},
        organizations=[
            git_organization(name, f"git-{name}", pullSecret={**pull, "dockerConfig": configs[name]})
            for name in organizations
        ],
        isolation="strict",
        admission={"administrators": [ADMINISTRATOR], "operators": [OPERATOR], "agents": [AGENT]},
    )
    tenant, agent, operator = (Subject(platform.kubeconfig, user) for user in (TENANT, AGENT, OPERATOR))
    stack.up()
    it = Protected(stack, cluster, tenant, agent, operator, manager, organizations)
    foreign = external_secret(it.builds, secretStoreRef=store_ref("another"), data=DATA)
    eventually(lambda: dry_run(it.tenant, foreign) != [None], "the policies to be in force")
    eventually(lambda: is_counted(cluster, it.builds), "the quota to count")
    it.agent.create(namespace(it.workloads, **{RELEASE: own}))
    yield it
    cluster.delete("v1", "Namespace", it.workloads)
    stack.destroy()
    delete_namespaces_of(cluster, stack.name)
    for name in (manager, *organizations):
        cluster.delete("v1", "Namespace", name)
