"""Policies about objects that reach every namespace, and about generators."""

from __future__ import annotations

from typing import Final

from .cel import format_list, is_user
from .model import AdmissionRules
from .policy import ESO_GROUP, EVERY_CHANGE, GENERATOR_GROUP, Policy, Validation, match
from .scope import GENERATOR_KINDS, RESTRICTED, build_scope

_AUTH: Final = "object.spec.?auth"
_ACCOUNT: Final = "serviceAccountRef.hasValue()"
_OWN_CREDENTIALS: Final = {
    "ECRAuthorizationToken": f"{_AUTH}.?secretRef.hasValue() || {_AUTH}.?jwt.?{_ACCOUNT}",
    "ACRAccessToken": (
        f"!{_AUTH}.?managedIdentity.hasValue() && "
        f"({_AUTH}.?servicePrincipal.hasValue() || {_AUTH}.?workloadIdentity.?{_ACCOUNT})"
    ),
    "GCRAccessToken": f"{_AUTH}.?secretRef.hasValue() || {_AUTH}.?workloadIdentity.?{_ACCOUNT}",
    "GithubAccessToken": f"{_AUTH}.?privateKey.?secretRef.hasValue()",
}
"""Kind of generator -> whether it reads with credentials of its own namespace, and not with those of the operator."""


def build_store_policy(rules: AdmissionRules) -> Policy:
    """Only the platform writes stores and what reaches several namespaces; ESO may set finalizers."""
    return Policy(
        "stores",
        [
            match(
                ESO_GROUP,
                ["clustersecretstores", "clusterexternalsecrets", "clusterpushsecrets"],
                EVERY_CHANGE,
                "Cluster",
            ),
            match(GENERATOR_GROUP, ["clustergenerators"], EVERY_CHANGE, "Cluster"),
            # No deletions, which end the deletion of a namespace.
            match(ESO_GROUP, ["secretstores"], scope="Namespaced"),
            match(GENERATOR_GROUP, ["generatorstates"], scope="Namespaced"),
        ],
        [
            Validation(
                f"{is_user(rules.operators)} && (request.resource.resource == 'generatorstates' || "
                "request.operation == 'UPDATE' && object.spec == oldObject.spec)",
                "is written by the platform's administrators only; ask one of them",
            )
        ],
    )


def build_generator_policy(rules: AdmissionRules) -> Policy:
    """Generators of an organization have credentials of their own."""
    return Policy(
        "generators",
        [match(GENERATOR_GROUP, ["*"], scope="Namespaced")],
        [
            Validation(
                f"!{RESTRICTED} || object.kind in {format_list(GENERATOR_KINDS)}",
                f"kind: is not a generator that organizations may use; use one of {', '.join(GENERATOR_KINDS)}",
            ),
            *(
                Validation(
                    f"!{RESTRICTED} || object.kind != '{kind}' || {condition}",
                    "spec.auth: is incomplete, so the operator would use its own identity; name a Secret or a "
                    "ServiceAccount of the namespace",
                )
                for kind, condition in _OWN_CREDENTIALS.items()
            ),
        ],
        variables=build_scope(rules),
        exempt=rules.operators,
    )
