"""What belongs to the platform under isolation: strict: stores, identities, labels and quotas."""

from __future__ import annotations

from tests.platform.admission import (
    AGENTS,
    ASK,
    DATA,
    ESO,
    GENERATORS,
    LABEL,
    RBAC,
    RELEASE,
    Object,
    Protected,
    external_secret,
    generator,
    namespace,
    store_ref,
)
from tests.platform.subjects import TENANT, Subject, dry_run, find_denial


def test_only_the_platform_writes_what_reaches_several_namespaces(protected: Protected) -> None:
    fake = {"provider": {"fake": {"data": [{"key": "a", "value": "b"}]}}}
    fan_out = {"externalSecretSpec": {"secretStoreRef": store_ref("one"), "data": DATA}, "namespaces": ["default"]}
    objects: list[Object] = [
        {"apiVersion": ESO, "kind": "ClusterSecretStore", "metadata": {"name": "attack"}, "spec": fake},
        {"apiVersion": ESO, "kind": "SecretStore", "spec": fake}
        | {"metadata": {"name": "attack", "namespace": protected.builds}},
        {"apiVersion": ESO, "kind": "ClusterExternalSecret", "metadata": {"name": "attack"}, "spec": fan_out},
        {"apiVersion": GENERATORS, "kind": "GeneratorState", "spec": {"resource": {}, "state": {}}}
        | {"metadata": {"name": "attack", "namespace": protected.builds}},
    ]
    reason = "is written by the platform's administrators only; ask one of them"
    for subject in (protected.tenant, protected.agent):
        assert dry_run(subject, *objects) == [reason] * len(objects)
    assert dry_run(protected.operator, *objects) == [*[reason] * 3, None]
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
    assert find_denial(lambda: protected.tenant.token(account, where)) == token_reason
    assert find_denial(lambda: protected.agent.token(account, where)) in {token_reason, AGENTS}
    assert protected.operator.token(account, where).count(".") == 2
    harmless: Object = {"apiVersion": RBAC, "kind": "Role", "metadata": place, "rules": rules}
    assert dry_run(protected.tenant, harmless) == [None]
    assert dry_run(protected.agent, harmless) == [AGENTS]


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
        assert patch(protected.builds, **{RELEASE: "foreign"}) == work
        assert patch("default", **{RELEASE: "foreign"}) is None
        assert patch("default", **{RELEASE: None}) is None
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


def test_the_operator_goes_on(protected: Protected) -> None:
    """It creates what a ClusterExternalSecret of the platform says, which policies would deny others."""
    pull = store_ref(f"org-pull-{protected.own}")
    answers = dry_run(
        protected.operator,
        external_secret(protected.workloads, secretStoreRef=pull, data=DATA, refreshInterval="1s"),
        external_secret(protected.workloads, secretStoreRef={"name": "one"}, dataFrom=[{"find": {"path": "a"}}]),
        generator("Password", protected.builds, length=8, allowRepeat=True, noUpper=False),
    )
    assert answers == [None] * 3
