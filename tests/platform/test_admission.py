"""Secrets of organizations under isolation: strict, written by users whom RBAC allows everything."""

from __future__ import annotations

from typing import Any

import pytest

from tests.platform.access_reports import read_report
from tests.platform.admission import (
    DATA,
    ESO,
    GENERATORS,
    KINDS,
    LABEL,
    OTHERS,
    PUSH,
    Object,
    Protected,
    external_secret,
    generator,
    store_ref,
)
from tests.platform.subjects import dry_run


def test_an_update_changes_nothing_more(protected: Protected) -> None:
    protected.stack.unchanged()


def test_external_secrets_read_from_the_own_store(protected: Protected) -> None:
    own, other = (store_ref(f"org-{name}") for name in protected.names[:2])
    corp = store_ref(f"org-{protected.own}-corp")
    where, advice = protected.builds, protected.advice
    name = own["name"]
    cases: dict[str, tuple[Object, str | None]] = {
        "own": (external_secret(where, secretStoreRef=own, data=DATA), None),
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
        spec: Object = {"secretStoreRefs": list(stores), "selector": selector or {"secret": {"name": "one"}}}
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


def test_the_access_report_counts_no_edge_that_the_policies_deny(protected: Protected) -> None:
    first, second, _ = protected.names
    name, builds = f"foreign-{first}", [f"openchoreo-ci-{first}", f"openchoreo-ci-{second}"]
    own = protected.cluster.get(ESO, "ClusterSecretStore", f"org-{first}")
    assert own is not None
    spec = {"provider": own["spec"]["provider"], "conditions": [{"namespaces": builds}]}
    policies = "admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicyBinding"
    (binding,) = [item for item in protected.cluster.names(*policies) if item.endswith("-external-secrets")]
    protected.cluster.create(
        {"apiVersion": ESO, "kind": "ClusterSecretStore", "metadata": {"name": name}, "spec": spec}
    )

    denied = read_report(protected.stack)
    protected.cluster.patch(*policies, binding, {"spec": {"validationActions": ["Audit"]}})
    audited = read_report(protected.stack)
    protected.cluster.patch(*policies, binding, {"spec": {"validationActions": ["Deny"]}})
    protected.cluster.delete(ESO, "ClusterSecretStore", name)

    reasons = [("shared-identity", [second], [first]), ("shared-store", [first, second], [first, second])]
    assert [(item["reason"], item["readers"], item["owners"]) for item in denied["deniedByAdmission"]] == reasons
    assert (denied["crossings"], denied["plannedAndMissing"]) == ([], [])
    assert [(item["reason"], item["readers"], item["owners"]) for item in audited["crossings"]] == reasons
    assert [item["object"] for item in audited["plannedAndMissing"]] == [
        "ValidatingAdmissionPolicy ...-external-secrets"
    ]
