"""Component: an organization's build namespace and the credentials in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pulumi

from ..cluster.readiness import Expected
from ..errors import Problem, SettingsError
from ..manifests import STACK_ANNOTATION, Manifest, manifest, organization_labels
from ..openchoreo.release import Release
from ..openchoreo.v0_9 import V0_9
from ..plan.credential import Credential
from ..plan.credentials import credentials, generators
from ..plan.workflow import in_workflow
from ..secrets.external_secret import SecretTemplate, Target, external_secret
from ..secrets.manual_secret import ManualSecret
from ..settings.rules import organization as rules
from ..settings.rules.ecr import unmade
from ..settings.stack import Organization
from .cluster_secret_store import SecretStore, remote_names, store_name
from .manual_secrets import ManualSecrets, ManualSecretsArgs
from .register import adopt_namespace, register, renamed
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
    release: Release = V0_9
    """OpenChoreo release of the platform."""


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
        organization = args.organization
        self.namespace = args.release.build_namespace(organization.name)
        store, names = store_name(args.secret_store), remote_names(args.secret_store)
        target = Target(organization.name, self.namespace, store, args.refresh_interval, names)
        every = credentials(organization, target)
        found = tuple(each for each in every if not in_workflow(organization, each))

        child = pulumi.ResourceOptions(parent=self)
        adopted = organization.namespace == "adopt"
        namespace = (adopt_namespace if adopted else register)(
            f"{name}-namespace", namespace_manifest(organization, self.namespace, stack_id()), child
        )
        after = [namespace, args.secret_store] if isinstance(args.secret_store, SecretStore) else [namespace]
        inside = pulumi.ResourceOptions(parent=self, depends_on=after, deleted_with=None if adopted else namespace)
        # Generators of credentials that come with each run are made here too: a run then needs no right to make any.
        made_ahead = [
            register(f"{name}/{made['kind']}/{made['metadata']['name']}", made, inside) for made in generators(every)
        ]
        inside = pulumi.ResourceOptions.merge(inside, pulumi.ResourceOptions(depends_on=made_ahead))
        remote = [(each.target, each.secret) for each in found if isinstance(each.secret, SecretTemplate)]
        self.external_secrets = [
            register(f"{name}/{secret.name}", external_secret(where, secret), renamed(inside, f"{name}-{secret.name}"))
            for where, secret in remote
        ]
        manual = [each.secret for each in found if isinstance(each.secret, ManualSecret)]
        if manual:
            manual_args = ManualSecretsArgs(organization.name, self.namespace, manual, args.manual)
            ManualSecrets(name, manual_args, inside)

        self.secrets = _names(found)
        self.expected = tuple(Expected(organization.name, self.namespace, secret.name) for _, secret in remote)
        self.register_outputs({"namespace": self.namespace, "secrets": self.secrets})


def _check(name: str, args: BuildPlaneArgs) -> None:
    problems = list(rules.organization_problems(args.organization, "organization", args.release, args.manual.keys()))
    problems += unmade(args.organization, "organization")
    if args.secret_store is None and rules.remote_keys(args.organization):
        problems.append(Problem("secret_store", "is missing; the organization has credentials with a remote key"))
    if problems:
        source = f'BuildPlane "{name}"'
        raise SettingsError(source, problems)


def namespace_manifest(organization: Organization, namespace: str, stack: str) -> Manifest:
    """The build namespace. An adopted one gets the organization's label only, and keeps its manager's."""
    labels = organization_labels(organization.name)
    if organization.namespace == "adopt":
        return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace, "labels": labels}}
    return manifest("v1", "Namespace", namespace, labels=labels, annotations={STACK_ANNOTATION: stack})


def _names(found: tuple[Credential, ...]) -> dict[str, list[str]]:
    names: dict[str, list[str]] = {}
    for each in found:
        names.setdefault(each.secret.credential, []).append(each.secret.name)
    return names
