"""Component: an organization's build namespace and the credentials in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pulumi

from ..errors import Problem, SettingsError
from ..openchoreo import DEFAULT_RELEASE
from ..openchoreo.release import Release
from ..plan.expected import Expected
from ..plan.organization import OrganizationPlan
from ..secrets.external_secret import with_remote_names
from ..settings.organization import Organization
from ..settings.rules.ecr import roles_without_stack
from ..settings.rules.organization import organization_problems
from .cluster_secret_store import SecretStore, remote_names, store_name
from .manual_secrets import ManualSecrets, ManualSecretsArgs
from .register import adopt_namespace, register
from .stack_id import stack_id


@dataclass(frozen=True)
class BuildPlaneArgs:
    """An organization, and where its credentials come from."""

    organization: Organization
    """Whose builds, and their credentials."""
    secret_store: SecretStore | str | None = None
    """The store that serves it: a component, or the name of a ClusterSecretStore that exists. None: manual only."""
    manual: Mapping[str, pulumi.Output[str]] = field(default_factory=dict)
    """Entries of ``manualSecrets`` that its manual credentials name."""
    refresh_interval: str = "1h0m0s"
    """How often the manager is asked, as a canonical Go duration, unless the organization says otherwise."""
    release: Release = DEFAULT_RELEASE
    """OpenChoreo release of the platform."""
    plan: OrganizationPlan | None = None
    """The organization's part of a stack's plan. None: it is computed from the other arguments."""

    def planned(self) -> OrganizationPlan:
        """What the organization gets."""
        if self.plan is not None:
            return self.plan
        return OrganizationPlan(
            organization=self.organization,
            release=self.release,
            build_store=store_name(self.secret_store),
            refresh_interval=self.refresh_interval,
            stack=stack_id(),
        )


class BuildPlane(pulumi.ComponentResource):
    """The build namespace of one organization (owned or adopted) with every credential its builds need.

    Credentials that come with each run (``component_workflows``) are not among them; see `ControlPlane`.
    """

    namespace: str
    """The build namespace."""
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
        super().__init__("openchoreo:index:BuildPlane", name, None, opts)
        plan, names = args.planned(), remote_names(args.secret_store)
        self.namespace = plan.namespace
        child = pulumi.ResourceOptions(parent=self)
        create = adopt_namespace if plan.adopts_namespace else register
        namespace = create(f"{name}-namespace", plan.namespace_manifest, child)
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
        self.register_outputs({"namespace": self.namespace, "secrets": self.secrets})


def _check(name: str, args: BuildPlaneArgs) -> None:
    if args.plan is not None:
        return
    problems = list(organization_problems(args.organization, "organization", args.release, args.manual.keys()))
    problems += roles_without_stack(args.organization, "organization")
    if args.secret_store is None and args.organization.build_keys:
        problems.append(Problem("secret_store", "is missing; the organization has credentials with a remote key"))
    if problems:
        source = f'BuildPlane "{name}"'
        raise SettingsError(source, problems)
