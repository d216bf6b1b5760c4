"""Component: the pull secret of an organization's workloads, as far as it lies on the data plane."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pulumi

from .cluster import FanOut
from .credentials import ManualSecret, Target, fan_out, pull_secret
from .errors import Problem, SettingsError
from .manual_secrets import ManualSecrets, ManualSecretsArgs
from .openchoreo import V0_9, Release
from .resources import register
from .secret_store import SecretStore
from .settings import Organization
from .settings.pull_rules import pull_problems


@dataclass(frozen=True)
class DataPlaneArgs:
    """An organization with a pull secret, and where its values come from."""

    organization: Organization
    """Whose workloads."""
    secret_store: SecretStore | str | None = None
    """The store on the data plane: a component, or the name of a ClusterSecretStore that exists; needed for delivery
    ``namespace``."""
    manual: Mapping[str, pulumi.Output[str]] = field(default_factory=dict)
    """Entries of ``manualSecrets`` that a manual pull secret names."""
    refresh_interval: str = "1h0m0s"
    """How often the manager is asked, as a canonical Go duration, unless the organization says otherwise."""
    release: Release = V0_9
    """OpenChoreo release of the platform."""


class DataPlane(pulumi.ComponentResource):
    """The pull secret of an organization's workloads, as far as it lies on the data plane.

    Delivery ``namespace``: a ClusterExternalSecret for every namespace of the organization's workloads, present and
    future. Delivery ``manual``: a Secret in each named namespace. Delivery ``component`` needs nothing here: each
    component brings its own ExternalSecret, through its ComponentType (`ControlPlane`).
    """

    secret_name: str
    """Name of the Secret, as pods refer to it."""
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
        _check(name, args)
        super().__init__("openchoreo:index:DataPlane", name, None, opts)
        organization, pull = args.organization, args.organization.pull_secret
        self.secret_name = pull.name if pull else ""
        self.namespaces = (pull.namespaces if pull else None) or ()
        store = args.secret_store.store_name if isinstance(args.secret_store, SecretStore) else args.secret_store or ""
        interval = organization.refresh_interval or args.refresh_interval
        self.fan_outs, self.cluster_external_secrets = (), []
        if pull is not None:
            child = pulumi.ResourceOptions(
                parent=self, depends_on=args.secret_store if isinstance(args.secret_store, SecretStore) else None
            )
            target = Target(organization.name, "", store, pull.refresh_interval or interval)
            everywhere = fan_out(organization, pull, target, args.release)
            if everywhere is not None:
                self.fan_outs = (FanOut(organization.name, everywhere["metadata"]["name"]),)
                self.cluster_external_secrets = [register(f"{name}/pull-secret", everywhere, child)]
            secret = pull_secret(pull)
            if isinstance(secret, ManualSecret):
                for namespace in self.namespaces:
                    manual = ManualSecretsArgs(organization.name, namespace, [secret], args.manual)
                    ManualSecrets(f"{name}/{namespace}", manual, pulumi.ResourceOptions(parent=self))
        self.register_outputs({"secretName": self.secret_name})


def _check(name: str, args: DataPlaneArgs) -> None:
    organization, pull = args.organization, args.organization.pull_secret
    problems = list(pull_problems(organization, "organization"))
    if pull is None:
        problems.append(Problem("organization.pullSecret", "is missing"))
    elif pull.delivery == "namespace" and args.secret_store is None:
        problems.append(Problem("secret_store", "is missing; delivery namespace reads through it"))
    missing = {each.manual.password for each in (pull.registries if pull else None) or () if each.manual}
    if missing - args.manual.keys():
        problems.append(
            Problem("manual", f"lacks {len(missing - args.manual.keys())} entries that the registries name")
        )
    if problems:
        source = f'DataPlane "{name}"'
        raise SettingsError(source, problems)
