"""ESO provider ``aws``: Secrets Manager or Parameter Store, read by a role of each organization.

Source: ``AWSProvider`` of ``external-secrets.io/v1``. IAM refuses every secret that the role may not read, whatever an
ExternalSecret asks for; a ``prefix`` only spares typing, since ``dataFrom.find`` does not look at it.
"""

from __future__ import annotations

from typing import Any

from ..manifests import Manifest
from ..settings import AwsAuth, AwsStore
from .block import account_reference, finished, plain, service_account
from .plan import PlannedStore


def identity(planned: PlannedStore, store: AwsStore) -> list[Manifest]:
    """A ServiceAccount with its IAM role, where one is to be made."""
    own = store.auth.service_account if store.auth else None
    return service_account(planned, own, {"eks.amazonaws.com/role-arn": own.role_arn if own else None})


def provider(planned: PlannedStore, store: AwsStore) -> dict[str, Any]:
    """The ``aws`` block of a ClusterSecretStore."""
    return finished(
        planned,
        service=store.service,
        region=store.region,
        auth=_auth(planned, store.auth) if store.auth else None,
        role=store.role,
        additionalRoles=_listed(store.additional_roles),
        externalID=store.external_id,
        sessionTags=None if store.session_tags is None else [plain(tag) for tag in store.session_tags],
        transitiveTagKeys=_listed(store.transitive_tag_keys),
        prefix=store.prefix,
    )


def _listed(values: tuple[str, ...] | None) -> list[str] | None:
    return None if values is None else list(values)


def _auth(planned: PlannedStore, auth: AwsAuth) -> dict[str, Any]:
    reference = account_reference(planned, auth.service_account, auth.service_account_ref)
    if reference is not None:
        return {"jwt": {"serviceAccountRef": reference}}
    return {"secretRef": plain(auth.secret_ref)}
