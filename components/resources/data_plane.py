"""Component: the objects of an organization's pull secret on the data plane."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import pulumi

from ..errors import Problem, SettingsError
from ..plan.expected import FanOut
from ..pull.credential import PullSecret
from ..schema.arguments import check_arguments, raise_problems
from ..schema.shapes import flow
from ..schema.text import quote
from ..secrets.external_secret import rename_fan_out_keys
from ..settings.rules.organization import validate_manual_name
from ..settings.rules.pull import validate_pull
from ..settings.rules.store_use import use_by_workloads
from .arguments import OrganizationArgs
from .cluster_secret_store import PASS_STORE, SecretStore, Store, get_remote_names, get_store_name, validate_store
from .manual_secrets import ManualSecrets, ManualSecretsArgs, select_values
from .registration import create_output, register
from .required_providers import require_kubernetes_provider


@check_arguments(unless="plan")
@dataclass(frozen=True)
class DataPlaneArgs(OrganizationArgs):
    """Arguments of `DataPlane`: an organization with a pull secret, its store and its manual values."""

    secret_store: Store = None
    """The store on the data plane: a component, or the name of an existing ClusterSecretStore, which may be an output.
    Required for delivery ``namespace``."""
    manual: Mapping[str, pulumi.Output[str]] = field(default_factory=dict)
    """Entries of ``manualSecrets``; must contain those that a manual pull secret names."""

    def _stores(self) -> dict[str, Any]:
        return {"pull_store": get_store_name(self.secret_store, type(self), "secret_store")}


class DataPlane(pulumi.ComponentResource):
    """The objects of an organization's pull secret on the data plane.

    Delivery ``namespace``: a ClusterExternalSecret for every current and future namespace of the organization's
    workloads. Delivery ``manual``: a Secret in each named namespace. Delivery ``component``: nothing, because each
    component has its own ExternalSecret from its ComponentType (`ControlPlane`).
    """

    secret_name: pulumi.Output[str]
    """Name of the Secret in pods; the output waits for the objects that create the Secret."""
    namespaces: Sequence[str]
    """Namespaces that get the Secret with delivery ``manual``; otherwise empty."""
    fan_outs: tuple[FanOut, ...]
    """The ClusterExternalSecret of delivery ``namespace``, which must be synced before workloads can pull."""
    cluster_external_secrets: list[pulumi.CustomResource]
    """The ClusterExternalSecret as a resource, for ``depends_on``."""

    @check_arguments()
    def __init__(self, name: str, args: DataPlaneArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Register the objects of the delivery.

        Args:
            name: name of the component.
            args: the organization, its store and its manual values.
            opts: options of the resource; with the Kubernetes provider of the data plane.

        Raises:
            SettingsError: the arguments contradict each other; nothing is registered.
        """
        pull = _check(name, args)
        plan, store = args.resolve_plan(), args.secret_store
        if plan.fan_out is not None or plan.pull_manual:
            require_kubernetes_provider(type(self).__name__, name, opts)
        super().__init__("openchoreo:index:DataPlane", name, {"organization": plan.name}, opts)
        self.namespaces = pull.namespaces or ()
        self.fan_outs, self.cluster_external_secrets = plan.fan_outs, []
        if plan.fan_out is not None:
            after = store.resource if isinstance(store, SecretStore) else None
            child = pulumi.ResourceOptions(parent=self, depends_on=after)
            manifest = rename_fan_out_keys(plan.fan_out, get_remote_names(store))
            self.cluster_external_secrets = [register(f"{name}/pull-secret", manifest, child)]
        child = pulumi.ResourceOptions(parent=self)
        manual_secrets = [
            ManualSecrets(
                f"{name}/{namespace}",
                ManualSecretsArgs(plan.name, namespace, [secret], select_values([secret], args.manual)),
                child,
            )
            for namespace, secret in plan.pull_manual
        ]
        secret_name = pull.name(plan.release.defaults)
        sources = [*self.cluster_external_secrets, *manual_secrets]
        self.secret_name = create_output(sources[-1] if sources else self, secret_name)
        self.register_outputs({"secretName": secret_name})


_NO_PULL_SECRET: Final = f"is missing; expected a mapping, such as {flow(PullSecret.example)}"


def _check(name: str, args: DataPlaneArgs) -> PullSecret:
    organization, pull = args.organization, args.organization.pull_secret
    if pull is None:
        # Not `raise_problems`, after which a type checker would not know the pull secret.
        source = f"{DataPlane.__name__} {quote(name)}"
        raise SettingsError(source, [Problem("organization.pullSecret", _NO_PULL_SECRET)])
    if args.plan is not None:
        return pull
    problems = list(validate_pull(organization, "organization", args.release))
    problems += args.validate_interval()
    if pull.delivery == "namespace" and args.secret_store is None:
        problems.append(Problem("secret_store", f"is missing; delivery namespace reads from it; {PASS_STORE}"))
    problems += validate_store(args.secret_store, use_by_workloads(organization, "secret_store"))
    for key, entry in pull.manuals.items():
        problems += validate_manual_name(f"organization.pullSecret.{key}", entry, args.manual.keys())
    raise_problems(DataPlane.__name__, name, problems)
    return pull
