"""Component: the pull secret of an organization's workloads, as far as it lies on the data plane."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pulumi

from ..errors import Problem, SettingsError
from ..plan.expected import FanOut
from ..pull.credential import PullSecret
from ..secrets.external_secret import fan_out_with_remote_names
from ..settings.rules.pull import pull_problems
from .arguments import OrganizationArgs
from .cluster_secret_store import SecretStore, Store, remote_names, store_name
from .manual_secrets import ManualSecrets, ManualSecretsArgs
from .register import output_of, register


@dataclass(frozen=True)
class DataPlaneArgs(OrganizationArgs):
    """An organization with a pull secret, and where its values come from."""

    secret_store: Store = None
    """The store on the data plane: a component, or the name of a ClusterSecretStore that exists, which may be an
    output; required for delivery ``namespace``."""
    manual: Mapping[str, pulumi.Output[str]] = field(default_factory=dict)
    """Entries of ``manualSecrets`` that a manual pull secret names."""

    def _stores(self) -> dict[str, Any]:
        return {"pull_store": store_name(self.secret_store)}


class DataPlane(pulumi.ComponentResource):
    """The pull secret of an organization's workloads, as far as it lies on the data plane.

    Delivery ``namespace``: a ClusterExternalSecret for every namespace of the organization's workloads, present and
    future. Delivery ``manual``: a Secret in each named namespace. Delivery ``component`` needs nothing here: each
    component brings its own ExternalSecret, through its ComponentType (`ControlPlane`).
    """

    secret_name: pulumi.Output[str]
    """Name of the Secret, as pods refer to it, known once what creates it exists."""
    namespaces: tuple[str, ...]
    """Namespaces that were named; empty unless the delivery is ``manual``."""
    fan_outs: tuple[FanOut, ...]
    """The ClusterExternalSecret that must have arrived before workloads can pull; none unless it is ``namespace``."""
    cluster_external_secrets: list[pulumi.CustomResource]
    """The same as resources, for ``depends_on``."""

    def __init__(self, name: str, args: DataPlaneArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Register what the delivery needs.

        Args:
            name: of the component.
            args: whose, and from where.
            opts: Pulumi's options; the Kubernetes provider is the data plane's.

        Raises:
            SettingsError: the arguments contradict each other; nothing has been registered then.
        """
        pull = _checked(name, args)
        plan, store = args.planned(), args.secret_store
        super().__init__("openchoreo:index:DataPlane", name, {"organization": plan.name}, opts)
        self.namespaces = pull.namespaces or ()
        self.fan_outs, self.cluster_external_secrets = plan.fan_outs, []
        if plan.fan_out is not None:
            after = store.resource if isinstance(store, SecretStore) else None
            child = pulumi.ResourceOptions(parent=self, depends_on=after)
            manifest = fan_out_with_remote_names(plan.fan_out, remote_names(store))
            self.cluster_external_secrets = [register(f"{name}/pull-secret", manifest, child)]
        child = pulumi.ResourceOptions(parent=self)
        manual_secrets = [
            ManualSecrets(f"{name}/{namespace}", ManualSecretsArgs(plan.name, namespace, [secret], args.manual), child)
            for namespace, secret in plan.pull_manual
        ]
        secret_name = pull.name(plan.release.defaults)
        sources = [*self.cluster_external_secrets, *manual_secrets]
        self.secret_name = output_of(sources[-1] if sources else self, secret_name)
        self.register_outputs({"secretName": secret_name})


def _checked(name: str, args: DataPlaneArgs) -> PullSecret:
    organization, pull = args.organization, args.organization.pull_secret
    source = f'DataPlane "{name}"'
    if pull is None:
        raise SettingsError(source, [Problem("organization.pullSecret", "is missing")])
    if args.plan is not None:
        return pull
    problems = list(pull_problems(organization, "organization", args.release))
    problems += args.interval_problems()
    if pull.delivery == "namespace" and args.secret_store is None:
        problems.append(Problem("secret_store", "is missing; delivery namespace reads through it"))
    missing = {each.manual.password for each in pull.registries or () if each.manual} - args.manual.keys()
    if missing:
        problems.append(Problem("manual", f"lacks {len(missing)} entries that the registries name"))
    if problems:
        raise SettingsError(source, problems)
    return pull
