"""SecretStore: a store of a program follows the rules of an entry of ``secretStores``."""

from __future__ import annotations

from typing import Any

import pulumi
import pytest

from components import SecretStore, SecretStoreArgs, SettingsError
from components.managers.aws import AwsStore
from components.managers.aws_managed import AwsManaged
from components.managers.fake import FakeEntry, FakeStore
from components.managers.kubernetes import KubernetesServer, KubernetesStore
from components.managers.manager import Manager
from components.managers.options import RetrySettings, StoreOptions
from components.managers.references import ServiceAccountRef, StoreServiceAccount
from components.managers.vault import VaultStore
from components.managers.vault_auth import VaultAuth, VaultKubernetesAuth
from components.schema.text import quote
from tests.mocks.recorder import Recorder

KUBERNETES = KubernetesStore(remote_namespace="vault")
NO_LABEL = (
    'is not a DNS label: lower-case letters, digits and "-", at most 63 characters, first and last a letter or a digit'
)
NO_NAME = (
    'is not a Kubernetes object name: lower-case letters, digits, "-" and ".", at most 253 characters, first and last '
    "a letter or a digit"
)
BUILD = "is the build namespace of an organization, whose builds could read, use or replace what is in it; use another"


def vault(role: str = "acme", namespace: str = "eso") -> VaultStore:
    account = StoreServiceAccount(identity_namespace=namespace)
    auth = VaultAuth(kubernetes=VaultKubernetesAuth(role=role, service_account=account))
    return VaultStore(server="https://vault.acme.example", path="secret", auth=auth)


NO_KEYS = (
    "keys: is empty; pass the remote keys that the store may read, such as keys=organization.build_keys, or "
    "organization.pull_keys for a pull secret"
)
CASES: list[tuple[Manager, dict[str, Any], list[str]]] = [
    (KUBERNETES, {"namespaces": ["*"]}, [f'namespaces[0]: "*" {NO_LABEL}']),
    (KUBERNETES, {"organizations": ["Acme"]}, [f'organizations[0]: "Acme" {NO_LABEL}']),
    (
        KUBERNETES,
        {"organizations": ["kube-system"]},
        [
            (
                'organizations[0]: "kube-system" is reserved: OpenChoreo v0.9 keeps the objects of an organization in '
                "the namespace with its name, and this one belongs to the platform; use another name"
            )
        ],
    ),
    (KUBERNETES, {"name": "Org"}, [f'name: "Org" {NO_NAME}']),
    (
        KUBERNETES,
        {"name": "a" * 250},
        ["name: gives a ClusterSecretStore a name of 250 characters; the maximum is 249"],
    ),
    (KUBERNETES, {"keys": []}, [NO_KEYS]),
    (vault(), {"keys": []}, []),
    (
        KubernetesStore(
            remote_namespace="vault", service_account=ServiceAccountRef(name="reader", namespace="platform")
        ),
        {"keys": []},
        [],
    ),
    (
        KUBERNETES,
        {"options": StoreOptions(retry_settings=RetrySettings(max_retries=5))},
        ["options.retrySettings: has no effect with kubernetes, for which ESO does not read it; leave it out"],
    ),
    (KUBERNETES, {"keys": ["Not A Name"]}, [f'keys[0]: "Not A Name" {NO_NAME}']),
    (vault(), {"keys": [""]}, ['keys[0]: "" is empty; expected at least one character']),
    (
        vault(namespace="openchoreo-ci-acme"),
        {"namespaces": ["other"]},
        [f'manager.auth.kubernetes.serviceAccount.identityNamespace: "openchoreo-ci-acme" {BUILD} namespace'],
    ),
    (
        vault(namespace="builds"),
        {"namespaces": ["builds"], "organizations": []},
        [f'manager.auth.kubernetes.serviceAccount.identityNamespace: "builds" {BUILD} namespace'],
    ),
    (
        KubernetesStore(remote_namespace="openchoreo-ci-acme"),
        {},
        [f'manager.remoteNamespace: "openchoreo-ci-acme" {BUILD} namespace'],
    ),
    (
        vault("eso-{organization}"),
        {"organizations": []},
        [
            (
                "manager.auth.kubernetes.role: has {organization}, but no organization uses the store; pass exactly "
                "one in organizations"
            )
        ],
    ),
    (
        vault("eso-{organization}"),
        {"organizations": ["acme", "globex"]},
        [
            (
                "manager.auth.kubernetes.role: has {organization}, but several organizations share the store; pass "
                "exactly one in organizations"
            )
        ],
    ),
    (
        KubernetesStore(remote_namespace="vault", server=KubernetesServer(from_kubeconfig=True)),
        {},
        [
            "endpoint: is missing; pass the address and the CA certificates of the API server of the store's plane",
        ],
    ),
    (
        FakeStore(data=[FakeEntry(key="git", manual="token")]),
        {"keys": ["pat"]},
        [
            "manager.data[0].manual: names no entry of manualSecrets (value not shown); configured: none",
            'keys[0]: "pat" is not a key of fake.data; expected one of: git',
        ],
    ),
    (
        AwsStore(service="SecretsManager", region="eu-central-1", managed=AwsManaged(path="org/{organization}/")),
        {},
        [
            (
                "manager.managed: is created by stacks only; use auth instead, or SecretStoreArgs.from_plan with a "
                "store of plan_stack"
            )
        ],
    ),
    (
        AwsStore(service="SecretsManager", region="eu-central-1", role="arn:aws:iam::123456789012:role/{organization}"),
        {"organizations": ["a" * 49], "name": "b"},
        [],
    ),
    (
        AwsStore(
            service="SecretsManager",
            region="eu-central-1",
            role=f"arn:aws:iam::123456789012:role/{'a' * 60}-{{organization}}",
        ),
        {},
        [
            (
                f'manager.role: "arn:aws:iam::123456789012:role/{"a" * 29}"… (96 characters) of the organization '
                '"acme" names a role of 65 characters; IAM allows at most 64'
            )
        ],
    ),
]


