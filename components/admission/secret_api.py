"""What OpenChoreo's API for secrets may push: from the namespace of an organization to keys of the organization only.

Source: OpenChoreo v1.2.3, ``services/secret/service.go`` and ``services/gitsecret/service.go``. Its agents write a
Secret and a PushSecret; its namespaces have no labels, so their names say which organization they belong to.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from .cel import Table, is_user, quote
from .model import AdmissionRules
from .policy import Validation
from .scope import OURS

FROM_API: Final = "variables.fromApi"
"""Whether the request is one of the API."""
_OWNER: Final = "variables.apiOwner"
_KEY: Final = "e.match.remoteRef.remoteKey"


@dataclass(frozen=True)
class ApiScope:
    """Parts of the policy about PushSecrets."""

    variables: Mapping[str, str]
    """Name -> expression, after those of the scope."""
    validations: Sequence[Validation]
    stores: Table

    @property
    def advice(self) -> str:
        """The end of the reason why a store of the API is denied."""
        stores = self.stores.get(_OWNER)
        return (
            "'is no store that a plane of organization \"' + variables.apiOwner + '\" names on this cluster; ' + "
            f"({stores}.size() > 0 ? 'use the ClusterSecretStore ' + {stores}.join(' or ') + ', by name' : "
            "'set secretStoreRef of its planes')"
        )

    def may_push(self, store: str) -> str:
        """Whether a plane of the organization names a store, an expression of a reference."""
        return f"{store}.?name.orValue('') in {self.stores.get(_OWNER)}"


def build_api_scope(rules: AdmissionRules) -> ApiScope | None:
    """The parts. None: the API is not allowed on the cluster."""
    api = rules.secret_api
    if api is None or not rules.secret_api_stores:
        return None
    stores, prefix = Table("apiStores", rules.secret_api_stores), quote(api.prefix)
    # Some managers read other characters, or such parts of a key, as another key.
    plain = (
        f"{_KEY}.matches('^[A-Za-z0-9._/-]*$') && !({_KEY} + '/').contains('//') && "
        f"!({_KEY} + '/').contains('/./') && !({_KEY} + '/').contains('/../')"
    )
    return ApiScope(
        variables={
            **stores.variables,
            "apiOwner": (
                f"request.namespace.startsWith({prefix}) ? request.namespace.substring({len(api.prefix)}) : ''"
            ),
            "fromApi": f"{is_user(rules.agents)} && {_OWNER} in variables.organizations",
            "pusher": f"{FROM_API} ? {_OWNER} : {OURS} ? variables.organization : ''",
        },
        validations=[
            Validation(
                f"variables.pusher == '' || !has(object.spec.dataTo) && object.spec.?data.orValue([]).all(e, "
                f"{_KEY}.startsWith({quote(api.keys)} + variables.pusher + '/') && {plain} && !has(e.metadata))",
                "spec.data[].match.remoteRef.remoteKey: is not a key of the organization; "
                f"use {api.keys}<organization>/<name>, with letters, digits, . _ - and /, without metadata and dataTo",
            ),
        ],
        stores=stores,
    )
