"""Administrators of a cluster with a name of their own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import yaml

from local.platform import CONTEXT, Platform
from tests.platform.harness import Kubernetes

_RBAC: Final = "rbac.authorization.k8s.io"


@dataclass(frozen=True)
class Administrator:
    """A ServiceAccount that may do everything."""

    user: str
    """As the API server names it."""
    here: dict[str, str]
    """Its kubeconfig and context, as in the setting ``clusters``."""


@contextmanager
def start_administrator(platform: Platform, namespace: str, folder: Path) -> Iterator[Administrator]:
    """An administrator in a namespace, with a kubeconfig in a folder."""
    cluster, name = Kubernetes(platform.kubeconfig), f"{namespace}-robot"
    account = {"name": "robot", "namespace": namespace}
    cluster.create({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": account})
    binding = {
        "apiVersion": f"{_RBAC}/v1",
        "kind": "ClusterRoleBinding",
        "metadata": {"name": name},
        "subjects": [{"kind": "ServiceAccount", **account}],
        "roleRef": {"apiGroup": _RBAC, "kind": "ClusterRole", "name": "cluster-admin"},
    }
    cluster.create(binding)
    content = yaml.safe_load(platform.kubeconfig.read_text())
    content["users"][0]["user"] = {"token": cluster.token("robot", namespace)}
    kubeconfig = folder / "robot.kubeconfig"
    kubeconfig.touch(mode=0o600)
    kubeconfig.write_text(yaml.safe_dump(content))
    here = {"kubeconfig": str(kubeconfig), "context": CONTEXT}
    yield Administrator(f"system:serviceaccount:{namespace}:robot", here)
    cluster.delete(f"{_RBAC}/v1", "ClusterRoleBinding", name)