@pytest.mark.usefixtures("default_providers")
@pytest.mark.parametrize(("manager", "differing", "problems"), CASES)
def test_rule(recorder: Recorder, manager: Manager, differing: dict[str, Any], problems: list[str]) -> None:
    acme = {"organizations": ["acme"], "namespaces": ["openchoreo-ci-acme"], "keys": ["acme-git"]}
    arguments = {"name": "org", **acme, **differing}
    lines: list[str] = []

    def program() -> None:
        args = SecretStoreArgs(manager=manager, **arguments)
        try:
            SecretStore("org", args)
        except SettingsError as error:
            lines.extend(str(error).splitlines())

    registered = recorder.run(program)
    count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
    head = [f"SecretStore {quote(arguments['name'])}: {count}"] if problems else []
    assert lines == [*head, *(f"  - {problem}" for problem in problems)]
    assert bool(registered) == (not problems)


@pytest.mark.usefixtures("default_providers")
def test_a_fake_store_without_keys(recorder: Recorder) -> None:
    """Not a case of the table: an output belongs to the event loop of its program."""
    lines: list[str] = []

    def program() -> None:
        manager = FakeStore(data=[FakeEntry(key="git", manual="token")])
        manual = {"token": pulumi.Output.secret("t0ken")}
        args = SecretStoreArgs("org", manager, ["acme"], ["openchoreo-ci-acme"], [], manual)
        try:
            SecretStore("org", args)
        except SettingsError as error:
            lines.extend(str(error).splitlines())

    assert recorder.run(program) == []
    assert lines == ['SecretStore "org": 1 problem', f"  - {NO_KEYS}"]


def test_names_in_one_text() -> None:
    """A text is a sequence of letters, and no list."""
    with pytest.raises(SettingsError) as raised:
        SecretStoreArgs("org", KUBERNETES, namespaces="builds", organizations=b"acme")  # type: ignore[arg-type]
    assert str(raised.value) == (
        "SecretStoreArgs: 2 problems\n"
        "  - organizations: must be a list, not bytes\n"
        "  - namespaces: must be a list, not a string"
    )


def test_a_name_that_is_an_output(recorder: Recorder) -> None:
    def program() -> None:
        name: Any = pulumi.Output.from_input("org")
        with pytest.raises(SettingsError) as raised:
            SecretStoreArgs(name, KUBERNETES, namespaces=[name])
        end = (
            "must be a string, known before the update, not an output: names and checks of a preview need it; use the "
            "plain value, such as one from pulumi.Config"
        )
        assert str(raised.value) == (f"SecretStoreArgs: 2 problems\n  - name: {end}\n  - namespaces[0]: {end}")

    assert recorder.run(program) == []
