"""What OpenChoreo's agents leave alone under isolation: strict, although RBAC allows them everything."""

from __future__ import annotations

from typing import Any, Final

import pytest

from tests.platform.admission import (
    AGENTS,
    ASK,
    DATA,
    LABEL,
    RBAC,
    Object,
    Protected,
    external_secret,
    generator,
    namespace,
    store_ref,
)
from tests.platform.subjects import dry_run, find_denial

_TOKEN: Final = f"would have a token of a ServiceAccount, which OpenChoreo's agents do not need; {ASK}"
_FOREIGN: Final = (
    "runs programs or grants rights in a namespace that is not OpenChoreo's; use one of dp-<organization>, "
    "openchoreo-ci-<organization>, openchoreo-data-plane"
)


def test_agents_write_in_namespaces_of_organizations_only(protected: Protected) -> None:
    def pod(where: str, account: str = "default") -> Object:
        spec = {"serviceAccountName": account, "containers": [{"name": "one", "image": "one"}]}
        return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "one", "namespace": where}, "spec": spec}

    def deployment(where: str) -> Object:
        labels = {"app": "one"}
        template = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "one", "image": "one"}]}}
        return {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": "one", "namespace": where},
            "spec": {"selector": {"matchLabels": labels}, "template": template},
        }

    role: Object = {"apiVersion": RBAC, "kind": "ClusterRole", "metadata": {"name": "one"}, "rules": []}
    subjects: list[Object] = []
    admin = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin"}
    binding = {"apiVersion": RBAC, "kind": "ClusterRoleBinding", "metadata": {"name": "one"}, "roleRef": admin}
    cluster_wide = "grants rights in the whole cluster, which OpenChoreo's agents may not; " + ASK
    answers = dry_run(
        protected.agent,
        role,
        {**binding, "subjects": subjects},
        pod(protected.manager),
        pod("kube-system"),
        deployment(protected.manager),
        deployment("kube-system"),
        deployment(protected.workloads),
        pod(protected.builds),
    )
    assert answers == [cluster_wide, cluster_wide, AGENTS, AGENTS, AGENTS, AGENTS, None, None]
    assert dry_run(protected.tenant, deployment("kube-system")) == [None]


def _secret(where: str, kind: str = "Opaque") -> Object:
    metadata = {"name": "one", "namespace": where, "annotations": {"kubernetes.io/service-account.name": "default"}}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "type": kind}


def test_agents_get_no_tokens(protected: Protected) -> None:
    """Of any ServiceAccount, in any namespace: it could be that of a deployment tool."""
    token = "kubernetes.io/service-account-token"
    where = ("default", protected.builds, protected.workloads)
    assert dry_run(protected.agent, *(_secret(place, token) for place in where)) == [_TOKEN] * 3
    assert dry_run(protected.agent, *(_secret(place) for place in where)) == [None] * 3
    for place in where:
        assert find_denial(lambda: protected.agent.token("default", place)) == _TOKEN  # noqa: B023 -- called at once


def test_agents_run_nothing_in_namespaces_of_others(protected: Protected) -> None:
    metadata = {"name": "one", "namespace": "default"}
    template = {"spec": {"restartPolicy": "Never", "containers": [{"name": "one", "image": "one"}]}}
    objects: list[Object] = [
        {"apiVersion": "v1", "kind": "Pod", "spec": template["spec"]},
        {"apiVersion": "v1", "kind": "ServiceAccount"},
        {"apiVersion": "batch/v1", "kind": "Job", "spec": {"template": template}},
        {"apiVersion": RBAC, "kind": "Role", "rules": []},
    ]
    foreign = [{**item, "metadata": metadata} for item in objects]
    assert dry_run(protected.agent, *foreign) == [_FOREIGN] * len(objects)
    assert dry_run(protected.tenant, *foreign[1:]) == [None] * 3
    ours = [{**item, "metadata": {**metadata, "namespace": protected.workloads}} for item in objects]
    assert dry_run(protected.agent, *ours[1:]) == [None] * 3


