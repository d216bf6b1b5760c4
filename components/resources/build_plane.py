"""Component: an organization's build namespace and the credentials in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pulumi

from ..errors import Problem, SettingsError
from ..plan.expected import Expected
from ..plan.organization import OrganizationPlan
from ..secrets.external_secret import with_remote_names
from ..settings.rules.ecr import roles_without_stack
from ..settings.rules.organization import organization_problems
from .arguments import OrganizationArgs
from .cluster_secret_store import SecretStore, Store, remote_names, store_name
from .manual_secrets import ManualSecrets, ManualSecretsArgs
from .register import adopt_namespace, output_of, register


@dataclass(frozen=True)
class BuildPlaneArgs(OrganizationArgs):
    """An organization, and where its credentials come from."""

    secret_store: Store = None
    """The store that serves it: a component, or the name of a ClusterSecretStore that exists, which may be an output.
    None: manual credentials only."""
    manual: Mapping[str, pulumi.Output[str]] = field(default_factory=dict)
    """Entries of ``manualSecrets`` that its manual credentials name."""

    def _stores(self) -> dict[str, Any]:
        return {} if self.secret_store is None else {"build_store": store_name(self.secret_store)}


class BuildPlane(pulumi.ComponentResource):
    """The build namespace of one organization (owned or adopted) with every credential its builds need.

    Credentials that come with each run (``component_workflows``) are not among them; see `ControlPlane`.
    """

    namespace: pulumi.Output[str]
    """The build namespace, known once it exists. Its name itself depends on nothing but the organization."""
    secrets: dict[str, list[str]]
    """What for (``git``, ``registry-push``, ``external``) -> names of Secrets."""
    external_secrets: list[pulumi.CustomResource]
    """The ExternalSecrets as resources, for ``depends_on``."""
    expected: tuple[Expected, ...]
    """The ExternalSecrets that must be synced before builds can run."""

    def __init__(self, name: str, args: BuildPlaneArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Register the namespace and the credentials.

        Raises:
            SettingsError: the arguments contradict each other; nothing has been registered then.
        """
        _check(name, args)
        plan, names = args.planned(), remote_names(args.secret_store)
        super().__init__("openchoreo:index:BuildPlane", name, _inputs(plan), opts)
        child = pulumi.ResourceOptions(parent=self)
        create = adopt_namespace if plan.adopts_namespace else register
        namespace = create(f"{name}-namespace", plan.namespace_manifest, child)
        self.namespace = output_of(namespace, plan.namespace)
        after = [namespace, args.secret_store.resource] if isinstance(args.secret_store, SecretStore) else [namespace]
        # The namespace takes what is inside along, unless it is not ours to delete.
        inside = pulumi.ResourceOptions(
            parent=self, depends_on=after, deleted_with=None if plan.adopts_namespace else namespace
        )
        generators = [
            register(f"{name}/{manifest['kind']}/{manifest['metadata']['name']}", manifest, inside)
            for manifest in plan.generators
        ]
        inside = pulumi.ResourceOptions.merge(inside, pulumi.ResourceOptions(depends_on=generators))
        self.external_secrets = [
            register(f"{name}/{manifest['metadata']['name']}", with_remote_names(manifest, names), inside)
            for manifest in plan.external_secrets
        ]
        if plan.manual_secrets:
            manual = ManualSecretsArgs(plan.name, plan.namespace, plan.manual_secrets, args.manual)
            ManualSecrets(name, manual, inside)

        self.secrets = plan.secret_names
        self.expected = plan.expected
        self.register_outputs({"namespace": plan.namespace, "secrets": self.secrets})


def _inputs(plan: OrganizationPlan) -> dict[str, Any]:
    """What the component records in the state."""
    return {"organization": plan.name, "refreshInterval": plan.refresh_interval}


def _check(name: str, args: BuildPlaneArgs) -> None:
    if args.plan is not None:
        return
    problems = list(organization_problems(args.organization, "organization", args.release, args.manual.keys()))
    problems += roles_without_stack(args.organization, "organization")
    problems += args.interval_problems()
    if args.secret_store is None and args.organization.build_keys:
        problems.append(Problem("secret_store", "is missing; the organization has credentials with a remote key"))
    if problems:
        source = f'BuildPlane "{name}"'
        raise SettingsError(source, problems)
