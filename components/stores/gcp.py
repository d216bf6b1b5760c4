"""ESO provider ``gcpsm``: Google Secret Manager, read by a principal, or in a project, of each organization.

Source: ``GCPSMProvider`` of ``external-secrets.io/v1``.
"""

from __future__ import annotations

from typing import Any

from ..manifests import Manifest
from ..settings import GcpAuth, GcpStore
from .block import account_reference, finished, plain, service_account
from .plan import PlannedStore


def identity(planned: PlannedStore, store: GcpStore) -> list[Manifest]:
    """A ServiceAccount, and the Google service account that it acts for, where one is to be made."""
    workload = store.auth.workload_identity if store.auth else None
    own = workload.service_account if workload else None
    annotations = {"iam.gke.io/gcp-service-account": own.gcp_service_account if own else None}
    return service_account(planned, own, annotations)


def provider(planned: PlannedStore, store: GcpStore) -> dict[str, Any]:
    """The ``gcpsm`` block of a ClusterSecretStore."""
    auth = _auth(planned, store.auth) if store.auth else None
    return finished(planned, projectID=store.project_id, location=store.location, auth=auth)


def _auth(planned: PlannedStore, auth: GcpAuth) -> dict[str, Any]:
    workload = auth.workload_identity
    if workload is None:
        return {"secretRef": plain(auth.secret_ref)}
    return {
        "workloadIdentity": finished(
            planned,
            clusterLocation=workload.cluster_location,
            clusterName=workload.cluster_name,
            clusterProjectID=workload.cluster_project_id,
            serviceAccountRef=account_reference(planned, workload.service_account, workload.service_account_ref),
        )
    }