def test_agents_write_nothing_in_protected_namespaces(protected: Protected) -> None:
    """Whatever its kind, subresources too; an ExternalSecret there could overwrite what another organization reads."""
    where = protected.manager
    merge: Object = {"target": {"name": f"git-{protected.names[1]}", "creationPolicy": "Merge"}}
    objects: list[Object] = [
        external_secret(where, secretStoreRef=store_ref("default"), data=DATA, **merge),
        generator("Password", where, length=8, allowRepeat=True, noUpper=False),
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "one", "namespace": "kube-public"}},
        {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "one", "namespace": where}}
        | {"spec": {"ports": [{"port": 80}]}},
        _secret("kube-system"),
    ]
    assert dry_run(protected.agent, *objects) == [AGENTS] * len(objects)
    assert dry_run(protected.tenant, *objects[:3]) == [None] * 3
    lease = {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": {"name": "one", "namespace": where}}
    assert dry_run(protected.agent, lease) == [None]
    labels = {"app": "one"}
    template: Object = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "one", "image": "one"}]}}
    spec = {"replicas": 0, "selector": {"matchLabels": labels}, "template": template}
    place = {"name": "scaled", "namespace": where}
    protected.cluster.create({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": place, "spec": spec})
    path = f"/apis/apps/v1/namespaces/{where}/deployments/scaled/scale"
    assert find_denial(lambda: protected.agent.patch_path(path, {"spec": {"replicas": 1}})) == AGENTS
    protected.cluster.delete("apps/v1", "Deployment", "scaled", where)


def test_agents_bind_accounts_of_the_same_namespace(protected: Protected) -> None:
    """Otherwise the account of one organization gets the rights of another's builds."""

    def bind(*subjects: Any) -> Object:
        role = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "edit"}
        place = {"name": "one", "namespace": protected.builds}
        return {"apiVersion": RBAC, "kind": "RoleBinding", "metadata": place, "roleRef": role, "subjects": subjects}

    account = {"kind": "ServiceAccount", "name": "runner", "namespace": protected.builds}
    others: list[Object] = [
        {**account, "namespace": f"openchoreo-ci-{protected.names[1]}"},
        {"kind": "User", "name": "one", "apiGroup": "rbac.authorization.k8s.io"},
        {"kind": "Group", "name": "system:serviceaccounts", "apiGroup": "rbac.authorization.k8s.io"},
    ]
    reason = "subjects: are not all ServiceAccounts of the same namespace; use such ServiceAccounts"
    answers = dry_run(protected.agent, bind(account), *(bind(account, other) for other in others))
    assert answers == [None, reason, reason, reason]


def test_agents_delete_no_namespaces_of_the_platform(protected: Protected) -> None:
    builds = f"is the namespace of an organization's builds, which OpenChoreo's agents do not delete; {ASK}"

    def delete(name: str) -> str | None:
        body = {"dryRun": ["All"]}
        return find_denial(lambda: protected.agent.delete("v1", "Namespace", name, body=body))

    assert delete(protected.manager) == AGENTS
    assert delete(protected.builds) == builds
    assert delete(protected.workloads) is None


@pytest.mark.parametrize("body", [{"labels": {LABEL: None}}, {"finalizers": ["example.com/hold"]}])
def test_agents_leave_protected_namespaces_as_they_are(protected: Protected, body: Object) -> None:
    patch: Object = {"metadata": body}
    assert find_denial(lambda: protected.agent.patch("v1", "Namespace", protected.manager, patch)) == AGENTS


def test_agents_change_no_api(protected: Protected) -> None:
    """Such as a webhook that sees every request."""
    webhook: Object = {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "MutatingWebhookConfiguration",
        "metadata": {"name": "one"},
    }
    reason = f"grants rights in the whole cluster, which OpenChoreo's agents may not; {ASK}"
    assert dry_run(protected.agent, webhook, namespace("dp-unrelated")) == [reason, None]
