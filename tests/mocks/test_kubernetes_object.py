"""KubernetesObject: the engine receives what pulumi-kubernetes would send."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes
import pytest
from google.protobuf.json_format import MessageToDict

from components.resources.kubernetes_object import KubernetesObject
from tests.mocks import recorder as mocks
from tests.mocks.recorder import Recorder

META: Any = {"name": "acme", "namespace": "builds", "labels": {"app.kubernetes.io/managed-by": "us"}}
ACCOUNT: dict[str, Any] = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": META}
SECRET: dict[str, Any] = {
    "apiVersion": "v1",
    "kind": "Secret",
    "metadata": META,
    "type": "Opaque",
    "data": {"token": "dG9rZW4="},
}
ROLE: Any = {
    "apiVersion": "rbac.authorization.k8s.io/v1",
    "kind": "Role",
    "metadata": META,
    "rules": [{"apiGroups": [""], "resources": ["secrets"], "resourceNames": ["acme"], "verbs": ["get"]}],
}
BINDING: Any = {
    "apiVersion": "rbac.authorization.k8s.io/v1",
    "kind": "RoleBinding",
    "metadata": META,
    "subjects": [{"kind": "ServiceAccount", "name": "acme", "namespace": "builds"}],
    "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "acme"},
}
EXTERNAL: dict[str, Any] = {
    "apiVersion": "external-secrets.io/v1",
    "kind": "ExternalSecret",
    "metadata": META,
    "spec": {"secretStoreRef": {"name": "org"}, "data": [{"secretKey": "token", "remoteRef": {"key": "pat"}}]},
}


def role_binding() -> None:
    kubernetes.rbac.v1.RoleBinding("it", metadata=META, subjects=BINDING["subjects"], role_ref=BINDING["roleRef"])


CASES: dict[str, tuple[dict[str, Any], str, Callable[[], object]]] = {
    "Namespace": (
        {"apiVersion": "v1", "kind": "Namespace", "metadata": META},
        "",
        lambda: kubernetes.core.v1.Namespace("it", metadata=META),
    ),
    "NamespacePatch": (
        {"apiVersion": "v1", "kind": "Namespace", "metadata": META},
        "Patch",
        lambda: kubernetes.core.v1.NamespacePatch("it", metadata=META),
    ),
    "ServiceAccount": (ACCOUNT, "", lambda: kubernetes.core.v1.ServiceAccount("it", metadata=META)),
    "Secret": (
        SECRET,
        "",
        lambda: kubernetes.core.v1.Secret("it", metadata=META, type="Opaque", data=SECRET["data"]),
    ),
    "Role": (ROLE, "", lambda: kubernetes.rbac.v1.Role("it", metadata=META, rules=ROLE["rules"])),
    "RoleBinding": (BINDING, "", role_binding),
    "ExternalSecret": (
        EXTERNAL,
        "",
        lambda: kubernetes.apiextensions.CustomResource(
            "it",
            api_version="external-secrets.io/v1",
            kind="ExternalSecret",
            metadata=META,
            spec=EXTERNAL["spec"],
        ),
    ),
}


@pytest.mark.parametrize(("manifest", "suffix", "typed"), CASES.values(), ids=CASES)
def test_the_engine_sees_no_difference(
    manifest: dict[str, Any], suffix: str, typed: Callable[[], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Aliases for API versions that this package never registered are the only thing left out."""
    requests: list[dict[str, Any]] = []
    register = mocks.Monitor.RegisterResource

    def keep(monitor: mocks.Monitor, request: Any) -> Any:
        if request.type.startswith("kubernetes:"):
            requests.append(MessageToDict(request))
        return register(monitor, request)

    monkeypatch.setattr(mocks.Monitor, "RegisterResource", keep)
    Recorder().run(typed)
    Recorder().run(lambda: KubernetesObject("it", manifest, pulumi.ResourceOptions(), suffix))

    for request in requests:
        for part in ("aliases", "stackTrace", "sourcePosition"):
            request.pop(part, None)
    theirs, ours = requests
    assert ours == theirs
    assert ours["version"]
