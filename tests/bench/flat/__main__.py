"""The objects of the benchmark, with as few fields as possible: no components, no checks, no waiting."""

from __future__ import annotations

from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes

config = pulumi.Config()
manager = config.require("manager")
server = {"url": config.require("server"), "caBundle": config.require("caBundle")}
provider = kubernetes.Provider("cluster", kubeconfig=config.require("kubeconfig"), context=config.require("context"))
opts = pulumi.ResourceOptions(provider=provider)

for number in range(config.require_int("count")):
    name, namespace, account = f"flat{number}", f"flat-ci-{number}", f"flat-{number}"
    where: Any = {"name": account, "namespace": manager}
    home = kubernetes.core.v1.Namespace(name, metadata={"name": namespace}, opts=opts)
    kubernetes.core.v1.ServiceAccount(name, metadata=where, opts=opts)
    rules: Any = [{"apiGroups": [""], "resources": ["secrets"], "resourceNames": [f"org{number}"], "verbs": ["get"]}]
    kubernetes.rbac.v1.Role(name, metadata=where, rules=rules, opts=opts)
    kubernetes.rbac.v1.RoleBinding(
        name,
        metadata=where,
        subjects=[kubernetes.rbac.v1.SubjectArgs(kind="ServiceAccount", name=account, namespace=manager)],
        role_ref=kubernetes.rbac.v1.RoleRefArgs(api_group="rbac.authorization.k8s.io", kind="Role", name=account),
        opts=opts,
    )
    kubernetes.apiextensions.CustomResource(
        name,
        api_version="external-secrets.io/v1",
        kind="ClusterSecretStore",
        metadata={"name": account},
        spec={
            "provider": {
                "kubernetes": {"server": server, "remoteNamespace": manager, "auth": {"serviceAccount": where}}
            }
        },
        opts=opts,
    )
    for secret in ("git", "sonar"):
        kubernetes.apiextensions.CustomResource(
            f"{name}-{secret}",
            api_version="external-secrets.io/v1",
            kind="ExternalSecret",
            metadata={"name": secret, "namespace": namespace},
            spec={
                "secretStoreRef": {"kind": "ClusterSecretStore", "name": account},
                "data": [{"secretKey": "token", "remoteRef": {"key": f"org{number}", "property": "token"}}],
            },
            opts=pulumi.ResourceOptions(provider=provider, depends_on=[home]),
        )
