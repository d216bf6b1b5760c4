"""Admission policies of isolation: strict on a real API server, against users whom RBAC allows everything."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import pytest

from local.engine import Engine
from local.platform import Platform
from tests.platform.harness import Kubernetes, Stack, eventually, kubernetes_store
from tests.platform.openchoreo import ControlPlane, component_type, delete_namespaces_of
from tests.platform.quotas import wait_until_counting
from tests.platform.samples import git_organization
from tests.platform.subjects import ADMINISTRATOR, AGENT, OPERATOR, TENANT, Subject, dry_run, find_denial

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


def external_secret(namespace: str, *, version: str = "v1", name: str = "attack", **spec: Any) -> Object:
    return {
        "apiVersion": f"external-secrets.io/{version}",
        "kind": "ExternalSecret",
        "metadata": {"name": name, "namespace": namespace},
        "spec": spec,
    }


def namespace(name: str, **labels: str) -> Object:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}


def generator(kind: str, where: str, **spec: Any) -> Object:
    return {"apiVersion": GENERATORS, "kind": kind, "metadata": {"name": "attack", "namespace": where}, "spec": spec}


def is_counted(protected: Protected) -> bool:
    """Whether Kubernetes has counted the ExternalSecrets; until then it refuses every one."""
    quota = protected.cluster.get("v1", "ResourceQuota", "openchoreo-secrets", protected.builds)
    return quota is not None and bool(quota["status"].get("used"))


@pytest.fixture(scope="module")
def protected(platform: Platform, engine: Engine, cluster: Kubernetes, names: Iterator[int]) -> Iterator[Protected]:
    """Three organizations with a git credential and a pull secret, on one cluster."""
    number = next(names)
    own, manager = f"acme-{number}", f"manager-{number}"
    organizations = (own, f"{own}2", f"{own}-corp")
    cluster.create(namespace(manager))
    cluster.put_secret(manager, "git", {"token": "value"})
    cluster.put_secret(manager, "registry", {"config": "{}"})
    for name in organizations:
        ControlPlane(cluster, name).create(component_type("service", name))
    wait_until_counting(cluster, manager)
    pull = {
        "componentTypes": ["service"],
        "delivery": "namespace",
        "dockerConfig": {"remoteKey": "registry", "property": "config"},
    }
    stack = Stack(engine, f"strict{number}", platform.kubeconfig)
    stack.init()
    stack.configure(
        clusters=stack.every_plane,
        secretStores={"org": kubernetes_store(manager)},
        organizations=[git_organization(name, "git", pullSecret=pull) for name in organizations],
        isolation="strict",
        admission={"administrators": [ADMINISTRATOR], "operators": [OPERATOR], "agents": [AGENT]},
    )
    subjects = [Subject(platform.kubeconfig, user) for user in (TENANT, AGENT, OPERATOR)]
    stack.up()
    it = Protected(stack, cluster, *subjects, manager, organizations)
    foreign = external_secret(it.builds, secretStoreRef=store_ref("another"), data=DATA)
    eventually(lambda: dry_run(it.tenant, foreign) != [None], "the policies to be in force")
    eventually(lambda: is_counted(it), "the quota to count")
    it.agent.create(namespace(it.workloads, **{RELEASE: own}))
    yield it
    cluster.delete("v1", "Namespace", it.workloads)
    stack.destroy()
    delete_namespaces_of(cluster, stack.name)
    for name in (manager, *organizations):
        cluster.delete("v1", "Namespace", name)


def test_an_update_changes_nothing_more(protected: Protected) -> None:
    protected.stack.unchanged()


def test_external_secrets_read_from_the_own_store(protected: Protected) -> None:
    own, other = (store_ref(f"org-{name}") for name in protected.names[:2])
    corp = store_ref(f"org-{protected.own}-corp")
    where, advice = protected.builds, protected.advice
    name = own["name"]
    cases: dict[str, tuple[Object, str | None]] = {
        "own": (external_secret(where, secretStoreRef=own, data=DATA), None),
        "v1beta1": (external_secret(where, version="v1beta1", secretStoreRef=own, data=DATA), None),
        "own in sourceRef": (external_secret(where, data=[{**DATA[0], "sourceRef": {"storeRef": own}}]), None),
        "extract": (external_secret(where, secretStoreRef=own, dataFrom=[{"extract": {"key": "git"}}]), None),
        "another": (
            external_secret(where, secretStoreRef=other, data=DATA),
            f"spec.secretStoreRef: {advice}",
        ),
        "another whose name begins alike": (
            external_secret(where, secretStoreRef=corp, data=DATA),
            f"spec.secretStoreRef: {advice}",
        ),
        "another in v1beta1": (
            external_secret(where, version="v1beta1", secretStoreRef=other, data=DATA),
            f"spec.secretStoreRef: {advice}",
        ),
        "the pull store": (
            external_secret(where, secretStoreRef=store_ref(f"org-pull-{protected.own}"), data=DATA),
            f"spec.secretStoreRef: {advice}",
        ),
        "without kind": (
            external_secret(where, secretStoreRef={"name": name}, data=DATA),
            f"spec.secretStoreRef: {advice}",
        ),
        "without name": (
            external_secret(where, secretStoreRef={"kind": "ClusterSecretStore"}, data=DATA),
            f"spec.secretStoreRef: {advice}",
        ),
        "empty": (external_secret(where, secretStoreRef={}, data=DATA), f"spec.secretStoreRef: {advice}"),
        "another in data": (
            external_secret(where, secretStoreRef=own, data=[DATA[0], {**DATA[0], "sourceRef": {"storeRef": other}}]),
            f"spec.data[].sourceRef: {advice}",
        ),
        "a generator in data": (
            external_secret(
                where,
                secretStoreRef=own,
                data=[{**DATA[0], "sourceRef": {"generatorRef": {"kind": "Password", "name": "one"}}}],
            ),
            f"spec.data[].sourceRef: {advice}",
        ),
        "another in dataFrom": (
            external_secret(
                where, secretStoreRef=own, dataFrom=[{"extract": {"key": "git"}, "sourceRef": {"storeRef": other}}]
            ),
            f"spec.dataFrom[].sourceRef.storeRef: {advice}",
        ),
        "find": (
            external_secret(where, secretStoreRef=own, dataFrom=[{"find": {"name": {"regexp": ".*"}}}]),
            "spec.dataFrom[].find: searches the secret manager; name each key with extract or remoteRef",
        ),
    }

    for subject in (protected.tenant, protected.agent):
        answers = dict(zip(cases, dry_run(subject, *(manifest for manifest, _ in cases.values())), strict=True))
        assert answers == {case: reason for case, (_, reason) in cases.items()}


def test_stores_are_for_namespaces_of_their_organization(protected: Protected) -> None:
    """Workloads use the pull store only, and a namespace without labels none of them."""
    own, pull = (store_ref(f"org-{part}{protected.own}") for part in ("", "pull-"))
    where = protected.workloads
    answers = dry_run(
        protected.agent,
        external_secret(where, secretStoreRef=pull, data=DATA),
        external_secret(where, secretStoreRef=own, data=DATA),
        external_secret("default", secretStoreRef=own, data=DATA),
        external_secret("default", secretStoreRef=store_ref("default"), data=DATA, refreshInterval="1s"),
        external_secret("default", secretStoreRef={"name": "own"}, data=DATA),
    )
    assert answers == [
        None,
        f"spec.secretStoreRef: {protected.advice.replace('org-', 'org-pull-')}",
        f"spec.secretStoreRef: {OTHERS}",
        None,
        None,
    ]


def test_external_secrets_become_ordinary_secrets(protected: Protected) -> None:
    def target(**target: Any) -> Object:
        own = store_ref(f"org-{protected.own}")
        return external_secret(protected.builds, secretStoreRef=own, data=DATA, target=target)

    types = "Opaque, kubernetes.io/basic-auth, kubernetes.io/dockercfg, kubernetes.io/dockerconfigjson, "
    types += "kubernetes.io/ssh-auth, kubernetes.io/tls"
    refused = f"spec.target.template.type: is not a type that organizations may use; use one of {types}"
    answers = dry_run(
        protected.tenant,
        target(template={"type": "kubernetes.io/ssh-auth"}),
        target(template={"type": "kubernetes.io/service-account-token"}),
        target(template={"type": "bootstrap.kubernetes.io/token"}),
        target(template={"type": ""}),
    )
    assert answers == [None, refused, refused, refused]


@pytest.mark.parametrize("interval", ["0.5m", "59s", "59999ms", "1s", "0.1s"])
def test_short_intervals_are_denied(protected: Protected, interval: str) -> None:
    own = store_ref(f"org-{protected.own}")
    spec: Object = {"secretStoreRef": own, "data": DATA, "refreshInterval": interval}
    pushed: Object = {"secretStoreRefs": [own], "selector": {"secret": {"name": "one"}}, "refreshInterval": interval}
    push_secret = {**external_secret(protected.builds, **pushed), "apiVersion": PUSH, "kind": "PushSecret"}
    secrets = [external_secret(protected.builds, **spec, **more) for more in ({}, {"refreshPolicy": "Periodic"})]
    reason = "spec.refreshInterval: is too short; use 1m0s or longer, or 0s for never"
    assert dry_run(protected.tenant, *secrets, push_secret) == [reason] * 3
    assert dry_run(protected.tenant, external_secret(protected.builds, **spec, refreshPolicy="OnChange")) == [None]


@pytest.mark.parametrize("interval", ["1m", "60000ms", "1h0m0s", "0s", "0", "1.5m"])
def test_long_intervals_are_allowed(protected: Protected, interval: str) -> None:
    own = store_ref(f"org-{protected.own}")
    manifest = external_secret(protected.builds, secretStoreRef=own, data=DATA, refreshInterval=interval)
    assert dry_run(protected.tenant, manifest) == [None]


def test_generators_have_credentials_of_their_own(protected: Protected) -> None:
    where = protected.builds
    account = {"serviceAccountRef": {"name": "own"}}
    key = {"privateKey": {"secretRef": {"name": "app", "key": "key"}}}
    github = {"appID": "1", "installID": "2"}
    azure = {"registry": "acme.azurecr.io"}
    principal = {"secretRef": {"clientId": {"name": "a", "key": "b"}}}
    allowed = [
        generator("ECRAuthorizationToken", where, region="eu-west-1", auth={"jwt": account}),
        generator("GithubAccessToken", where, **github, auth=key),
        generator("ACRAccessToken", where, **azure, auth={"workloadIdentity": account}),
        generator("ACRAccessToken", where, **azure, auth={"servicePrincipal": principal}),
        generator("Password", where, length=8, allowRepeat=True, noUpper=False),
    ]
    incomplete = [
        generator("ECRAuthorizationToken", where, region="eu-west-1"),
        generator("ECRAuthorizationToken", where, region="eu-west-1", role="arn:aws:iam::1:role/eso", auth={}),
        generator("ECRAuthorizationToken", where, region="eu-west-1", auth={"jwt": {}}),
        generator("ACRAccessToken", where, **azure, auth={"managedIdentity": {}}),
        generator("ACRAccessToken", where, **azure, auth={"workloadIdentity": {}}),
        generator("ACRAccessToken", where, **azure, auth={"workloadIdentity": account, "managedIdentity": {}}),
        generator("GCRAccessToken", where, projectID="acme", auth={}),
        generator("GithubAccessToken", where, **github, auth={"privateKey": {}}) | {"kind": "GithubAccessToken"},
    ]
    other_kinds = [
        generator("Webhook", where, url="https://attack.example", result={}),
        generator("Fake", where, data={"a": "b"}),
        generator("STSSessionToken", where, region="eu-west-1"),
    ]
    assert dry_run(protected.tenant, *allowed) == [None] * len(allowed)
    reason = "spec.auth: is incomplete, so the operator would use its own identity; name a Secret or a ServiceAccount "
    assert dry_run(protected.tenant, *incomplete[:-1]) == [f"{reason}of the namespace"] * (len(incomplete) - 1)
    kind = f"kind: is not a generator that organizations may use; use one of {KINDS}"
    assert dry_run(protected.tenant, *other_kinds) == [kind] * 3
    elsewhere = generator("Webhook", "default", url="https://attack.example", result={})
    assert dry_run(protected.agent, elsewhere) == [kind]
    assert dry_run(protected.tenant, elsewhere) == [None]
    used = [
        external_secret(where, dataFrom=[{"sourceRef": {"generatorRef": {"kind": name, "name": "one"}}}])
        for name in ("ECRAuthorizationToken", "Webhook", "ClusterGenerator")
    ]
    refused = "spec.dataFrom[].sourceRef.generatorRef: is of a kind that organizations may not use; use one of "
    assert dry_run(protected.tenant, *used) == [None, refused + KINDS, refused + KINDS]


def test_push_secrets_write_to_the_own_store(protected: Protected) -> None:
    def push(where: str, *stores: Object, **selector: Any) -> Object:
        spec = {"secretStoreRefs": list(stores), "selector": selector or {"secret": {"name": "one"}}}
        return {**external_secret(where, **spec), "apiVersion": PUSH, "kind": "PushSecret"}

    own, other = (store_ref(f"org-{name}") for name in protected.names[:2])
    everything = {"kind": "ClusterSecretStore", "labelSelector": {"matchLabels": {LABEL: protected.names[1]}}}
    generated = {"generatorRef": {"apiVersion": GENERATORS, "kind": "Webhook", "name": "one"}}
    answers = dry_run(
        protected.agent,
        push(protected.builds, own),
        push(protected.builds, own, other),
        push(protected.builds, everything),
        push(protected.builds, {**everything, "kind": "SecretStore"}),
        push("default", other),
        push("default", everything),
        push("default", {"name": "own"}),
        push(protected.builds, own, **generated),
    )
    reason = f"spec.secretStoreRefs: {protected.advice}, by name"
    elsewhere = f"spec.secretStoreRefs: {OTHERS}, by name"
    refused = f"spec.selector.generatorRef: is of a kind that organizations may not use; use one of {KINDS}"
    assert answers == [None, reason, reason, reason, elsewhere, elsewhere, None, refused]


def test_only_the_platform_writes_what_reaches_several_namespaces(protected: Protected) -> None:
    fake = {"provider": {"fake": {"data": [{"key": "a", "value": "b"}]}}}
    fan_out = {"externalSecretSpec": {"secretStoreRef": store_ref("one"), "data": DATA}, "namespaces": ["default"]}
    objects: list[Object] = [
        {"apiVersion": ESO, "kind": "ClusterSecretStore", "metadata": {"name": "attack"}, "spec": fake},
        {"apiVersion": "external-secrets.io/v1beta1", "kind": "ClusterSecretStore", "spec": fake}
        | {"metadata": {"name": "attack"}},
        {"apiVersion": ESO, "kind": "SecretStore", "spec": fake}
        | {"metadata": {"name": "attack", "namespace": protected.builds}},
        {"apiVersion": ESO, "kind": "ClusterExternalSecret", "metadata": {"name": "attack"}, "spec": fan_out},
        {"apiVersion": GENERATORS, "kind": "GeneratorState", "spec": {"resource": {}, "state": {}}}
        | {"metadata": {"name": "attack", "namespace": protected.builds}},
    ]
    reason = "is written by the platform's administrators only; ask one of them"
    for subject in (protected.tenant, protected.agent):
        assert dry_run(subject, *objects) == [reason] * len(objects)
    assert dry_run(protected.operator, *objects) == [*[reason] * 4, None]
    assert dry_run(protected.cluster, *objects) == [None] * len(objects)
    name = f"org-{protected.own}"
    open_to_all: Object = {"spec": {"conditions": []}}
    finalizer: Object = {"metadata": {"finalizers": ["secretstore.externalsecrets.external-secrets.io/finalizer"]}}

    def patch(subject: Subject, body: Object) -> str | None:
        return find_denial(lambda: subject.patch(ESO, "ClusterSecretStore", name, body))

    assert [patch(protected.agent, body) for body in (open_to_all, finalizer)] == [reason, reason]
    assert patch(protected.operator, open_to_all) == reason
    assert patch(protected.operator, finalizer) is None
    assert patch(protected.operator, {"metadata": {"finalizers": None}}) is None
    assert find_denial(lambda: protected.agent.delete(ESO, "ClusterSecretStore", name)) == reason


def test_identities_of_stores_belong_to_the_platform(protected: Protected) -> None:
    account, where = f"eso-org-{protected.names[1]}", protected.manager
    place = {"name": "attack", "namespace": where}
    role = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": account}
    subjects = [{"kind": "User", "name": TENANT, "apiGroup": "rbac.authorization.k8s.io"}]
    token = {"kubernetes.io/service-account.name": account}
    pod = {"serviceAccountName": account, "containers": [{"name": "one", "image": "one"}]}
    objects: list[Object] = [
        {"apiVersion": "v1", "kind": "Secret", "metadata": {**place, "annotations": token}}
        | {"type": "kubernetes.io/service-account-token"},
        {"apiVersion": "v1", "kind": "Pod", "metadata": place, "spec": pod},
        {"apiVersion": RBAC, "kind": "RoleBinding", "metadata": place, "roleRef": role, "subjects": subjects},
    ]
    reasons: list[str | None] = [
        f"would have a token for the identity of a store; {ASK}",
        "would have a token for the identity of a store; use another ServiceAccount",
        f"would bind the Role of a store's identity; {ASK}",
    ]
    assert dry_run(protected.tenant, *objects) == reasons
    rules = [{"apiGroups": [""], "resources": ["secrets"], "verbs": ["get"]}]
    patches: list[tuple[str, str, Object, str]] = [
        (RBAC, "Role", {"rules": rules}, f"is the Role of a store's identity; {ASK}"),
        (RBAC, "RoleBinding", {"subjects": subjects}, f"would bind the Role of a store's identity; {ASK}"),
        ("v1", "ServiceAccount", {"metadata": {"annotations": {"a": "b"}}}, f"is the identity of a store; {ASK}"),
    ]
    for api, kind, body, reason in patches:
        for subject in (protected.tenant, protected.operator):
            denial = find_denial(lambda: subject.patch(api, kind, account, body, where))  # noqa: B023 -- called at once
            assert denial == reason
    token_reason = f"is the identity of a store, whose tokens only the operator gets; {ASK}"
    for user in (protected.tenant, protected.agent):
        assert find_denial(lambda: user.token(account, where)) == token_reason  # noqa: B023 -- called at once
    assert protected.operator.token(account, where).count(".") == 2
    harmless: Object = {"apiVersion": RBAC, "kind": "Role", "metadata": place, "rules": rules}
    assert dry_run(protected.tenant, harmless) == [None]
    assert dry_run(protected.agent, harmless) == [
        f"is in a namespace with identities of stores, where OpenChoreo's agents write no RBAC objects; {ASK}"
    ]


def test_labels_of_namespaces_cannot_be_spoofed(protected: Protected) -> None:
    own, other, corp = protected.names
    for subject in (protected.tenant, protected.agent):
        says = "says which organization's secrets the namespace may use; only"
        build = f"metadata.labels[{LABEL}]: {says} the platform's administrators may change it"
        work = f"metadata.labels[{RELEASE}]: {says} OpenChoreo may set it, on a new namespace dp-<organization>-..., "
        work += "and only the platform's administrators may change it"
        is_agent = subject is protected.agent
        answers = dry_run(
            subject,
            namespace(f"dp-{own}-a-b-1", **{RELEASE: own}),
            namespace(f"dp-{corp}-a-b-1", **{RELEASE: corp}),
            namespace(f"dp-{own}-a-b-1", **{RELEASE: other}),
            namespace(f"dp-{other}-a-b-1", **{RELEASE: own}),
            namespace("attack", **{RELEASE: own}),
            namespace("attack", **{LABEL: own}),
            namespace("attack", **{LABEL: "unrelated", RELEASE: "unrelated"}),
        )
        assert answers == [
            None if is_agent else work,
            None if is_agent else work,
            work,
            work,
            work,
            build,
            None,
        ]

        def patch(name: str, **labels: str | None) -> str | None:
            body = {"metadata": {"labels": labels}}
            return find_denial(lambda: subject.patch("v1", "Namespace", name, body))  # noqa: B023 -- called at once

        assert patch(protected.workloads, **{RELEASE: other}) == work
        assert patch(protected.workloads, **{RELEASE: None}) == work
        assert patch(protected.workloads, **{LABEL: own}) == build
        assert patch(protected.builds, **{LABEL: other}) == build
        assert patch(protected.builds, **{LABEL: None}) == build
        assert patch(protected.builds, **{RELEASE: other}) == work
        assert patch("default", **{LABEL: own}) == build
        # OpenChoreo labels the namespace of an organization on the control plane.
        assert patch(own, **{LABEL: other}) == build
        assert patch(own, **{LABEL: own}) == (None if is_agent else build)
        assert patch(protected.builds, harmless="yes") is None
        status = "/api/v1/namespaces/default/status"
        body = {"metadata": {"labels": {LABEL: own}}}
        assert find_denial(lambda: subject.patch_path(status, body)) == build  # noqa: B023 -- called at once


def test_existing_objects_are_checked_when_they_change(protected: Protected) -> None:
    own, other = (store_ref(f"org-{name}") for name in protected.names[:2])
    mine = external_secret(protected.builds, name="mine", secretStoreRef=own, data=DATA)
    stolen = external_secret(protected.builds, name="mine", secretStoreRef=other, data=DATA)
    reason = f"spec.secretStoreRef: {protected.advice}"
    protected.tenant.create(mine)
    try:
        assert find_denial(lambda: protected.tenant.apply(stolen, "attack")) == reason
        patched = find_denial(
            lambda: protected.tenant.patch(
                ESO, "ExternalSecret", "mine", {"spec": {"secretStoreRef": other}}, protected.builds
            )
        )
        assert patched == reason
        assert find_denial(lambda: protected.tenant.apply(mine, "tenant")) is None
    finally:
        protected.tenant.delete(ESO, "ExternalSecret", "mine", protected.builds)


def test_a_quota_limits_external_secrets(protected: Protected) -> None:
    quota = protected.cluster.get("v1", "ResourceQuota", "openchoreo-secrets", protected.builds)
    assert quota is not None
    assert quota["spec"] == {"hard": {"count/externalsecrets.external-secrets.io": "500"}}
    more: Object = {"spec": {"hard": {"count/externalsecrets.external-secrets.io": "100000"}}}
    reason = "limits the ExternalSecrets of an organization; ask the platform's administrators"

    def patch() -> None:
        protected.tenant.patch("v1", "ResourceQuota", "openchoreo-secrets", more, protected.builds)

    assert find_denial(patch) == reason
    delete = find_denial(lambda: protected.tenant.delete("v1", "ResourceQuota", "openchoreo-secrets", protected.builds))
    assert delete == reason


def list_policies(cluster: Kubernetes, stack: Stack) -> set[str]:
    """Names of the policies and bindings of a stack."""
    names = {
        name
        for kind in ("ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding")
        for name in cluster.names("admissionregistration.k8s.io/v1", kind)
    }
    return {name for name in names if f"-{stack.name}-" in name}


def test_policies_go_with_the_setting(configured: Stack, cluster: Kubernetes, organization: str) -> None:
    """They come and go without a change of anything else."""
    configured.configure(isolation="strict")
    assert (
        'admission.administrators lacks "admin", the user of this context, so that the policies of isolation: strict '
        "would refuse this stack's own updates; add it"
    ) in configured.preview_fails()
    configured.configure(admission={"administrators": [ADMINISTRATOR], "maximumExternalSecrets": 3})
    configured.up()
    configured.unchanged()
    namespace = f"openchoreo-ci-{organization}"
    assert len(list_policies(cluster, configured)) == 7
    assert cluster.names("v1", "ResourceQuota", namespace) == {"openchoreo-secrets"}

    configured.configure(isolation="store", admission={})
    output = configured.up()
    assert list_policies(cluster, configured) == set()
    assert cluster.names("v1", "ResourceQuota", namespace) == set()
    assert cluster.secret(namespace, "git-clone-secret") == ("Opaque", {"clone-secret": "value"})
    assert "15 deleted" in output
    configured.unchanged()


def test_workloads_of_v1_have_another_label(
    stack: Stack, platform: Platform, cluster: Kubernetes, manager: str, organization: str
) -> None:
    rendered, other = "openchoreo.dev/rendered-release-namespace", f"{organization}2"
    cluster.put_secret(manager, "git", {"token": "value"})
    git = {"remoteKey": "git", "property": "token"}
    stack.configure(
        release="v1",
        clusters={"workflowPlane": stack.here},
        secretStores={"org": kubernetes_store(manager)},
        namespaces=[{"name": name, "secretStore": "org", "git": git} for name in (organization, other)],
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
    stack.unchanged()
