"""Component: an organization's build namespace and the credentials in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import pulumi

from ..manifests import DELETE
from ..plan.expected import Expected
from ..plan.organization import OrganizationPlan
from ..schema.arguments import check_arguments, raise_problems
from ..secrets.external_secret import rename_remote_keys
from ..settings.rules.ecr import refuse_ecr_roles
from ..settings.rules.organization import validate_organization
from .arguments import OrganizationArgs
from .build_stores import get_store_names, list_store_resources, validate_build_stores
from .cluster_secret_store import PASS_STORE, Store, get_remote_names, get_store_name
from .manual_secrets import ManualSecrets, ManualSecretsArgs, select_values
from .registration import ADOPTED_NAMESPACE, adopt_namespace, create_output, register
from .required_providers import require_kubernetes_provider


@check_arguments(unless="plan")
@dataclass(frozen=True)
class BuildPlaneArgs(OrganizationArgs):
    """Arguments of `BuildPlane`: the organization, its store and its manual values."""

    secret_store: Store = None
    """The store that its builds read from: a component, or the name of an existing ClusterSecretStore, which may be an
    output. None: manual credentials only."""
    manual: Mapping[str, pulumi.Output[str]] = field(default_factory=dict)
    """Entries of ``manualSecrets``; must contain those that its manual credentials name."""
    offboarding: Literal["keep", "delete"] = "keep"
    """Whether the namespace stays after the component is removed, or is deleted with everything inside."""
    stores: Mapping[str, Store] = field(default_factory=dict, kw_only=True)
    """Entry of ``secretStores`` -> store, for each entry that credentials name in ``secret_store``."""

    def _stores(self) -> dict[str, Any]:
        store = get_store_name(self.secret_store, type(self), "secret_store")
        stores = get_store_names(self.stores, type(self))
        return {"offboarding": self.offboarding, "stores": stores, **({} if store is None else {"build_store": store})}


class BuildPlane(pulumi.ComponentResource):
    """The build namespace of one organization, created or adopted, and every credential that its builds need.

    It does not include the credentials that each run creates (``component_workflows``); see `ControlPlane`.
    """

    namespace: pulumi.Output[str]
    """Name of the build namespace; the output waits for the namespace."""
    secrets: dict[str, list[str]]
    """Kind of credential (``git``, ``registry-push``, ``external``) -> names of Secrets."""
    external_secrets: list[pulumi.CustomResource]
    """The ExternalSecrets as resources, for ``depends_on``."""
    expected: tuple[Expected, ...]
    """The ExternalSecrets that must be synced before builds can run."""

    @check_arguments()
    def __init__(self, name: str, args: BuildPlaneArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Register the namespace and the credentials.

        Raises:
            SettingsError: the arguments contradict each other; nothing is registered.
        """
        _check(name, args)
        require_kubernetes_provider(type(self).__name__, name, opts)
        plan, names = args.resolve_plan(), get_remote_names(args.secret_store, *args.stores.values())
        super().__init__("openchoreo:index:BuildPlane", name, _inputs(plan), opts)
        child = pulumi.ResourceOptions(parent=self)
        if plan.adopts_namespace:
            namespace = adopt_namespace(f"{name}-namespace", plan.namespace_manifest, child)
        else:
            kept = pulumi.ResourceOptions(
                parent=self,
                retain_on_delete=plan.offboarding != DELETE,
                aliases=[pulumi.Alias(type_=ADOPTED_NAMESPACE)],
            )
            namespace = register(f"{name}-namespace", plan.namespace_manifest, kept)
        self.namespace = create_output(namespace, plan.namespace)
        after = [namespace, *list_store_resources([args.secret_store, *args.stores.values()])]
        # Not deleted_with the namespace: the state would lose what is inside before the namespace is gone.
        inside = pulumi.ResourceOptions(parent=self, depends_on=after)
        generators = [
            register(f"{name}/{manifest['kind']}/{manifest['metadata']['name']}", manifest, inside)
            for manifest in plan.generators
        ]
        inside = pulumi.ResourceOptions.merge(inside, pulumi.ResourceOptions(depends_on=generators))
        self.external_secrets = [
            register(f"{name}/{manifest['metadata']['name']}", rename_remote_keys(manifest, names), inside)
            for manifest in plan.external_secrets
        ]
        if plan.quota is not None:
            # Last, because Kubernetes refuses every ExternalSecret until it has counted those that exist.
            counted = pulumi.ResourceOptions(parent=self, depends_on=[namespace, *self.external_secrets])
            register(f"{name}/quota", plan.quota, counted)
        if plan.manual_secrets:
            values = select_values(plan.manual_secrets, args.manual)
            manual = ManualSecretsArgs(plan.name, plan.namespace, plan.manual_secrets, values)
            ManualSecrets(name, manual, inside)

        self.secrets = plan.secret_names
        self.expected = plan.expected
        self.register_outputs({})


def _inputs(plan: OrganizationPlan) -> dict[str, Any]:
    """Inputs of the component in the state."""
    return {"organization": plan.name}


def _check(name: str, args: BuildPlaneArgs) -> None:
    if args.plan is not None:
        return
    problems = list(validate_organization(args.organization, "organization", args.release, args.manual.keys()))
    problems += refuse_ecr_roles(args.organization, "organization")
    problems += args.validate_interval()
    text = f"is missing, but the organization has credentials with a remote key; {PASS_STORE}"
    default = ("secret_store", args.secret_store, text)
    namespace = args.release.build_namespace(args.organization.name)
    problems += validate_build_stores(args.organization, namespace, default, args.stores, args.organization.build_reads)
    raise_problems(BuildPlane.__name__, name, problems)
