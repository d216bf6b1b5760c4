"""ESO provider ``aws``: Secrets Manager or Parameter Store, read by a role of each organization.

Source: ``AWSProvider`` of ``external-secrets.io/v1``. IAM refuses every secret that the role may not read, whatever an
ExternalSecret asks for; a ``prefix`` only spares typing, since ``dataFrom.find`` does not look at it.
"""

from __future__ import annotations

from typing import Any

from ..iam import ORGANIZATION_TAG
from ..manifests import Manifest
from ..settings import AwsAccount, AwsAuth, AwsManaged, AwsStore, StoreServiceAccount
from ..settings.placeholder import ORGANIZATION
from .block import account_reference, finished, plain, service_account
from .plan import PlannedStore


def identity(planned: PlannedStore, store: AwsStore) -> list[Manifest]:
    """A ServiceAccount with its IAM role, where one is to be made."""
    if store.managed is not None:
        role = _role(planned, store.managed, _account(planned))
        return service_account(planned, _own(store.managed), {"eks.amazonaws.com/role-arn": role})
    own = store.auth.service_account if store.auth else None
    return service_account(planned, own, {"eks.amazonaws.com/role-arn": own.role_arn if own else None})


def provider(planned: PlannedStore, store: AwsStore) -> dict[str, Any]:
    """The ``aws`` block of a ClusterSecretStore."""
    if store.managed is not None:
        return _managed(planned, store, store.managed)
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


def _managed(planned: PlannedStore, store: AwsStore, managed: AwsManaged) -> dict[str, Any]:
    """The store signs in as its own ServiceAccount; with Pod Identity the operator does, and assumes the role."""
    reference = account_reference(planned, _own(managed), None)
    assumed = reference is None
    tag = {"key": ORGANIZATION_TAG, "value": ORGANIZATION}
    return finished(
        planned,
        service=store.service,
        region=store.region,
        auth=None if assumed else {"jwt": {"serviceAccountRef": reference}},
        role=_role(planned, managed, _account(planned)) if assumed else None,
        sessionTags=[tag] if assumed else None,
        prefix=managed.path,
    )


def _own(managed: AwsManaged) -> StoreServiceAccount | None:
    namespace = managed.identity_namespace
    return None if namespace is None else StoreServiceAccount(identity_namespace=namespace)


def _role(planned: PlannedStore, managed: AwsManaged, account: AwsAccount) -> str:
    (organization,) = planned.organizations
    return account.role_arn(managed.role_of(planned.name, organization))


def _account(planned: PlannedStore) -> AwsAccount:
    if planned.aws is None:
        msg = f"the managed store {planned.name} needs the AWS account that it is made in"
        raise ValueError(msg)
    return planned.aws


def _listed(values: tuple[str, ...] | None) -> list[str] | None:
    return None if values is None else list(values)


def _auth(planned: PlannedStore, auth: AwsAuth) -> dict[str, Any]:
    reference = account_reference(planned, auth.service_account, auth.service_account_ref)
    if reference is not None:
        return {"jwt": {"serviceAccountRef": reference}}
    return {"secretRef": plain(auth.secret_ref)}
