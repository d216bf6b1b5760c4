"""Policy about what OpenChoreo's agents leave alone: cluster-wide rights, and namespaces of those who have more rights.

Without it, an agent that may create Pods everywhere could run one as the operator, whom other policies exempt.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ..object_names import read_account_user
from ..openchoreo.labels import ORGANIZATION_LABEL
from ..schema.secret_types import SERVICE_ACCOUNT_TOKEN
from .cel import define_list, format_list, is_user, quote
from .model import AdmissionRules
from .policy import ASK, EVERY_CHANGE, Policy, Validation, match

_CLUSTER_GROUPS: Final = (
    "admissionregistration.k8s.io",
    "apiextensions.k8s.io",
    "apiregistration.k8s.io",
    "certificates.k8s.io",
)
_RUNNING_GROUPS: Final = ("apps", "argoproj.io", "batch", "rbac.authorization.k8s.io")
_RUNNING: Final = ("pods", "replicationcontrollers", "serviceaccounts")
_NAMESPACES: Final = "request.resource.group == '' && request.resource.resource == 'namespaces'"


def build_agent_policy(rules: AdmissionRules) -> Policy:
    """OpenChoreo's agents write in namespaces of organizations, and grant no rights in the whole cluster."""
    return Policy(
        "agents",
        [match("*", ["*/*"], [*EVERY_CHANGE, "CONNECT"])],
        list(_list_validations(rules)),
        variables={
            **define_list("organizations", rules.organizations),
            "core": "request.resource.group == '' ? request.resource.resource : ''",
            # For an existing namespace, its own name.
            "where": f"{_NAMESPACES} ? request.?name.orValue('') : request.?namespace.orValue('')",
        },
        conditions={"is-agent": is_user(rules.agents)},
    )


def _list_validations(rules: AdmissionRules) -> Iterator[Validation]:
    yield Validation(
        "!(request.resource.resource in ['clusterroles', 'clusterrolebindings'] || "
        f"request.resource.group in {format_list(_CLUSTER_GROUPS)})",
        f"grants rights in the whole cluster, which OpenChoreo's agents may not; {ASK}",
    )
    yield Validation(
        f"!(variables.where.startsWith('kube-') || variables.where in {format_list(list_protected_namespaces(rules))}) "
        "|| request.resource.group == 'coordination.k8s.io' || request.resource.resource == 'events'",
        "is in a namespace with identities of stores or of the operator, where OpenChoreo's agents write "
        f"nothing; {ASK}",
    )
    yield Validation(
        "!(variables.core == 'serviceaccounts' && request.?subResource.orValue('') == 'token' || "
        "variables.core == 'secrets' && request.operation in ['CREATE', 'UPDATE'] && "
        f"object.?type.orValue('') == '{SERVICE_ACCOUNT_TOKEN}')",
        f"would have a token of a ServiceAccount, which OpenChoreo's agents do not need; {ASK}",
    )
    starts = sorted({*rules.build_prefixes, *(entry.prefix for entry in rules.workload_namespaces)})
    own = sorted(_list_namespaces(rules.agents))
    yield Validation(
        f"!(variables.core in {format_list(_RUNNING)} || request.resource.group in {format_list(_RUNNING_GROUPS)}) || "
        f"variables.where == '' || variables.where in {format_list(own)} || "
        f"{format_list(starts)}.exists(p, variables.where.startsWith(p))",
        "runs programs or grants rights in a namespace that is not OpenChoreo's; use one of "
        + ", ".join([*(f"{start}<organization>" for start in starts), *own]),
    )
    yield Validation(
        "request.resource.resource != 'rolebindings' || !(request.operation in ['CREATE', 'UPDATE']) || "
        "object.?subjects.orValue([]).all(s, s.kind == 'ServiceAccount' && "
        "s.?namespace.orValue(variables.where) == variables.where)",
        "subjects: are not all ServiceAccounts of the same namespace; use such ServiceAccounts",
    )
    organization = f"oldObject.metadata.?labels[?{quote(ORGANIZATION_LABEL)}].orValue('')"
    # OpenChoreo v0.9 deletes the namespace of an organization on the control plane, which has the organization's name.
    yield Validation(
        f"!({_NAMESPACES} && request.operation == 'DELETE' && {organization} in variables.organizations && "
        f"{organization} != variables.where)",
        f"is the namespace of an organization's builds, which OpenChoreo's agents do not delete; {ASK}",
    )


def list_protected_namespaces(rules: AdmissionRules) -> list[str]:
    """Namespaces with ServiceAccounts that have more rights than an organization, or with what stores read, sorted."""
    privileged = _list_namespaces((*rules.administrators, *rules.operators))
    return sorted({*privileged, *rules.sources, *(namespace for namespace, _ in (*rules.accounts, *rules.roles))})


def _list_namespaces(users: tuple[str, ...]) -> set[str]:
    """Namespaces of the users that are ServiceAccounts."""
    accounts = (read_account_user(user) for user in users)
    return {account[0] for account in accounts if account is not None}
