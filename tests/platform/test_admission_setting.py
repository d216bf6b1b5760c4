"""The setting isolation: strict comes and goes, on both releases of OpenChoreo."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from components.admission.policies import list_policies as list_all_policies
from local.platform import CONTEXT, Platform
from tests.platform.admission import (
    DATA,
    ESO,
    KINDS,
    LABEL,
    OTHERS,
    RELEASE,
    external_secret,
    generator,
    is_counted,
    namespace,
    store_ref,
)
from tests.platform.harness import Kubernetes, Stack, eventually, kubernetes_store
from tests.platform.openchoreo import ControlPlane, component_type
from tests.platform.quotas import wait_until_counting
from tests.platform.releases import on_v1
from tests.platform.samples import git_organization
from tests.platform.subjects import ADMINISTRATOR, AGENT, TENANT, Subject, dry_run, find_denial
from tests.unit.admission_samples import build_large_rules


def list_policies(cluster: Kubernetes, stack: Stack) -> set[str]:
    """Names of the policies and bindings of a stack."""
    names = {
        name
        for kind in ("ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding")
        for name in cluster.names("admissionregistration.k8s.io/v1", kind)
    }
    return {name for name in names if f"-{stack.name}-" in name}


def test_policies_go_with_the_setting(
    configured: Stack, platform: Platform, cluster: Kubernetes, manager: str, organization: str
) -> None:
    """They come and go without a change of anything else."""
    wait_until_counting(cluster, manager)
    configured.configure(isolation="strict")
    assert (
        'admission.administrators lacks "admin", the user of this context, so the policies of isolation: strict '
        "would refuse this stack's own previews and updates; add it"
    ) in configured.preview_fails()
    configured.configure(admission={"administrators": [ADMINISTRATOR], "maximumExternalSecrets": 3})
    configured.up()
    configured.unchanged()
    builds = f"openchoreo-ci-{organization}"
    assert len(list_policies(cluster, configured)) == 8
    assert cluster.names("v1", "ResourceQuota", builds) == {"openchoreo-secrets"}
    tenant, own = Subject(platform.kubeconfig, TENANT), store_ref(f"org-{organization}")
    more = [external_secret(builds, name=f"more-{n}", secretStoreRef=own, data=DATA) for n in range(3)]
    eventually(lambda: is_counted(cluster, builds), "the quota to count")
    answers = [find_denial(lambda: tenant.create(manifest)) for manifest in more]  # noqa: B023 -- called at once
    assert answers[:2] == [None, None]
    assert "exceeded quota: openchoreo-secrets, requested: count/externalsecrets.external-secrets.io=1" in str(
        answers[2]
    )
    for manifest in more:
        cluster.delete(ESO, "ExternalSecret", manifest["metadata"]["name"], builds)

    configured.configure(isolation="store", admission={})
    output = configured.up()
    assert list_policies(cluster, configured) == set()
    assert cluster.names("v1", "ResourceQuota", builds) == set()
    assert cluster.secret(builds, "git-clone-secret") == ("Opaque", {"clone-secret": "value"})
    assert "17 deleted" in output
    configured.unchanged()


@on_v1
def test_workloads_of_v1_have_another_label(
    stack: Stack, platform: Platform, cluster: Kubernetes, manager: str, organization: str
) -> None:
    rendered, other = "openchoreo.dev/rendered-release-namespace", f"{organization}2"
    for name in (organization, other):
        cluster.put_secret(manager, f"git-{name}", {"token": "value"})
    stack.configure(
        secretStores={"org": kubernetes_store(manager)},
        organizations=[
            {"name": name, "secretStore": "org", "git": {"remoteKey": f"git-{name}", "property": "token"}}
            for name in (organization, other)
        ],
        isolation="strict",
        admission={"administrators": [ADMINISTRATOR], "agents": [AGENT]},
    )
    stack.up()
    agent, where = Subject(platform.kubeconfig, AGENT), f"workflows-{organization}"
    own, foreign = (store_ref(f"org-{name}") for name in (organization, other))
    denied = external_secret(where, secretStoreRef=foreign, data=DATA)
    eventually(lambda: dry_run(agent, denied) != [None], "the policies to be in force")
    advice = f'spec.secretStoreRef: is not a store of organization "{organization}"; use the ClusterSecretStore '
    advice += own["name"]
    build = f"metadata.labels[{LABEL}]: says which organization's secrets the namespace may use; only the platform's "
    work = f"metadata.labels[{rendered}]: says which organization's secrets the namespace may use; only OpenChoreo may "
    work += "set it, on a new namespace dp-<organization>-..., and only the platform's administrators may change it"
    answers = dry_run(
        agent,
        denied,
        namespace(f"dp-{organization}-shop-dev-1", **{rendered: organization, RELEASE: organization}),
        namespace(f"dp-{organization}-shop-dev-1", **{rendered: other}),
        namespace(f"dp-{other}-shop-dev-1", **{rendered: other, RELEASE: organization}),
        namespace(f"workflows-{organization}-attack", **{LABEL: organization}),
    )
    assert answers == [
        advice,
        None,
        work,
        work.replace(rendered, RELEASE),
        f"{build}administrators may change it",
    ]
    workloads = f"dp-{organization}-shop-dev-1"
    agent.create(namespace(workloads, **{rendered: organization}))
    check_unlimited(Subject(platform.kubeconfig, TENANT), workloads, own)
    stack.unchanged()
    cluster.delete("v1", "Namespace", workloads)


def check_unlimited(tenant: Subject, where: str, protected: dict[str, Any]) -> None:
    """Workloads of an organization without a pull secret may use stores of others, and nothing else that is denied."""
    another = store_ref("another")
    login = {"type": "kubernetes.io/service-account-token"}
    answers = dry_run(
        tenant,
        external_secret(where, secretStoreRef=another, data=DATA),
        external_secret(where, secretStoreRef={"kind": "SecretStore", "name": "one"}, data=DATA),
        external_secret(where, secretStoreRef=protected, data=DATA),
        external_secret(where, secretStoreRef=another, data=DATA, refreshInterval="1s"),
        external_secret(where, secretStoreRef=another, dataFrom=[{"find": {"path": "a"}}]),
        external_secret(where, secretStoreRef=another, data=DATA, target={"template": login}),
        generator("Webhook", where, url="https://attack.example", result={}),
        generator("ECRAuthorizationToken", where, region="eu-west-1"),
    )
    types = "Opaque, kubernetes.io/basic-auth, kubernetes.io/dockercfg, kubernetes.io/dockerconfigjson, "
    types += "kubernetes.io/ssh-auth, kubernetes.io/tls"
    assert answers == [
        None,
        None,
        f"spec.secretStoreRef: {OTHERS}",
        "spec.refreshInterval: is too short; use 1m0s or longer, or 0s for never",
        "spec.dataFrom[].find: searches the secret manager; name each key with extract or remoteRef",
        f"spec.target.template.type: is not a type that organizations may use; use one of {types}",
        f"kind: is not a generator that organizations may use; use one of {KINDS}",
        (
            "spec.auth: is incomplete, so the operator would use its own identity; name a Secret or a ServiceAccount "
            "of the namespace"
        ),
    ]


def test_two_clusters_have_policies_of_their_own(
    stack: Stack,
    platform: Platform,
    data_platform: Platform,
    cluster: Kubernetes,
    data_cluster: Kubernetes,
    control_plane: ControlPlane,
    manager: str,
    organization: str,
) -> None:
    control_plane.create(component_type("service", organization))
    cluster.put_secret(manager, "git", {"token": "value"})
    data_cluster.create(namespace(manager))
    data_cluster.put_secret(manager, "registry", {"config": "{}"})
    pull = {
        "componentTypes": ["service"],
        "delivery": "namespace",
        "dockerConfig": {"remoteKey": "registry", "property": "config"},
    }
    data = {"kubeconfig": str(data_platform.kubeconfig), "context": CONTEXT}
    stack.configure(
        clusters={**stack.every_plane, "dataPlane": data},
        secretStores={"org": kubernetes_store(manager)},
        organizations=[git_organization(organization, "git", pullSecret=pull)],
        isolation="strict",
        admission={"administrators": [ADMINISTRATOR], "agents": [AGENT]},
    )
    stack.up()
    stack.unchanged()

    policies = list_policies(cluster, stack)
    assert len(policies) == 8
    # Builds are limited, and no build runs on the data plane.
    assert list_policies(data_cluster, stack) == {name for name in policies if not name.endswith("-quotas")}
    agents = [Subject(one.kubeconfig, AGENT) for one in (platform, data_platform)]
    where, builds = f"dp-{organization}-shop-dev-1", f"openchoreo-ci-{organization}"
    agents[1].create(namespace(where, **{RELEASE: organization}))
    own, another = store_ref(f"org-{organization}"), store_ref("another")
    denied = external_secret(where, secretStoreRef=another, data=DATA)
    eventually(lambda: dry_run(agents[1], denied) != [None], "the policies to be in force")
    reason = f'spec.secretStoreRef: is not a store of organization "{organization}"; use the ClusterSecretStore '
    assert dry_run(agents[1], denied, external_secret(where, secretStoreRef=own, data=DATA)) == [
        reason + own["name"],
        None,
    ]
    assert dry_run(agents[0], external_secret(builds, secretStoreRef=another, data=DATA)) == [reason + own["name"]]
    assert data_cluster.names("v1", "ResourceQuota") == set()
    stack.destroy()
    assert (list_policies(cluster, stack), list_policies(data_cluster, stack)) == (set(), set())
    for name in (where, manager):
        data_cluster.delete("v1", "Namespace", name)


def test_policies_for_thousands_of_organizations(platform: Platform, cluster: Kubernetes) -> None:
    """The API server limits the length and the cost of an expression."""
    rules = replace(build_large_rules(), administrators=(ADMINISTRATOR,))
    manifests = list(list_all_policies(rules))
    for manifest in manifests:
        cluster.create(manifest)
    tenant, name = Subject(platform.kubeconfig, TENANT), rules.organizations[-1]
    foreign = external_secret("default", secretStoreRef=store_ref(f"org-pull-{name}"), data=DATA)
    spoofed = namespace("attack", **{LABEL: name})
    build = f"metadata.labels[{LABEL}]: says which organization's secrets the namespace may use; only the platform's "
    build += "administrators may change it"
    try:
        eventually(
            lambda: dry_run(tenant, foreign, spoofed) == [f"spec.secretStoreRef: {OTHERS}", build],
            "the policies to be in force",
        )
        assert dry_run(tenant, external_secret("default", secretStoreRef=store_ref("another"), data=DATA)) == [None]
    finally:
        for manifest in manifests:
            cluster.delete(manifest["apiVersion"], manifest["kind"], manifest["metadata"]["name"])
