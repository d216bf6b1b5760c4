"""IAM roles for pushing to ECR that the stack creates, each for one ServiceAccount."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ..errors import Problem, SettingsError
from ..iam.account import AwsAccount
from ..openchoreo.release import Release
from ..registries.generators import get_generator_name
from ..registries.tokens import EcrManaged
from ..schema.arguments import check_arguments, check_name
from ..schema.names import check_label, check_subdomain
from ..settings.rules.ecr import list_ecr_roles
from ..settings.stack import StackSettings


@check_arguments()
@dataclass(frozen=True)
class EcrRoleArgs:
    """Arguments of one role: the organization, its repositories and the ServiceAccount that assumes it."""

    account: AwsAccount
    """AWS account of the registry; must have ``oidcProvider``."""
    organization: str
    """Name of the organization whose builds use the role."""
    role: str
    """Name of the role in IAM, at most 64 characters."""
    repositories: str
    """Prefix of the names of the organization's repositories: ``acme/``."""
    namespace: str
    """The build namespace."""
    service_account: str
    """ServiceAccount in the namespace with which ESO's generator authenticates."""
    push: bool = True
    """Whether the role may also push; workloads only pull."""
    other_namespaces: Sequence[str] = field(default=(), kw_only=True)
    """More build namespaces of the organization, each with a ServiceAccount of this name."""


def plan_ecr_roles(settings: StackSettings, release: Release) -> tuple[EcrRoleArgs, ...]:
    """Every role that a stack creates, in the order of the organizations; none without ``aws``."""
    account = settings.aws
    if account is None:
        return ()
    return tuple(
        EcrRoleArgs(
            account=account,
            organization=role.organization,
            role=role.role,
            repositories=role.repositories,
            namespace=release.parts[0].build_namespace(role.organization),
            other_namespaces=tuple(part.build_namespace(role.organization) for part in release.parts[1:]),
            service_account=get_generator_name(role.registry),
        )
        for role in list_ecr_roles(settings)
    )


def validate_ecr_role(args: EcrRoleArgs) -> Iterator[Problem]:
    """Problems of a role that a program creates, with the names of the arguments as paths."""
    if args.account.oidc_provider is None:
        text = "is missing; ESO's generator cannot use Pod Identity for a ServiceAccount"
        yield Problem("account.oidcProvider", text)
    try:
        EcrManaged(repositories=args.repositories, role_name=args.role)
    except SettingsError as error:
        for problem in error.problems:
            yield Problem({"roleName": "role"}.get(problem.path, problem.path), problem.message)
    yield from check_name("organization", args.organization, check_label)
    yield from check_name("namespace", args.namespace, check_label)
    for index, namespace in enumerate(args.other_namespaces):
        yield from check_name(f"other_namespaces[{index}]", namespace, check_label)
    yield from check_name("service_account", args.service_account, check_subdomain)
