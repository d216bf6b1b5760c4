"""Policies about ExternalSecrets and PushSecrets."""

from __future__ import annotations

from typing import Final

from .cel import format_list
from .model import AdmissionRules
from .policy import ESO_GROUP, Policy, Validation, match
from .scope import GENERATOR_KINDS, OURS, RESTRICTED, build_scope, is_slow, may_use
from .secret_api import FROM_API, build_api_scope

_SECRET_TYPES: Final = (
    "Opaque",
    "kubernetes.io/basic-auth",
    "kubernetes.io/dockercfg",
    "kubernetes.io/dockerconfigjson",
    "kubernetes.io/ssh-auth",
    "kubernetes.io/tls",
)
_STORE: Final = "e.sourceRef.storeRef"
_GENERATOR: Final = "e.sourceRef.generatorRef"
_KINDS: Final = f"use one of {', '.join(GENERATOR_KINDS)}"


def build_external_secret_policy(rules: AdmissionRules) -> Policy:
    """Each organization's ExternalSecrets read from its own stores, seldom enough, and become ordinary Secrets."""
    own_generator = f"(!has({_GENERATOR}) || {_GENERATOR}.kind in {format_list(GENERATOR_KINDS)})"
    return Policy(
        "external-secrets",
        [match(ESO_GROUP, ["externalsecrets"], scope="Namespaced")],
        [
            _check_store(
                "spec.secretStoreRef",
                f"!has(object.spec.secretStoreRef) || {may_use('object.spec.secretStoreRef')}",
            ),
            _check_store(
                "spec.data[].sourceRef",
                f"object.spec.?data.orValue([]).all(e, !has(e.sourceRef) || (!has({_STORE}) || {may_use(_STORE)}) && "
                f"(!{OURS} || has({_STORE}) && !has({_GENERATOR})))",
            ),
            _check_store(
                "spec.dataFrom[].sourceRef.storeRef",
                f"object.spec.?dataFrom.orValue([]).all(e, !has(e.sourceRef) || "
                f"(!has({_STORE}) || {may_use(_STORE)}) && (!{OURS} || has({_STORE}) != has({_GENERATOR})))",
            ),
            Validation(
                f"!{RESTRICTED} || object.spec.?dataFrom.orValue([]).all(e, !has(e.sourceRef) || {own_generator})",
                f"spec.dataFrom[].sourceRef.generatorRef: is of a kind that organizations may not use; {_KINDS}",
            ),
            Validation(
                f"!{OURS} || object.spec.?dataFrom.orValue([]).all(e, !has(e.find))",
                "spec.dataFrom[].find: searches the secret manager; name each key with extract or remoteRef",
            ),
            Validation(
                f"!{RESTRICTED} || !has(object.spec.target) || !has(object.spec.target.manifest)",
                "spec.target.manifest: creates objects other than Secrets; remove it",
            ),
            Validation(
                f"!{RESTRICTED} || object.spec.?target.?template.?type.orValue('Opaque') in "
                f"{format_list(_SECRET_TYPES)}",
                "spec.target.template.type: is not a type that organizations may use; use one of "
                f"{', '.join(_SECRET_TYPES)}",
            ),
            Validation(
                f"!{OURS} || object.spec.?refreshPolicy.orValue('Periodic') in ['CreatedOnce', 'OnChange'] || "
                f"{is_slow('object.spec.?refreshInterval', rules.minimum_refresh_interval)}",
                f"spec.refreshInterval: is too short; use {rules.minimum_refresh_interval} or longer, or 0s for never",
            ),
        ],
        variables=build_scope(rules),
        exempt=rules.operators,
    )


def build_push_secret_policy(rules: AdmissionRules) -> Policy:
    """Each organization's PushSecrets write to its own stores, which they name."""
    api = build_api_scope(rules)

    def check(store: str) -> str:
        selects, other = f"has({store}.labelSelector)", f"{store}.?kind.orValue('SecretStore') != 'ClusterSecretStore'"
        checked = f"({selects} ? !{OURS} && {other} : {may_use(store)})"
        return f"({FROM_API} ? !{selects} && !({other}) && {api.may_push(store)} : {checked})" if api else checked

    by_name = "variables.advice + ', by name'"
    advice = f"({FROM_API} ? {api.advice} : {by_name})" if api else by_name
    generator = "object.spec.selector.generatorRef"
    return Policy(
        "push-secrets",
        [match(ESO_GROUP, ["pushsecrets"], scope="Namespaced")],
        [
            Validation(
                f"object.spec.?secretStoreRefs.orValue([]).all(e, {check('e')}) && "
                f"object.spec.?dataTo.orValue([]).all(e, !has(e.storeRef) || {check('e.storeRef')})",
                "spec.secretStoreRefs: is not a store of the organization; name its ClusterSecretStore",
                f"'spec.secretStoreRefs: ' + {advice}",
            ),
            *(() if api is None else api.validations),
            Validation(
                f"!{RESTRICTED} || !has(object.spec.selector) || !has({generator}) || "
                f"{generator}.kind in {format_list(GENERATOR_KINDS)}",
                f"spec.selector.generatorRef: is of a kind that organizations may not use; {_KINDS}",
            ),
            Validation(
                f"!{OURS} || {is_slow('object.spec.?refreshInterval', rules.minimum_refresh_interval)}",
                f"spec.refreshInterval: is too short; use {rules.minimum_refresh_interval} or longer, or 0s for never",
            ),
        ],
        variables={**build_scope(rules), **({} if api is None else api.variables)},
        exempt=rules.operators,
    )


def _check_store(path: str, expression: str) -> Validation:
    text = f"{path}: is not a store of the organization; name its ClusterSecretStore"
    return Validation(expression, text, f"'{path}: ' + variables.advice")
