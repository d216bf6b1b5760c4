"""SecretStore: all resources, their order, and the values marked as secret."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pulumi
import pytest

from components import SecretStore, SecretStoreArgs, SettingsError
from components.managers.aws import AwsStore
from components.managers.aws_auth import AwsAuth, AwsServiceAccount
from components.managers.fake import FakeEntry, FakeStore
from components.managers.kubernetes import KubernetesServer, KubernetesStore
from components.managers.manager import Endpoint, PlannedStore
from components.managers.references import ServiceAccountRef
from tests.mocks.recorder import Recorder, Registered, Secret
from tests.mocks.signature import OWNER
from tests.unit.samples import CA_BUNDLE

pytestmark = pytest.mark.usefixtures("default_providers")

MANAGED = {"app.kubernetes.io/managed-by": "openchoreo-secrets"}
OF_ACME = {**MANAGED, "openchoreo.dev/organization": "acme"}
PARENT = "openchoreo:index:SecretStore org-acme"
RBAC = "rbac.authorization.k8s.io"
OWN = PlannedStore(
    name="org-acme",
    manager=KubernetesStore(remote_namespace="vault"),
    organizations=("acme",),
    namespaces=("openchoreo-ci-acme",),
    keys=("acme-pat", "acme-registry"),
)
KUBERNETES_STORE = {"name": "org-acme", "manager": "kubernetes", "organizations": ["acme"]}


def kubernetes_store(*, account: dict[str, str], server: dict[str, Any], depends_on: frozenset[str]) -> Registered:
    block = {"remoteNamespace": "vault", "server": server, "auth": {"serviceAccount": account}}
    return Registered(
        "kubernetes:external-secrets.io/v1:ClusterSecretStore",
        "org-acme",
        {
            "apiVersion": "external-secrets.io/v1",
            "kind": "ClusterSecretStore",
            "metadata": {"name": "org-acme", "labels": OF_ACME, "annotations": OWNER},
            "spec": {"provider": {"kubernetes": block}, "conditions": [{"namespaces": ["openchoreo-ci-acme"]}]},
        },
        parent=PARENT,
        depends_on=depends_on,
    )


def test_kubernetes_store_reads_with_an_identity_of_its_own(recorder: Recorder) -> None:
    metadata = {"name": "eso-org-acme", "namespace": "vault", "labels": MANAGED, "annotations": OWNER}
    account = Registered(
        "kubernetes:core/v1:ServiceAccount",
        "org-acme-serviceaccount",
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata},
        parent=PARENT,
    )
    role = Registered(
        f"kubernetes:{RBAC}/v1:Role",
        "org-acme-role",
        {
            "apiVersion": f"{RBAC}/v1",
            "kind": "Role",
            "metadata": metadata,
            "rules": [
                {
                    "apiGroups": [""],
                    "resources": ["secrets"],
                    "resourceNames": ["acme-pat", "acme-registry"],
                    "verbs": ["get"],
                }
            ],
        },
        parent=PARENT,
    )
    binding = Registered(
        f"kubernetes:{RBAC}/v1:RoleBinding",
        "org-acme-rolebinding",
        {
            "apiVersion": f"{RBAC}/v1",
            "kind": "RoleBinding",
            "metadata": metadata,
            "subjects": [{"kind": "ServiceAccount", "name": "eso-org-acme", "namespace": "vault"}],
            "roleRef": {"apiGroup": RBAC, "kind": "Role", "name": "eso-org-acme"},
        },
        parent=PARENT,
    )
    store = kubernetes_store(
        account={"name": "eso-org-acme", "namespace": "vault"},
        server={
            "url": "https://kubernetes.default",
            "caProvider": {"type": "ConfigMap", "name": "kube-root-ca.crt", "key": "ca.crt", "namespace": "vault"},
        },
        depends_on=frozenset(map(str, (account, role, binding))),
    )

    registered = recorder.run(lambda: SecretStore("org-acme", SecretStoreArgs.from_plan(OWN)))

    component = Registered("openchoreo:index:SecretStore", "org-acme", KUBERNETES_STORE)
    assert registered == [account, store, role, binding, component]
    assert recorder.outputs == {PARENT: {}}


def test_store_in_the_cloud_reads_with_a_service_account_of_its_own(recorder: Recorder) -> None:
    role = "arn:aws:iam::123456789012:role/eso-{organization}"
    auth = AwsAuth(service_account=AwsServiceAccount(identity_namespace="eso", role_arn=role))
    aws = AwsStore(service="SecretsManager", region="eu-central-1", auth=auth)
    registered = recorder.run(lambda: SecretStore("org-acme", SecretStoreArgs.from_plan(replace(OWN, manager=aws))))

    annotations = {"eks.amazonaws.com/role-arn": "arn:aws:iam::123456789012:role/eso-acme", **OWNER}
    metadata = {"name": "eso-org-acme", "namespace": "eso", "labels": MANAGED, "annotations": annotations}
    assert registered[0] == Registered(
        "kubernetes:core/v1:ServiceAccount",
        "org-acme-serviceaccount",
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata},
        parent=PARENT,
    )
    assert [each.type for each in registered[1:]] == [
        "kubernetes:external-secrets.io/v1:ClusterSecretStore",
        "openchoreo:index:SecretStore",
    ]
    assert registered[1].depends_on


@pytest.mark.parametrize(
    ("settings", "endpoint", "expected"),
    [
        pytest.param(
            KubernetesStore(
                remote_namespace="vault",
                service_account=ServiceAccountRef(name="reader", namespace="platform"),
                server=KubernetesServer(url="https://vault.example", ca_bundle=CA_BUNDLE),
            ),
            None,
            kubernetes_store(
                account={"name": "reader", "namespace": "platform"},
                server={"url": "https://vault.example", "caBundle": CA_BUNDLE},
                depends_on=frozenset(),
            ),
            id="an identity that exists is used as it is",
        ),
        pytest.param(
            KubernetesStore(
                remote_namespace="vault",
                service_account=ServiceAccountRef(name="reader", namespace="platform"),
                server=KubernetesServer(from_kubeconfig=True),
            ),
            Endpoint(url="https://198.51.100.7:6443", ca_bundle="Q0E="),
            kubernetes_store(
                account={"name": "reader", "namespace": "platform"},
                server={"url": "https://198.51.100.7:6443", "caBundle": "Q0E="},
                depends_on=frozenset(),
            ),
            id="an operator outside its cluster gets the address of the kubeconfig",
        ),
    ],
)
def test_kubernetes_store_with_a_given_identity_makes_none(
    recorder: Recorder, settings: KubernetesStore, endpoint: Endpoint | None, expected: Registered
) -> None:
    planned = replace(OWN, manager=settings)

    registered = recorder.run(lambda: SecretStore("org-acme", SecretStoreArgs.from_plan(planned, endpoint=endpoint)))

    assert registered == [expected, Registered("openchoreo:index:SecretStore", "org-acme", KUBERNETES_STORE)]


def test_fake_store_gives_away_no_value(recorder: Recorder) -> None:
    """Each value is encrypted in the state; one that no organization of the store reads is not in it at all."""
    entries = [
        FakeEntry(key="acme-pat", manual="acmeToken"),
        FakeEntry(key="acme-registry", manual="acmeRegistry", version="2"),
        FakeEntry(key="globex-pat", manual="globexToken"),
    ]
    planned = replace(OWN, manager=FakeStore(data=tuple(entries)))

    def program() -> None:
        manual = {
            name: pulumi.Output.secret(f"value of {name}") for name in ("acmeToken", "acmeRegistry", "globexToken")
        }
        SecretStore("org-acme", SecretStoreArgs.from_plan(planned, manual))

    assert recorder.run(program) == [
        Registered(
            "kubernetes:external-secrets.io/v1:ClusterSecretStore",
            "org-acme",
            {
                "apiVersion": "external-secrets.io/v1",
                "kind": "ClusterSecretStore",
                "metadata": {"name": "org-acme", "labels": OF_ACME, "annotations": OWNER},
                "spec": {
                    "provider": {
                        "fake": {
                            "data": [
                                {"key": "acme-pat", "value": Secret("value of acmeToken")},
                                {"key": "acme-registry", "value": Secret("value of acmeRegistry"), "version": "2"},
                            ]
                        }
                    },
                    "conditions": [{"namespaces": ["openchoreo-ci-acme"]}],
                },
            },
            parent=PARENT,
        ),
        Registered("openchoreo:index:SecretStore", "org-acme", KUBERNETES_STORE | {"manager": "fake"}),
    ]


def test_a_program_without_a_plan(recorder: Recorder) -> None:
    """The same store as a stack plans it, of plain arguments."""
    args = SecretStoreArgs(
        "org-acme",
        KubernetesStore(remote_namespace="vault"),
        organizations=["acme"],
        namespaces=["openchoreo-ci-acme"],
        keys=["b", "a"],
    )

    def program() -> None:
        with pytest.raises(SettingsError) as raised:
            SecretStore("nobody", SecretStoreArgs("nobody", KubernetesStore(remote_namespace="vault"), keys=["a"]))
        assert str(raised.value) == (
            'SecretStore "nobody": 1 problem\n'
            "  - namespaces: is empty; expected at least one namespace that may use the store"
        )
        SecretStore("org-acme", args)

    inputs = {each.type.rpartition(":")[2]: each.inputs for each in recorder.run(program) if each.name != "nobody"}
    assert inputs["SecretStore"] == KUBERNETES_STORE
    assert inputs["ClusterSecretStore"]["spec"]["conditions"] == [{"namespaces": ["openchoreo-ci-acme"]}]
    assert inputs["Role"]["rules"][0]["resourceNames"] == ["a", "b"]
