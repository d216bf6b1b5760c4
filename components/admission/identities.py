"""Policy about the identities of stores: their ServiceAccounts, tokens and Roles."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from ..schema.secret_types import SERVICE_ACCOUNT_TOKEN
from .cel import define_list, is_user
from .model import AdmissionRules, Place
from .policy import ASK, WRITES, Policy, Validation, match

_RBAC: Final = "rbac.authorization.k8s.io"
_TOKEN_ACCOUNT: Final = "object.metadata.?annotations[?'kubernetes.io/service-account.name'].orValue('')"
_POD_ACCOUNT: Final = "object.spec.?serviceAccountName.orValue('')"


def build_identity_policy(rules: AdmissionRules) -> Policy | None:
    """Nobody but the operator gets a token of an identity, and only the platform changes what it may do.

    None: no store has an identity on the cluster.
    """
    places = (*rules.accounts, *rules.roles)
    if not places:
        return None
    account = "serviceaccounts"
    return Policy(
        "identities",
        [
            match("", ["serviceaccounts/token", "pods"], ["CREATE"], "Namespaced"),
            match("", [account, "secrets"], WRITES, "Namespaced"),
            match(_RBAC, ["roles", "rolebindings"], WRITES, "Namespaced"),
        ],
        [
            Validation(
                f"!(variables.what == '{account}/token' && {_is_one('request.name', 'accounts')}) || "
                f"{is_user(rules.operators)}",
                f"is the identity of a store, whose tokens only the operator gets; {ASK}",
            ),
            Validation(
                f"!(variables.what == '{account}' && {_is_one('object.metadata.name', 'accounts')})",
                f"is the identity of a store; {ASK}",
            ),
            Validation(
                f"!(variables.what == 'secrets' && object.?type.orValue('') == '{SERVICE_ACCOUNT_TOKEN}' && "
                f"{_is_one(_TOKEN_ACCOUNT, 'accounts')})",
                f"would have a token for the identity of a store; {ASK}",
            ),
            Validation(
                f"!(variables.what == 'pods' && {_is_one(_POD_ACCOUNT, 'accounts')})",
                "would have a token for the identity of a store; use another ServiceAccount",
            ),
            Validation(
                f"!(variables.what == 'roles' && {_is_one('object.metadata.name', 'roles')})",
                f"is the Role of a store's identity; {ASK}",
            ),
            Validation(
                f"!(variables.what == 'rolebindings' && object.roleRef.kind == 'Role' && "
                f"{_is_one('object.roleRef.name', 'roles')})",
                f"would bind the Role of a store's identity; {ASK}",
            ),
        ],
        variables={
            **define_list("accounts", _join(rules.accounts)),
            **define_list("roles", _join(rules.roles)),
            "what": (
                "request.resource.resource + (request.?subResource.orValue('') == '' ? '' : '/' + request.subResource)"
            ),
        },
        namespaces=tuple(sorted({namespace for namespace, _ in places})),
    )


def _is_one(name: str, variable: str) -> str:
    return f"(request.namespace + '/' + {name}) in variables.{variable}"


def _join(places: Iterable[Place]) -> list[str]:
    return [f"{namespace}/{name}" for namespace, name in places]
