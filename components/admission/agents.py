"""Policy about what OpenChoreo's agents leave alone: cluster-wide rights, and namespaces of those who have more rights.

Without it, an agent that may create Pods everywhere could run one as the operator, whom other policies exempt.
"""

from __future__ import annotations

from typing import Final

from .cel import format_list, is_user
from .model import AdmissionRules
from .policy import EVERY_CHANGE, Policy, Validation, match

_CORE: Final = ("pods", "pods/*", "secrets", "serviceaccounts", "serviceaccounts/*")
_RBAC: Final = "rbac.authorization.k8s.io"
_ACCOUNT: Final = "system:serviceaccount:"
_ASK: Final = "ask the platform's administrators"


def build_agent_policy(rules: AdmissionRules) -> Policy:
    """OpenChoreo's agents write in namespaces of organizations, and grant no rights in the whole cluster."""
    return Policy(
        "agents",
        [
            match("", _CORE, [*EVERY_CHANGE, "CONNECT"]),
            match("apps", ["*"], EVERY_CHANGE),
            match("batch", ["*"], EVERY_CHANGE),
            match(_RBAC, ["*"], EVERY_CHANGE),
        ],
        [
            Validation(
                "!(request.resource.resource in ['clusterroles', 'clusterrolebindings'])",
                f"grants rights in the whole cluster, which OpenChoreo's agents may not; {_ASK}",
            ),
            Validation(
                f"!(request.?namespace.orValue('') in {format_list(list_protected_namespaces(rules))})",
                "is in a namespace with identities of stores or of the operator, where OpenChoreo's agents write "
                f"nothing; {_ASK}",
            ),
        ],
        conditions={"is-agent": is_user(rules.agents)},
    )


def list_protected_namespaces(rules: AdmissionRules) -> list[str]:
    """Namespaces with ServiceAccounts that have more rights than an organization, sorted."""
    users = (user.removeprefix(_ACCOUNT) for user in (*rules.administrators, *rules.operators) if _ACCOUNT in user)
    namespaces = {user.partition(":")[0] for user in users}
    return sorted({"kube-system", *namespaces, *(namespace for namespace, _ in (*rules.accounts, *rules.roles))})
