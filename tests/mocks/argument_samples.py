"""Every public class and function with valid arguments, and values of every kind that are wrong somewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import pulumi
import pytest

from components import (
    RELEASES,
    BuildPlane,
    BuildPlaneArgs,
    Configuration,
    ControlPlane,
    ControlPlaneArgs,
    DataPlane,
    DataPlaneArgs,
    ExternalSecretsReady,
    GitCredential,
    ManualSecrets,
    ManualSecretsArgs,
    OpenChoreoProvider,
    OpenChoreoProviderArgs,
    Organization,
    PullSecret,
    RemoteRef,
    SecretStore,
    SecretStoreArgs,
    SettingsError,
    parse,
    report_load,
    with_pull_secret,
)
from components.aws import (
    AwsSecretStore,
    AwsSecretStoreArgs,
    EcrRole,
    EcrRoleArgs,
    account_provider,
    random_provider,
)
from components.iam.trust import build_ecr_trust, build_operator_trust, build_web_identity_trust
from components.managers.kubernetes import KubernetesStore
from components.patches import Patch, Resource, apply_patch
from components.plan.aws_managed import ManagedStore
from components.plan.expected import Expected
from components.plan.stack import plan_stack
from components.plan.vault_managed import VaultMount, VaultServer
from components.resources.aws_resources import register_aws_resources
from components.resources.managed_store import ManagedStoreResources
from components.resources.object_patches import (
    BuildPlanePatch,
    ClusterComponentTypePatch,
    ClusterWorkflowPatch,
    ComponentTypePatch,
    ComponentWorkflowPatch,
    DataPlanePatch,
    WorkflowPatch,
)
from components.resources.vault_resources import register_vault_resources
from components.vault import VaultSecretStore, VaultSecretStoreArgs, register_mount, server_provider
from tests.unit.aws_accounts import account, made, managed, with_account

PULL: Final = PullSecret(component_types=["service"], delivery="namespace", docker_config=RemoteRef(remote_key="pull"))
ACME: Final = Organization(name="acme", git=GitCredential(remote_key="pat"), pull_secret=PULL)
VAULT: Final = KubernetesStore(remote_namespace="vault")
SERVICE: Final[dict[str, Any]] = {"kind": "ComponentType", "metadata": {"name": "service"}}
TEMPLATE: Final[dict[str, Any]] = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}}


class Other(pulumi.Resource):
    """A resource of the program, without an engine."""

    def __init__(self) -> None:
        """Register nothing."""


KNOWN: Final = (
    "known before the update, not an output: names and checks of a preview need it; use the plain value, such as one "
    "from pulumi.Config"
)
NO_NAME: Final = (
    'is not a Kubernetes object name: lower-case letters, digits, "-" and ".", at most 253 characters, first and last '
    "a letter or a digit"
)
WRONG: Final[list[Callable[[], Any]]] = [
    lambda: None,
    lambda: b"acme",
    lambda: 5,
    lambda: -1.5,
    lambda: float("nan"),
    lambda: True,
    lambda: "",
    lambda: "Not A Name",
    lambda: "*",
    lambda: "a" * 300,
    lambda: "{organization}",
    list,
    lambda: [None],
    lambda: [5, "a"],
    lambda: ["*"],
    lambda: [b"a"],
    lambda: {"a"},
    dict,
    lambda: {"a": 5},
    lambda: {5: "a"},
    lambda: {"a": {"b": [None, {}]}},
    lambda: {"metadata": "a"},
    object,
    lambda: Organization,
    lambda: ACME,
    lambda: VAULT,
    lambda: RemoteRef(remote_key="a"),
    lambda: SecretStoreArgs("a", VAULT, namespaces=["a"], keys=["k"]),
    lambda: RELEASES["v0.9"],
    Other,
    lambda: pulumi.Output.from_input("acme"),
    lambda: [pulumi.Output.from_input("acme")],
    lambda: {"a": pulumi.Output.from_input("acme")},
    pulumi.ResourceOptions,
    lambda: print,
]
"""Values of every kind; each is wrong somewhere."""


def wrong() -> list[Any]:
    return [make() for make in WRONG]


def output(value: object) -> Any:
    return pulumi.Output.from_input(value)


def managed_store(**keys: Any) -> ManagedStore:
    (store,) = made(with_account(managed(**keys)))
    return store


def refusal(call: Callable[[], object]) -> str:
    """The message of the error that a call raises."""
    with pytest.raises(SettingsError) as raised:
        call()
    return str(raised.value)


def targets() -> dict[Callable[..., Any], dict[str, Any]]:
    """Every public class and function with valid keyword arguments."""
    configuration = Configuration(
        parse(
            {
                "clusters": {"buildPlane": {"context": "dev"}},
                "secretStores": {"default": {"scope": "shared", "kubernetes": {"remoteNamespace": "vault"}}},
                "organizations": [{"name": "acme", "git": {"remoteKey": "pat"}}],
            },
            source="test",
        ),
        RELEASES["v0.9"],
        {},
    )
    organization: dict[str, Any] = {"organization": ACME, "refresh_interval": "1h", "release": RELEASES["v0.9"]}
    ecr: dict[str, Any] = {
        "account": account(),
        "organization": "acme",
        "role": "ecr-acme",
        "repositories": "acme/",
        "namespace": "openchoreo-ci-acme",
        "service_account": "push",
        "push": True,
    }
    namespaced: dict[str, Any] = {
        "resource_name": "a",
        "namespace": "acme",
        "name": "service",
        "resources": [],
        "opts": None,
    }
    plane = {"resource_name": "a", "namespace": "acme", "name": "default", "secret_store_ref": "org", "opts": None}
    return {
        SecretStoreArgs: {
            "name": "org",
            "manager": VAULT,
            "organizations": ["acme"],
            "namespaces": ["a"],
            "keys": ["k"],
            "manual": {},
            "endpoint": None,
            "managed": None,
            "release": RELEASES["v0.9"],
        },
        BuildPlaneArgs: {**organization, "secret_store": "org", "manual": {}, "offboarding": "keep"},
        DataPlaneArgs: {**organization, "secret_store": "org", "manual": {}},
        ControlPlaneArgs: {**organization, "build_store": "org", "pull_store": "org"},
        ManualSecretsArgs: {"organization": "acme", "namespace": "a", "secrets": [], "values": {}},
        OpenChoreoProviderArgs: {"context": "dev", "kubeconfig": None, "plane": "a", "release": RELEASES["v0.9"]},
        EcrRoleArgs: ecr,
        AwsSecretStoreArgs: {"managed": None, "random": None},
        VaultSecretStoreArgs: {"managed": None},
        ManagedStoreResources: {"organization": "acme", "resource": None, "names": {}, "secrets": []},
        Configuration: vars(configuration),
        Resource: {"id": "a", "template": TEMPLATE, "include_when": None},
        Patch: {"resources": [], "image_pull_secrets": ["a"], "secret_store_ref": None},
        SecretStore: {"name": "a", "args": SecretStoreArgs("a", VAULT, namespaces=["a"], keys=["k"]), "opts": None},
        BuildPlane: {"name": "a", "args": BuildPlaneArgs(ACME, "org"), "opts": None},
        DataPlane: {"name": "a", "args": DataPlaneArgs(ACME, "org"), "opts": None},
        ControlPlane: {"name": "a", "args": ControlPlaneArgs(ACME), "opts": None},
        ManualSecrets: {"name": "a", "args": ManualSecretsArgs("acme", "a", [], {}), "opts": None},
        OpenChoreoProvider: {"name": "a", "args": OpenChoreoProviderArgs("dev"), "opts": None},
        ExternalSecretsReady: {
            "name": "a",
            "expected": [Expected("acme", "a", "b")],
            "fan_outs": [],
            "timeout_seconds": 5,
            "hints": {},
            "after": [],
            "opts": None,
        },
        EcrRole: {"name": "a", "args": EcrRoleArgs(**ecr), "opts": None},
        AwsSecretStore: {"name": "a", "args": None, "opts": None},
        VaultSecretStore: {"name": "a", "args": None, "opts": None},
        ComponentTypePatch: {**namespaced, "image_pull_secrets": []},
        ClusterComponentTypePatch: {key: namespaced[key] for key in ("resource_name", "name", "resources", "opts")},
        ComponentWorkflowPatch: namespaced,
        WorkflowPatch: namespaced,
        ClusterWorkflowPatch: {key: namespaced[key] for key in ("resource_name", "name", "resources", "opts")},
        DataPlanePatch: plane,
        BuildPlanePatch: plane,
        account_provider: {"name": "a", "account": account(), "opts": None},
        random_provider: {"name": "a", "opts": None},
        server_provider: {"name": "a", "server": VaultServer("a", "https://a", None, None), "opts": None},
        register_mount: {"mount": VaultMount("a", "a", "v2", None), "opts": None},
        report_load: {"configuration": configuration},
        register_aws_resources: {"plan": configuration.plan, "before": {}},
        register_vault_resources: {"plan": configuration.plan, "before": {}},
        plan_stack: {"settings": configuration.settings, "release": RELEASES["v0.9"], "stack": None},
        parse: {"raw": {}, "source": "a", "manual_names": set()},
        with_pull_secret: {"component_type": SERVICE, "organization": ACME, "release": RELEASES["v0.9"], "store": None},
        build_web_identity_trust: {"account": account(), "operators": [], "namespace": "a", "service_account": "b"},
        build_operator_trust: {"operators": [], "organization": "a"},
        build_ecr_trust: {"account": account(), "namespace": "a", "service_account": "b"},
        apply_patch: {"target": SERVICE, "desired": Patch(), "release": RELEASES["v0.9"]},
    }
